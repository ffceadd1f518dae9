"""Staff's main pages with rows on them, looked at by axe: nothing serious or critical, in Chinese and light, in English and dark."""

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.choices import Role
from appraisal.choices import CycleState
from appraisal.models import ScoreSheet
from complaints.choices import State
from complaints.services import canned
from improvements.choices import MeasureState
from surveys.models import BankQuestion
from surveys.services import bank, indicators, questionnaires, waves
from tests.e2e.test_axe import check
from tests.factories import accounts
from tests.factories import appraisal as units
from tests.factories import complaints as said
from tests.factories import fieldwork as calls
from tests.factories import improvements as measures
from tests.factories import surveys as make

LOOKS = [("zh-CN", "light"), ("en-GB", "dark")]
ROLES = [role for role in Role if role != Role.ADMINISTRATOR]


@pytest.fixture
def signed_in(new_page, live_portal):
    """signed_in(user, look) → a page of that person, with ``faults``."""

    def opened(user, look):
        language, theme = look
        page = new_page(locale=language, color_scheme=theme, reduced_motion="reduce", bypass_csp=True)
        client = Client()
        client.force_login(user)
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_portal.url}])
        page.faults = {}
        return page

    return opened


def walk(page, places):
    for place in places:
        answer = page.goto(place)
        assert answer.status == 200, (answer.status, place)
        check(page, place)
    assert {place: faults for place, faults in page.faults.items() if faults} == {}


@pytest.mark.parametrize("look", LOOKS)
def test_surveys(signed_in, look):
    wave = make.answered_wave((5, 4, 4, 2, 5, 3, 5, 4, 4, 5, 1, 2))
    waves.close(wave, by=wave.owner)
    plan, officer = make.plan(), accounts.person(Role.SURVEY_OFFICER)
    top = indicators.create(code="course", name_zh="课程", name_en="Course", meaning_zh="课程怎样", meaning_en="How the course was",
                            since=date(2026, 1, 1), by=officer)  # fmt: skip
    item = wave.questionnaire_version.definition["sections"][0]["questions"][0]
    shared = bank.create(code="COURSE-1", item=item, uid=item["uid"], indicator=top, by=officer)
    draft = questionnaires.new_version(wave.questionnaire_version.questionnaire, by=officer)
    page = signed_in(officer, look)
    walk(page, [
        *(reverse(f"surveys:{name}") for name in ("wave_list", "questionnaire_list", "indicator_list", "bank_list")),
        *(f"{wave.get_absolute_url()}{tab}" for tab in ("", "tables/", "weights/", "opinions/", "precision/", "answers/")),
        plan.get_absolute_url(), reverse("surveys:version_edit", args=[draft.pk]), top.get_absolute_url(), shared.get_absolute_url(),
        reverse("surveys:take_from_bank", args=[draft.pk, 0]), reverse("surveys:question_edit", args=[draft.pk, 0, 0]),
    ])  # fmt: skip
    assert BankQuestion.objects.count() == 1


@pytest.mark.parametrize("look", LOOKS)
def test_calls_and_complaints(signed_in, look):
    agent = calls.agent()
    task = calls.in_hand(agent)
    walk(signed_in(agent, look), [reverse("fieldwork:call_list"), task.get_absolute_url()])
    crew = said.Crew()
    complaint = said.complaint_at(State.HANDLING, crew)
    lists = [reverse("fieldwork:dissatisfied"), reverse("complaints:list"), complaint.get_absolute_url()]
    walk(signed_in(crew.lead, look), lists)
    walk(signed_in(crew.agent, look), [reverse("complaints:create")])


@pytest.mark.parametrize("look", LOOKS)
def test_measures(signed_in, look):
    who = measures.cast()
    measure = measures.measure_at(MeasureState.EXECUTING, who)
    places = [reverse("improvements:measure_list"), measure.get_absolute_url(), measure.case.get_absolute_url()]
    walk(signed_in(who.officer, look), places)


@pytest.mark.parametrize("look", LOOKS)
def test_an_appraisal_sheet(signed_in, look):
    judged = units.cast()
    units.cycle_at(CycleState.SCORING, judged)
    walk(signed_in(judged.officer, look), [ScoreSheet.objects.order_by("pk").first().get_absolute_url()])


def test_home_of_every_role(signed_in):
    for number, role in enumerate(ROLES):
        user = accounts.supervisor() if role == Role.SUPERVISOR else accounts.person(role)
        page = signed_in(user, LOOKS[number % 2])
        walk(page, ["/"])
        page.context.close()


@pytest.mark.parametrize("look", LOOKS)
def test_the_desk(signed_in, look):
    """Ledger, board, figures and what is learned, each with a record in it; one page each of what is looked up."""
    crew = said.Crew()
    said.complaint_at(State.CLOSED, crew)
    complaint = said.complaint_at(State.HANDLING, crew)
    texts = {
        "title_zh": "重开发票",
        "title_en": "Invoice anew",
        "text_zh": "三天内重开。",
        "text_en": "Within three days.",
    }
    canned.approve(canned.write(by=crew.agent, **texts), by=crew.lead)
    names = (
        "board", "status", "figures", "figure_targets", "policies", "policy_create", "process", "code_lists", "absences",
        "reply_templates", "reply_template_create", "canned_list", "risk_list", "notice", "clusters", "library", "case_meetings",
        "case_reports", "feedback_list",
    )  # fmt: skip
    page = signed_in(crew.lead, look)
    walk(page, [*(reverse(f"complaints:{name}") for name in names), f"{reverse('complaints:list')}?view=all&q=换讲师",
                reverse("complaints:act", args=[complaint.pk, "merge"])])  # fmt: skip
    page = signed_in(crew.agent, look)
    walk(page, [reverse("customers:call"), reverse("complaints:canned_create"), reverse("complaints:risk_create")])
