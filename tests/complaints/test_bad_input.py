"""Bad input has a clear outcome: whatever a mail holds it waits in the queue for a person, and its page opens."""

import base64
import io
import zipfile

import pytest
from django.urls import reverse

from core import attachments
from tests.factories import mails as make

pytestmark = pytest.mark.django_db
HEAD = b"From: liu@example.com\r\nMessage-ID: <bad@x>\r\n"
TEXT = "镕基路教室换了没有通知"


def body(content, charset, **more):
    lines = [
        HEAD,
        b"Subject: ",
        more.get("subject", b"x"),
        b"\r\nContent-Type: text/plain; charset=",
        charset,
        b"\r\n\r\n",
    ]
    return b"".join([*lines, content])


def packed(size):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * size)
    return file.getvalue()


def nested(depth):
    lines, end = HEAD + b"Subject: x\r\n", b""
    for n in range(depth):
        edge = b"e%d" % n
        lines += b"Content-Type: multipart/mixed; boundary=" + edge + b"\r\n\r\n--" + edge + b"\r\n"
        end = b"\r\n--" + edge + b"--\r\n" + end
    return lines + b"Content-Type: text/plain\r\n\r\nx" + end


MAILS = {
    "nothing at all": b"",
    "only nulls": b"\x00" * 500,
    "nulls in text, subject and name": HEAD.replace(b"liu@", b"\x00liu@") + b"Subject: a\x00b\r\n\r\nc\x00d",
    "no header": b"just words\r\n",
    "a subject of 100,000 characters": body(b"x", b"utf-8", subject=b"s" * 100_000),
    "a subject that is half a character": body(b"x", b"utf-8", subject=b"=?utf-8?B?7aCA?= =?utf-8?B?/w==?="),
    "a text of 2,000,000 characters": body(b"x " * 1_000_000, b"utf-8"),
    "ten thousand references": HEAD + b"References: " + b" ".join(b"<%d@x>" % n for n in range(10_000)) + b"\r\n\r\nx",
    "a sender of 3,000 characters": HEAD.replace(b"liu@", b"l" * 3000 + b"@") + b"\r\nx",
    "two hundred parts within each other": nested(200),
    "broken base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n!!!!\xff===",
    "a character set that is no name": body(b"\xc8\xe2", b'"\'\x00;;"'),
    "a character set that runs code": body(b"+ADw-script+AD4-", b"utf-7"),
    "a day that does not exist": HEAD + b"Date: Mon, 32 Feb 2026 99:99:99 +9999\r\n\r\nx",
    "headers that go on in the next line": HEAD + b"Subject: a\r\n Bcc: all@example.com\r\n\r\nx",
    "script as HTML": HEAD + b"Content-Type: text/html\r\n\r\n<script>alert(1)</script><img src=x onerror=alert(1)>bye",
}
TEXTS = [("gb18030", "gb18030"), ("gbk", "gb2312"), ("gb18030", "us-ascii"), ("utf-8", "gbk"), ("gb18030", "nonsense")]
FILES = {  # name: bytes, all of them refused
    "炸弹.xlsx": packed(60 * 2**20), "猛.pdf": b"MZ\x90\x00" + b"%PDF-1.7 %%EOF", "图.svg": b"<svg onload='alert(1)'/>",
    "页.html": b"<script>alert(1)</script>", "../../../etc/cron.d/x": b"* * * * * root x", "..\\..\\x.exe": b"MZ",
    "a\u202efdp.exe": b"MZ", "CON.txt\x00.exe": b"MZ", "空.png": b"",
}  # fmt: skip


@pytest.mark.parametrize("name", MAILS)
def test_whatever_a_mail_holds_it_waits_for_a_person(crew, client, name):
    item = make.item_of(MAILS[name])
    assert (item.mail.state, item.mail.problem, item.state) == ("done", "", "new")
    client.force_login(crew.agent)
    for url in (
        item.get_absolute_url(),
        reverse("complaints:mails"),
        reverse("complaints:mail_register", args=[item.pk]),
    ):
        page = client.get(url)
        assert (page.status_code, b"<script>alert" in page.content) == (200, False)


@pytest.mark.parametrize(("encoding", "label"), TEXTS)
def test_chinese_under_a_wrong_label_is_read_and_found(crew, client, encoding, label):
    subject = f"=?{'gb2312' if encoding != 'utf-8' else encoding}?B?{base64.b64encode('投诉：镕'.encode(encoding)).decode()}?="
    item = make.item_of(body(TEXT.encode(encoding), label.encode(), subject=subject.encode()))
    assert (item.subject, item.text) == ("投诉：镕", TEXT)
    client.force_login(crew.agent)
    assert client.get(reverse("complaints:mails"), {"view": "all", "q": "镕基路"}).context["number"] == 1


def test_hostile_files_are_listed_with_the_reason_and_never_stored(crew):
    item = make.item_of(make.with_files(*((name, "application/octet-stream", data) for name, data in FILES.items())))
    assert list(attachments.of(item)) == []
    assert [file["name"] for file in item.refused] == [attachments.clean_name(name) for name in FILES]
    assert all(file["why"] for file in item.refused)
    assert not any("/" in file["name"] or "\\" in file["name"] or "\u202e" in file["name"] for file in item.refused)
