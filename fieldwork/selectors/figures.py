"""What was called, reached and said: the roll-up of the ledgers with its rows (TEL-03), and the spot checks against their rates."""

from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import OrgUnit, User
from core.statistics.intervals import share
from customers.choices import FollowUpState, Priority
from fieldwork.choices import Ledger, Satisfaction, TaskState
from fieldwork.models import CallRule, CallTask
from fieldwork.selectors import candidates

SAID = (Satisfaction.SATISFIED, Satisfaction.BASIC, Satisfaction.DISSATISFIED)
COUNTS = {
    "listed": Count("pk", filter=~Q(state=TaskState.DROPPED)),
    "waiting": Count("pk", filter=Q(state__in=TaskState.pending())),
    "reached": Count("pk", filter=Q(state=TaskState.REACHED)),
    "refused": Count("pk", filter=Q(state=TaskState.REFUSED)),
    "not_reached": Count("pk", filter=Q(state=TaskState.NOT_REACHED)),
    **{value.value: Count("pk", filter=Q(satisfaction=value)) for value in SAID},
}


@dataclass(frozen=True)
class Line:
    """One line of a roll-up. ``satisfied`` is the Share (satisfied and basically satisfied) of those who said."""

    key: object
    label: str
    counts: dict

    def __getattr__(self, name):
        if name in COUNTS:
            return self.counts[name]
        raise AttributeError(name)

    @property
    def said(self):
        return sum(self.counts[value.value] for value in SAID)

    @property
    def satisfied_share(self):
        good = self.said - self.counts[Satisfaction.DISSATISFIED]
        return share(good, self.said) if self.said else None

    @property
    def reached_share(self):
        ended = self.counts["listed"] - self.counts["waiting"]
        return share(self.counts["reached"], ended) if ended else None


BY = {"ledger": "rule__ledger", "rule": "rule", "owner": "owner", "staff": "service_record__staff",
      "unit": "service_record__unit", "priority": "priority"}  # fmt: skip


def of_days(user, first, last):
    """Calls that ``user`` sees, of the lists from day ``first`` to ``last``, both included."""
    return CallTask.objects.visible_to(user).filter(list__day__range=(first, last))


def roll_up(rows, by):
    """(lines, total line) of ``rows`` divided ``by`` a key of BY; two queries and one for the names."""
    total = Line(None, "", rows.aggregate(**COUNTS))
    column = BY[by]
    found = rows.exclude(**{column: None}).values(key=F(column)).annotate(**COUNTS).order_by("key")
    found = [row for row in found if row["key"] not in ("", None)]
    names = _names(by, [row["key"] for row in found])
    lines = [
        Line(row["key"], str(names.get(row["key"], row["key"])), {name: row[name] for name in COUNTS}) for row in found
    ]
    return lines, total


def _names(by, keys):
    if by == "ledger":
        return dict(Ledger.choices)
    model = {"rule": CallRule, "owner": User, "staff": User, "unit": OrgUnit}.get(by)
    return model.objects.in_bulk(keys) if model else {}


@dataclass(frozen=True)
class Achieved:
    """Spot checks of one priority in a quarter: cases closed, calls its rate asks for, calls made, and those still going."""

    priority: str
    rate: int
    closed: int
    target: int
    reached: int
    pending: int

    @property
    def missing(self):
        return max(0, self.target - self.reached)

    @property
    def share(self):
        return share(self.reached, self.closed) if self.closed else None


def achieved(rule, day, quarter=None):
    """[Achieved] of ``quarter`` (first, last day; default that of ``day``), as far as it has gone (SMP-06)."""
    quarter = quarter or candidates.quarters(rule, day)[-1]
    closed, _called = candidates.counts(rule, quarter, day)
    rows = CallTask.objects.filter(rule=rule, service_record__closed_on__range=quarter)
    counts = rows.order_by().values("priority").annotate(
        reached=Count("pk", filter=Q(state=TaskState.REACHED)), pending=Count("pk", filter=Q(state__in=TaskState.pending()))
    )  # fmt: skip
    made = {row["priority"]: row for row in counts}
    none = {"reached": 0, "pending": 0}
    return [
        Achieved(key, rule.rates.get(key, 0), closed[key], candidates.to_call(rule.rates.get(key, 0), closed[key]),
                 made.get(key, none)["reached"], made.get(key, none)["pending"])
        for key in Priority.values
    ]  # fmt: skip


def spot_checks(rule, day):
    """[((first, last day), [Achieved])] of the quarters whose cases are still called on ``day``."""
    return [(quarter, achieved(rule, day, quarter)) for quarter in candidates.quarters(rule, day)]


def dissatisfied(user, first, last):
    """Calls whose customer was dissatisfied, said from day ``first`` to ``last``, the newest first (TEL-08)."""
    rows = CallTask.objects.visible_to(user).filter(
        satisfaction=Satisfaction.DISSATISFIED, closed_at__date__range=(first, last)
    )
    return rows.select_related(
        "customer", "contact", "owner", "service_record__unit", "follow_up__owner"
    ).prefetch_related("checks")


def dissatisfied_counts(rows, now=None):
    """Of ``dissatisfied()``, all of them by the database: how many, late or not passed on (``standing``), written down."""
    now = now or timezone.now()
    pending = Q(follow_up__state__in=FollowUpState.pending())
    late = (
        Q(follow_up=None)
        | (pending & Q(follow_up__due_at__lt=now))
        | (~pending & Q(follow_up__closed_at__gt=F("follow_up__due_at")))
    )
    return rows.order_by().aggregate(
        all=Count("pk", distinct=True), late=Count("pk", filter=late, distinct=True),
        checked=Count("pk", filter=Q(checks__isnull=False), distinct=True),
    )  # fmt: skip


def standing(task):
    """How a dissatisfied customer stands (TEL-09): not_reported, open, late, in_time, closed_late, with ``task.follow_up`` loaded."""
    found = task.follow_up
    if found is None:
        return "not_reported"
    if found.is_pending:
        return "late" if found.is_overdue else "open"
    return "in_time" if found.closed_at <= found.due_at else "closed_late"


def today(user, now=None):
    """What the queue's page says above the list."""
    now = now or timezone.now()
    day, seen = timezone.localdate(now), CallTask.objects.visible_to(user)
    first = day.replace(day=1)
    month = timezone.make_aware(datetime.combine(first, time.min))
    counts = seen.filter(Q(state=TaskState.WAITING) | Q(closed_at__gte=month)).aggregate(
        ripe=Count("pk", filter=Q(state=TaskState.WAITING, next_at__lte=now)),
        agreed=Count("pk", filter=Q(state=TaskState.WAITING, is_agreed=True, next_at__date=day)),
        mine=Count("pk", filter=Q(state=TaskState.REACHED, owner=user, closed_at__date=day)),
        everybody=Count("pk", filter=Q(state=TaskState.REACHED, closed_at__date=day)),
        said=Count("pk", filter=Q(satisfaction__in=SAID, closed_at__gte=month)),
        dissatisfied=Count("pk", filter=Q(satisfaction=Satisfaction.DISSATISFIED, closed_at__gte=month)),
    )
    return counts | {"dissatisfied_url": reverse("fieldwork:dissatisfied")}
