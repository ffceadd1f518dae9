"""Staff pages of surveys: what they show, to whom, and in how many queries (SUR-01–04, QST-10, CHN-16, PRV-05)."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import Role
from core import jobs
from core.models import Event, Job
from customers.models import FollowUp
from surveys import outline
from surveys.choices import FindingState, PlanState, VersionState, WaveState
from surveys.models import Finding, LowAnswer, Questionnaire, Response, SurveyPlan, Wave
from surveys.services import invitations, links, plans, questionnaires, waves
from tests.factories import surveys as make

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
pytestmark = pytest.mark.django_db


def signed_in(*roles):
    client = Client()
    user = make.person(*roles)
    client.force_login(user, BACKEND)
    client.user = user
    return client


@pytest.fixture
def officer():
    return signed_in(Role.SURVEY_OFFICER)


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


# Lists: the same queries for one and for three rows, at most twelve ----------------------------------


def add_plan(number):
    plan = make.plan(year=2030 + number)
    plans.add_activity(
        plan,
        by=plan.author,
        title_zh="活动",
        method="web",
        starts_on=date(2030, 1, 1),
        ends_on=date(2030, 1, 9),
        owner=plan.author,
    )


def add_wave(_number):
    make.open_wave(1)


def add_questionnaire(_number):
    make.published()


def add_finding(_number):
    wave = make.answered_wave([3] * 5)
    waves.close(wave, by=wave.owner)
    Finding.objects.filter(wave=wave, question=None).delete()
    keep = Finding.objects.filter(wave=wave).first()
    Finding.objects.filter(wave=wave).exclude(pk=keep.pk).delete()


@pytest.mark.parametrize(("name", "add"), [
    ("plan_list", add_plan), ("questionnaire_list", add_questionnaire), ("wave_list", add_wave), ("finding_list", add_finding),
])  # fmt: skip
def test_lists_take_the_same_queries_for_one_and_three_rows(officer, name, add):
    url = reverse(f"surveys:{name}")
    add(0)
    one = queries(officer, url)
    add(1)
    add(2)
    assert queries(officer, url) == one <= 12


@pytest.mark.parametrize("name", ["wave_answers", "wave_invitations"])
def test_lists_of_one_wave_take_the_same_queries(officer, name):
    counts = []
    for scores in ([2], [2, 2, 2]):
        wave = make.answered_wave(scores)
        counts.append(queries(officer, reverse(f"surveys:{name}", args=[wave.pk])))
    assert counts[0] == counts[1] <= 12


# The plan --------------------------------------------------------------------------------------------


def test_a_plan_is_written_handed_in_and_approved_by_somebody_else(officer):
    url = reverse("surveys:plan_create")
    answer = officer.post(url, {"year": 2031, "unit": make.unit().pk})
    plan = SurveyPlan.objects.get()
    assert answer.url == reverse("surveys:plan_edit", args=[plan.pk])
    parts = {
        f"{key}_zh": f"{key}内容" for key in ("goal", "scope", "respondents", "methods", "schedule", "participants")
    }
    assert officer.post(answer.url, {**parts, "version": plan.version}).status_code == 302
    activity = {
        "title_zh": "一季度",
        "method": "web",
        "recurrence": "once",
        "recurrence_reason": "试点",
        "starts_on": "2031-03-01",
        "ends_on": "2031-03-20",
        "owner": officer.user.pk,
    }
    officer.post(reverse("surveys:activity_create", args=[plan.pk]), activity)
    officer.post(reverse("surveys:plan_submit", args=[plan.pk]))
    assert SurveyPlan.objects.get().state == PlanState.SUBMITTED
    assert officer.get(reverse("surveys:plan_approve", args=[plan.pk])).status_code == 403
    lead = signed_in(Role.LEAD)
    assert lead.post(reverse("surveys:plan_approve", args=[plan.pk])).status_code == 302
    assert SurveyPlan.objects.get().state == PlanState.APPROVED
    assert officer.get(reverse("surveys:plan_revision", args=[plan.pk, 1])).status_code == 200


def test_a_department_plans_for_itself_only():
    client = signed_in(Role.DEPARTMENT_USER)
    answer = client.post(reverse("surveys:plan_create"), {"year": 2031, "unit": make.unit().pk})
    assert (answer.status_code, SurveyPlan.objects.count()) == (200, 0)


def test_a_made_up_activity_in_the_address_is_ignored(officer):
    assert officer.get(reverse("surveys:wave_create"), {"activity": "abc"}).status_code == 200


def test_a_plan_with_gaps_names_them_and_stays(officer):
    plan = make.plan(author=officer.user, filled=False)
    answer = officer.post(reverse("surveys:plan_submit", args=[plan.pk]), follow=True)
    assert SurveyPlan.objects.get().state == PlanState.DRAFT
    assert "目标" in answer.content.decode()


def test_the_later_writer_hears_what_the_earlier_one_changed(officer):
    plan = make.plan(author=officer.user)
    plans.edit(plan, by=officer.user, goal_zh="先写的目标")
    fields = {f"{key}_zh": "后写的" for key in ("goal", "scope", "respondents", "methods", "schedule", "participants")}
    answer = officer.post(reverse("surveys:plan_edit", args=[plan.pk]), {**fields, "version": 0})
    assert answer.status_code == 409
    assert "先写的目标" in answer.content.decode()
    assert "后写的" in answer.content.decode()
    assert SurveyPlan.objects.get().goal_zh == "先写的目标"


# The questionnaire editor ----------------------------------------------------------------------------


def test_a_questionnaire_is_designed_on_the_pages_and_published_by_another(officer):
    officer.post(
        reverse("surveys:questionnaire_create"),
        {"code": "T6", "name_zh": "培训", "name_en": "Training", "unit": make.unit().pk},
    )
    draft = Questionnaire.objects.get().versions.get()
    officer.post(
        reverse("surveys:section_create", args=[draft.pk]),
        {"code": "trainer", "title_zh": "讲师", "title_en": "Trainer", "version": draft.version},
    )
    draft.refresh_from_db()
    rating = {
        "kind": "rating",
        "title_zh": "总体",
        "title_en": "Overall",
        "required": "on",
        "is_overall": "on",
        "scale": "B",
        "version": draft.version,
    }
    officer.post(reverse("surveys:question_create", args=[draft.pk, 0]), rating)
    draft.refresh_from_db()
    choice = {
        "kind": "single",
        "title_zh": "来源",
        "title_en": "Source",
        "options": "朋友 | A friend\n网络 | The web",
        "version": draft.version,
    }
    officer.post(reverse("surveys:question_create", args=[draft.pk, 0]), choice)
    draft.refresh_from_db()
    assert [item["kind"] for item in draft.definition["sections"][0]["questions"]] == ["rating", "single"]
    assert officer.get(reverse("surveys:version_publish", args=[draft.pk])).status_code == 403
    second = signed_in(Role.LEAD)
    assert second.post(reverse("surveys:version_publish", args=[draft.pk])).status_code == 302
    draft.refresh_from_db()
    assert draft.state == VersionState.PUBLISHED
    assert officer.get(reverse("surveys:version_edit", args=[draft.pk])).status_code == 403


def test_a_missing_language_is_named_with_its_place(officer):
    made = questionnaires.create(code="X", name_zh="甲", name_en="A", unit=make.unit(), by=officer.user)
    questionnaires.edit_draft(made.draft, by=officer.user, definition={
        "title": {"zh": "甲", "en": "A"}, "sections": [{"code": "s", "title": {"zh": "节", "en": "Section"}, "questions": [
            {"kind": "text", "title": {"zh": "想说什么？", "en": ""}}]}]})  # fmt: skip
    page = officer.get(made.draft.get_absolute_url()).content.decode()
    assert "英文" in page
    lead = signed_in(Role.LEAD)
    lead.post(reverse("surveys:version_publish", args=[made.draft.pk]))
    made.draft.refresh_from_db()
    assert made.draft.state == VersionState.DRAFT


def test_questions_move_within_and_between_sections():
    start = {
        "sections": [
            {"code": "a", "questions": [{"uid": "1"}, {"uid": "2"}]},
            {"code": "b", "questions": [{"uid": "3"}]},
        ]
    }

    def order(definition):
        return [[item["uid"] for item in part["questions"]] for part in definition["sections"]]

    assert order(outline.move(start, 0, 1, -1)) == [["2", "1"], ["3"]]
    assert order(outline.move(start, 0, 1, 1)) == [["1"], ["2", "3"]]
    assert order(outline.move(start, 1, 0, -1)) == [["1", "2", "3"], []]
    assert order(outline.move(start, 0, 0, -1)) == order(start) == [["1", "2"], ["3"]]


def test_an_option_keeps_its_code_when_lines_move():
    before = outline.read_options("甲 | A\n乙 | B")
    after = outline.read_options("丙 | C\n乙 | B!\n甲 | A", before)
    assert [(option["code"], option["label"]["en"], option["is_exclusive"]) for option in after] == [
        (3, "C", False),
        (2, "B", True),
        (1, "A", False),
    ]
    assert outline.read_options(outline.write_options(after), after) == after
    with pytest.raises(ValueError, match="2"):
        outline.read_options("甲 | A\n乙")


# Waves and their results -----------------------------------------------------------------------------


def test_a_wave_is_set_up_scheduled_opened_and_closed_on_the_pages(officer):
    make.contacts(6, industry="物流")
    version = make.published()
    form = {
        "name_zh": "一季度", "name_en": "Q1", "questionnaire_version": version.pk, "unit": make.unit().pk, "owner": officer.user.pk,
        "opens_at": "2031-03-03T09:00", "closes_at": "2031-03-20T18:00", "reminders_max": 2, "reminder_every_days": 3,
        "low_score_at": 2, "target_score": 4, "kinds": "customer", "industries": "物流", "draw": "random", "strata_least": 10,
        "expected_rate": 40,
    }  # fmt: skip
    assert "6" in officer.post(reverse("surveys:audience_count"), form).content.decode()
    url = officer.post(reverse("surveys:wave_create"), form).url
    wave = Wave.objects.get()
    assert url == wave.get_absolute_url()
    for step, state in (
        ("schedule", WaveState.SCHEDULED),
        ("open", WaveState.OPEN),
        ("close", WaveState.CLOSED),
        ("confirm", WaveState.CONFIRMED),
    ):
        assert officer.get(reverse("surveys:wave_step", args=[wave.pk, step])).status_code == 200
        officer.post(reverse("surveys:wave_step", args=[wave.pk, step]))
        for job in Job.objects.filter(state="queued"):  # opening is work for a worker
            jobs.run(str(job.pk))
        wave.refresh_from_db()
        assert wave.state == state
    assert wave.invitations.count() == 6


def test_the_result_page_shows_base_and_interval_with_every_figure(officer):
    wave = make.answered_wave([5, 5, 4, 4, 2, 1])
    page = officer.get(wave.get_absolute_url()).content.decode()
    assert "n=6" in page
    assert "4 / 6" in page or "6 中" in page or "66.7" in page


def test_under_five_answers_nothing_is_shown(officer):
    wave = make.answered_wave([5, 5, 1, 1])
    page = officer.get(wave.get_absolute_url()).content.decode()
    words = re.sub(r"<[^>]*>", " ", page)  # a moment in an attribute may hold any digits
    assert "50.0" not in words
    assert "3.00" not in words


def test_a_low_answer_opens_a_follow_up_and_becomes_a_finding(officer):
    wave = make.answered_wave([5, 5, 5, 5, 1])
    assert FollowUp.objects.count() >= 1
    page = officer.get(reverse("surveys:wave_low", args=[wave.pk])).content.decode()
    low = LowAnswer.objects.first()
    assert low.follow_up.get_absolute_url() in page
    answer = officer.post(reverse("surveys:finding_from_low", args=[low.pk]))
    finding = Finding.objects.get(low_answer=low)
    assert answer.url == finding.get_absolute_url()
    assert finding.base_n == 5
    officer.post(reverse("surveys:finding_confirm", args=[finding.pk]), {"unit": make.unit().pk, "note": "属实"})
    finding.refresh_from_db()
    assert (finding.state, finding.note) == (FindingState.CONFIRMED, "属实")


def test_a_finding_proposed_at_close_takes_the_low_answer_as_its_origin(officer):
    wave = make.answered_wave([3, 3, 3, 3, 1])
    waves.close(wave, by=wave.owner)
    low = LowAnswer.objects.first()
    assert Finding.objects.get(question=low.question).low_answer is None
    officer.post(reverse("surveys:finding_from_low", args=[low.pk]))
    assert Finding.objects.get(question=low.question).low_answer == low


def test_single_answers_of_an_anonymous_wave_have_no_page(officer):
    wave = make.open_wave(1, is_anonymous=True)
    for name in ("wave_answers", "wave_low"):
        assert officer.get(reverse(f"surveys:{name}", args=[wave.pk])).status_code == 404


def test_rows_behind_a_bar_are_the_answers_with_that_value(officer):
    wave = make.answered_wave([5, 5, 2])
    question = wave.questionnaire_version.questions.get(is_overall=True)
    page = officer.get(
        reverse("surveys:wave_answers", args=[wave.pk]), {"question": question.uid, "value": 2}
    ).content.decode()
    shown = {str(pk) for pk in Response.objects.values_list("pk", flat=True) if str(pk) in page}
    assert len(shown) == 1


def test_answers_leave_as_a_file_only_by_right_and_with_an_event(officer):
    wave = make.answered_wave([5, 4])
    url = reverse("surveys:wave_answers", args=[wave.pk])
    answer = officer.get(url, {"format": "csv"})
    assert len(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()) >= 3
    assert Event.objects.of(wave).filter(kind="exported").get().payload["rows"] == 2
    assert signed_in(Role.LEAD).get(url, {"format": "csv"}).status_code == 403


def test_the_qr_code_leads_to_the_open_link(officer):
    import io

    import zxingcpp
    from PIL import Image

    wave = make.open_wave(1, is_open_link=True)
    picture = Image.open(io.BytesIO(officer.get(reverse("surveys:wave_qr", args=[wave.pk, "png"])).content)).convert(
        "L"
    )
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text.endswith(f"/q/{wave.open_code}/")
    assert officer.get(reverse("surveys:wave_poster", args=[wave.pk])).status_code == 200


@pytest.mark.parametrize("page", ["99999999999999999999", "²", "0", "-1", "x"])
def test_a_made_up_page_shows_the_first(officer, page):
    make.open_wave(1)
    answer = officer.get(reverse("surveys:wave_list"), {"page": page})
    assert (answer.status_code, len(answer.context["table"].page.object_list)) == (200, 1)


@pytest.mark.parametrize(
    "address", ["/search/?q=%00", "/customers/options/?customer_name=%00", "/q/%00abc/", "/customers/?q=%00"]
)
def test_an_address_that_no_database_can_hold_is_refused(officer, address):
    assert officer.get(address).status_code == 400


def test_an_invitation_gets_a_new_link_from_its_row(officer):
    wave = make.open_wave(2)
    first, second = wave.people
    invitations.withdraw(second.invitation, by=wave.owner, reason="Left the company")
    url = reverse("surveys:invitation_renew", args=[first.invitation.pk])
    gone = reverse("surveys:invitation_renew", args=[second.invitation.pk])
    table = reverse("surveys:wave_invitations", args=[wave.pk])
    page = officer.get(table).content.decode()
    assert url in page and reverse("surveys:invitation_withdraw", args=[first.invitation.pk]) in page
    assert gone not in page
    assert "操作" not in officer.get(table, {"format": "csv"}).getvalue().decode("utf-8-sig")
    lead = signed_in(Role.EXECUTIVE)
    assert url not in lead.get(table).content.decode()
    assert lead.post(url).status_code == 403
    assert "作废" in officer.get(url).content.decode()
    assert officer.post(url).url == table
    assert links.token_for(make.holders(wave)[0].invitation) != first.token
    assert Event.objects.of(wave).get(kind="link_renewed").by == officer.user
    waves.close(wave, by=wave.owner)
    assert officer.post(url).status_code == 403
    assert url not in officer.get(table).content.decode()
