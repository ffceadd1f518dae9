"""Pauses and extensions of a cycle: due follows from the facts (T1), a breach stays (T2), two people (S3), cases 23–27, 32–37."""

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from complaints import tasks
from complaints.choices import Clock, State
from complaints.models import ClockAlert, Complaint, Cycle, Extension, Pause
from complaints.services import call_backs, conversations, ending, extensions, pauses, policies, replies, watching
from core.permissions import allows
from core.workflow import InvalidTransition
from notifications.models import Message, Notice
from notifications.services import outbox
from tests.factories.clocks import ask_more, ask_pause, at, clock, extended, paused, policy, reason
from tests.factories.complaints import ASSESSED, Crew, complaint_at, fresh, hand_in, make_complaint
from tests.factories.mails import item_of, letter

pytestmark = pytest.mark.django_db
START = "2026-03-02 10:00"  # a Monday; the result is due on Thursday at 18:00


@pytest.fixture
def handled(crew):
    with clock(START):
        return complaint_at(State.HANDLING, crew)


def cycle_of(complaint):
    return fresh(complaint).cycle


def run(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


# Pauses -----------------------------------------------------------------------------------------------


def test_a_pause_is_asked_for_granted_by_another_and_moves_the_result_only(crew, handled):
    response = handled.cycle.response_due
    with clock("2026-03-03 10:00"):
        pause = ask_pause(handled, crew.handler, "2026-03-06")
        assert (fresh(handled).state, pause.state) == ("handling", "asked")
        with pytest.raises(InvalidTransition):
            pauses.grant_pause(fresh(handled), by=crew.handler)
        pauses.grant_pause(fresh(handled), by=crew.lead)
        row = fresh(handled)
        assert (row.state, row.cycle.result_due, row.cycle.response_due, row.cycle.is_overdue) == (
            "suspended",
            None,
            response,
            False,
        )
        left = row.cycle.paused_remaining
        assert (left.minutes, left.is_stopped) == (7 * 60 + 16 * 60, True)
        assert row.cycle.due_at == response
    with clock("2026-03-05 09:00"):
        pauses.resume(fresh(handled), by=crew.handler)
        row = fresh(handled)
    # paused from Tuesday to Thursday: two working days more
    assert (row.state, row.cycle.result_due, row.cycle.paused_at) == ("handling", at("2026-03-09 18:00"), None)
    assert watching.differences() == (1, [])
    assert list(handled.transitions.values_list("to_state", flat=True))[-2:] == ["suspended", "handling"]


CASES = [  # number, working minutes, start, pauses, due
    (23, 480, "2026-03-02 10:00", [("2026-03-02 11:00", "2026-03-02 15:00")], "2026-03-03 14:00"),
    (24, 480, "2026-03-06 15:00", [("2026-03-06 18:00", "2026-03-09 09:00")], "2026-03-09 15:00"),
    (25, 480, "2026-03-06 15:00", [("2026-03-06 16:00", "2026-03-09 10:00")], "2026-03-09 18:00"),
    (26, 480, "2026-02-13 15:00", [("2026-02-13 16:00", "2026-02-24 10:00")], "2026-02-24 18:00"),
    (27, 720, "2026-03-02 09:00", [("2026-03-02 18:00", "2026-03-03 09:00")], "2026-03-03 14:00"),
    (33, 120, "2026-03-02 10:00", [("2026-03-02 14:00", "2026-03-02 16:00")], "2026-03-02 15:00"),
]  # fmt: skip


@pytest.mark.parametrize(("no", "minutes", "start", "spans", "due"), CASES)
def test_the_cases_of_pauses_hold_for_a_stored_cycle(crew, no, minutes, start, spans, due):
    with clock(start):
        policy(crew.lead, result_kind="working_minutes", result_amount=minutes, pause_days=30, pause_total_days=60)
        complaint = complaint_at(State.HANDLING, crew)
    for begin, end in spans:
        with clock(begin):
            watching.watch_due()
            paused(complaint, crew, end[:10] if end[:10] > begin[:10] else "2026-03-04")
        with clock(end):
            pauses.resume(fresh(complaint), by=crew.handler)
    cycle = cycle_of(complaint)
    assert cycle.result_due == at(due)
    assert cycle.result_breached_at == (at("2026-03-02 12:00") if no == 33 else None)  # the breach stays where it was
    assert watching.differences()[1] == []


def test_it_goes_on_by_its_day_even_where_that_is_noticed_late_and_twice(crew, handled):
    with clock("2026-03-03 10:00"):
        paused(handled, crew, "2026-03-06")
    with clock("2026-03-05 10:00"):
        assert tasks.watch_clocks()["resumed"] == {"done": 0, "failed": 0}
    with clock("2026-03-09 15:00"):
        assert [tasks.watch_clocks()["resumed"]["done"] for _n in range(2)] == [1, 0]
    pause, row = Pause.objects.get(), fresh(handled)
    assert (pause.ended_at, pause.ended_by, row.state) == (at("2026-03-06 09:00"), "date", "handling")
    assert row.cycle.result_due == at("2026-03-10 18:00")
    assert Notice.objects.filter(kind="complaints.resumed", user=crew.handler).count() == 1


def test_where_we_wait_for_the_customer_it_begins_at_once_and_ends_with_an_answer(crew, handled):
    with clock("2026-03-03 10:00"):
        assert ask_pause(handled, crew.handler, "2026-03-06", "customer").state == "asked"  # nobody asked the customer
        pauses.refuse_pause(fresh(handled), by=crew.lead, comment="请先联系客户")
        conversations.log(fresh(handled), by=crew.handler, summary="请补发照片")
        assert ask_pause(handled, crew.handler, "2026-03-06", "customer").is_automatic
        assert fresh(handled).state == "suspended"
        conversations.log(fresh(handled), by=crew.handler, summary="再次提醒")
        assert fresh(handled).state == "suspended"
    with clock("2026-03-04 10:00"):
        conversations.log(fresh(handled), by=crew.agent, summary="客户来电补充", direction="in")
    row = fresh(handled)
    assert (row.state, row.cycle.pauses.last().ended_by, row.cycle.result_due) == (
        "handling",
        "reply",
        at("2026-03-06 18:00"),
    )
    with clock("2026-03-04 11:00"):
        paused(handled, crew, "2026-03-06")
        conversations.log(fresh(handled), by=crew.agent, summary="客户来电催问", direction="in")
    assert fresh(handled).state == "suspended"  # a supplier is waited for: a chaser does not end it


def test_a_mail_of_the_customer_ends_it(crew, handled):
    with clock("2026-03-03 10:00"):
        conversations.log(fresh(handled), by=crew.handler, summary="请补发照片")
        ask_pause(handled, crew.handler, "2026-03-06", "customer")
        item_of(letter("照片见附件", subject=f"Re: {handled.number}"))
    assert fresh(handled).state == "handling"


def test_caps_days_and_doubles_are_refused(crew, handled):
    with clock("2026-03-03 10:00"):
        for until in ("2026-03-02", "2026-03-03", "2026-03-11"):  # past, today, more than five working days
            with pytest.raises(InvalidTransition):
                ask_pause(handled, crew.handler, until)
        ask_pause(handled, crew.handler, "2026-03-10")
        with pytest.raises(InvalidTransition):
            ask_pause(handled, crew.handler, "2026-03-05")
        pauses.grant_pause(fresh(handled), by=crew.lead)
    with clock("2026-03-10 09:30"):
        tasks.watch_clocks()
        paused(handled, crew, "2026-03-17")
    with clock("2026-03-17 09:30"):
        tasks.watch_clocks()
        with pytest.raises(InvalidTransition):  # ten working days of all pauses are used up
            ask_pause(handled, crew.handler, "2026-03-18")
    assert Pause.objects.filter(state="ended").count() == 2


def test_who_may_do_what_about_a_pause(crew, handled):
    with clock("2026-03-03 10:00"):
        asked = [allows(user, "complaints.ask_pause", fresh(handled)) for user in (crew.handler, crew.other, crew.lead)]
        ask_pause(handled, crew.handler, "2026-03-06")
        decide = [
            allows(user, "complaints.decide_pause", fresh(handled)) for user in (crew.handler, crew.other, crew.lead)
        ]
    assert (asked, decide) == ([True, False, False], [False, False, True])


def test_a_record_that_ends_ends_its_pause_and_what_was_asked(crew, handled):
    with clock("2026-03-03 10:00"):
        ask_more(handled, crew.handler)
        paused(handled, crew, "2026-03-06")
        ending.withdraw(fresh(handled), by=crew.agent, comment="客户撤回")
    row = fresh(handled)
    assert (row.state, row.cycle.is_open, row.cycle.result_due is not None) == ("withdrawn", False, True)
    assert (Pause.objects.get().ended_by, Extension.objects.get().state) == ("record", "lapsed")
    assert row.cycle.frozen["paused_minutes"] == 0


def test_the_frozen_figures_tell_pauses_and_extensions(crew, handled):
    with clock("2026-03-03 10:00"):
        paused(handled, crew, "2026-03-04")
    with clock("2026-03-03 12:00"):
        pauses.resume(fresh(handled), by=crew.handler)
        extended(handled, crew, 1)
    with clock("2026-03-06 10:00"):
        row = fresh(handled)
        hand_in(row, crew)
        replies.approve(row, by=crew.lead)
        replies.record_told(row, by=crew.handler, summary="已告知")
        call_backs.log(fresh(row), by=crew.caller, reached=True, resolved=True)
    frozen = cycle_of(handled).frozen
    names = ("paused_minutes", "extended_days", "result_kept", "result_kept_originally")
    assert [frozen[name] for name in names] == [120, 1, True, False]
    before = Cycle.objects.filter(pk=handled.cycle_id).values().get()
    policy(crew.lead, result_amount=9)
    tasks.watch_clocks()
    assert Cycle.objects.filter(pk=handled.cycle_id).values().get() == before


# Extensions -------------------------------------------------------------------------------------------


def test_an_extension_moves_the_result_tells_the_customer_and_keeps_the_first_day(crew, handled, smtp):
    with clock("2026-03-04 10:00"):
        extended(handled, crew)
    cycle = cycle_of(handled)
    assert (cycle.result_due, cycle.original_due) == (at("2026-03-09 18:00"), at("2026-03-05 18:00"))
    assert watching.differences() == (1, [])
    Message.objects.update(not_before=timezone.now())
    outbox.deliver_due()
    mail = [one for one in smtp.to("liu@example.com") if "还需要一些时间" in one.get_body(("plain",)).get_content()]
    extension = Extension.objects.get()
    assert (len(mail), extension.told_at is not None, cycle_of(handled).first_response_at is not None) == (
        1,
        True,
        True,
    )
    extensions.mark_told(extension.pk, timezone.now())
    assert handled.cycle.conversations.count() == 1


def test_it_is_asked_for_before_due_and_granted_twice_at_most(crew, handled):
    with clock("2026-03-05 18:00"), pytest.raises(InvalidTransition):
        ask_more(handled, crew.handler)
    for _n in range(2):
        with clock("2026-03-04 10:00"):
            extended(handled, crew, 1)
    with clock("2026-03-04 10:00"), pytest.raises(InvalidTransition):
        ask_more(handled, crew.handler)
    assert cycle_of(handled).result_due == at("2026-03-09 18:00")


def test_an_extension_granted_too_late_leaves_the_breach(crew, handled):
    with clock("2026-03-05 17:00"):
        ask_more(handled, crew.handler)
        with pytest.raises(InvalidTransition):
            extensions.approve_extension(fresh(handled), by=crew.handler)
    with clock("2026-03-06 09:00"):
        watching.watch_due()
        extensions.approve_extension(fresh(handled), by=crew.lead)
    cycle = cycle_of(handled)
    assert (cycle.result_due, cycle.result_breached_at) == (at("2026-03-09 18:00"), at("2026-03-05 18:00"))


def test_a_rejected_extension_leaves_the_day(crew, handled):
    with clock("2026-03-04 10:00"):
        ask_more(handled, crew.handler)
        extensions.reject_extension(fresh(handled), by=crew.lead, comment="可按期办结")
    assert (cycle_of(handled).result_due, Extension.objects.get().state) == (at("2026-03-05 18:00"), "rejected")
    assert Notice.objects.filter(kind="complaints.extension_rejected", user=crew.handler).count() == 1


def test_without_an_address_the_handler_is_asked_to_tell_the_customer(crew):
    with clock(START):
        complaint = complaint_at(State.HANDLING, crew, complainant={"name": "刘芳", "phone": "13812345678"})
        extended(complaint, crew)
        assert cycle_of(complaint).progress_due == timezone.now()
    assert Notice.objects.filter(kind="complaints.progress_owed", user=crew.handler).count() == 1


# By raw SQL as the application's role -----------------------------------------------------------------

FORBIDDEN = {
    "the asker grants a pause": "UPDATE complaints_pause SET state = 'running', started_at = now(), decided_by_id = requested_by_id",
    "a pause begins without a decision": "UPDATE complaints_pause SET state = 'running', started_at = now()",
    "another is said to have asked for the pause": "UPDATE complaints_pause SET requested_by_id = %(other)s",
    "a pause is taken for an automatic one": "UPDATE complaints_pause SET is_automatic = true",
    "a pause vanishes": "DELETE FROM complaints_pause",
    "the asker grants an extension": "UPDATE complaints_extension SET state = 'approved', decided_at = now(), decided_by_id = requested_by_id",
    "an extension without a decision": "UPDATE complaints_extension SET state = 'approved'",
    "another is said to have asked for more": "UPDATE complaints_extension SET requested_by_id = %(other)s",
    "more days than asked for": "UPDATE complaints_extension SET days = 30",
    "a policy is edited": "UPDATE complaints_clockpolicy SET result_amount = 99",
    "due is known while paused": "UPDATE complaints_cycle SET paused_at = now(), paused_left = 1",
    "due is unknown and nothing is paused": "UPDATE complaints_cycle SET result_due = NULL",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_raw_sql_cannot(crew, handled, what):
    with clock("2026-03-03 10:00"):
        ask_pause(handled, crew.handler, "2026-03-06")
        ask_more(handled, crew.handler)
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FORBIDDEN[what], {"other": crew.other.pk})
    assert (Pause.objects.get().state, Extension.objects.get().state) == ("asked", "requested")


def test_raw_sql_cannot_overlap_extend_thrice_or_begin_by_itself(crew, handled):
    with clock("2026-03-03 10:00"):
        paused(handled, crew, "2026-03-06")
    copy = (
        "INSERT INTO complaints_pause (cycle_id, reason_id, comment, resume_on, resume_at, requested_by_id, requested_at, is_automatic,"
        " decision, started_at, ended_at, ended_by, state, decided_by_id, version, created_at, updated_at)"
        " SELECT cycle_id, %s, '', resume_on, resume_at, requested_by_id, requested_at, %s, '', %s, %s, 'date', 'ended', %s, 0, now(), now()"
        " FROM complaints_pause LIMIT 1"
    )
    third, customer = reason().pk, reason("customer").pk
    for values in (
        (third, False, at("2026-03-04 10:00"), at("2026-03-05 10:00"), crew.lead.pk),  # overlaps the one that runs
        (customer, True, at("2026-03-02 11:00"), at("2026-03-02 12:00"), None),  # nobody asked the customer
    ):
        with pytest.raises(IntegrityError):
            run(copy, *values)
    run(copy, third, False, at("2026-03-02 11:00"), at("2026-03-02 12:00"), crew.lead.pk)
    more = (
        "INSERT INTO complaints_extension (cycle_id, days, reason, told, old_due, new_due, requested_by_id, requested_at, decided_by_id,"
        " decided_at, decision, state, version, created_at, updated_at)"
        " VALUES (%s, 1, '', '', now() + '1 hour', now() + '2 days', %s, now(), %s, now(), '', 'approved', 0, now(), now())"
    )
    for _n in range(2):
        run(more, handled.cycle_id, crew.handler.pk, crew.lead.pk)
    with pytest.raises(IntegrityError):
        run(more, handled.cycle_id, crew.handler.pk, crew.lead.pk)


# Case 34: another policy fits after the assessment ------------------------------------------------------


def test_34_a_higher_severity_tightens_the_clock_keeps_the_pauses_and_stamps_what_is_late(crew):
    from complaints.services import assessment

    with clock(START):
        tight = policy(crew.lead, severity="critical", result_kind="working_minutes", result_amount=120, pause_days=5)
        complaint = complaint_at(State.HANDLING, crew)
        general = cycle_of(complaint).policy
    with clock("2026-03-02 11:00"):
        paused(complaint, crew, "2026-03-03")
    with clock("2026-03-02 15:00"):
        pauses.resume(fresh(complaint), by=crew.handler)
    with clock("2026-03-02 17:00"):
        assessment.reassess(fresh(complaint), by=crew.lead, **ASSESSED | {"severity": "critical"})
    cycle = cycle_of(complaint)
    # 10:00–11:00 and 15:00–16:00 are the two hours: late already, stamped now; four working hours of grace
    assert (general.severity, cycle.policy) == ("", tight)
    assert (cycle.result_breached_at, cycle.result_due) == (at("2026-03-02 17:00"), at("2026-03-03 12:00"))
    assert complaint.transitions.get(kind="result_late").payload["by_change"] is True
    assert watching.differences()[1] == []


# T1 and T2 whatever happens in which order --------------------------------------------------------------


class Clocks(RuleBasedStateMachine):
    """One record and everything that touches its clock; stored and computed moments agree after each step."""

    @initialize()
    def begin(self):
        self.savepoint = transaction.savepoint()
        self.crew, self.minutes, self.breaches = Crew(), 0, {}
        with clock(START):
            self.complaint = complaint_at(State.HANDLING, self.crew)

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    @property
    def now(self):
        return (at(START) + timezone.timedelta(minutes=self.minutes)).strftime("%Y-%m-%d %H:%M")

    def do(self, act):
        with clock(self.now):
            try:
                with transaction.atomic():
                    return act(fresh(self.complaint))
            except InvalidTransition:
                return None

    @rule(hours=st.integers(1, 40))
    def wait(self, hours):
        self.minutes += 60 * hours
        with clock(self.now):
            tasks.watch_clocks()

    @rule(n=st.integers(1, 6))
    def pause(self, n):
        day = (at(self.now) + timezone.timedelta(days=n)).strftime("%Y-%m-%d")
        self.do(lambda row: paused(row, self.crew, day))

    @rule()
    def resume(self):
        self.do(lambda row: pauses.resume(row, by=self.crew.handler))

    @rule(n=st.integers(1, 3))
    def extend(self, n):
        self.do(lambda row: extended(row, self.crew, n))

    @precondition(lambda self: self.minutes < 60 * 24 * 20)
    @rule(severity=st.sampled_from(["minor", "critical"]))
    def reassess(self, severity):
        self.do(
            lambda row: (
                Complaint.objects.filter(pk=row.pk).update(severity=severity),
                policies.fit(fresh(row), by=self.crew.lead),
            )
        )

    @invariant()
    def stored_is_computed(self):
        assert watching.differences() == (1, [])
        cycle = cycle_of(self.complaint)
        found = {one: cycle.breached_at(one) for one in Clock if cycle.breached_at(one)}
        assert self.breaches.items() <= found.items()  # T2
        self.breaches = found
        alerts = list(ClockAlert.objects.values_list("cycle", "clock", "percent"))
        assert len(alerts) == len(set(alerts))


def test_whatever_happens_stored_moments_follow_from_the_facts(crew):
    with clock(START):
        policy(
            crew.lead,
            severity="critical",
            result_kind="calendar_days",
            result_amount=7,
            response_amount=4,
            response_kind="working_minutes",
        )
    run_state_machine_as_test(
        Clocks,
        settings=settings(
            max_examples=5,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_new_record_needs_no_more_queries_than_before(crew, django_assert_max_num_queries):
    make_complaint(crew.agent)
    with django_assert_max_num_queries(16):
        make_complaint(crew.agent)
