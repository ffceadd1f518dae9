"""The process of the ledger walked at random: whatever people try in whatever order, the invariants of the anchor hold."""

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from complaints.choices import Part, State
from complaints.models import Complaint, EndRequest, Merge
from complaints.selectors.ledger import gaps
from complaints.services import (
    assessment,
    call_backs,
    cycles,
    ending,
    facts,
    handling,
    merging,
    people,
    recovery,
    remarks,
    replies,
    together,
    watching,
)
from core.models import Contribution, Event
from core.workflow import InvalidTransition, LostRace
from tests.factories.complaints import ASSESSED, FOUND, REPLY, Crew, fresh, make_complaint

PEOPLE = ("agent", "caller", "lead", "second", "handler", "other")
who, number = st.sampled_from(PEOPLE), st.integers(0, 3)
STEPS = {
    "accept": lambda row, by, _other: assessment.accept(row, by=by, **ASSESSED),
    "direct": lambda row, by, _other: handling.handle_directly(row, by=by, **ASSESSED | {"severity": "minor"}),
    "assign": lambda row, by, other: handling.assign(row, by=by, unit=other.memberships.first().unit, handler=other),
    "take": lambda row, by, _other: handling.take(row, by=by),
    "return": lambda row, by, _other: handling.give_back(row, by=by, comment="不归我们"),
    "reassign": lambda row, by, other: handling.reassign(row, by=by, unit=other.memberships.first().unit, handler=other, comment="休假"),
    "verify": lambda row, by, _other: facts.verify(row, by=by, means="records", found="核实"),
    "hand_in": lambda row, by, _other: hand_in(row, by),
    "approve": lambda row, by, _other: replies.approve(row, by=by),
    "send_back": lambda row, by, _other: replies.send_back(row, by=by, comment="重写"),
    "told": lambda row, by, _other: replies.record_told(row, by=by, summary="已告知"),
    "resolved": lambda row, by, _other: call_backs.log(row, by=by, reached=True, resolved=True),
    "unresolved": lambda row, by, _other: call_backs.log(row, by=by, reached=True, resolved=False, comment="没有"),
    "reopen": lambda row, by, _other: cycles.reopen(row, by=by, comment="新情况"),
    "withdraw": lambda row, by, _other: ending.withdraw(row, by=by, comment="撤回"),
    "ask_end": lambda row, by, _other: ending.ask(row, by=by, ending="void", reason="重复"),
    "grant_end": lambda row, by, _other: ending.grant(row, by=by),
    "ask_unmerge": lambda row, by, _other: merging.ask_unmerge(row, by=by, reason="另一件"),
    "unmerge": lambda row, by, _other: merging.unmerge(row, by=by),
    "aside": lambda row, by, _other: people.step_aside(row, by=by, comment="亲属"),
    "concern": lambda row, by, other: people.name_concerned(row, by=by, person=other),
    "escalate": lambda row, by, other: together.escalate(row, by=by, lead=other.memberships.first().unit, comment="复杂"),
    "recover": lambda row, by, _other: recovery.propose(row, by=by, reason="x", remedy="refund", detail="y", amount=900),
    "grant_recovery": lambda row, by, _other: recovery.grant(row, by=by, recovery=row.recoveries.filter(state="proposed").first()),
    "say": lambda row, by, _other: remarks.say(row, score=3),
}  # fmt: skip
WAY = (
    "accept",
    "assign",
    "take",
    "hand_in",
    "approve",
    "told",
    "resolved",
)  # taken more often, so that records get far


def hand_in(row, by):
    handling.determine(row, by=by, **FOUND)
    replies.draft(row, by=by, form="phone", **REPLY)
    replies.submit(row, by=by)


class Process(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.crew = Crew()
        self.rows = [make_complaint(self.crew.agent).pk for _each in range(3)]

    def teardown(self):
        if hasattr(self, "outer"):
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    def row(self, n):
        return fresh(Complaint(pk=self.rows[n % len(self.rows)]))

    def tried(self, act, *args, **kwargs):
        """A step that is not allowed is refused with a sentence and leaves nothing behind."""
        try:
            with transaction.atomic():
                act(*args, **kwargs)
        except (InvalidTransition, AttributeError) as refused:
            assert str(refused)
        except IntegrityError:
            pytest.fail("a service let the database say no")

    @rule(step=st.sampled_from((*STEPS, *WAY, *WAY)), n=number, by=who, other=who)
    def walk(self, step, n, by, other):
        self.tried(STEPS[step], self.row(n), getattr(self.crew, by), getattr(self.crew, other))

    @rule(n=number, far=st.integers(1, len(WAY)))
    def go_on(self, n, far):
        """The usual way with the usual people, as far as it goes."""
        for step, by in zip(
            WAY[:far], ("lead", "lead", "handler", "handler", "second", "handler", "caller"), strict=False
        ):
            self.tried(STEPS[step], self.row(n), getattr(self.crew, by), self.crew.handler)

    @rule(n=number, other=number, by=who)
    def merge(self, n, other, by):
        self.tried(merging.merge, self.row(n), by=getattr(self.crew, by), master=self.row(other), comment="同一件事")

    @rule(n=number)
    def a_stale_writer_loses(self, n):
        """C1"""
        row = self.row(n)
        if row.state in State.open():
            assessment.reassess(self.row(n), by=self.crew.lead, title=f"甲{row.version}")
            with pytest.raises(LostRace) as lost, transaction.atomic():
                assessment.reassess(row, by=self.crew.second, title="乙")
            assert lost.value.events[-1].payload["changes"]["title"][1] == f"甲{row.version}"

    @invariant()
    def holds(self):
        if not hasattr(self, "rows"):
            return
        rows = list(Complaint.objects.filter(pk__in=self.rows).select_related("cycle"))
        assert (len(rows), gaps()) == (3, [])  # N2
        with (
            transaction.atomic(),
            connection.cursor() as cursor,
            pytest.raises(Exception, match="never deleted|permission denied"),
        ):
            cursor.execute("SAVEPOINT n2")
            try:
                cursor.execute("DELETE FROM complaints_complaint WHERE id = %s", [self.rows[0]])
            finally:
                cursor.execute("ROLLBACK TO SAVEPOINT n2")
        for row in rows:
            self.states_follow_from_events(row)
            self.people_stand_apart(row)
        ends = EndRequest.objects.exclude(decided_by=None).values_list("by", "decided_by")
        undone = Merge.objects.exclude(undone_by=None).values_list("undo_by", "undone_by")
        assert [pair for pair in (*ends, *undone) if pair[0] == pair[1]] == []  # S3
        self.merges_are_flat(rows)
        assert watching.drifted() == []  # T1

    @staticmethod
    def states_follow_from_events(row):
        """H1, H2: exactly one event leads into each state, from the one before, and the last is the state."""
        moves = list(Event.objects.of(row).exclude(to_state="").order_by("pk").values_list("from_state", "to_state"))
        assert [to for _from, to in moves][:-1] == [start for start, _to in moves][1:]
        assert moves[-1][1] == row.state

    @staticmethod
    def people_stand_apart(row):
        """S1: of those who worked on it each took one part, and it is about none of them who still takes one."""
        working = list(Contribution.objects.of(row).filter(part__in=Part.working()).values_list("user", flat=True))
        assert len(working) == len(set(working))
        about = set(Contribution.objects.of(row).filter(part__in=Part.barred()).values_list("user", flat=True))
        assert row.state not in State.open() or row.handler_id not in about

    @staticmethod
    def merges_are_flat(rows):
        """M1"""
        active = list(Merge.objects.active().values_list("complaint", "master"))
        merged = {one for one, _master in active}
        assert merged == {row.pk for row in rows if row.state == State.MERGED}
        assert merged & {master for _one, master in active} == set()
        assert [row for row in rows if row.state == State.MERGED and row.cycle.closed_at is None] == []


@pytest.mark.django_db
def test_whatever_is_tried_the_invariants_hold():
    run_state_machine_as_test(
        Process,
        settings=settings(
            max_examples=5, stateful_step_count=20, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
