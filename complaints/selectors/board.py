"""The ageing board: where the clocks of open records stand, who carries what, what runs out next."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Least
from django.utils import timezone

from accounts.models import OrgUnit, User
from complaints.choices import ClockState, ExtensionState, PauseState, State
from complaints.models import Complaint, Extension, Pause

SOON = 240  # working minutes
SHOWN = 50
CARRIERS = 300
UNIT = ("unit", "unit__name_zh", "unit__name_en")
HANDLER = ("handler", "handler__name_zh", "handler__name_en", "handler__name_key")


def with_due(rows):
    """Open ``rows`` with ``due``: the end of the clock that runs out first."""
    response = Case(When(cycle__first_response_at=None, then=F("cycle__response_due")))
    return rows.annotate(due=Least(response, F("cycle__result_due")))


def with_clock_state(rows, now=None):
    """Open ``rows`` with ``clock_state``, a value of ClockState."""
    now = now or timezone.now()
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(now) + timedelta(days=1), time.min))
    asks = [
        Exists(model.objects.filter(cycle=OuterRef("cycle"), state=state))
        for model, state in ((Pause, PauseState.ASKED), (Extension, ExtensionState.REQUESTED))
    ]
    places = (
        (Q(cycle__replied_at__isnull=False), ClockState.ANSWERED),
        (Q(due__lt=now), ClockState.OVERDUE),
        (Q(state=State.SUSPENDED), ClockState.PAUSED),
        (Q(state=State.REVIEW) | Q(asks[0]) | Q(asks[1]), ClockState.WAITING),
        (Q(due__lt=midnight), ClockState.TODAY),
        (Q(due__lt=midnight + timedelta(days=1)), ClockState.TOMORROW),
    )
    place = Case(
        *(When(where, then=Value(state.value)) for where, state in places), default=Value(ClockState.LATER.value),
        output_field=CharField(),
    )  # fmt: skip
    return with_due(rows).annotate(clock_state=place)


@dataclass
class Carrier:
    """A person of a unit, or nobody, with the number of open records in each place."""

    unit: OrgUnit | None
    handler: User | None
    counts: dict = field(default_factory=dict)

    @property
    def total(self):
        return sum(self.counts.values())

    @property
    def cells(self):
        return [(state, self.counts.get(state.value, 0)) for state in ClockState]


@dataclass
class Board:
    carriers: list
    totals: dict
    is_cut: bool = False

    @property
    def total(self):
        return sum(self.totals.values())


def board(user, now=None):
    """Who carries what of the open records that ``user`` sees, the most burdened first; one query."""
    rows = with_clock_state(Complaint.objects.visible_to(user).open(), now)
    found, totals, units, people = {}, {}, {}, {}
    counted = rows.order_by().values_list(*UNIT, *HANDLER, "clock_state").annotate(n=Count("pk"))
    for *names, state, n in counted:
        unit, handler = names[: len(UNIT)], names[len(UNIT) :]
        units[unit[0]] = unit[0] and OrgUnit(**dict(zip(("pk", "name_zh", "name_en"), unit, strict=True)))
        people[handler[0]] = handler[0] and User(
            **dict(zip(("pk", "name_zh", "name_en", "name_key"), handler, strict=True))
        )
        found.setdefault((unit[0], handler[0]), {})[state] = n
        totals[state] = totals.get(state, 0) + n
    order = sorted(found.items(), key=lambda pair: [-pair[1].get(state.value, 0) for state in ClockState])[:CARRIERS]
    carriers = [Carrier(units[unit], people[handler], counts) for (unit, handler), counts in order]
    return Board(carriers, totals, is_cut=len(found) > CARRIERS)


def running_out(user, calendar, now=None):
    """Open records of which a clock runs out within four working hours."""
    now = now or timezone.now()
    rows = with_due(Complaint.objects.visible_to(user).open().filter(cycle__replied_at=None))
    return rows.filter(due__gte=now, due__lte=calendar.add(now, SOON))


def soon(user, calendar, now=None):
    """Those records, the first first."""
    rows = running_out(user, calendar, now).select_related("cycle", "handler", "unit", "customer", "complainant")
    return list(rows.order_by("due", "pk")[:SHOWN])


def asked(user):
    """Pauses and extensions that wait for a decision on records ``user`` sees, with who asked; the longest wait first."""
    seen = Complaint.objects.visible_to(user).open().values("cycle")
    related = ("requested_by", "cycle__complaint")
    pauses = Pause.objects.filter(state=PauseState.ASKED, cycle__in=seen).select_related("reason", *related)
    extensions = Extension.objects.filter(state=ExtensionState.REQUESTED, cycle__in=seen).select_related(*related)
    return sorted([*pauses[:SHOWN], *extensions[:SHOWN]], key=lambda row: row.requested_at)
