"""How figures of an appraisal are shown."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from appraisal.choices import Grade, IndicatorCode
from appraisal.indicators import REGISTRY
from core.i18n import pick

register = template.Library()
ANSWERED = "surveys.wave"  # the base of a mean: answers, of which only their waves are kept


@register.filter
def grade(code):
    """The grade of its code."""
    return Grade(code)


@register.filter
def words(content, name):
    """A text that is kept in both languages."""
    return pick(content, name)


@register.filter
def figure(value):
    """A kept figure with at most two decimals, absent as a dash."""
    if value is None:
        return "–"
    shown = f"{Decimal(value):.2f}".rstrip("0").rstrip(".")
    return number_format(Decimal(shown), use_l10n=True)


@register.filter
def based(fact):
    """Numerator and denominator of a fact in words: 4 ÷ 5; of a mean how many answered."""
    if not fact.denominator:
        return _("nothing to count: not applicable")
    if fact.value is None:
        return _("fewer than %(n)s cases: not applicable") % {"n": fact.minimum_n}
    return _counted(fact.base_model == ANSWERED, fact.numerator, fact.denominator)


@register.filter
def counts(line):
    """The same of a line of a result."""
    return _counted(line["code"] == IndicatorCode.SATISFACTION, line["numerator"], line["denominator"])


def _counted(is_mean, numerator, denominator):
    if is_mean:
        return _("n = %(n)s") % {"n": figure(denominator)}
    return _("%(numerator)s ÷ %(denominator)s") % {"numerator": figure(numerator), "denominator": figure(denominator)}


@register.filter
def target(line):
    """What is worth 100 points: ≥ 90."""
    sign = "≥" if REGISTRY[line["code"]].higher_is_better else "≤"
    return f"{sign} {figure(line['target'])}"


@register.filter
def indicator(code):
    return REGISTRY[code]
