"""Bad input has a clear outcome: whatever a mail holds it waits in the queue for a person, and its page opens."""

import base64
import io
import zipfile

import pytest
from django.urls import reverse

from complaints.models import (
    Absence,
    CannedAnswer,
    CaseMeeting,
    ClockPolicy,
    Cluster,
    Complaint,
    FeedbackList,
    LibraryEntry,
    PreventionItem,
)
from complaints.selectors.indicators import REGISTRY
from complaints.services import canned, risks
from core import attachments
from core.models import Attachment, Contribution, Event
from core.workflow import edit
from notifications.models import Message
from tests.factories import mails as make
from tests.factories.complaints import ASSESSED, complaint_at, fresh, make_complaint
from tests.test_permissions import OURS

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


# Addresses and forms ----------------------------------------------------------------------------------

ADDRESSES = [
    (name, route) for name, route, _view in OURS
    if name.startswith(("complaints:", "customers:")) and "987654" not in route and "sample" not in route
]  # fmt: skip
CANNED = {
    "title_zh": "重开发票",
    "title_en": "Invoice",
    "text_zh": "您好",
    "text_en": "Dear",
    "topic": "price",
    "kind": "enquiry",
}
GARBAGE = ["\x00", "99999999999999999999", "²", "9999-12-31", "0001-01-01", "<script>alert(1)</script>"]
PARAMETERS = ("sort", "after", "before", "view", "columns", "saved", "version", "row", "customer", "contact", "interaction",
              "follow_up", "complaint", "cluster", "canned", "template", "start", "end", "unit", "period", "cut", "by", "figure")  # fmt: skip


def fields_of(page):
    """Names of what a page lets one fill in: its filter or its form."""
    shown = [page.context.get(name) for name in ("filter", "form")] if page.context else []
    return [name for one in shown if one is not None for name in getattr(one, "form", one).fields]


def test_garbage_in_any_address_and_form_breaks_nothing_and_writes_nothing(as_lead, crew):
    make_complaint(crew.agent)
    before = counts()
    for turn, (name, url) in enumerate(ADDRESSES):
        fields, garbage = fields_of(as_lead.get(url)), GARBAGE[turn % len(GARBAGE)]
        answers = [as_lead.get(url, dict.fromkeys(PARAMETERS, garbage))]
        if fields:
            answers.append(as_lead.get(url, {fields[turn % len(fields)]: garbage}))
            answers.append(as_lead.post(url, dict.fromkeys(fields, garbage)))
        for answer in answers:
            assert answer.status_code in (200, 302, 400, 404, 405, 409), (name, garbage)
            assert b"<script>alert(1)" not in answer.getvalue(), name
    assert counts() == before


def counts():
    """Rows of the ledger and what happened; any word may be the name of a reason for pauses."""
    kept = (Complaint, Contribution, Attachment, Message, CannedAnswer, PreventionItem, LibraryEntry, CaseMeeting, FeedbackList,
            Absence, ClockPolicy, Cluster)  # fmt: skip
    return [Event.objects.exclude(subject="complaints.pausereason").count(), *(model.objects.count() for model in kept)]


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9999-12-31"])
def test_a_day_of_another_age_is_refused_at_its_field(as_lead, crew, day):
    said = {
        "kind": "complaint",
        "title": "x",
        "text": "x",
        "channel": "phone",
        "form_key": "k",
        "received_at": f"{day}T00:00",
    }
    told = {
        "title": "x",
        "category": "service",
        "since": "2026-01-01",
        "until": day,
        "summary": "x",
        "unit": crew.desk.pk,
    }
    for name, data, field in (("create", said, "received_at"), ("feedback_create", told, "until")):
        page = as_lead.post(reverse(f"complaints:{name}"), data)
        assert (page.status_code, list(page.context["form"].errors)) == (200, [field])


def test_what_one_may_not_see_cannot_be_named_in_any_form(as_lead, crew):
    """The lead is one of those whom the record concerns: for the lead it is not there."""
    barred, own = make_complaint(crew.agent, concerned=[crew.lead]), complaint_at("registered", crew)
    item = make.item_of(make.letter())
    before = counts()
    key = f"{barred.pk}:{barred.version}"
    act = reverse("complaints:act", args=[own.pk, "accept"])
    assert as_lead.get(reverse("complaints:act", args=[barred.pk, "accept"])).status_code == 404
    assert as_lead.post(reverse("complaints:chase", args=[barred.pk])).status_code == 404
    assert as_lead.post(reverse("complaints:bulk", args=["remind"]), {"row": key}).url == reverse("complaints:list")
    page = as_lead.post(act, {**ASSESSED, "version": own.version, "repeat_of": barred.number})
    assert list(page.context["form"].errors) == ["repeat_of"]
    page = as_lead.post(
        reverse("complaints:mail_act", args=[item.pk, "attach"]), {"complaint": barred.number, "version": 0}
    )
    assert list(page.context["form"].errors) == ["complaint"]
    page = as_lead.get(reverse("complaints:library_create"), {"complaint": barred.pk})
    assert barred.title.encode() not in page.content
    assert counts() == before


def test_who_is_later_hears_of_who_was_faster_and_changes_nothing(as_lead, crew):
    complaint = complaint_at("accepted", crew)
    rows = {
        ("act", "reassess"): (complaint, ASSESSED | {"severity": "critical"}),
        ("act", "assign"): (complaint, {"unit": crew.department.pk, "handler": crew.handler.pk}),
        ("risk_act", "assess"): (risks.notice(by=crew.handler, title="漏水", detail="x"), {"likelihood": "high", "impact": "medium"}),
        ("canned_act", "approve"): (canned.write(by=crew.agent, **CANNED), {}),
    }  # fmt: skip
    for row in {(type(row), row.pk): row for row, _data in rows.values()}.values():
        name = "title_zh" if hasattr(row, "title_zh") else "title"
        edit(type(row).objects.get(pk=row.pk), by=crew.second, event="edited", comment="先来的", **{name: "先写的"})
    before = counts()
    for (name, step), (row, data) in rows.items():
        page = as_lead.post(reverse(f"complaints:{name}", args=[row.pk, step]), data | {"version": row.version})
        assert (page.status_code, b"\xe5\x85\x88\xe6\x9d\xa5\xe7\x9a\x84" in page.content) == (409, True), step
    assert (counts(), fresh(complaint).state) == (before, "accepted")


@pytest.mark.parametrize(
    "figure",
    ["", "x", ":::", "timely:among:0001-01-01:9999-12-31", "timely:among:9999-12-31:0001-01-01", "timely:x:2026-01-01:2026-02-01",
     "timely:among:2026-01-01:2026-02-01:only=99999999999999999999", "timely:among:2026-01-01:2026-02-01:unit=²",
     "timely:among:2026-01-01:2026-02-01:only=-1", "timely:among:2026-01-01:2026-02-01:only", "timely:among:2026-02-30:2026-03-01"],
)  # fmt: skip
def test_an_address_of_no_figure_shows_no_rows_and_says_so(as_lead, crew, figure):
    make_complaint(crew.agent)
    name = next(iter(REGISTRY))
    page = as_lead.get(reverse("complaints:list"), {"view": "all", "figure": figure.replace("timely", name)})
    assert (page.status_code, page.context["number"]) == (200, 0 if figure else 1)


@pytest.mark.parametrize(
    "days", [("0001-01-01", "0001-06-01"), ("9999-01-01", "9999-12-31"), ("2026-02-01", "2026-01-01"), ("", "x")]
)
def test_figures_of_days_that_cannot_be_are_those_of_the_usual_ones(as_lead, crew, days):
    for name in ("figures", "clusters"):
        page = as_lead.get(reverse(f"complaints:{name}"), dict(zip(("start", "end"), days, strict=True)))
        assert (page.status_code, page.context["form"].is_valid()) == (200, False)
