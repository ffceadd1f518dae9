"""The desk: canned answers, early risks, the notice of channels."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.choices import Role
from complaints.models import CannedAnswer, ChannelNotice, PreventionItem
from complaints.services import canned, notices, risks
from core.workflow import InvalidTransition, LostRace
from notifications.models import Notice
from tests.factories import customers as make
from tests.factories.complaints import fresh, make_complaint

pytestmark = pytest.mark.django_db
WORDS = {"title_zh": "重开发票", "title_en": "Invoice anew", "text_zh": "您好{customer}，{number}的发票三天内重开。",
         "text_en": "Dear {customer}, the invoice for {number} is made anew.", "topic": "price", "kind": "enquiry"}  # fmt: skip


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def in_use(crew, **more):
    return canned.approve(canned.write(by=crew.agent, **WORDS | more), by=crew.lead)


# Canned answers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["{kunde}", "{number", "number}", "{}", "{0}", "{number!r}", "{number:>9}", "{a.b}", "{customer.name}"]
)
def test_placeholders_are_checked_on_saving(crew, text):
    with pytest.raises(ValidationError):
        canned.write(by=crew.agent, **WORDS | {"text_zh": text})
    assert CannedAnswer.objects.count() == 0


def test_a_canned_answer_is_read_by_a_second_person_then_never_changed(client, crew):
    answer = canned.write(by=crew.lead, **WORDS)
    client.force_login(crew.lead)
    assert client.get(reverse("complaints:canned_act", args=[answer.pk, "approve"])).status_code == 403
    with pytest.raises(InvalidTransition):
        canned.approve(answer, by=crew.lead)
    with pytest.raises(DatabaseError), transaction.atomic():
        CannedAnswer.objects.update(reviewer=crew.lead)
    client.force_login(crew.second)
    client.post(reverse("complaints:canned_act", args=[answer.pk, "approve"]), {"version": 0})
    answer.refresh_from_db()
    assert (answer.state, answer.reviewer) == ("approved", crew.second)
    with pytest.raises(InvalidTransition):
        canned.change(answer, by=crew.lead, text_zh="x")
    for change in (lambda: CannedAnswer.objects.update(text_zh="x"), lambda: CannedAnswer.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_revision_takes_the_place_of_the_old_text(crew):
    old = in_use(crew)
    draft = canned.revise(old, by=crew.agent)
    assert canned.revise(old, by=crew.lead) == draft
    canned.change(draft, by=crew.agent, expected_version=0, text_zh="{customer}您好")
    with pytest.raises(LostRace):
        canned.change(draft, by=crew.lead, expected_version=0, text_zh="别的")
    canned.approve(draft, by=crew.lead)
    old.refresh_from_db()
    assert (old.state, draft.state, list(CannedAnswer.objects.in_use())) == ("retired", "approved", [draft])
    assert list(CannedAnswer.objects.matching("您好 customer")) == [draft, old]


def test_a_reply_begins_with_a_canned_answer_and_counts_it(client, crew):
    complaint = make_complaint(crew.agent, kind="enquiry", title="问发票")
    answer = in_use(crew)
    client.force_login(crew.agent)
    url = reverse("complaints:act", args=[complaint.pk, "answer"])
    page = client.get(url, {"canned_q": "发票"})
    assert f"?canned={answer.pk}" in page.content.decode()
    text = client.get(url, {"canned": answer.pk}).context["form"]["text"].value()
    assert text == f"您好刘芳，{complaint.number}的发票三天内重开。"
    client.post(f"{url}?canned={answer.pk}", {"channel": "phone", "text": ""})
    client.post(f"{url}?canned={answer.pk}", {"channel": "phone", "text": text, "version": 0})
    assert (fresh(complaint).state, answer.uses.get().complaint) == ("closed", complaint)


@pytest.mark.parametrize("name", ["canned_list", "risk_list"])
def test_lists_ask_as_often_for_three_rows_as_for_one(client, crew, name):
    client.force_login(crew.lead)
    counts = []
    for number in (1, 2):
        for at in range(number):
            canned.write(by=make.make_person(Role.AGENT, unit=crew.desk), **WORDS)
            risks.notice(by=make.make_person(Role.AGENT, unit=crew.desk), title=f"雨季教室漏水{at}", detail="去年漏过")
        with CaptureQueriesContext(connection) as seen:
            page = client.get(reverse(f"complaints:{name}"))
        counts.append(len(seen))
        assert len(page.context["table"].rows) == (1 if number == 1 else 3)
    assert counts[0] == counts[1] <= 12


# Early risks --------------------------------------------------------------------------------------------


def test_a_risk_is_noticed_assessed_put_right_and_closed(client, crew):
    worker = make.make_person(Role.EMPLOYEE, unit=crew.department)
    client.force_login(worker)
    client.post(reverse("complaints:risk_create"), {"title": "雨季教室漏水", "detail": "去年六月漏过一次"})
    risk = PreventionItem.objects.get()
    assert (risk.number[:3], risk.unit, risk.reporter) == ("YF-", crew.department, worker)
    assert client.get(reverse("complaints:risk_act", args=[risk.pk, "assess"])).status_code == 403
    client.force_login(crew.lead)
    steps = [("assess", {"likelihood": "high", "impact": "medium"}),
             ("measure", {"measure": "请物业检修", "owner": crew.handler.pk, "due_on": "2030-06-01"})]  # fmt: skip
    for version, (step, data) in enumerate(steps):
        client.post(reverse("complaints:risk_act", args=[risk.pk, step]), data | {"version": version})
    client.force_login(crew.handler)
    client.post(reverse("complaints:risk_act", args=[risk.pk, "close"]), {"version": 2, "comment": "已检修"})
    risk.refresh_from_db()
    assert (risk.state, risk.weight, risk.owner) == ("closed", 6, crew.handler)
    assert Notice.objects.filter(kind="complaints.risk_closed", user=worker).count() == 1
    with pytest.raises(InvalidTransition):
        risks.close(risk, by=crew.lead, comment="再关")


def test_risks_are_seen_by_who_has_to_do_with_them(crew):
    risk = risks.notice(by=crew.handler, title="漏水", detail="x")
    people = [
        crew.handler,
        crew.other,
        crew.lead,
        make.make_person(Role.EMPLOYEE, unit=make.make_unit("CD", crew.office)),
    ]
    assert [PreventionItem.objects.visible_to(one).filter(pk=risk.pk).exists() for one in people] == [
        True,
        True,
        True,
        False,
    ]
    with pytest.raises(InvalidTransition):
        risks.close(risk, by=crew.lead, comment=" ")


# The notice of channels ---------------------------------------------------------------------------------


NOTICE = {
    "hotline": "400-555-0123", "hours_zh": "每日8–20时", "hours_en": "8 to 20 h", "email": "voice@example.com", "address_zh": "上海示例路1号",
    "address_en": "1 Example Road", "responsible_zh": "王芳", "responsible_en": "Wang Fang", "responsible_phone": "021-1",
    "promise_zh": "有诉必应", "promise_en": "Every word is answered", "change": "第一版",
}  # fmt: skip


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "有诉必应"), ("en", "Every word is answered")])
def test_the_notice_says_channels_limits_and_promise_in_both_languages(client, crew, language, words):
    from complaints.public.words import promises

    client.force_login(crew.lead)
    for change in ("第一版", "第二版"):
        client.post(reverse("complaints:notice"), NOTICE | {"change": change})
    assert list(ChannelNotice.objects.values_list("n", "change")) == [(2, "第二版"), (1, "第一版")]
    client.logout()
    page = client.get(reverse("voice:channels"), {"lang": language}).content.decode()
    with translation.override(language):
        limits = {name: str(limit) for name, limit in promises("complaint").items()}
    assert [text in page for text in (words, limits["response"], limits["result"], "400-555-0123")] == [True] * 4
    poster = client.get(reverse("voice:channels_pdf"), {"lang": language})
    assert (poster.status_code, poster.content[:5]) == (200, b"%PDF-")
    with pytest.raises(DatabaseError), transaction.atomic():
        ChannelNotice.objects.update(hotline="1")


def test_the_notice_is_there_before_anybody_wrote_one(client, crew):
    assert client.get(reverse("voice:channels")).status_code == 200
    client.force_login(crew.agent)
    assert client.post(reverse("complaints:notice"), NOTICE).status_code == 403
    assert notices.publish(by=crew.lead, **NOTICE).n == 1
