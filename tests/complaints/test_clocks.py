"""Clocks: 24 elapsed hours and 3 working days, told at 50, 80, 100 and 120 percent, once each (CMP-24, 25; T1–T3)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.utils import timezone

from complaints import clocks, tasks
from complaints.choices import State
from complaints.models import ClockAlert, ClockCheck, Complaint, Cycle
from complaints.services import conversations, suggestions, timing, watching
from core.models import Calendar
from core.worktime.content import Day
from core.worktime.store import calendar_for, change_day
from notifications.models import Message, Notice
from tests.factories.complaints import complaint_at, decide, fresh, make_complaint, reopened, suggestion_at

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(*parts):
    return datetime(*parts, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("received", "response", "result"),
    [
        (at(2026, 4, 3, 16, 20), at(2026, 4, 4, 16, 20), at(2026, 4, 9, 18)),  # Qingming inside
        (at(2026, 9, 30, 15), at(2026, 10, 1, 15), at(2026, 10, 10, 18)),  # case 18 of the working-time table
        (at(2026, 2, 12, 10), at(2026, 2, 13, 10), at(2026, 2, 24, 18)),  # working Saturday, Spring Festival
    ],
)
def test_response_counts_hours_and_result_counts_working_days(crew, received, response, result):
    cycle = make_complaint(crew.agent, received_at=received).cycle
    assert (cycle.response_due, cycle.result_due) == (response, result)


@pytest.mark.parametrize(
    ("kind", "hours", "days"), [("complaint", 24, 3), ("enquiry", 24, 3), ("suggestion", None, 10), ("praise", None, 5)]
)
def test_the_policy_of_each_kind_is_kept_with_the_cycle(crew, kind, hours, days):
    cycle = make_complaint(crew.agent, kind=kind).cycle
    assert (cycle.response_hours, cycle.result_days, cycle.response_due is None) == (hours, days, hours is None)


def test_recomputing_gives_what_is_stored(crew):
    make_complaint(crew.agent, received_at=at(2026, 4, 3, 16, 20))
    reopened(crew)
    assert watching.differences() == (2, [])
    for cycle in Cycle.objects.all():
        found = clocks.dues(timing.facts_of(cycle), calendar_for())
        assert (found.response, found.result) == (cycle.response_due, cycle.result_due)


def test_a_due_moment_changed_by_hand_is_found(crew):
    cycle = make_complaint(crew.agent).cycle
    stored = cycle.result_due + timedelta(days=1)
    Cycle.objects.filter(pk=cycle.pk).update(result_due=stored)
    said = [timezone.localtime(moment).isoformat() for moment in (stored, cycle.result_due)]
    found = {
        "cycle": cycle.pk,
        "number": cycle.complaint.number,
        "column": "result_due",
        "stored": said[0],
        "wanted": said[1],
    }
    assert tasks.check_ledger() == {"gaps": [], "drifted": [found]}
    assert (ClockCheck.objects.get().looked_at, ClockCheck.objects.get().differences) == (1, [found])
    assert set(Notice.objects.filter(kind="complaints.clocks_differ").values_list("user", flat=True)) == {
        crew.lead.pk,
        crew.second.pk,
    }


def test_only_a_persons_outgoing_word_stops_the_response_clock(crew):
    complaint = make_complaint(crew.agent)
    conversations.log(complaint, by=crew.agent, summary="客户又来电", direction="in")
    conversations.log(complaint, by=crew.agent, summary="无人接听", reached=False)
    assert fresh(complaint).cycle.first_response_at is None
    talk = conversations.log(complaint, by=crew.agent, summary="已联系")
    assert fresh(complaint).cycle.first_response_at == talk.interaction.started_at
    assert fresh(complaint).state == "registered"


def test_a_state_does_not_stop_it(crew):
    assert fresh(complaint_at(State.REVIEW, crew)).cycle.first_response_at is None


def test_the_third_call_in_vain_is_a_response(crew):
    complaint = make_complaint(crew.agent)
    for _n in range(3):
        conversations.log(complaint, by=crew.agent, summary="无人接听", reached=False)
    assert fresh(complaint).cycle.first_response_at is not None


def test_the_first_word_counts_not_the_second(crew):
    complaint = make_complaint(crew.agent)
    first = conversations.log(complaint, by=crew.agent, summary="一")
    conversations.log(fresh(complaint), by=crew.agent, summary="二")
    assert fresh(complaint).cycle.first_response_at == first.interaction.started_at
    assert complaint.transitions.filter(kind="responded").count() == 1


def test_a_response_too_late_is_a_breach_at_once(crew):
    complaint = make_complaint(crew.agent, received_at=timezone.now() - timedelta(hours=30))
    conversations.log(complaint, by=crew.agent, summary="抱歉晚了")
    cycle = fresh(complaint).cycle
    assert (cycle.response_breached_at, cycle.result_breached_at) == (cycle.response_due, None)


START = at(2026, 3, 2, 9, 30)  # a Monday: the response is due on Tuesday 9:30, the result on Thursday 18:00


def watched(complaint, moment):
    watching.watch(complaint.cycle, now=moment)
    return list(ClockAlert.objects.order_by("clock", "percent").values_list("clock", "percent"))


def test_people_are_told_at_half_at_four_fifths_at_the_end_and_after_it(crew):
    complaint = make_complaint(crew.agent, received_at=START)
    assert watched(complaint, at(2026, 3, 2, 12)) == []
    assert watched(complaint, at(2026, 3, 3, 9, 0)) == [("response", 50), ("response", 80)]
    assert watched(complaint, at(2026, 3, 3, 9, 30)) == [("response", 50), ("response", 80), ("response", 100)]
    cycle = fresh(complaint).cycle
    assert (cycle.response_breached_at, cycle.result_breached_at) == (cycle.response_due, None)
    assert watched(complaint, at(2026, 3, 5, 18))[4:] == [("result", 50), ("result", 80), ("result", 100)]
    assert watched(complaint, at(2026, 3, 6, 16, 17))[6:] == [("result", 100)]  # 37.8 of 31.5 working hours at 16:18
    assert watched(complaint, at(2026, 3, 6, 16, 18))[6:] == [("result", 100), ("result", 120)]
    assert fresh(complaint).cycle.result_breached_at == cycle.result_due
    assert list(complaint.transitions.filter(kind__endswith="_late").values_list("kind", flat=True)) == [
        "response_late",
        "result_late",
    ]


def test_watching_twice_tells_once(crew):
    complaint = complaint_at(State.HANDLING, crew, received_at=START)
    for _n in range(2):
        watched(complaint, at(2026, 3, 3, 9, 30))
    told = Notice.objects.filter(kind="complaints.clock")
    assert set(told.values_list("user", flat=True)) == {crew.handler.pk, crew.lead.pk, crew.second.pk}
    assert (told.count(), ClockAlert.objects.count()) == (3, 3)
    assert Message.objects.filter(kind="complaints.clock").count() == 3
    assert complaint.transitions.filter(kind="response_late").count() == 1


def test_a_clock_that_stands_tells_nobody(crew):
    complaint = make_complaint(crew.agent, received_at=START)
    conversations.log(complaint, by=crew.agent, summary="已联系", started_at=START + timedelta(minutes=45))
    assert watched(complaint, at(2026, 3, 3, 10)) == []


def test_whom_it_is_about_is_not_told(crew):
    complaint = make_complaint(crew.agent, received_at=START, concerned=[crew.second])
    watched(complaint, at(2026, 3, 3, 10))
    assert list(Notice.objects.filter(kind="complaints.clock").values_list("user", flat=True)) == [crew.lead.pk]


def test_the_task_counts_and_may_run_again(crew):
    make_complaint(crew.agent, received_at=START)
    first = tasks.watch_clocks()
    alerts = ClockAlert.objects.count()
    idle = {"done": 0, "failed": 0}
    rest = {"resumed": idle, "recomputed": idle, "progress": 0, "mails": idle}
    assert first == rest | {"watched": {"done": 1, "failed": 0}}
    assert tasks.watch_clocks() == rest | {"watched": idle}
    assert (alerts, ClockAlert.objects.count()) == (8, 8)


def test_a_breach_stays_whatever_is_written(crew):
    complaint = make_complaint(crew.agent, received_at=START)
    watched(complaint, at(2026, 3, 9, 9))
    for value in ("NULL", "now()"):
        for column in ("response_breached_at", "result_breached_at"):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE complaints_cycle SET {column} = {value}")
    conversations.log(complaint, by=crew.agent, summary="补记", started_at=START + timedelta(minutes=5))
    assert fresh(complaint).cycle.response_breached_at == complaint.cycle.response_due


def close_days(*days):
    calendar = Calendar.objects.get(is_default=True)
    for day in days:
        change_day(calendar, day, Day(False, None, "停电", "Power cut", "company"), by=None)


def test_a_changed_calendar_moves_open_clocks_and_no_others(crew):
    closed = complaint_at(State.CLOSED, crew)
    kept = Cycle.objects.filter(pk=closed.cycle_id).values().get()
    complaint = complaint_at(State.HANDLING, crew)
    due = complaint.cycle.result_due
    close_days(timezone.localdate(due))
    tasks.watch_clocks()
    cycle = fresh(complaint).cycle
    assert cycle.result_due > due
    assert watching.differences()[1] == []
    assert complaint.transitions.filter(kind="due_moved").count() == 1
    assert Notice.objects.filter(user=crew.handler, kind="complaints.due_moved").count() == 1
    assert Cycle.objects.filter(pk=closed.cycle_id).values().get() == kept


def test_a_changed_calendar_does_not_undo_a_breach(crew):
    complaint = make_complaint(crew.agent, received_at=START)
    watched(complaint, at(2026, 3, 9, 9))
    before = fresh(complaint).cycle
    close_days(at(2026, 3, 5).date())
    watching.recompute(before)
    cycle = fresh(complaint).cycle
    assert (cycle.result_due, cycle.result_breached_at) == (before.result_due, before.result_breached_at)


@pytest.mark.parametrize(
    "column", ["replied_at = now()", "frozen = '{}'", "outcome = 'answered'", "result_due = now()", "closed_at = NULL"]
)
def test_a_closed_cycle_never_changes(crew, column):
    complaint_at(State.CLOSED, crew)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE complaints_cycle SET {column}")


def test_overdue_is_what_runs_past_a_clock(crew):
    late = make_complaint(crew.agent, received_at=timezone.now() - timedelta(hours=25))
    make_complaint(crew.agent)
    complaint_at(State.CLOSED, crew)
    assert list(Complaint.objects.all().overdue()) == [late]


# Suggestions ------------------------------------------------------------------------------------------


def test_a_decision_is_told_with_thanks_and_closes_the_suggestion(crew, smtp):
    from notifications.services import outbox

    complaint = suggestion_at(State.NOT_ADOPTED, crew)
    outbox.deliver_due()
    body = smtp.to("liu@example.com")[-1].get_body(("plain",)).get_content()
    row = fresh(complaint)
    assert ("需求明确" in body, row.state, row.cycle.outcome, row.decision.told_at is not None) == (
        True,
        "closed",
        "decided",
        True,
    )
    suggestions.mark_told(complaint.pk, row.decision.decided_at.isoformat(), timezone.now())
    assert row.transitions.filter(to_state="closed").count() == 1


def test_without_an_address_somebody_tells_the_proposer(crew):
    from core.workflow import InvalidTransition

    complaint = suggestion_at(State.NOT_ADOPTED, crew, complainant={"name": "刘芳", "phone": "13812345678"})
    with pytest.raises(InvalidTransition):
        suggestions.close(complaint, by=crew.agent)
    suggestions.close(complaint, by=crew.agent, summary="电话说明原因并致谢")
    assert fresh(complaint).state == "closed"


def test_an_anonymous_proposer_need_not_be_told(crew):
    complaint = suggestion_at(State.PARTLY, crew, complainant=None)
    suggestions.close(complaint, by=crew.agent)
    assert fresh(complaint).state == "closed"


def test_a_deferred_suggestion_comes_back_on_its_day_in_a_new_cycle(crew):
    complaint = suggestion_at(State.EVALUATING, crew, complainant=None)
    decide(complaint, crew, "deferred", review_on=timezone.localdate() + timedelta(days=1))
    assert tasks.take_up_deferred() == {"done": 0, "failed": 0}
    complaint.decision.review_on = timezone.localdate()
    complaint.decision.save()
    assert tasks.take_up_deferred() == {"done": 1, "failed": 0}
    row = fresh(complaint)
    assert (row.state, row.cycle.n, row.cycles.get(n=1).outcome) == ("evaluating", 2, "deferred")
    decide(row, crew, "adopted")
    assert fresh(complaint).decision.outcome == "adopted"


@pytest.mark.parametrize(("outcome", "day"), [("deferred", None), ("adopted", timezone.localdate())])
def test_only_a_deferral_has_a_review_day(crew, outcome, day):
    from core.workflow import InvalidTransition

    complaint = suggestion_at(State.EVALUATING, crew)
    with pytest.raises(InvalidTransition):
        decide(complaint, crew, outcome, review_on=day)
    assert fresh(complaint).state == "evaluating"


def test_a_decision_that_was_made_stands(crew):
    suggestion_at(State.ADOPTED, crew)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE complaints_suggestiondecision SET outcome = 'not_adopted'")


def test_a_suggestion_is_given_back_to_who_passed_it_on(crew):
    complaint = suggestion_at(State.EVALUATING, crew)
    suggestions.give_back(complaint, by=crew.handler, comment="应由市场部评估")
    assert (fresh(complaint).state, fresh(complaint).handler) == ("registered", None)
    assert Notice.objects.filter(user=crew.agent, kind="complaints.given_back").count() == 1
