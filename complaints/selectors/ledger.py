"""Reading the ledger: lists, counts, the page of one record."""

from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices import Clock, Kind, State
from complaints.models import CallBack, Complaint, Conversation, Cycle, Extension, Pause, ProgressReport
from core.worktime import Limit, words
from customers.models import Interaction

GAPS = """
    SELECT sequence.kind, sequence.year FROM core_numbersequence sequence
    WHERE sequence.kind = ANY(%s) AND sequence.last <>
        (SELECT count(*) FROM complaints_complaint WHERE number LIKE sequence.kind || '-' || sequence.year || '-%%')
    ORDER BY 1, 2
"""
RELATED = ("customer", "contact", "complainant", "receiver", "desk", "unit", "handler", "cycle")


def gaps():
    """(prefix, year) of numbers that were given out and are not there, as text; none (N1)."""
    with connection.cursor() as cursor:
        cursor.execute(GAPS, [[kind.prefix for kind in Kind]])
        return [f"{kind}-{year}" for kind, year in cursor.fetchall()]


def rows(user):
    """The ledger as ``user`` sees it, ready for a list."""
    return Complaint.objects.visible_to(user).select_related(*RELATED)


def counts(user):
    """{"mine", "overdue", "open", "review", "call_back", "free"} of open records, once per request."""
    if not hasattr(user, "_complaint_counts"):
        now = timezone.now()
        late = Q(cycle__response_due__lt=now, cycle__first_response_at=None) | Q(cycle__result_due__lt=now)
        user._complaint_counts = (
            Complaint.objects.visible_to(user)
            .open()
            .aggregate(
                open=Count("pk"),
                mine=Count("pk", filter=Q(handler=user) & ~Q(state=State.REPLIED)),
                overdue=Count("pk", filter=Q(cycle__replied_at=None) & late),
                free=Count("pk", filter=Q(state__in=[State.REGISTERED, State.ACCEPTED])),
                review=Count("pk", filter=Q(state=State.REVIEW)),
                call_back=Count("pk", filter=Q(state=State.REPLIED)),
            )
        )
    return user._complaint_counts


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
    talks = Interaction.objects.visible_to(user).filter(conversation__cycle__complaint=complaint)
    return set(talks.values_list("pk", flat=True))


def cycles_of(complaint):
    """CycleViews of a record, the current one first, in a constant number of queries."""
    found = complaint.cycles.select_related("reply__author", "reply__reviewer").prefetch_related(
        "determinations__by",
        "assignments__unit",
        "assignments__handler",
        "assignments__by",
        Prefetch("pauses", Pause.objects.select_related("reason", "requested_by", "decided_by")),
        Prefetch("extensions", Extension.objects.select_related("requested_by", "decided_by")),
        Prefetch("progress", ProgressReport.objects.select_related("by")),
        Prefetch("call_backs", CallBack.objects.select_related("by")),
        Prefetch("conversations", Conversation.objects.select_related("interaction__agent", "by")),
    )
    return [_view(cycle) for cycle in found.order_by("-n")]


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
