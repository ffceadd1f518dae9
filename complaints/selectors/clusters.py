"""Where complaints pile up: type × cause × unit, for Pareto pictures and for what is put right at its root (CMP-37, 42)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, Count, OuterRef, Subquery, Value

from complaints.choices import Kind
from complaints.models import Cluster, Complaint, Determination
from complaints.names import category_name, cause_name
from complaints.selectors.indicators import OUT, moments, population

LEAST = 3  # complaints of one kind in a period that make a cluster
KEYS = ("category", "cause", "unit_id")


@dataclass(frozen=True)
class Found:
    """One cell of the grid; ``acted`` is the Cluster that somebody made of it."""

    category: str
    cause: str
    unit_id: int
    count: int
    unit: object = None
    acted: Cluster | None = None

    @property
    def category_name(self):
        return category_name(self.category)

    @property
    def cause_name(self):
        return cause_name(self.cause)


def complaints(scope):
    """Complaints received in the scope, with the cause that was found last."""
    since, until = scope.span
    last = Determination.objects.filter(cycle__complaint=OuterRef("pk")).order_by("-pk").values("cause")[:1]
    rows = population(scope, Complaint, "received_at").filter(
        kind=Kind.COMPLAINT, received_at__gte=since, received_at__lt=until
    )
    return rows.annotate(cause=Subquery(last))


def grid(scope):
    """[(category, cause, unit id, count)] of complaints received in the scope; one query."""
    rows = complaints(scope).order_by().values(*KEYS).annotate(n=Count("pk"))
    return [(row["category"], row["cause"] or "", row["unit_id"], row["n"]) for row in rows]


def grid_and_repeated(scope, most=10):
    """(grid, [(customer id, name, count)] of customers with more than one complaint, the most first); one query."""
    cells = complaints(scope).order_by().values(*KEYS).annotate(n=Count("pk"), who=Value("", CharField()))
    again = complaints(scope).filter(customer__isnull=False).order_by().values("customer_id", "customer__name_zh")
    again = again.annotate(n=Count("pk"), no=Value("", CharField()), nobody=Value("", CharField())).filter(n__gt=1)
    again = again.order_by("-n", "customer_id")[:most]
    told = cells.values_list("who", "category", "cause", "unit_id", "n").union(
        again.values_list("customer__name_zh", "no", "nobody", "customer_id", "n"), all=True
    )  # fmt: skip
    made, repeated = [], []
    for who, category, cause, key, n in told:
        if who:
            repeated.append((key, who, n))
        else:
            made.append((category, cause or "", key, n))
    return made, sorted(repeated, key=lambda row: (-row[2], row[0]))


def sums(cells, by):
    """{key: count} of a grid by "category", "cause" or "unit_id", without what is not known yet."""
    place, found = KEYS.index(by), Counter()
    for cell in cells:
        if cell[place]:
            found[cell[place]] += cell[3]
    return dict(found)


def found(scope, least=LEAST, cells=None):
    """Cells with at least ``least`` complaints whose type, cause and unit are known, the largest first."""
    cells = grid(scope) if cells is None else cells
    big = [Found(*cell) for cell in cells if all(cell[:3]) and cell[3] >= least]
    return sorted(big, key=lambda one: (-one.count, one.category, one.cause, one.unit_id))


def records_of(scope, category, cause, unit):
    return complaints(scope).filter(category=category, cause=cause, unit=unit)


def acted_on(start: date, end: date, user):
    """{(category, cause, unit id): Cluster} that overlap the days."""
    rows = (
        Cluster.objects.visible_to(user).filter(since__lte=end, until__gte=start).select_related("unit").order_by("pk")
    )
    return {(row.category, row.cause, row.unit_id): row for row in rows}


def themes(user, since, until, category=""):
    """Ids of what customers said in the days that ``user`` sees, of one type where given: for a list of feedback."""
    rows = Complaint.objects.visible_to(user).filter(kind__in=[Kind.COMPLAINT, Kind.SUGGESTION]).exclude(state__in=OUT)
    start, end = moments(since, until)
    rows = rows.filter(received_at__gte=start, received_at__lt=end)
    return rows.filter(category=category) if category else rows
