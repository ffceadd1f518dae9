"""The page of figures: headline numbers, one table of all of them, a comparison, pictures. Screen, workbook and paper are made
of the same Page.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import OrgUnit
from complaints.choices import Severity
from complaints.figure_filter import rows_url
from complaints.models import FigureTarget
from complaints.names import category_name, cause_name
from complaints.selectors import clusters, indicators, spread
from complaints.selectors.indicators import BEFORE, CUTS, GROUPS, NOW, REGISTRY
from core import periods
from core.charts import Chart
from core.choices import PeriodKind
from core.reporting import Headline
from core.statistics.compare import share_difference
from core.statistics.intervals import share
from core.statistics.results import Verdict
from core.statistics.trend import count_chart, p_chart
from customers.choices import Channel, Tier

HEADS = ("complaint_rate", "response_in_time", "result_in_time", "resolved_first", "called_back", "satisfied", "repeat_rate",
         "adoption")  # fmt: skip
COMPARED = (
    "complaint_rate",
    "response_in_time",
    "result_in_time",
    "resolved_first",
    "called_back",
    "satisfied",
    "repeat_rate",
)
MONTHS = 12
ROWS_OF_PARETO = 12
SIGNS = {Verdict.IMPROVED: "up", Verdict.WORSENED: "down", Verdict.NOT_PROVEN: "none"}
LATE = gettext_lazy("not computable")


@dataclass(frozen=True)
class Line:
    """One figure as the page shows it."""

    figure: indicators.Figure
    before: indicators.Figure
    target: object = None
    counted_url: str = ""
    missed_url: str = ""
    among_url: str = ""

    @property
    def title(self):
        return self.figure.indicator.title

    @property
    def value(self):
        return _shown(self.figure)

    @property
    def based(self):
        return _based(self.figure)

    @property
    def previous(self):
        return _shown(self.before)

    @property
    def verdict(self):
        return _verdict(self.figure, self.before)

    @property
    def change(self):
        if self.figure.shown is None or self.before.shown is None:
            return ""
        difference = self.figure.shown - self.before.shown
        if self.verdict == "none":
            return _("%(difference)+.1f, no proven change") % {"difference": difference}
        return f"{difference:+.1f}"

    @property
    def misses_target(self):
        if self.target is None or self.figure.shown is None or self.figure.is_small:
            return False
        higher = self.figure.indicator.higher_is_better
        return self.figure.shown < self.target if higher else self.figure.shown > self.target

    @property
    def is_small(self):
        return self.figure.is_small


@dataclass(frozen=True)
class Page:
    """What the figures of a scope show; made once, told in three ways."""

    scope: indicators.Scope
    cut: str
    lines: list
    compared: list
    charts: list
    ages: spread.Ages
    waits: spread.Waits
    repeated: list
    heads: list = field(default_factory=list)

    @property
    def period(self):
        return f"{_day(self.scope.start)} – {_day(self.scope.end)}"

    @property
    def groups(self):
        """[(group title, [Line])]"""
        return [
            (title, [line for line in self.lines if line.figure.indicator.group == name])
            for name, title in GROUPS.items()
        ]

    @property
    def compared_headers(self):
        return [CUTS[self.cut], *(REGISTRY[code].title for code in COMPARED)]

    def tables(self):
        """[(title, headers, rows)] for workbook and paper."""
        headers = (
            _("Figure"),
            _("Value"),
            _("Unit"),
            _("Number counted"),
            _("Of"),
            _("Target"),
            _("Period before"),
            _("Change to the period before"),
        )
        for title, lines in self.groups:
            yield str(title), headers, [_row(line) for line in lines]
        yield (
            _("Compared by: %(cut)s") % {"cut": CUTS[self.cut]}, self.compared_headers,
            [[name, *(f"{_shown(one)} ({_counts(one)})" for _url, one in cells)] for name, cells in self.compared],
        )  # fmt: skip
        yield _("How long it takes"), (_("What"), _("Records"), _("Median"), _("Nine tenths within")), self.times()
        if self.repeated:
            yield (
                _("Customers who complained more than once"),
                (_("Customer"), _("Complaints")),
                [row[1:] for row in self.repeated],
            )

    def times(self):
        ages, (response, result) = self.ages, self.waits
        days = _("%(n)s working days")
        return [
            [_("First response"), _of_open(response), _hours(response.median), _hours(response.p90)],
            [_("Until the reply"), _of_open(result), _hours(result.median), _hours(result.p90)],
            [_("Open now, waiting"), ages.count, *("–" if n is None else days % {"n": n} for n in (ages.median, ages.p90))],
        ]  # fmt: skip


def _day(day):
    return date_format(day, "SHORT_DATE_FORMAT")


def _of_open(waits):
    if not waits.open:
        return str(waits.count)
    return _("%(count)s, %(open)s of them still open") % {"count": waits.count, "open": waits.open}


def _hours(span):
    if span is None:
        return "–"
    hours = span.total_seconds() / 3600
    return _("%(n).1f hours") % {"n": hours} if hours < 48 else _("%(n).1f days") % {"n": hours / 24}


def _row(line):
    one = line.figure
    return [
        str(line.title), _cell(one), str(one.indicator.unit), one.numerator, LATE if one.denominator is None else one.denominator,
        line.target, _cell(line.before), line.change,
    ]  # fmt: skip


def _cell(figure):
    return None if figure.shown is None else float(figure.shown)


def _shown(figure):
    return "–" if figure.shown is None else f"{figure.shown}"


def _counts(figure):
    return f"{figure.numerator:,}" if figure.denominator is None else f"{figure.numerator:,}/{figure.denominator:,}"


def _based(figure):
    if figure.denominator is None:
        return _("%(n)s, the base is not known for this choice") % {"n": figure.numerator}
    if not figure.denominator:
        return _("none in this period")
    text = _("%(count)s of %(n)s") % {"count": f"{figure.numerator:,}", "n": f"{figure.denominator:,}"}
    if figure.interval:
        low, high = figure.interval
        text += _(", 95%% interval %(low).1f–%(high).1f%%") % {"low": low, "high": high}
    return text


def _verdict(now, before):
    """up, down or none; empty where nothing can be compared."""
    if now.value is None or before.value is None or now.indicator.factor != 100:
        return ""
    pair = [share(one.numerator, one.denominator) for one in (before, now)]
    return SIGNS.get(share_difference(*pair, higher_is_better=now.indicator.higher_is_better).verdict, "")


# Making ----------------------------------------------------------------------------------------------


def page(scope, cut, *, unit=None, units=None, links=True):
    """The Page of a scope. ``unit`` is what the reader chose, ``units`` the words of all by key; without ``links`` no number opens to its records."""
    counts = indicators.counts(scope, cut=cut, months=MONTHS)
    targets = targets_on(scope.end)
    cells, repeated = clusters.grid_and_repeated(scope)
    units = {str(row.pk): str(row) for row in OrgUnit.objects.all()} if units is None else units
    names = units if cut == "unit" else cut_names(cut, counts.values())
    more = {"unit": unit.pk} if unit else {}

    def to(code, part, **narrowed):
        return rows_url(code, scope, part, **more | narrowed) if links else ""

    lines = [
        Line(
            counts.total(code, bucket=NOW),
            counts.total(code, bucket=BEFORE),
            targets.get(code, one.target),
            to(code, "counted"),
            "" if one.per_served else to(code, "missed"),
            "" if one.per_served else to(code, "among"),
        )
        for code, one in REGISTRY.items()
    ]
    made = Page(
        scope, cut, lines, _compared(counts, cut, names, to), list(_charts(counts, cells, scope, units, to)),
        spread.ageing(scope), spread.waits(scope), repeated,
    )  # fmt: skip
    by_code = {line.figure.indicator.code: line for line in lines}
    return replace(made, heads=[_head(by_code[code]) for code in HEADS])


def targets_on(day):
    """{code: target} in force on ``day``, of those that somebody set."""
    rows = FigureTarget.objects.filter(valid_from__lte=day).order_by("valid_from", "pk")
    return {code: Decimal(f"{value.normalize():f}") for code, value in rows.values_list("code", "value")}


def _head(line):
    one = line.figure
    base = line.based
    if line.target is not None:
        base = _("%(base)s; target %(target)s") % {"base": base, "target": str(line.target)}
    return Headline(
        str(line.title), line.value, str(one.indicator.unit) if one.shown is not None else "", base, change=line.change,
        verdict=line.verdict, url=line.counted_url,
    )  # fmt: skip


def cut_names(cut, values):
    """{value: words} of the values of a cut other than by unit."""
    if cut == "category":
        return {value: category_name(value) for value in values}
    labels = dict({"channel": Channel, "severity": Severity, "tier": Tier}[cut].choices)
    return {value: str(labels.get(value, value)) for value in values}


def _compared(counts, cut, names, to):
    """[(name, [(url, Figure)])] of each value of the cut, by name."""
    name_of = "only" if cut == "unit" else cut
    rows = []
    for value in counts.values():
        found = [(code, counts.total(code, bucket=NOW, value=value)) for code in COMPARED]
        if any(one.numerator or one.denominator for _code, one in found):
            rows.append(
                (
                    names.get(value, value),
                    [(to(code, "counted", **{"unit": "", name_of: value}), one) for code, one in found],
                )
            )
    return sorted(rows, key=lambda row: row[0])


# Pictures --------------------------------------------------------------------------------------------


def _charts(counts, cells, scope, units, to):
    months = _months(scope.end)
    yield _received(counts, months)
    yield _in_time(counts, months)
    for by, title, words in (
        ("category", _("What complaints are about"), category_name), ("cause", _("Why it happened"), cause_name),
        ("unit_id", _("Which units they concern"), lambda key: units.get(str(key), str(key))),
    ):  # fmt: skip
        chart = pareto(
            clusters.sums(cells, by),
            title,
            words,
            lambda key, by=by: to("complaint_rate", "counted", **_narrow(by, key)),
        )
        if chart is not None:
            yield chart


def _narrow(by, key):
    return {"unit": "", "only": key} if by == "unit_id" else {by: key}


def pareto(found, title, words, url=None):
    """A Pareto picture of {key: count}; None of fewer than two bars."""
    known = sorted(found.items(), key=lambda pair: (-pair[1], str(pair[0])))[:ROWS_OF_PARETO]
    if len(known) < 2:
        return None
    rows = [
        {"label": words(key), "value": count} | ({"url": url(key)} if url and url(key) else {}) for key, count in known
    ]
    sentence = _("Most of them, %(count)s of %(total)s: “%(name)s”.") % {
        "count": rows[0]["value"], "total": sum(found.values()), "name": rows[0]["label"],
    }  # fmt: skip
    headers = (pgettext("pareto", "What"), _("Complaints"))
    return Chart("pareto", {"rows": rows}, title, sentence, (headers, [[row["label"], row["value"]] for row in rows]))


def _months(end):
    """The first days of the last twelve months, oldest first."""
    first = end.replace(day=1)
    return [periods.months_before(first, back) for back in range(MONTHS - 1, -1, -1)]


def _label(month: date):
    return periods.label(periods.of(PeriodKind.MONTH, month))


def _received(counts, months):
    found = [counts.total("complaint_rate", month=month.isoformat()).numerator for month in months]
    sentence = _("%(n)s complaints in twelve months; the last of them may not be over.") % {"n": sum(found)}
    return trend(months, count_chart(found), _("Complaints received by month"), sentence, factor=1, decimals=0, unit="")


def _in_time(counts, months):
    found = [counts.total("result_in_time", month=month.isoformat()) for month in months]
    points = p_chart([(one.numerator, one.denominator or 0) for one in found])
    target = REGISTRY["result_in_time"].target
    return trend(
        months, points, _("Results in time by month"), _("By the month in which the result fell due."), factor=100, decimals=1,
        unit="%", target={"value": float(target), "label": _("target")}, bounds=[0, 100], bases=[one.denominator or 0 for one in found],
    )  # fmt: skip


def trend(months, points, title, sentence, *, factor, decimals, unit, target=None, bounds=None, bases=None):
    """A line with its control limits, and the same numbers as a table."""

    def times(value):
        return None if value is None else round(factor * value, 4)

    bases = bases or [None] * len(months)
    data = [
        {"label": _label(month), "value": times(point.estimate), "n": n, "center": times(point.centre), "lower": times(point.low),
         "upper": times(point.high), "signal": point.signal is not None}
        for month, point, n in zip(months, points, bases, strict=True)
    ]  # fmt: skip
    data = [{key: value for key, value in one.items() if value is not None} | {"value": one["value"]} for one in data]
    headers = (_("Month"), _("Value"), _("Base"), _("Lower limit"), _("Upper limit"))
    rows = [
        [
            one["label"],
            _rounded(one["value"], decimals),
            one.get("n"),
            _rounded(one.get("lower"), 1),
            _rounded(one.get("upper"), 1),
        ]
        for one in data
    ]
    given = (
        {"points": data, "decimals": decimals}
        | ({"unit": unit} if unit else {})
        | ({"target": target} if target else {})
    )
    given |= {"bounds": bounds} if bounds else {}
    note = _("Limits: three standard errors around the mean of the months shown.")
    return Chart("trend_limits", given, title, sentence, (headers, rows), note=note)


def _rounded(value, decimals):
    return None if value is None else round(value, decimals) if decimals else round(value)
