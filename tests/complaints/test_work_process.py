"""The process of the ledger walked at random: whatever people try in whatever order, the invariants of the anchor hold."""

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from complaints.choices import Part, State
from complaints.models import Complaint, EndRequest, Merge
from complaints.selectors.ledger import gaps
from complaints.services import assessment, watching
from complaints.views.acts import ACTS
from core.models import Contribution, Event
from core.permissions import allows
from core.workflow import InvalidTransition, LostRace
from tests.factories.complaints import ASSESSED, FOUND, REPLY, Crew, fresh, make_complaint

PEOPLE = ("agent", "caller", "lead", "second", "handler", "other")
who, number = st.sampled_from(PEOPLE), st.integers(0, 3)
# What people fill in, by the step's name, for (record, whom)
FILLED = {
    "accept": lambda _row, _other: ASSESSED,
    "handle_directly": lambda _row, _other: ASSESSED | {"severity": "minor"},
    "assign": lambda _row, other: {"unit": unit_of(other), "handler": other},
    "take": lambda _row, _other: {},
    "give_back": lambda _row, _other: {"comment": "不归我们"},
    "reassign": lambda _row, other: {"unit": unit_of(other), "handler": other, "comment": "休假"},
    "verify_facts": lambda _row, _other: {"means": "records", "found": "核实"},
    "determine": lambda _row, _other: FOUND,
    "draft": lambda _row, _other: {"form": "phone"} | REPLY,
    "submit": lambda _row, _other: {},
    "approve": lambda _row, _other: {},
    "send_back": lambda _row, _other: {"comment": "重写"},
    "tell_reply": lambda _row, _other: {"summary": "已告知"},
    "call_back": lambda row, _other: {"reached": True, "resolved": row.version % 3 > 0, "comment": "客户说"},
    "reopen": lambda _row, _other: {"comment": "新情况"},
    "withdraw": lambda _row, _other: {"comment": "撤回", "channel": "phone"},
    "ask_ending": lambda _row, _other: {"ending": "void", "reason": "重复"},
    "grant_ending": lambda _row, _other: {},
    "ask_unmerge": lambda _row, _other: {"reason": "另一件"},
    "grant_unmerge": lambda _row, _other: {},
    "step_aside": lambda _row, _other: {"comment": "亲属"},
    "name_concerned": lambda _row, other: {"person": other},
    "escalate": lambda _row, other: {"lead": unit_of(other), "comment": "复杂"},
    "propose_recovery": lambda _row, _other: {"reason": "x", "remedy": "refund", "detail": "y", "amount": 900},
    "grant_recovery": lambda row, _other: {"recovery": row.recoveries.filter(state="proposed").first()},
    "remark": lambda _row, _other: {"score": 3},
}  # fmt: skip
WAY = (("accept", "lead"), ("assign", "lead"), ("take", "handler"), ("determine", "handler"), ("draft", "handler"), ("submit", "handler"),
       ("approve", "second"), ("tell_reply", "handler"), ("call_back", "caller"))  # fmt: skip


def unit_of(person):
    return person.memberships.first().unit


class Process(RuleBasedStateMachine):
    taken = set()  # of all examples together

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

    def tried(self, step, row, by, other, **fields):
        """As the page does it: the rule is asked, then the service, which takes the step or refuses with a sentence."""
        act = ACTS[step]
        if not allows(by, act.rule, row):
            return
        self.taken.add(step)
        try:
            with transaction.atomic():
                act.service(row, by=by, **(fields or FILLED[step](row, other)))
        except InvalidTransition as refused:
            assert str(refused)

    @rule(step=st.sampled_from(tuple(FILLED)), n=number, by=who, other=who)
    def walk(self, step, n, by, other):
        self.tried(step, self.row(n), getattr(self.crew, by), getattr(self.crew, other))

    @rule(n=number, far=st.integers(1, len(WAY)))
    def go_on(self, n, far):
        """The usual way with the usual people, as far as it goes."""
        for step, by in WAY[:far]:
            self.tried(step, self.row(n), getattr(self.crew, by), self.crew.handler)

    @rule(n=number, other=number, by=st.sampled_from(("lead", "second")))
    def merge(self, n, other, by):
        self.tried("merge", self.row(n), getattr(self.crew, by), None, master=self.row(other), comment="同一件事")

    @rule(n=number)
    def a_stale_writer_loses(self, n):
        """C1"""
        row = self.row(n)
        if allows(self.crew.lead, "complaints.reassess", row):
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
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM complaints_complaint WHERE id = %s", [self.rows[0]])
        for row in rows:
            self.states_follow_from_events(row)
            self.people_stand_apart(row)
        ends = EndRequest.objects.exclude(decided_by=None).values_list("by", "decided_by")
        undone = Merge.objects.exclude(undone_by=None).values_list("undo_by", "undone_by")
        assert [pair for pair in (*ends, *undone) if pair[0] == pair[1]] == []  # S3
        self.merges_are_flat(rows)
        assert watching.differences()[1] == []  # T1

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
            max_examples=5, stateful_step_count=20, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    assert len(Process.taken) > len(FILLED) // 4  # it got about
