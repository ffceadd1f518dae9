"""Units side by side by each indicator: dots with their interval, and where no order is proven."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appraisal.choices import IndicatorCode
from appraisal.indicators import REGISTRY
from core.charts import Chart
from core.statistics.groups import rank
from core.statistics.intervals import share

SCALES = {IndicatorCode.SATISFACTION.value: "", IndicatorCode.COMPLAINT_RATE.value: "‰"}
FACTORS = {IndicatorCode.COMPLAINT_RATE.value: 1000}


def by_indicator(sheets):
    """A picture per indicator of which two units or more have a figure. ``sheets`` come with their facts."""
    return [chart for chart in (_chart(indicator, sheets) for indicator in REGISTRY.values()) if chart]


def _chart(indicator, sheets):
    found = [
        (sheet, fact) for sheet in sheets for fact in sheet.facts.all()
        if fact.indicator == indicator.code and fact.value is not None
    ]  # fmt: skip
    if len(found) < 2:
        return None
    found.sort(key=lambda pair: (pair[1].value, pair[0].pk), reverse=indicator.higher_is_better)
    unit = SCALES.get(indicator.code, "%")
    rows = [_dot(sheet, fact) for sheet, fact in found]
    data = {"rows": rows, "unit": unit, "decimals": 1}
    if unit == "‰":  # a rate is never below nothing
        data["bounds"] = [0, max(row.get("high", row["value"]) for row in rows) or 1]
    brackets = _brackets(found, indicator.higher_is_better)
    data |= {"brackets": brackets} if brackets else {}
    headers = (
        _("Unit"),
        f"{indicator.title} ({unit})" if unit else indicator.title,
        _("95% interval"),
        pgettext("figure", "Cases"),
    )
    table = [[row["label"], f"{row['value']:.1f}", _interval(row), f"{row['n']:,}"] for row in rows]
    return Chart("dot_interval", data, str(indicator.title), str(indicator.direction), (headers, table))


def _dot(sheet, fact):
    row = {
        "label": sheet.unit_name,
        "value": float(fact.value),
        "n": int(fact.denominator),
        "url": fact.get_absolute_url(),
    }
    return row | limits(fact)


def limits(fact):
    """{"low", "high"} of a figure on its own scale: the one kept with it, or Wilson's; empty where there is none."""
    if fact.value is None:
        return {}
    if "low" in fact.current:
        return {name: float(Decimal(fact.current[name])) for name in ("low", "high")}
    part = _share(fact)
    factor = FACTORS.get(fact.indicator, 100)
    return {"low": factor * part.low, "high": factor * part.high} if part else {}


def _share(fact):
    if fact.indicator == IndicatorCode.SATISFACTION or fact.numerator > fact.denominator:
        return None
    return share(int(fact.numerator), int(fact.denominator))


def _brackets(found, higher_is_better):
    """Runs of neighbours between whom nothing is proven, as places; none where a figure is no share."""
    figures = {sheet.pk: _share(fact) for sheet, fact in found}
    if None in figures.values():
        return []
    order = list(figures)
    places = [sorted(order.index(pk) for pk in run) for run in rank(figures, higher_is_better=higher_is_better).runs]
    return [[run[0], run[-1]] for run in places]


def _interval(row):
    return f"{row['low']:.1f}–{row['high']:.1f}" if "low" in row else "–"
