"""How figures of an appraisal are shown."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from appraisal.choices import Grade
from appraisal.indicators import REGISTRY
from core.i18n import pick

register = template.Library()


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
    """Numerator and denominator of a fact in words: 4 of 5."""
    if fact.value is None:
        return _("fewer than %(n)s cases: not applicable") % {"n": fact.minimum_n}
    return _("%(numerator)s ÷ %(denominator)s") % {
        "numerator": figure(fact.numerator), "denominator": figure(fact.denominator),
    }  # fmt: skip


@register.filter
def indicator(code):
    return REGISTRY[code]
