"""Results as people read them: lines, bands and units from the plain content that is computed, or kept as published."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from appraisal.choices import Grade, IndicatorCode, Source
from appraisal.indicators import REGISTRY
from core.i18n import pick

SCALES = {IndicatorCode.COMPLAINT_RATE: "‰", IndicatorCode.SATISFACTION: ""}
PARTS = {
    Source.SELF: gettext_lazy("given by the head of the unit"),
    Source.SUPERIOR: gettext_lazy("given by the superior"),
    Source.CUSTOMERS: gettext_lazy("computed from the records of customers"),
}


@dataclass(frozen=True)
class Line:
    """One line in words. ``counts`` is numerator / denominator, ``beside`` the second figure, ``why_not`` says why a
    line has no points; ``fact`` is the key of its frozen fact."""

    code: str
    group: str
    title: str
    weight: str
    effective: Decimal
    points: str
    contribution: Decimal
    value: str = ""
    target: str = ""
    counts: str = ""
    beside: str = ""
    why_not: str = ""
    before: str = ""
    fact: int | None = None
    is_adjusted: bool = False

    @property
    def is_spread(self):
        """Another line's weight came to this one, or its own went to others."""
        return Decimal(self.weight) != self.effective.quantize(Decimal("0.01"))


def lines_of(content):
    """[Line] of a result, the customers' side first, in the order of the indicators."""
    places = {code: place for place, code in enumerate([*REGISTRY, *Source.rated()])}
    return sorted((_line(one) for one in content["lines"]), key=lambda line: places[line.code])


def _line(one):
    line = Line(
        one["code"], one["group"], pick(one, "title"), one["weight"], Decimal(one["effective"]), one["points"] or "–",
        Decimal(one["contribution"]), before=one["before"] or "", is_adjusted=one["is_adjusted"],
    )  # fmt: skip
    facts = _fact(one) if "fact" in one else {}
    if one["points"] is None and not facts.get("why_not"):
        facts["why_not"] = _("No rating was given.")
    return Line(**{**line.__dict__, **facts})


def _fact(one):
    code, value = one["code"], one["value"]
    facts = {
        "fact": one["fact"], "value": figure(code, value), "target": target(code, one["target"]),
        "counts": counts(code, one["numerator"], one["denominator"]), "beside": beside(code, one["current"]),
    }  # fmt: skip
    if value is None:
        facts["why_not"] = (
            _("Nothing to count in this period.")
            if not Decimal(one["denominator"])
            else _("Fewer than %(n)s cases.") % {"n": one["minimum_n"]}
        )
    return facts


def figure(code, value):
    """89.6%, 2.18‰ or 84.2; a dash without a value (never 0)."""
    if value is None:
        return "–"
    places = 2 if code == IndicatorCode.COMPLAINT_RATE else 1
    return f"{Decimal(value):.{places}f}{SCALES.get(code, '%')}"


def target(code, value):
    sign = "≥" if REGISTRY[code].higher_is_better else "≤"
    return f"{sign} {figure(code, value)}"


def counts(code, numerator, denominator):
    """9 / 4,120; of satisfaction only how many answered, as the sum of scores says nobody anything."""
    among = f"{Decimal(denominator):,.0f}"
    if code == IndicatorCode.SATISFACTION:
        return _("n = %(n)s") % {"n": among} if Decimal(denominator) else "–"
    return f"{Decimal(numerator or 0):,.0f} / {among}"


def beside(code, current):
    """The second figure, for example by the date as extended."""
    if not current or current.get("numerator") is None:
        return ""
    facts = {"value": figure(code, current.get("value")), "num": current["numerator"], "den": current["denominator"]}
    return _("by the date as extended %(value)s (%(num)s / %(den)s)") % facts


@dataclass(frozen=True)
class Unit:
    """The result of a unit in words. ``url`` opens its sheet."""

    pk: int
    name: str
    total: str
    grade: Grade | None
    coefficient: str
    bonus: str
    bonus_base: str
    missing: str
    is_decided: bool
    lines: list

    @property
    def is_insufficient(self):
        return self.grade is None

    @property
    def strongest_loss(self):
        """The two lines that cost most, with how much."""
        lost = [(line.effective - line.contribution, line) for line in self.lines if line.effective]
        return [(line.title, loss) for loss, line in sorted(lost, key=lambda pair: -pair[0])[:2] if loss > 0]


def unit_of(content):
    return Unit(
        content["sheet"], pick(content, "unit"), content["total"] or "–", Grade(content["grade"]) if content["grade"] else None,
        content["coefficient"] or "–", content["bonus"] or "–", content["bonus_base"], content["missing"],
        content["is_decided"], lines_of(content),
    )  # fmt: skip


def band_words(version, grade):
    """80 ≤ score < 90."""
    for one, first, below, _coefficient in version.bands():
        if one == grade:
            if below is None:
                return _("from %(first)s on") % {"first": plain(first)}
            return _("%(first)s ≤ score < %(below)s") % {"first": plain(first), "below": plain(below)}
    return ""


def bonus_words(unit):
    """Base 2,000 yuan × 1.2 = 2,400 yuan."""
    facts = {
        "base": money(unit.bonus_base),
        "coefficient": plain(Decimal(unit.coefficient)),
        "bonus": money(unit.bonus),
    }
    return _("%(base)s yuan × %(coefficient)s = %(bonus)s yuan") % facts


def money(value):
    return plain(Decimal(value), grouped=True)


def plain(number, *, grouped=False):
    """1.20 as 1.2, 2400.00 as 2,400."""
    shown = f"{number:,.2f}" if grouped else f"{number:.2f}"
    return shown.rstrip("0").rstrip(".")


def losses(unit):
    """The sentence beneath the picture of a result."""
    lost = [
        pgettext("loss of points", "%(title)s (−%(points)s)") % {"title": title, "points": f"{points:.2f}"}
        for title, points in unit.strongest_loss
    ]
    if not lost:
        return _("Nothing is lost: every line reached its target.")
    return _("Filled is what was reached, hatched what is missing. Most was lost by %(lines)s.") % {
        "lines": _(" and ").join(lost)
    }
