"""The figures of the ledger (service figures §4): one source for its own page, periodic reports and appraisal.

Each Indicator says over which rows it is taken (``cohort``: the moment that places a row in a period), who is in the
denominator and who of those in the numerator. Counting and listing start from the same conditions, so that every number
opens to its rows. Nothing of nothing is not a number (K4); values are Decimals, rounded half-up and once.

Timely rates use the due cohort: rows whose deadline fell in the period, and has passed. An overdue open record is a
failure from the day it fell due. A record is charged to the unit that held it at that moment, whoever holds it now.
Merged, declined and void records are out everywhere; merged ones count with the record they are handled with. So are
records of past ledgers: the portal promised nothing for them (docs/adr/0020).
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.choices import ADOPTED_ONES, FINAL_ONES, Kind, Outcome, State, Verdict
from complaints.models import Assignment, CallBack, Complaint, Conversation, Cycle
from complaints.models.complaint import SUBJECT
from core.models import Event
from core.statistics.intervals import wilson
from core.worktime.store import calendar_for
from customers.choices import Direction
from customers.models import ServiceRecord

OUT = (
    State.DECLINED.value,
    State.VOIDED.value,
    "merged",
    State.PAST.value,
)  # not ours, in error, counted with another, of before
SETTLED_EARLY = ("withdrawn", "merged")  # ends by which a clock that had not run out counts neither way
EXACT = Decimal("0.000001")
SHOWN = Decimal("0.1")
SMALL = 10  # a base below which a share is grey and ranks nothing
REPEAT_DAYS = 30
REDO_DAYS = 60
SOON_DAYS = 5
OBSERVED = 15  # working days in which a customer may still object to a reply
SATISFIED = 4  # of five

QUALITY, SERVICE, WATCH = "quality", "service", "watch"
GROUPS = {
    SERVICE: _("How fast and how well it is handled"),
    QUALITY: _("What customers tell us"),
    WATCH: _("Worth a second look"),
}


def moments(start, end):
    """The aware moments (from, before) of the local days from ``start`` to ``end``."""
    day = [datetime.combine(one, time.min) for one in (start, end + timedelta(days=1))]
    return tuple(timezone.make_aware(one) for one in day)


# What is asked for -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """Local days, both included, and what the rows are narrowed by. ``units`` are ids or a queryset; with ``user``
    only what that person sees. ``as_of`` is the moment at which one looks.
    """

    start: date
    end: date
    units: object = None
    channel: str = ""
    category: str = ""
    severity: str = ""
    tier: str = ""
    user: object = None
    as_of: datetime = field(default_factory=timezone.now)

    @property
    def span(self):
        return moments(self.start, self.end)

    @cached_property
    def calendar(self):
        """The working calendar, read once."""
        return calendar_for()

    @property
    def before(self):
        """The same number of days just before; whole months are compared with whole months."""
        return replace(self, start=self.before_start, end=self.start - timedelta(days=1))

    @property
    def before_start(self):
        months = self._whole_months
        if months:
            return _months_back(self.start, months)
        return self.start - (self.end - self.start) - timedelta(days=1)

    @property
    def _whole_months(self):
        following = self.end + timedelta(days=1)
        if self.start.day != 1 or following.day != 1:
            return 0
        return (following.year - self.start.year) * 12 + following.month - self.start.month

    @property
    def narrows(self):
        """{name: value} beyond units, of what is chosen."""
        names = ("channel", "category", "severity", "tier")
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    @property
    def is_whole(self):
        """Whether services can be the base: they know neither channel, type nor severity, and belong to nobody's view."""
        return not (set(self.narrows) - {"tier"}) and (self.user is None or self.user.has_perm("complaints.see_all"))


def _months_back(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


# Populations -----------------------------------------------------------------------------------------

COLUMNS = {"channel": "channel", "category": "category", "severity": "severity", "tier": "customer__tier"}
CUTS = {
    "unit": _("Unit"), "category": pgettext_lazy("figures", "Type"), "channel": _("Channel"),
    "severity": _("Severity"), "tier": _("Tier of the customer"),
}  # fmt: skip
DUE = ("response_due", "result_due")


def _holder(moment):
    """The unit that held the record when its clock ran out; without an assignment by then, the one it has."""
    then = Assignment.objects.filter(cycle=OuterRef("pk"), at__lte=OuterRef(moment)).order_by("-pk")
    return Coalesce(Subquery(then.values("unit_id")[:1]), F("complaint__unit_id"), output_field=BigIntegerField())


def _path(model, name):
    return name if model is Complaint else f"complaint__{name}"


def _unit(model, moment):
    return _holder(moment) if moment in DUE else F(_path(model, "unit"))


def population(scope, model, moment):
    """Rows of ``model`` within ``scope``, whenever they were; no clock and no kind yet."""
    rows = model.objects.exclude(**{f"{_path(model, 'state')}__in": OUT})
    if scope.user is not None and not _sees_figures_only(scope.user):
        seen = Complaint.objects.visible_to(scope.user)
        rows = (
            rows.filter(pk__in=seen.values("pk"))
            if model is Complaint
            else rows.filter(complaint__in=seen.values("pk"))
        )
    for name, value in scope.narrows.items():
        rows = rows.filter(**{_path(model, COLUMNS[name]): value})
    if scope.units is None:
        return rows
    if moment not in DUE:
        return rows.filter(**{f"{_path(model, 'unit')}__in": scope.units})
    return rows.annotate(held_by=_holder(moment)).filter(held_by__in=_ids(scope.units))


def _ids(units):
    return units.values("pk") if hasattr(units, "query") else [getattr(unit, "pk", unit) for unit in units]


def _sees_figures_only(user):
    """Figures of everything without a single record: who appraises."""
    return user.has_perm("complaints.see_figures") and not user.has_perm("complaints.see_all")


# Conditions ------------------------------------------------------------------------------------------

COMPLAINTS = Q(complaint__kind=Kind.COMPLAINT)
FIRST = COMPLAINTS & Q(n=1)


def _due(clock):
    early = Q(outcome__in=SETTLED_EARLY, replied_at=None, **{f"{clock}_breached_at": None})
    return lambda scope: FIRST & Q(**{f"{clock}_due__lte": scope.as_of}) & ~early


def _kept(clock):
    stopped = "replied_at" if clock == "result" else "stopped_at"
    return lambda scope: Q(**{f"{stopped}__lte": F(f"{clock}_due"), f"{clock}_breached_at": None})


def _reached(**more):
    return Exists(CallBack.objects.filter(cycle=OuterRef("pk"), reached=True, **more))


def _scored(**more):
    return Exists(CallBack.objects.filter(cycle=OuterRef("pk"), score__isnull=False, **more))


def _again(days=None, after="replied_at"):
    """A further cycle of the same record, where ``days`` are given within so many of ``after``."""
    rows = Cycle.objects.filter(complaint=OuterRef("complaint"), n__gt=OuterRef("n"))
    if days is not None:
        rows = rows.filter(started_at__lte=OuterRef(after) + timedelta(days=days))
    return Exists(rows)


def _days_ago(column, days):
    return lambda scope: Q(**{f"{column}__lte": scope.as_of - timedelta(days=days)})


def _observed(scope):
    """Replied so long ago that objections have come in."""
    calendar = scope.calendar
    day, left = calendar.local_day(scope.as_of), OBSERVED
    while left:
        day -= timedelta(days=1)
        left -= calendar.is_working_day(day)
    return Q(replied_at__lt=moments(day, day)[1])


KNOWN = ~Q(customer=None, complainant__phone_index="", complainant__email_index="")


def _same_party(prefix=""):
    """Of the same customer, phone or address; empty ones are nobody's."""
    found = Q(**{f"{prefix}customer": OuterRef("customer")})
    for name in ("phone_index", "email_index"):
        outer = OuterRef(f"complainant__{name}")
        found |= Q(**{f"{prefix}complainant__{name}": outer}) & ~Q(**{f"{prefix}complainant__{name}": ""})
    return found


def _earlier(days):
    """The same party complained of the same, of the same unit where both are known, and that was closed so many days
    before or less. A contact while the first is open is a chaser, no repeat.
    """
    closed = Cycle.objects.filter(
        complaint=OuterRef("pk"), closed_at__lte=OuterRef(OuterRef("received_at")),
        closed_at__gte=OuterRef(OuterRef("received_at")) - timedelta(days=days),
    )  # fmt: skip
    rows = Complaint.objects.filter(
        kind=Kind.COMPLAINT, category=OuterRef("category"), received_at__lt=OuterRef("received_at")
    )
    rows = rows.exclude(category="").exclude(state__in=OUT).filter(_same_party())
    rows = rows.filter(Q(unit=None) | Q(unit=Coalesce(OuterRef("unit"), F("unit"))))
    return Exists(rows.filter(Exists(closed)))


def _later(days):
    """The lagged form: closed, and the same party complained of the same within so many days."""
    rows = Complaint.objects.filter(
        kind=Kind.COMPLAINT, category=OuterRef("complaint__category"), received_at__gt=OuterRef("closed_at"),
        received_at__lte=OuterRef("closed_at") + timedelta(days=days),
    )  # fmt: skip
    party = Q(customer=OuterRef("complaint__customer"))
    for name in ("phone_index", "email_index"):
        party |= Q(**{f"complainant__{name}": OuterRef(f"complaint__complainant__{name}")}) & ~Q(
            **{f"complainant__{name}": ""}
        )
    return Exists(rows.exclude(category="").exclude(state__in=OUT).filter(party))


def _verdict_before():
    return Exists(Cycle.objects.filter(complaint=OuterRef("complaint"), n__lt=OuterRef("n")).exclude(verdict=""))


def _talked_again():
    """The customer had to come back: a contact from outside after the one by which it came."""
    talks = Conversation.objects.filter(
        cycle=OuterRef("pk"), interaction__direction=Direction.IN,
        interaction__started_at__gt=OuterRef("complaint__registered_at"),
    )  # fmt: skip
    return Exists(talks)


def _reassessed():
    """Type or severity changed after somebody had been given the record to handle."""
    given = Assignment.objects.filter(cycle__complaint=OuterRef(OuterRef("pk"))).order_by("pk").values("at")[:1]
    events = Event.objects.filter(subject=SUBJECT, subject_id=OuterRef("pk"), kind="reassessed", at__gt=Subquery(given))
    return Exists(events.filter(Q(payload__changes__has_key="category") | Q(payload__changes__has_key="severity")))


def _tenth():
    """A tenth of the time that a cycle had, by the clock on the wall."""
    whole = ExpressionWrapper(F("result_due") - F("started_at"), output_field=DurationField())
    return ExpressionWrapper(whole / Value(10), output_field=DurationField())


def _was_assigned():
    return Exists(Assignment.objects.filter(cycle__complaint=OuterRef("pk")))


def always(condition):
    return lambda scope: condition


def both(*makers):
    """All of them at once."""

    def made(scope):
        found = Q()
        for maker in makers:
            found &= maker(scope)
        return found

    return made


# The registry ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Indicator:
    """``among`` and ``counted`` make, of a Scope, the conditions of denominator and numerator (who is counted is always among them);
    ``moment`` is the column that places a row in a period. ``per_served`` takes the services given as the denominator.
    """

    code: str
    title: str
    model: type
    moment: str
    among: Callable
    counted: Callable
    cohort: str
    group: str = SERVICE
    out: str = ""
    unit: str = "%"
    factor: int = 100
    higher_is_better: bool = True
    target: Decimal | None = None
    minimum: int = 1
    per_served: bool = False
    annotations: Callable = dict


def _stopped():
    """The moment of the first response; a reply is one as well."""
    return {"stopped_at": Coalesce("first_response_at", "replied_at")}


RECEIVED = always(Q(kind=Kind.COMPLAINT))
CLOSED_FIRST = always(
    FIRST & Q(closed_at__isnull=False) & ~Q(outcome__in=["withdrawn", "declined", "voided", "merged"])
)
REPLIED = always(COMPLAINTS & Q(replied_at__isnull=False))
FIRST_REPLIED = always(FIRST & Q(replied_at__isnull=False))
DECIDED = always(Q(kind=Kind.SUGGESTION, decision__outcome__in=FINAL_ONES) & ~Q(state=State.WITHDRAWN))
FOUND = always(COMPLAINTS & ~Q(verdict="") & ~Q(_verdict_before()))

ALL = (
    Indicator(
        "response_in_time", _("First response in time"), Cycle, "response_due", _due("response"), _kept("response"),
        _("complaints whose first response fell due in the period"), out=_("withdrawn before it was due"),
        target=Decimal(95), annotations=_stopped,
    ),
    Indicator(
        "result_in_time", _("Result in time"), Cycle, "result_due", _due("result"), _kept("result"),
        _("complaints whose result fell due in the period; charged to the unit that held it then"),
        out=_("withdrawn before it was due"), target=Decimal(95),
    ),
    Indicator(
        "handling_rate", _("Handled to the end"), Complaint, "received_at",
        always(Q(kind=Kind.COMPLAINT) & ~Q(state=State.WITHDRAWN)), always(Q(state=State.CLOSED)),
        _("complaints received in the period, as things stand now; it rises with time"), out=_("withdrawn"),
        target=Decimal(90),
    ),
    Indicator(
        "resolved_first", _("Resolved in the first round"), Cycle, "replied_at", both(FIRST_REPLIED, _observed),
        always(Q(outcome=Outcome.RESOLVED) & Q(_reached(resolved=True)) & ~Q(_again())),
        _("complaints replied to in the period, at least fifteen working days ago; a customer who was not reached has not "
          "said so"), target=Decimal(80),
    ),
    Indicator(
        "first_contact", _("Settled at the first contact"), Cycle, "closed_at",
        always(Q(n=1, complaint__kind__in=[Kind.COMPLAINT, Kind.ENQUIRY], closed_at__isnull=False)
               & ~Q(outcome__in=["withdrawn", "declined", "voided", "merged"])),
        always(Q(outcome__in=[Outcome.RESOLVED, Outcome.ANSWERED]) & ~Q(_talked_again()) & ~Q(_again())),
        _("complaints and enquiries closed in the period; settled at once when the customer never had to come back"),
    ),
    Indicator(
        "called_back", _("Reached by call-back"), Cycle, "replied_at", REPLIED, always(Q(_reached())),
        _("replies given in the period, each owes a call-back"), target=Decimal(90),
    ),
    Indicator(
        "satisfied", _("Satisfied with the handling"), Cycle, "closed_at",
        always(COMPLAINTS & Q(closed_at__isnull=False) & Q(_scored())), always(Q(_scored(score__gte=SATISFIED))),
        _("rounds that ended in the period and that the customer marked; four and five of five"), target=Decimal(85),
        minimum=5,
    ),
    Indicator(
        "redone", _("Handled again"), Cycle, "replied_at", both(FIRST_REPLIED, _days_ago("replied_at", REDO_DAYS)),
        always(Q(_again(REDO_DAYS))), _("complaints replied to in the period, at least sixty days ago"),
        higher_is_better=False, target=Decimal(5),
    ),
    Indicator(
        "complaint_rate", _("Complaints per thousand services"), Complaint, "received_at", RECEIVED, RECEIVED,
        _("complaints by the day they were received, services by their day"), group=QUALITY,
        unit=_("per 1,000"), factor=1000, higher_is_better=False, target=Decimal(5), per_served=True,
    ),
    Indicator(
        "justified_rate", _("Justified complaints per thousand services"), Cycle, "replied_at", FOUND,
        always(Q(verdict__in=Verdict.substantiated())),
        _("complaints by the day on which responsibility was settled first, services by their day"), group=QUALITY,
        unit=_("per 1,000"), factor=1000, higher_is_better=False, per_served=True,
    ),
    Indicator(
        "justified_share", _("Found justified"), Cycle, "replied_at", FOUND,
        always(Q(verdict__in=Verdict.substantiated())),
        _("complaints whose responsibility was settled first in the period; also those justified in part"), group=QUALITY,
        higher_is_better=False,
    ),
    Indicator(
        "undetermined", _("Responsibility could not be established"), Cycle, "replied_at", FOUND,
        always(Q(verdict=Verdict.UNKNOWN)), _("complaints whose responsibility was settled first in the period"),
        group=QUALITY, higher_is_better=False,
    ),
    Indicator(
        "repeat_rate", _("Repeat complaints"), Complaint, "received_at", always(Q(kind=Kind.COMPLAINT) & KNOWN),
        always(Q(repeat_of__isnull=False) | Q(_earlier(REPEAT_DAYS))),
        _("complaints received in the period from a known party: marked as a repeat, or the same party complained of the "
          "same and that was closed thirty days before or less"), group=QUALITY, out=_("nobody knows from whom"),
        higher_is_better=False, target=Decimal(5),
    ),
    Indicator(
        "repeat_lagged", _("Came again within thirty days"), Cycle, "closed_at",
        both(CLOSED_FIRST, _days_ago("closed_at", REPEAT_DAYS)), always(Q(_later(REPEAT_DAYS))),
        _("complaints closed in the period, at least thirty days ago"), group=QUALITY, higher_is_better=False,
    ),
    Indicator(
        "adoption", _("Suggestions adopted"), Complaint, "decision__decided_at", DECIDED,
        always(Q(decision__outcome__in=ADOPTED_ONES)),
        _("suggestions decided in the period, also those adopted in part; a deferred one counts when it is decided"),
        group=QUALITY, target=Decimal(30),
    ),
    Indicator(
        "adopted_partly", _("Suggestions adopted in part"), Complaint, "decision__decided_at", DECIDED,
        always(Q(decision__outcome="partly")), _("suggestions decided in the period"), group=QUALITY,
    ),
    Indicator(
        "late_entry", _("Registered a day or more after it came"), Complaint, "received_at", RECEIVED,
        always(Q(registered_at__gt=F("received_at") + timedelta(days=1))), _("complaints received in the period"),
        group=WATCH, higher_is_better=False,
    ),
    Indicator(
        "reassessed", _("Type or severity changed after it was assigned"), Complaint, "received_at",
        always(Q(kind=Kind.COMPLAINT) & Q(_was_assigned())), always(Q(_reassessed())),
        _("complaints received in the period that were given to somebody"), group=WATCH, higher_is_better=False,
    ),
    Indicator(
        "closed_unheard", _("Closed without having reached the customer"), Cycle, "closed_at",
        always(COMPLAINTS & Q(outcome__in=[Outcome.RESOLVED, Outcome.NOT_REACHED])), always(~Q(_reached())),
        _("complaints closed in the period after a reply"), group=WATCH, higher_is_better=False,
    ),
    Indicator(
        "reopened_soon", _("Opened again within five days"), Cycle, "closed_at",
        both(always(COMPLAINTS & Q(closed_at__isnull=False, outcome__in=[Outcome.RESOLVED, Outcome.NOT_REACHED])),
             _days_ago("closed_at", SOON_DAYS)),
        always(Q(_again(SOON_DAYS, "closed_at"))), _("complaints closed in the period, at least five days ago"),
        group=WATCH, higher_is_better=False,
    ),
    Indicator(
        "just_in_time", _("Answered in the last tenth of the time"), Cycle, "result_due", _due("result"),
        always(Q(replied_at__lte=F("result_due"), replied_at__gte=F("result_due") - _tenth())),
        _("complaints whose result fell due in the period"), group=WATCH, higher_is_better=False,
    ),
)  # fmt: skip
REGISTRY = {one.code: one for one in ALL}
NOW, BEFORE, EARLIER = "now", "before", ""


def add(*indicators):
    """Register more of them; called by modules that know further rows (pauses, extensions, compensation)."""
    REGISTRY.update({one.code: one for one in indicators})


# Rows and single figures -----------------------------------------------------------------------------


def rows(code, scope, part="among"):
    """The records behind a figure: ``among`` (denominator), ``counted`` (numerator) or ``missed`` (the rest of them);
    rows of the indicator's own model.
    """
    one = REGISTRY[code]
    since, until = scope.span
    found = population(scope, one.model, one.moment).annotate(**one.annotations())
    found = found.filter(one.among(scope), **{f"{one.moment}__gte": since, f"{one.moment}__lt": until})
    if part == "among":
        return found
    counted = one.counted(scope)
    if part == "counted":
        return found.filter(counted)
    return found.exclude(pk__in=found.filter(counted).order_by().values("pk"))


def records(code, scope, part="among"):
    """Ids of the complaints behind a figure, as a queryset."""
    found = rows(code, scope, part).order_by()
    return found.values("pk") if REGISTRY[code].model is Complaint else found.values("complaint")


def served(scope):
    """Services given in the days, in the units: the base of rates."""
    found = ServiceRecord.objects.between(scope.start, scope.end)
    found = found.filter(unit__in=scope.units) if scope.units is not None else found
    return found.filter(customer__tier=scope.tier) if scope.tier else found


@dataclass(frozen=True)
class Figure:
    """Numerator, denominator and what they make. ``denominator`` None: not computable, as for services by channel."""

    indicator: Indicator
    numerator: int
    denominator: int | None

    @property
    def value(self):
        """Exact, or None where there is nothing to divide by, or too little to be shown."""
        if not self.denominator or self.denominator < self.indicator.minimum:
            return None
        return (Decimal(self.numerator) * self.indicator.factor / self.denominator).quantize(EXACT, ROUND_HALF_UP)

    @property
    def shown(self):
        """Rounded half-up to one place; None as above."""
        exact = self.exact
        return None if exact is None else exact.quantize(SHOWN, ROUND_HALF_UP)

    @property
    def exact(self):
        if self.value is None:
            return None
        return Decimal(self.numerator) * self.indicator.factor / self.denominator

    @property
    def is_small(self):
        return self.denominator is None or self.denominator < SMALL

    @property
    def interval(self):
        """(low, high) in per cent of a share; None of a rate or of nothing."""
        if self.value is None or self.indicator.factor != 100:
            return None
        found = wilson(self.numerator, self.denominator)
        return 100 * found.low, 100 * found.high

    @property
    def missed(self):
        return (self.denominator or 0) - self.numerator


def figure(code, scope):
    """One figure, counted in the database."""
    one = REGISTRY[code]
    counted = rows(code, scope, "counted").count()
    if one.per_served:
        return Figure(one, counted, served(scope).count() if scope.is_whole else None)
    return Figure(one, counted, rows(code, scope).count())


# Many figures at once --------------------------------------------------------------------------------


class Counts:
    """Numerators and denominators of many indicators by bucket (now, before, earlier), month and cut value."""

    def __init__(self, codes):
        self.codes, self.cells = codes, defaultdict(lambda: [0, 0])

    def add(self, code, key, numerator, denominator):
        cell = self.cells[code, key]
        cell[0] += numerator
        cell[1] += denominator

    def total(self, code, *, bucket=None, month=None, value=None):
        """The Figure of all cells that match."""
        numerator = denominator = 0
        for (name, (one_bucket, one_month, one_value)), cell in self.cells.items():
            if name != code or (bucket is not None and one_bucket != bucket):
                continue
            if (month is not None and one_month != month) or (value is not None and one_value != value):
                continue
            numerator, denominator = numerator + cell[0], denominator + cell[1]
        indicator = REGISTRY[code]
        return Figure(indicator, numerator, None if indicator.per_served and not self.has_base else denominator)

    has_base = True

    def months(self):
        return sorted({key[1] for _code, key in self.cells})

    def values(self, bucket=NOW):
        """Cut values in the bucket, as texts."""
        return sorted({key[2] for _code, key in self.cells if key[0] == bucket and key[2]})


def counts(scope, codes=None, *, cut="", months=12):
    """Counts of the indicators in ``scope``, in the period before and by month back from its end; with ``cut`` also by its
    values. One query, however many indicators: a branch for each moment that places rows in time.
    """
    codes = list(codes or REGISTRY)
    since = min(scope.before_start, _months_back(scope.end.replace(day=1), months - 1))
    whole = replace(scope, start=since)
    made = Counts(codes)
    made.has_base = scope.is_whole and cut in ("", "unit", "tier")
    groups = defaultdict(list)
    for code in codes:
        groups[REGISTRY[code].model, REGISTRY[code].moment].append(REGISTRY[code])
    width = 2 * max(len(group) for group in groups.values())
    branches = [_branch(n, whole, scope, group, cut, width) for n, group in enumerate(groups.values())]
    rated = [code for code in codes if REGISTRY[code].per_served]
    if rated and made.has_base:
        branches.append(_base_branch(whole, scope, cut, width))
    ordered = list(groups.values())
    first, *others = branches
    for number, bucket, month, value, *numbers in first.union(*others, all=True) if others else first:
        key = (bucket, month[:10], value or "")  # the first day of the month
        if number < 0:
            for code in rated:
                made.add(code, key, 0, numbers[0])
            continue
        for place, one in enumerate(ordered[number]):
            numerator, denominator = numbers[2 * place], numbers[2 * place + 1]
            made.add(one.code, key, numerator, 0 if one.per_served else denominator)
    return made


def _branch(number, whole, scope, group, cut, width):
    """The grouped query of the indicators that share a model and a moment."""
    model, moment = group[0].model, group[0].moment
    since, until = whole.span
    found = population(whole, model, moment).filter(**{f"{moment}__gte": since, f"{moment}__lt": until})
    found = found.annotate(**{name: value for one in group for name, value in one.annotations().items()})
    value = Value("") if not cut else _cut_value(model, moment, cut)
    keys = _keys(number, moment, scope, Cast(TruncMonth(moment, output_field=DateField()), CharField()), value)
    numbers = {}
    for place, one in enumerate(group):
        among, counted = one.among(scope), one.counted(scope)
        numbers[f"a{2 * place}"] = Count("pk", filter=among & counted)
        numbers[f"a{2 * place + 1}"] = Count("pk", filter=among)
    return _padded(found.order_by().annotate(**keys).values(*keys).annotate(**numbers), keys, numbers, width)


def _base_branch(whole, scope, cut, width):
    column = {"unit": "unit", "tier": "customer__tier"}.get(cut)
    value = Cast(F(column), CharField()) if column else Value("")
    month = Cast(TruncMonth("happened_on", output_field=DateField()), CharField())
    bucket_days = {"now": (scope.start, scope.end), "before": (scope.before_start, scope.start - timedelta(days=1))}
    bucket = Case(
        *(When(happened_on__range=days, then=Value(name)) for name, days in bucket_days.items()), default=Value("")
    )
    keys = {"g": Value(-1), "k0": bucket, "k1": month, "k2": value}
    found = served(whole).order_by().annotate(**keys).values(*keys)
    numbers = {"a0": Count("pk")}
    return _padded(found.annotate(**numbers), keys, numbers, width)


def _cut_value(model, moment, cut):
    expression = _unit(model, moment) if cut == "unit" else F(_path(model, COLUMNS[cut]))
    return Cast(expression, CharField())


def _keys(number, moment, scope, month, value):
    spans = {NOW: scope.span, BEFORE: scope.before.span}
    bucket = Case(
        *(When(**{f"{moment}__gte": since, f"{moment}__lt": until}, then=Value(name)) for name, (since, until) in spans.items()),
        default=Value(EARLIER),
    )  # fmt: skip
    return {"g": Value(number), "k0": bucket, "k1": month, "k2": value}


def _padded(found, keys, numbers, width):
    """All branches have the same columns."""
    empty = {f"a{n}": Value(0, IntegerField()) for n in range(len(numbers), width)}
    return found.annotate(**empty).values_list(*keys, *(f"a{n}" for n in range(width)))
