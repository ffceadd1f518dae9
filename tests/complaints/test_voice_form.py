"""The public form: every post is answered with its receipt or with everything that was typed."""

import http.client
import re
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from complaints.codes import fits
from complaints.models import Complaint, Cycle
from complaints.public import kept, stamps
from complaints.services import voice as voices
from complaints.services.registration import register
from core.models import Attachment
from notifications.kinds import KINDS
from notifications.models import Message
from tests.factories.accounts import person

pytestmark = pytest.mark.django_db
PAGE = "/voice/"
SAID = {
    "kind": "complaint", "text": "证书没有寄到。考完已经一个月了。", "wish": "尽快寄出", "by": "phone", "phone": "138 1234 5678",
    "name": "张女士", "consent": "1",
}  # fmt: skip
YEAR = timezone.localdate().year
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40 + b"IEND\xaeB`\x82"


@pytest.fixture(autouse=True)
def _at_once(settings, tmp_path):
    """Nobody waits in these tests, and files lie apart."""
    settings.VOICE_SECONDS = 0
    settings.MEDIA_ROOT = tmp_path


def hidden(page):
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.content.decode()))


def send(client, page=None, **changes):
    said = {name: value for name, value in (SAID | changes).items() if value is not None}
    return client.post(PAGE, hidden(page or client.get(PAGE)) | said)


def codes(page):
    return re.findall(r'class="code">([^<]+)<', page.content.decode())


def text_of(page):
    return page.content.decode()


# Taken -------------------------------------------------------------------------------------------------


def test_a_post_is_answered_with_its_receipt(client):
    page = send(client)
    complaint = Complaint.objects.select_related("cycle", "complainant").get()
    number, code = codes(page)
    assert (page.status_code, number) == (200, f"TS-{YEAR}-000001")
    assert fits(code, complaint.code_hash) and re.fullmatch(r"\w{4}-\w{4}", code)
    assert "张女士，谢谢您告诉我们" in text_of(page) and "3个工作日内" in text_of(page)
    assert timezone.localtime(complaint.cycle.response_due).strftime("%H:%M") in text_of(page)
    assert (complaint.title, complaint.channel, complaint.language) == ("证书没有寄到", "web", "zh-hans")
    assert complaint.text == "证书没有寄到。考完已经一个月了。\n\n客户希望：尽快寄出"
    person = complaint.complainant
    assert (person.name, person.phone, person.email, person.consent) == ("张女士", "+8613812345678", "", True)


@pytest.mark.parametrize(("kind", "prefix", "said"), [
    ("complaint", "TS", "投诉已收到"), ("suggestion", "JY", "建议已收到"), ("enquiry", "ZX", "咨询已收到"), ("praise", "BY", "表扬已收到"),
])  # fmt: skip
def test_every_kind_has_its_receipt(client, kind, prefix, said):
    page = send(client, kind=kind)
    assert codes(page)[0] == f"{prefix}-{YEAR}-000001" and said in text_of(page)


def test_a_second_post_gets_the_identical_receipt(client):
    form = client.get(PAGE)
    first, again = send(client, form), send(client, form, text="anything else", kind="praise")
    strip = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')
    assert strip.sub(b"", first.content) == strip.sub(b"", again.content)
    assert Complaint.objects.count() == Cycle.objects.count() == 1


def test_a_receipt_can_be_read_in_the_other_language_and_next_week(client, monkeypatch):
    receipt = send(client)
    english = client.post(PAGE, hidden(receipt) | {"language": "en"})
    assert "We have your complaint and see to it" in text_of(english) and codes(english) == codes(receipt)
    later = stamps.time.time() + 8 * 86400
    monkeypatch.setattr(stamps.time, "time", lambda: later)
    assert codes(client.post(PAGE, hidden(receipt) | SAID)) == codes(receipt)
    assert Complaint.objects.count() == 1


def test_whoever_stays_anonymous_leaves_nothing_behind(client):
    page = send(client, by="none", consent=None, phone="12", email="x@", name="张女士")
    person = Complaint.objects.get().complainant
    assert (page.status_code, person.name, person.phone, person.email, person.consent) == (200, "", "", "", False)
    assert "我们无法联系您" in text_of(page) and "张女士" not in text_of(page)
    assert Message.objects.count() == 0


def test_an_address_gets_a_confirmation_written_with_the_record(client):
    page = send(client, by="email", phone="", email="zhang@example.com")
    message = Message.objects.get()
    assert (message.kind, message.context) == ("complaints.receipt", {"complaint": Complaint.objects.get().pk})
    assert "z***@example.com" in text_of(page) and "zhang@example.com" not in text_of(page)
    mail = KINDS[message.kind].render(message, message.context)
    number, code = codes(page)
    for body in (mail.text, mail.html):
        assert number in body and code in body and f"/voice/track/?number={number}" in body


def test_a_colleagues_record_has_no_code_to_mail():
    complaint, _code = register(
        kind="complaint", title="t", text="t", channel="phone", by=person(), form_key="k",
        complainant={"email": "zhang@example.com", "consent": True},
    )  # fmt: skip
    mail = KINDS["complaints.receipt"].render(Message.objects.get(), {"complaint": complaint.pk})
    assert complaint.number in mail.text and "/voice/track/" not in mail.text


def test_looking_writes_nothing_and_asks_nothing(client, django_assert_num_queries):
    client.get(PAGE)
    with django_assert_num_queries(0):
        assert client.get(PAGE).status_code == client.head(PAGE).status_code == 200
    assert kept._root().exists() is False


def test_a_post_takes_few_statements(client, django_assert_max_num_queries):
    send(client)
    form = client.get(PAGE)
    with django_assert_max_num_queries(8):
        assert codes(send(client, form))


# Refused, and nothing lost -----------------------------------------------------------------------------


@pytest.mark.parametrize(("changes", "field", "sentence"), [
    ({"kind": None}, "kind", "“您想说的是”还没有选"),
    ({"kind": "rant"}, "kind", "“您想说的是”还没有选"),
    ({"text": " "}, "text", "“发生了什么”还没有填"),
    ({"text": "长" * 10001}, "text", "现有10001个字，最多10000个字"),
    ({"text": "坏\x00字"}, "text", "无法保存的字符"),
    ({"wish": "长" * 1001}, "wish", "现有1001个字"),
    ({"by": None}, "by", "“怎样回复您”还没有选"),
    ({"phone": ""}, "phone", "“手机号”还没有填"),
    ({"phone": "没有号码"}, "phone", "“手机号”里没有号码"),
    ({"phone": "1381234"}, "phone", "“手机号”看上去打不通"),
    ({"by": "email"}, "email", "“电子邮箱”还没有填"),
    ({"by": "email", "email": "zhang@"}, "email", "“电子邮箱”不完整"),
    ({"name": "长" * 101}, "name", "现有101个字"),
    ({"consent": None}, "consent", "还没有勾选“同意”"),
])  # fmt: skip
def test_a_refusal_names_the_field_and_keeps_what_was_typed(client, changes, field, sentence):
    page = send(client, **changes)
    text = text_of(page)
    assert (page.status_code, Complaint.objects.count()) == (422, 0)
    assert f'<a href="#{field}">' in text and text.count(sentence) == 2 and f'id="{field}"' in text
    for name in {"text", "wish", "name"} - changes.keys():
        assert SAID[name] in text
    page = client.post(PAGE, SAID | hidden(page))
    assert len(codes(page)) == 2


def test_an_unusual_number_is_asked_about_once(client):
    page = send(client, phone="1381234")
    assert page.status_code == 422
    other = client.post(PAGE, hidden(page) | SAID | {"phone": "1381235"})
    assert other.status_code == 422
    assert len(codes(client.post(PAGE, hidden(other) | SAID | {"phone": "1381235"}))) == 2


def test_a_bad_file_is_named_and_the_good_one_is_kept_for_the_next_try(client):
    good, bad = SimpleUploadedFile("证书.png", PNG), SimpleUploadedFile("run.exe", b"MZ")
    page = client.post(PAGE, hidden(client.get(PAGE)) | SAID | {"files": [good, bad]})
    assert page.status_code == 422 and "“照片或文件”：run.exe：" in text_of(page)
    (number,) = re.findall(r'name="keep" value="(\d+)" checked><span>证书.png<', text_of(page))
    page = client.post(PAGE, hidden(page) | SAID | {"keep": number})
    assert len(codes(page)) == 2
    row = Attachment.objects.get()
    assert (row.name, row.subject_id, row.file.read()) == ("证书.png", Complaint.objects.get().pk, PNG)
    assert list(kept._root().iterdir()) == []


def test_a_kept_file_can_be_left_out(client):
    page = client.post(
        PAGE, hidden(client.get(PAGE)) | SAID | {"text": "", "files": [SimpleUploadedFile("a.png", PNG)]}
    )
    assert "a.png" in text_of(page)
    assert len(codes(client.post(PAGE, hidden(page) | SAID))) == 2
    assert Attachment.objects.count() == 0


def test_too_many_files(client):
    files = [SimpleUploadedFile(f"{n}.png", PNG) for n in range(6)]
    page = client.post(PAGE, hidden(client.get(PAGE)) | SAID | {"files": files})
    assert page.status_code == 422 and "最多5个文件" in text_of(page)


def test_files_that_cannot_be_kept_are_named(client, monkeypatch):
    monkeypatch.setattr(kept, "MOST", 0)
    page = client.post(
        PAGE, hidden(client.get(PAGE)) | SAID | {"text": "", "files": [SimpleUploadedFile("a.png", PNG)]}
    )
    assert "请重新选择a.png" in text_of(page)


def test_the_language_button_keeps_what_was_typed(client):
    page = send(client, language="en", phone="1")
    text = text_of(page)
    assert (page.status_code, Complaint.objects.count()) == (200, 0)
    assert "What happened?" in text and "证书没有寄到" in text and 'value="1"' in text and 'class="errors"' not in text
    assert "What happened?" in text_of(client.get(PAGE))


def test_markup_is_text(client):
    page = send(client, name="<b>x</b>", text="")
    assert "&lt;b&gt;x&lt;/b&gt;" in text_of(page) and "<b>x</b>" not in text_of(page)
    assert "<b>x</b>" not in text_of(client.post(PAGE, hidden(page) | SAID | {"name": "<b>x</b>"}))


def test_a_forged_post_is_refused_with_its_words_and_a_good_token():
    client = Client(enforce_csrf_checks=True)
    fields = hidden(client.get(PAGE))
    page = client.post(PAGE, fields | SAID | {"csrfmiddlewaretoken": "x" * 64})
    assert (page.status_code, Complaint.objects.count()) == (403, 0)
    assert "证书没有寄到" in text_of(page)
    assert len(codes(client.post(PAGE, hidden(page) | SAID))) == 2


def test_the_database_away(client, monkeypatch):
    def away(*_arguments, **_options):
        raise OperationalError("gone")

    monkeypatch.setattr(voices, "register", away)
    page = send(client)
    assert (page.status_code, page.headers["Retry-After"]) == (503, "60")
    assert "证书没有寄到" in text_of(page) and "暂时无法保存" in text_of(page)


# Programs and floods -----------------------------------------------------------------------------------


def test_too_young_is_asked_once_more(client, settings, monkeypatch):
    settings.VOICE_SECONDS = 3
    page = send(client)
    assert (page.status_code, page.headers["Retry-After"], Complaint.objects.count()) == (429, "3", 0)
    assert "证书没有寄到" in text_of(page) and "您提交得非常快" in text_of(page)
    later = stamps.time.time() + 4
    monkeypatch.setattr(stamps.time, "time", lambda: later)
    assert len(codes(client.post(PAGE, hidden(page) | SAID))) == 2


@pytest.mark.parametrize("form_key", ["", "made-up", "a" * 32 + ":1abcde:" + "x" * 43])
def test_a_stamp_that_is_not_ours_is_replaced(client, form_key):
    page = send(client, form_key=form_key)
    assert (page.status_code, Complaint.objects.count()) == (429, 0)
    assert "证书没有寄到" in text_of(page)
    assert len(codes(client.post(PAGE, SAID | hidden(page)))) == 2


def test_an_old_page_is_asked_once_more(client, monkeypatch):
    form = client.get(PAGE)
    later = stamps.time.time() + 25 * 3600
    monkeypatch.setattr(stamps.time, "time", lambda: later)
    page = send(client, form)
    assert page.status_code == 429 and "这一页打开很久了" in text_of(page) and "证书没有寄到" in text_of(page)


def test_the_trap(client):
    page = send(client, website="https://spam.example")
    assert (page.status_code, Complaint.objects.count()) == (429, 0)
    assert "证书没有寄到" in text_of(page) and "spam.example" not in text_of(page)
    assert len(codes(client.post(PAGE, hidden(page) | SAID))) == 2


@pytest.mark.parametrize("is_cache_away", [False, True])
def test_a_network_has_its_share_and_others_theirs(client, settings, is_cache_away):
    settings.VOICE_OF_NETWORK_PER_10_MINUTES = 2
    if is_cache_away:
        away = settings.CACHES["default"] | {"LOCATION": "unix:///nowhere/valkey.sock"}
        settings.CACHES = settings.CACHES | {"default": away}
    forms = [client.get(PAGE) for _n in range(3)]
    pages = [send(client, form) for form in forms]
    assert [page.status_code for page in pages] == [200, 200, 429]
    assert 0 < int(pages[2].headers["Retry-After"]) <= 600
    assert "证书没有寄到" in text_of(pages[2]) and "您写的都还在" in text_of(pages[2])
    assert send(client, forms[0]).content.count(b'class="code"') == 2  # sent again: free
    assert client.post(PAGE, hidden(forms[2]) | SAID, REMOTE_ADDR="203.0.113.9").status_code == 200


def test_everybody_together_has_a_share(client, settings):
    settings.VOICE_PER_10_MINUTES = 1
    assert send(client).status_code == 200
    page = client.post(PAGE, hidden(client.get(PAGE)) | SAID, REMOTE_ADDR="203.0.113.9")
    assert page.status_code == 429 and Complaint.objects.count() == 1


# Fifty at once -----------------------------------------------------------------------------------------


def ask(portal, method, cookie="", body=None):
    link = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=60)
    headers = {"Cookie": cookie, "Origin": portal.url, "Content-Type": "application/x-www-form-urlencoded"}
    link.request(method, PAGE, body, headers)
    answer = link.getresponse()
    return answer.read().decode(), (answer.getheader("Set-Cookie") or "").split(";")[0]


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_posts_are_one_complaint_and_one_receipt(live_portal):
    page, cookie = ask(live_portal, "GET")
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    time.sleep(3.1)  # younger ones are asked once more
    body = urlencode(fields | SAID)
    with ThreadPoolExecutor(50) as pool:
        pages = [text for text, _cookie in pool.map(lambda _n: ask(live_portal, "POST", cookie, body), range(50))]
    seen = {tuple(re.findall(r'class="code">([^<]+)<', text)) for text in pages}
    assert len(seen) == 1 and Complaint.objects.count() == Cycle.objects.count() == 1
    number, code = seen.pop()
    assert fits(code, Complaint.objects.get(number=number).code_hash)
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, last FROM core_numbersequence")
        assert cursor.fetchall() == [("TS", 1)]
