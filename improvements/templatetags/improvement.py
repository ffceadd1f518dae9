"""Reading aids of improvement pages."""

from django import template

from improvements import wording
from improvements.selectors import goals

register = template.Library()


@register.filter
def figure(measure, name):
    """A column of the goal as people read it: ``measure|figure:"target"``."""
    return wording.shown(measure.indicator, getattr(measure, name))


@register.filter
def baseline_interval(measure):
    return wording.interval(measure.indicator, measure.baseline_low, measure.baseline_high)


@register.filter
def smallest_change(measure):
    """The number alone; what stands beside it is ``change_unit``."""
    return wording.signed(measure.indicator, measure.smallest_change).lstrip("+")


@register.filter
def change_unit(measure):
    return wording.unit(measure.indicator)


@register.filter
def effect_sentence(effect):
    return wording.sentence(effect)


@register.filter
def effect_change(effect):
    """The change alone; its limits stand in the sentence and the picture."""
    return f"{wording.signed(effect.measure.indicator, effect.change)} {wording.unit(effect.measure.indicator)}".strip()


@register.filter
def after(effect):
    return wording.shown(effect.measure.indicator, effect.after_value)


@register.filter
def group_words(measure):
    """For whom the goal holds."""
    return goals.segment_words(measure.segment)


@register.filter
def verdict_sign(effect):
    """The sign of a verdict as the components know it."""
    return {"improved": "up", "worsened": "down"}.get(effect.verdict, "none")
