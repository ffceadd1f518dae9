"""Any bytes give a letter: characters, broken headers, HTML, mails within mails (DSK-05)."""

import pytest

from notifications.inbound import html
from notifications.inbound.reading import read
from tests.factories import mails as make

HEAD = b"From: a@example.com\r\nMessage-ID: <1@x>\r\n"


def plain(content, charset="", subject=b"x", extra=b""):
    declared = f"; charset={charset}".encode() if charset else b""
    return (
        HEAD + b"Subject: " + subject + b"\r\nContent-Type: text/plain" + declared + b"\r\n" + extra + b"\r\n" + content
    )


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        ("镕".encode("gb18030"), "gb2312"),  # declared as gb2312, which lacks the character
        ("镕".encode("gbk"), "GBK"),
        ("镕".encode("gb18030"), "gb18030"),
        ("镕".encode("gb18030"), "utf-8"),  # declared wrongly
        ("镕".encode(), "gb2312"),
        ("镕".encode(), ""),
        ("镕".encode("gb18030"), ""),
        ("镕".encode("gb18030"), "x-unknown"),
        ("镕".encode("big5", "ignore") or "镕".encode(), "utf-8"),
    ],
)
def test_chinese_is_read_as_it_was_meant(content, charset):
    letter = read(plain(content, charset))
    assert letter.text == "镕" or (letter.text and content == "镕".encode("big5", "ignore"))


@pytest.mark.parametrize(
    "subject",
    [
        "=?gb2312?B?{}?=".format("zbbL36O6y8nI3Q=="),
        "=?GB18030?B?{}?=".format("zbbL36O6y8nI3Q=="),
    ],
)
def test_an_encoded_subject_is_read(subject):
    assert read(plain(b"x", subject=subject.encode())).subject.startswith("投诉：")


def test_bare_bytes_in_a_header_are_read():
    letter = read(plain(b"x", subject="投诉讲师".encode("gb18030")))
    assert letter.subject == "投诉讲师"
    named = HEAD.replace(b"a@example.com", '"刘芳" <liu@example.com>'.encode("gb18030"))
    letter = read(named + b"\r\nx")
    assert (letter.sender, letter.sender_name) == ("liu@example.com", "刘芳")


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\r\n", b"\x00\x01\x02", b"From:\r\n\r\n", b"no header at all", HEAD, b"From: <<>>\r\n\r\nx", b"\xff" * 5000,
        HEAD + b"Content-Type: multipart/mixed; boundary=\"x\"\r\n\r\nno part",
        HEAD + b"Content-Type: multipart/mixed\r\n\r\n--\r\n",
        HEAD + b"Content-Type: text/plain; charset=\"=?x?=\"\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%",
        HEAD + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=ZZ=",
        HEAD + b"Subject: =?utf-8?B?A?=\r\n\r\nx", HEAD + b"Subject: =?utf-8?q?\r\n\r\nx",
        HEAD + b"Date: never\r\nTo: ,,,;;\r\n\r\nx", HEAD + b"References: <a <b> <c>>\r\n\r\n",
        HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(3000)),
        HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 500,
        b"Subject: " + b"a" * 100_000 + b"\r\n\r\nx",
    ],
)  # fmt: skip
def test_no_bytes_break_the_reader(raw):
    letter = read(raw)
    assert "\x00" not in letter.subject + letter.text + letter.sender
    assert len(letter.subject) <= 300


def test_html_alone_becomes_its_words():
    raw = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + (
        "<html><head><title>t</title><style>p{}</style></head><body><p>教室&nbsp;更换</p><script>alert(1)</script>"
        "<img src=x onerror=alert(2)><div>没有通知</div></body>"
    ).encode()  # fmt: skip
    assert read(raw).text == "教室 更换\n\n没有通知"
    assert html.words("a &lt;script&gt; b<br>c") == "a <script> b\nc"
    assert html.words("<style>x") == ""


def test_of_two_forms_the_plain_one_is_read_unless_it_is_empty():
    body = (
        b'Content-Type: multipart/alternative; boundary="e"\r\n\r\n--e\r\nContent-Type: text/plain\r\n\r\n%s\r\n'
        b"--e\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n--e--\r\n"
    )
    assert read(HEAD + body % b"plain").text == "plain"
    assert read(HEAD + body % b" ").text == "html"


def test_a_mail_within_a_mail_is_read_with_its_heading():
    inner = make.letter("里面的话", subject="原来的信").replace(b"\r\n", b"\n")
    raw = HEAD + b'Content-Type: multipart/mixed; boundary="e"\r\n\r\n--e\r\nContent-Type: text/plain\r\n\r\nouter\r\n--e\r\n' + (
        b"Content-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--e--\r\n"
    )  # fmt: skip
    text = read(raw).text
    assert text.startswith("outer")
    assert "原来的信" in text
    assert text.endswith("里面的话")


def test_files_come_under_their_decoded_names():
    letter = read(make.with_files(("成绩单.pdf", "application/pdf", b"%PDF-1.4 %%EOF")))
    assert [(file.name, file.content, file.media_type) for file in letter.files] == [
        ("成绩单.pdf", b"%PDF-1.4 %%EOF", "application/pdf")
    ]
    assert letter.text == "见附件"


@pytest.mark.parametrize(
    ("headers", "may"),
    [
        ({}, True),
        ({"Auto_Submitted": "no"}, True),
        ({"Auto_Submitted": "auto-generated"}, False),
        ({"Auto_Submitted": "auto-replied; owner"}, False),
        ({"Precedence": "bulk"}, False),
        ({"Precedence": "list"}, False),
        ({"List_Id": "<x.example>"}, False),
        ({"List_Unsubscribe": "<mailto:a@b.example>"}, False),
        ({"Return_Path": "<>"}, False),
        ({"X_Auto_Response_Suppress": "OOF, AutoReply"}, False),
        ({"sender": "no-reply@shop.example"}, False),
        ({"sender": "MAILER-DAEMON@mx.example"}, False),
        ({"sender": "norah@example.com"}, True),
        ({"subject": "自动回复：收到"}, False),
    ],
)
def test_programs_and_lists_get_no_automatic_answer(headers, may):
    assert read(make.letter(**headers)).may_be_acknowledged == may


def test_what_it_answers_is_told_nearest_first():
    letter = read(make.letter(In_Reply_To="<c@x.example>", References="<a@x.example> <b@x.example> <c@x.example>"))
    assert letter.answered_ids == ("<c@x.example>", "<b@x.example>", "<a@x.example>")
    assert read(plain(b"x", extra=b"In-Reply-To: <a\r\nBcc: b>\r\n")).in_reply_to == ()


@pytest.mark.parametrize(
    ("verdict", "doubted"),
    [
        ("mx.example; dmarc=fail header.from=a", True),
        ("mx.example; spf=fail; dkim=none", True),
        ("mx.example; spf=fail; dkim=pass; dmarc=pass", False),
        ("mx.example; spf=pass smtp.mailfrom=x@evil.example; dkim=none; dmarc=none", True),
        ("mx.example; dkim=pass header.d=evil.example; spf=none", True),
        ("mx.example; spf=pass smtp.mailfrom=x@bounces.example.com; dkim=none", False),
        ("mx.example; spf=pass smtp.mailfrom=x@sender.example; dkim=pass header.i=@example.com", False),
        ("mx.example; spf=pass smtp.mailfrom=x@sender.example; dmarc=pass header.from=example.com", False),
        ("", False),
    ],
)
def test_the_mail_servers_doubt_is_heard(verdict, doubted):
    assert read(make.letter(**({"Authentication_Results": verdict} if verdict else {}))).is_doubted == doubted


@pytest.mark.parametrize(
    ("written", "sender", "is_doubted"),
    [
        (
            "=?utf-8?q?victim=40customer.cn=2C?= <a@evil.com>",
            "a@evil.com",
            False,
        ),  # the name only looks like an address
        ("=?utf-8?B?emhhbmdAY29ycC5jbg==?= <zhang@gmail.com>", "zhang@gmail.com", False),
        ("victim@customer.cn, a@evil.com", "victim@customer.cn", True),
        ("victim@customer.cn\r\nFrom: a@evil.com", "victim@customer.cn", True),
    ],
)
def test_the_sender_is_the_address_and_not_what_a_name_looks_like(written, sender, is_doubted):
    letter = read(f"From: {written}\r\nMessage-ID: <1@x>\r\n\r\nx".encode())
    assert (letter.sender, letter.is_doubted) == (sender, is_doubted)


def test_an_answer_to_a_calendar_entry_is_a_receipt():
    calendar = b"Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    letter = read(HEAD + calendar)
    assert letter.is_receipt and not letter.may_be_acknowledged
    assert not read(plain(b"x")).is_receipt
