"""How often, plan against done, what a revision changed, and projects that owe an answer (SUR-13 to 20, REM-06)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.choices import Role
from customers.services import projects
from dashboard.demo.clock import at, moment
from notifications.models import Notice
from surveys import tasks
from surveys.choices import Doing, Recurrence, WaveState
from surveys.models import SurveyPlan, Wave
from surveys.recurrence import windows
from surveys.selectors import duties, progress, revisions
from surveys.services import answering, plans
from tests.factories import customers as customers_make
from tests.factories import surveys as make
from tests.surveys.asking import one_section, open_wave

R = Recurrence
ANSWERS = {"r0": "5", "r1": "5", "r2": "4"}


@pytest.mark.parametrize(
    ("recurrence", "first", "last", "expected"),
    [
        (R.ONCE, "2026-03-10", "2026-03-20", ["03-10/03-20"]),
        (R.YEARLY, "2026-01-01", "2026-12-31", ["01-01/12-31"]),
        (R.HALF_YEARLY, "2026-01-01", "2026-12-31", ["01-01/06-30", "07-01/12-31"]),
        (R.QUARTERLY, "2026-02-01", "2026-08-15", ["02-01/03-31", "04-01/06-30", "07-01/08-15"]),
        (R.MONTHLY, "2028-01-31", "2028-03-01", ["01-31/01-31", "02-01/02-29", "03-01/03-01"]),
        (R.QUARTERLY, "2026-03-31", "2026-03-31", ["03-31/03-31"]),
        (R.PER_PROJECT, "2026-01-01", "2026-12-31", []),
        (R.NEXT_DAY, "2026-01-01", "2026-12-31", []),
    ],
)
def test_windows_of_an_activity(recurrence, first, last, expected):
    """[SUR-16, SUR-17, SUR-18, SUR-34]"""
    found = windows(recurrence, date.fromisoformat(first), date.fromisoformat(last))
    assert [f"{one.first:%m-%d}/{one.last:%m-%d}" for one in found] == expected
    assert [one.number for one in found] == list(range(1, len(found) + 1))


# Plan against done ---------------------------------------------------------------------------------------


@pytest.fixture
def plan(db):
    officer = make.person()
    return plans.create(year=2026, unit=make.unit(), by=officer, goal_zh="满意率80%", goal_en="80 %")


def quarterly(plan):
    return plans.add_activity(
        plan, by=plan.author, title_zh="季度调查", title_en="Quarterly", recurrence=R.QUARTERLY, starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31), owner=plan.author, expected_n=10,
    )  # fmt: skip


def test_each_time_an_activity_was_to_take_place_is_shown(plan):
    activity = quarterly(plan)
    wave = open_wave(one_section(), invited=1)
    answering.submit(payload=ANSWERS, invitation=wave.invitations.get())
    ended = {"state": WaveState.CLOSED, "closed_at": moment(date(2026, 3, 1))}
    Wave.objects.filter(pk=wave.pk).update(activity=activity, opens_at=moment(date(2026, 2, 10)), **ended)
    running = open_wave(one_section(), invited=0, questionnaire="Q2")
    Wave.objects.filter(pk=running.pk).update(activity=activity, opens_at=moment(date(2026, 8, 10)))
    (line,) = progress.of_plan(plan, date(2026, 10, 5))
    assert [doing for _window, doing, _waves in line.times] == [Doing.DONE, Doing.MISSED, Doing.RUNNING, Doing.DUE]
    assert (line.missed, line.answers, line.others) == (1, 1, [])
    assert [doing for _w, doing, _x in progress.of_plan(plan, date(2026, 8, 11))[0].times][3] == Doing.AHEAD


def test_a_wave_outside_of_every_window_is_shown_apart_and_a_cancelled_one_not(plan):
    activity = quarterly(plan)
    late, gone = open_wave(one_section(), invited=0), open_wave(one_section(), invited=0, questionnaire="Q2")
    Wave.objects.filter(pk=late.pk).update(activity=activity, opens_at=moment(date(2025, 12, 20)))
    Wave.objects.filter(pk=gone.pk).update(
        activity=activity, opens_at=moment(date(2026, 2, 1)), state=WaveState.CANCELLED
    )
    (line,) = progress.of_plan(plan, date(2026, 4, 2))
    assert ([wave.pk for wave in line.others], line.times[0][1]) == ([late.pk], Doing.MISSED)


def test_the_page_of_a_plan_shows_it_with_the_same_number_of_queries(client, plan, django_assert_max_num_queries):
    quarterly(plan)
    client.force_login(plan.author)
    page = client.get(reverse("surveys:plan", args=[plan.pk])).content.decode()
    assert "每季度" in page and page.count('class="time"') == 4


# Revisions -----------------------------------------------------------------------------------------------


def test_a_revision_says_what_it_changed(client, plan):
    kept, gone = quarterly(plan), quarterly(plan)
    before = plans.snapshot(plan)
    plans.edit(plan, by=plan.author, goal_zh="满意率85%")
    plans.edit_activity(kept, by=plan.author, ends_on=date(2026, 6, 30))
    removed = gone.pk
    plans.remove_activity(gone, by=plan.author)
    added = quarterly(plan)
    found = revisions.difference(before, plans.snapshot(SurveyPlan.objects.get(pk=plan.pk)))
    assert [(str(label), was, now) for label, was, now in found.parts] == [("调查目标", "满意率80%", "满意率85%")]
    assert ([row["id"] for row in found.added], [row["id"] for row in found.removed]) == ([added.pk], [removed])
    assert [(was["ends_on"], now["ends_on"]) for was, now in found.changed] == [("2026-12-31", "2026-06-30")]
    assert revisions.difference(before, before).is_empty


def test_an_older_revision_without_recurrence_differs_in_nothing(plan):
    plans.add_activity(plan, by=plan.author, title_zh="一次", starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1), owner=plan.author)  # fmt: skip
    now = plans.snapshot(plan)
    rows = [{name: value for name, value in row.items() if name != "recurrence"} for row in now["activities"]]
    assert revisions.difference(now | {"activities": rows}, now).is_empty


# Projects ------------------------------------------------------------------------------------------------


@pytest.fixture
def manager(db):
    return make.person(Role.DEPARTMENT_USER)


def running_project(manager, customer=None, **fields):
    project = customers_make.make_project(
        customer or customers_make.make_customer(), by=manager, manager=manager, **fields
    )
    projects.begin(project, by=manager)
    return project


def test_a_project_whose_customer_answered_owes_nothing(manager):
    """[SUR-21]"""
    wave = open_wave(one_section(), invited=1)
    invitation = wave.invitations.get()
    asked, silent = running_project(manager, invitation.customer), running_project(manager)
    answering.submit(payload=ANSWERS, invitation=invitation)
    found = {duty.project.pk: duty for duty in duties.of_quarter(make.person())}
    assert (found[asked.pk].lacks_questionnaire, found[silent.pk].lacks_questionnaire) == (False, True)
    assert not found[silent.pk].lacks_sales_survey


def test_a_sales_survey_is_owed_from_the_key_milestone_on(manager):
    project = running_project(manager)
    milestone = projects.add_milestone(project, by=manager, name_zh="中期", due_on=date(2026, 12, 1), is_key=True)
    projects.reach_milestone(milestone, by=manager)
    (duty,) = duties.of_quarter(make.person())
    assert (duty.lacks_sales_survey, duty.sales_due_on) == (True, milestone.reached_on)


def test_an_answer_about_another_project_of_the_customer_does_not_count(manager):
    wave = open_wave(one_section(), invited=1)
    invitation = wave.invitations.get()
    mine, other = running_project(manager, invitation.customer), running_project(manager, invitation.customer)
    record = customers_make.make_service(invitation.customer, project=other)
    wave.invitations.update(service_record=record)
    answering.submit(payload=ANSWERS, invitation=wave.invitations.get())
    found = {duty.project.pk: duty.lacks_questionnaire for duty in duties.of_quarter(make.person())}
    assert found == {mine.pk: True, other.pk: False}


def test_a_project_that_ended_since_still_owed_in_the_quarter_it_ran_in(manager):
    with at(moment(date(2026, 7, 10))):
        project = running_project(manager)
    with at(moment(date(2026, 11, 10))):
        projects.complete(project, by=manager)
        officer = make.person()
        assert [duty.project for duty in duties.of_quarter(officer, date(2026, 8, 1))] == [project]
        assert [duty.sales_due_on for duty in duties.of_quarter(officer, date(2026, 11, 20))] == [date(2026, 11, 10)]
        assert duties.of_quarter(officer, date(2027, 2, 1)) == []


def test_the_manager_is_told_twice_before_the_quarter_ends_and_never_more(manager):
    with at(moment(date(2026, 10, 8))):
        running_project(manager)
    told = []
    for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 22), date(2026, 12, 30)):
        with at(moment(day)):
            for _run in range(2):
                tasks.remind_projects()
            told.append(Notice.objects.filter(user=manager).count())
    assert told == [0, 1, 1, 2, 2]


def test_the_page_shows_own_projects_and_what_is_missing(client, manager):
    mine = running_project(manager)
    theirs = running_project(
        make.person(Role.DEPARTMENT_USER), customers_make.make_customer(unit=customers_make.make_unit("XX"))
    )
    client.force_login(manager)
    page = client.get(reverse("surveys:duty_list") + "?only=missing").content.decode()
    assert (mine.code in page, theirs.code in page) == (True, False)
    earlier = mine.starts_on - timedelta(days=200)
    assert mine.code not in client.get(reverse("surveys:duty_list") + f"?day={earlier}").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_often_for_three_projects(client, manager, count, django_assert_num_queries):
    officer = make.person()
    for _one in range(count):
        running_project(manager)
    with django_assert_num_queries(6):
        assert len(duties.of_quarter(officer)) == count
