"""Reading the ledger: lists, counts, the page of one record."""

from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Min, Prefetch, Q, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import OrgUnit
from complaints.choices import PAST_SERIES, Clock, Kind, State
from complaints.models import (
    Assignment,
    CallBack,
    Complaint,
    Conversation,
    Cycle,
    Determination,
    Extension,
    Pause,
    ProgressReport,
)
from complaints.selectors import present
from core.worktime import Limit, words
from customers.models import Interaction

GAPS = """
    SELECT sequence.kind, sequence.year FROM core_numbersequence sequence
    WHERE sequence.kind = ANY(%s) AND sequence.last <>
        (SELECT count(*) FROM complaints_complaint WHERE number LIKE sequence.kind || '-' || sequence.year || '-%%')
    ORDER BY 1, 2
"""
RELATED = ("customer", "contact", "complainant", "receiver", "desk", "unit", "handler", "cycle", "past")
# On the page of a record; the rest is rarely there
SHOWN = ("complainant", "cycle", "customer", "handler", "receiver", "unit")


def gaps():
    """(prefix, year) of numbers that were given out and are not there, as text; none (N1)."""
    with connection.cursor() as cursor:
        cursor.execute(GAPS, [[*(kind.prefix for kind in Kind), PAST_SERIES]])
        return [f"{kind}-{year}" for kind, year in cursor.fetchall()]


def rows(user):
    """The ledger as ``user`` sees it, ready for a list."""
    return Complaint.objects.visible_to(user).select_related(*RELATED)


def counts(user):
    """{"mine", "overdue", "open", "review", "call_back", "free"} of open records, once per request."""
    if not hasattr(user, "_complaint_counts"):
        late = Cycle.objects.late(timezone.now()).values("complaint")
        user._complaint_counts = (
            Complaint.objects.visible_to(user)
            .open()
            .aggregate(
                open=Count("pk"),
                mine=Count("pk", filter=Q(handler=user) & ~Q(state=State.REPLIED)),
                overdue=Count("pk", filter=Q(pk__in=late)),
                free=Count("pk", filter=Q(state__in=[State.REGISTERED, State.ACCEPTED])),
                review=Count("pk", filter=Q(state=State.REVIEW)),
                call_back=Count("pk", filter=Q(state=State.REPLIED)),
            )
        )
    return user._complaint_counts


@dataclass(frozen=True)
class UnitStatus:
    """What is open at one unit: by state in the order of ``Status.states``, what is late, since when the oldest waits."""

    unit: object
    by_state: list
    open: int
    late: int
    oldest: object


@dataclass(frozen=True)
class Status:
    """Where the ledger stands: open records by unit, all records by state."""

    states: list
    units: list
    totals: list
    open: int
    late: int


def status(user):
    """The status report of what ``user`` sees, in three queries whatever the size."""
    now = timezone.now()
    seen = Complaint.objects.visible_to(user)
    late = Cycle.objects.late(now).values("complaint")
    found = (
        seen.open().order_by().values("unit", "state")
        .annotate(n=Count("pk"), late=Count("pk", filter=Q(pk__in=late)), oldest=Min("received_at"))
    )  # fmt: skip
    rows = list(found)
    totals = {row["state"]: row["n"] for row in seen.order_by().values("state").annotate(n=Count("pk"))}
    units = {unit.pk: unit for unit in OrgUnit.objects.filter(pk__in={row["unit"] for row in rows if row["unit"]})}
    states = [State(state) for state in State.open() if any(row["state"] == state for row in rows)]
    made = [
        _unit_status(units.get(key), [row for row in rows if row["unit"] == key], states)
        for key in {row["unit"] for row in rows}
    ]
    made.sort(key=lambda one: (-one.late, -one.open, str(one.unit or "")))
    return Status(
        states=states, units=made, totals=[(state, totals[state]) for state in State if state in totals],
        open=sum(one.open for one in made), late=sum(one.late for one in made),
    )  # fmt: skip


def _unit_status(unit, rows, states):
    by_state = {row["state"]: row["n"] for row in rows}
    return UnitStatus(
        unit=unit, by_state=[(state, by_state.get(state.value, 0)) for state in states], open=sum(by_state.values()),
        late=sum(row["late"] for row in rows), oldest=min(row["oldest"] for row in rows),
    )  # fmt: skip


@dataclass(frozen=True)
class ClockView:
    """One clock of a cycle as the page shows it: kept, late, running or without a start."""

    clock: Clock
    due: object
    stopped_at: object
    breached_at: object
    limit: Limit
    left: object = None
    original: object = None
    stopped: str = ""

    @property
    def label(self):
        return self.clock.label

    @property
    def how(self):
        """The limit in words."""
        return words.limit_text(self.limit)


@dataclass(frozen=True)
class CycleView:
    """A cycle with what happened in it."""

    cycle: Cycle
    clocks: list
    determination: object = None
    reply: object = None
    call_backs: list = field(default_factory=list)
    conversations: list = field(default_factory=list)
    assignments: list = field(default_factory=list)

    @property
    def sub(self):
        """By which calendar the clocks run."""
        return _("edition %(n)s of the working calendar") % {"n": self.cycle.calendar_version}

    @property
    def determination_sub(self):
        return _("by %(name)s") % {"name": self.determination.by}

    @property
    def reply_title(self):
        return _("Reply") if self.reply.is_approved else _("Draft of the reply")

    @property
    def reply_sub(self):
        if self.reply.is_approved:
            people = {"author": self.reply.author, "reviewer": self.reply.reviewer}
            return _("drafted by %(author)s, reviewed by %(reviewer)s") % people
        return _("drafted by %(author)s") % {"author": self.reply.author}


def talks_open_to(user, complaint):
    """Keys of the conversations' contacts that ``user`` may open."""
    if not present.holds(complaint, "conversations"):
        return set()
    talks = Interaction.objects.visible_to(user).filter(conversation__cycle__complaint=complaint)
    return set(talks.values_list("pk", flat=True))


def cycles_of(complaint):
    """CycleViews of a record, the current one first; what the record holds nothing of is not asked for (present.look)."""
    cycles = list(complaint.cycles.select_related("reply__author", "reply__reviewer", "remark__by").order_by("-n"))
    present.look(complaint, cycles)
    parts = {
        "determinations": Determination.objects.select_related("by"),
        "assignments": Assignment.objects.select_related("unit", "handler", "by"),
        "pauses": Pause.objects.select_related("reason", "requested_by", "decided_by"),
        "extensions": Extension.objects.select_related("requested_by", "decided_by"),
        "progress": ProgressReport.objects.select_related("by"),
        "call_backs": CallBack.objects.select_related("by"),
        "conversations": Conversation.objects.select_related("interaction__agent", "by"),
    }
    held = [Prefetch(name, rows) for name, rows in parts.items() if present.holds(complaint, name)]
    prefetch_related_objects(cycles, *held)
    return [_view(cycle) for cycle in cycles]


def _clock(cycle, clock):
    return ClockView(
        clock, cycle.due_of(clock), cycle.stopped_at(clock), cycle.breached_at(clock), cycle.limit_of(clock),
        left=cycle.elapsed_left if clock == Clock.RESPONSE else cycle.paused_remaining,
        original=cycle.original_due if clock == Clock.RESULT else None,
        stopped=_("Paused") if clock == Clock.RESULT and cycle.is_paused else "",
    )  # fmt: skip


def _view(cycle):
    clocks = [_clock(cycle, clock) for clock in Clock if clock == Clock.RESULT or cycle.due_of(clock)]
    determinations = list(cycle.determinations.all())
    return CycleView(
        cycle=cycle, clocks=clocks, determination=determinations[-1] if determinations else None,
        reply=getattr(cycle, "reply", None), call_backs=list(cycle.call_backs.all()),
        conversations=list(cycle.conversations.all())[::-1], assignments=list(cycle.assignments.all())[::-1],
    )  # fmt: skip


def others_of(complaint, user, limit=5):
    """The newest other records of the same customer that ``user`` sees."""
    if not complaint.customer_id:
        return []
    found = Complaint.objects.visible_to(user).filter(customer=complaint.customer_id).exclude(pk=complaint.pk)
    return found.select_related("cycle").order_by("-received_at")[:limit]
