"""Pictures of results: where a score comes from, how units compare, how a unit went over the quarters."""

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from appraisal.choices import Grade, Source
from appraisal.indicators import REGISTRY
from appraisal.selectors import shown
from core.charts import Chart
from core.periods import label
from core.statistics.groups import rank
from core.statistics.intervals import share

GROUPS = {Source.CUSTOMERS: 0, Source.SUPERIOR: 1, Source.SELF: 2}


def marks(version):
    return [
        {"value": float(first), "label": f"{grade.label} {shown.plain(first)}"}
        for grade, first, _below, _coefficient in reversed(version.bands())
        if grade != Grade.FAIL
    ]


def contribution(unit, version):
    """Where the total of a unit comes from; None without a total."""
    if unit.total == "–" or not any(line.effective for line in unit.lines):
        return None
    rows = [
        {"label": line.title, "value": round(float(line.contribution), 2), "max": round(float(line.effective), 2),
         "group": GROUPS[Source(line.group)], "url": reverse("appraisal:fact", args=[line.fact]) if line.fact else ""}
        for line in unit.lines if line.effective
    ]  # fmt: skip
    total = {"label": _("Total"), "value": float(unit.total), "max": 100}
    table = (
        (_("Line"), _("Weight (%)"), _("Points"), _("Contribution")),
        [[line.title, f"{line.effective:.2f}", line.points, f"{line.contribution:.2f}"] for line in unit.lines],
    )
    return Chart(
        "contribution", {"rows": rows, "total": total, "marks": marks(version)},
        _("Where the %(total)s come from") % {"total": unit.total}, shown.losses(unit), table,
    )  # fmt: skip


def totals(units, version, *, url=None):
    """Units by their total with the first scores of the grades; None for fewer than two."""
    scored = sorted((unit for unit in units if unit.total != "–"), key=lambda unit: -Decimal(unit.total))
    if len(scored) < 2:
        return None
    rows = [{"label": unit.name, "value": float(unit.total), "url": url(unit) if url else ""} for unit in scored]
    table = ((_("Unit"), _("Score"), _("Grade"), _("Coefficient")),
             [[unit.name, unit.total, unit.grade.label, shown.plain(Decimal(unit.coefficient))] for unit in scored])  # fmt: skip
    data = {"rows": rows, "decimals": 2, "lines": marks(version), "bounds": _bounds(rows, version)}
    sentence = _("%(best)s has the highest score (%(high)s), %(last)s the lowest (%(low)s).") % {
        "best": scored[0].name, "high": scored[0].total, "last": scored[-1].name, "low": scored[-1].total,
    }  # fmt: skip
    return Chart("dot_interval", data, _("Units by score"), sentence, table)


def _bounds(rows, version):
    least = min([row["value"] for row in rows] + [float(version.from_pass)])
    return [max(0, 10 * int((least - 5) // 10)), 100]


def by_indicator(sheets):
    """One picture per indicator: units as dots with their interval, brackets where no order is proven.

    ``sheets`` carry their facts; needs two units with a figure.
    """
    return [chart for chart in (_indicator(indicator, sheets) for indicator in REGISTRY.values()) if chart]


def _indicator(indicator, sheets):
    facts = [
        (sheet, fact) for sheet in sheets for fact in sheet.facts.all()
        if fact.indicator == indicator.code and fact.value is not None
    ]  # fmt: skip
    if len(facts) < 2:
        return None
    facts.sort(key=lambda pair: pair[1].value, reverse=indicator.higher_is_better)
    rows = [_dot(indicator, sheet, fact) for sheet, fact in facts]
    table = (
        (_("Unit"), indicator.title, _("95% interval"), _("Numerator / denominator")),
        [[row["label"], shown.figure(indicator.code, fact.value), _interval(row),
          shown.counts(indicator.code, fact.numerator, fact.denominator)] for row, (_sheet, fact) in zip(rows, facts, strict=True)],
    )  # fmt: skip
    data = {
        "rows": rows,
        "unit": shown.SCALES.get(indicator.code, "%"),
        "decimals": 2 if indicator.code == "complaint_rate" else 1,
    }
    brackets = _brackets(indicator, facts)
    data |= {"brackets": brackets} if brackets else {}
    sentence = _("%(direction)s. %(cohort)s") % {"direction": indicator.direction, "cohort": indicator.cohort}
    return Chart("dot_interval", data, str(indicator.title), sentence, table)


def _dot(indicator, sheet, fact):
    row = {
        "label": sheet.unit_name,
        "value": float(fact.value),
        "n": int(fact.denominator),
        "url": fact.get_absolute_url(),
    }
    interval = _limits(indicator, fact)
    return row | (interval or {})


def _limits(indicator, fact):
    """Wilson's interval on the scale of the indicator; of a mean the one kept with the fact."""
    if {"low", "high"} <= set(fact.current) and fact.current["low"] is not None:
        return {"low": float(fact.current["low"]), "high": float(fact.current["high"])}
    found = _share(indicator, fact)
    scale = 1000 if indicator.code == "complaint_rate" else 100
    return found and {"low": scale * found.low, "high": scale * found.high}


def _share(indicator, fact):
    if indicator.code == "satisfaction" or fact.numerator is None or fact.numerator > fact.denominator:
        return None
    return share(int(fact.numerator), int(fact.denominator))


def _brackets(indicator, facts):
    figures = {sheet.pk: _share(indicator, fact) for sheet, fact in facts}
    if None in figures.values():
        return []
    order = [sheet.pk for sheet, _fact in facts]
    runs = rank(figures, higher_is_better=indicator.higher_is_better).runs
    return [[order.index(run[0]), order.index(run[-1])] for run in runs if order.index(run[0]) < order.index(run[-1])]


def _interval(row):
    return f"{row['low']:.1f}–{row['high']:.1f}" if "low" in row else "–"


def over_time(scores, version):
    """The published totals of one unit, oldest first; None for fewer than two."""
    scores = [score for score in scores if score.total is not None]
    if len(scores) < 2:
        return None
    points = [
        {"label": label(score.publication.cycle.period), "value": float(score.total), "url": score.get_absolute_url()}
        for score in scores
    ]
    table = ((_("Period"), _("Score"), _("Grade")),
             [[point["label"], f"{point['value']:.2f}", score.grade_badge.label] for point, score in zip(points, scores, strict=True)])  # fmt: skip
    data = {
        "points": points,
        "decimals": 2,
        "target": {"value": float(version.from_good), "label": str(Grade.GOOD.label)},
    }
    sentence = _("Last: %(total)s in %(period)s.") % {
        "total": f"{points[-1]['value']:.2f}",
        "period": points[-1]["label"],
    }
    return Chart("trend_limits", data, _("Over the quarters"), sentence, table)
