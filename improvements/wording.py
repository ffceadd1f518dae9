"""Figures of goals and effects as people read them: shares in percent, means with two places, signs with a true minus."""

from django.utils.translation import gettext as _

from improvements.choices import EffectVerdict, GoalIndicator


def shown(indicator, value):
    """75.0%, or 3.91 of a mean."""
    if value is None:
        return "–"
    return f"{100 * float(value):.1f}%" if indicator == GoalIndicator.TOP2 else f"{float(value):.2f}"


def interval(indicator, low, high):
    """68.6%–80.5%; a dash where there is none."""
    return "–" if low is None or high is None else f"{shown(indicator, low)}–{shown(indicator, high)}"


def size(indicator, value):
    """A change without its sign: 5.0 points, or 0.30."""
    number = abs(float(value))
    if indicator == GoalIndicator.TOP2:
        return _("%(number)s points") % {"number": f"{100 * number:.1f}"}
    return f"{number:.2f}"


def unit(indicator):
    """What stands beside the number of a change."""
    return _("points") if indicator == GoalIndicator.TOP2 else ""


def signed(indicator, value):
    """+9.0 or −0.31; percent points for a share."""
    if value is None:
        return "–"
    scale, places = (100, 1) if indicator == GoalIndicator.TOP2 else (1, 2)
    return f"{scale * float(value):+.{places}f}".replace("-", "−")


def change(effect):
    """+9.0 points (+1.1 to +16.8)."""
    indicator = effect.measure.indicator
    words = {
        "change": signed(indicator, effect.change), "low": signed(indicator, effect.change_low),
        "high": signed(indicator, effect.change_high),
    }  # fmt: skip
    if effect.change_low is None:
        return words["change"]
    if indicator == GoalIndicator.TOP2:
        return _("%(change)s points (%(low)s to %(high)s)") % words
    return _("%(change)s (%(low)s to %(high)s)") % words


def sentence(effect):
    """What the wave says about the measure: before, after, the change with its interval, and whether that is enough."""
    measure, indicator = effect.measure, effect.measure.indicator
    if effect.after_n is None:
        return _("Not proven yet: too few answered in %(wave)s to show a figure for this group.") % {
            "wave": effect.wave.code
        }
    facts = {
        "before": shown(indicator, effect.before_value), "n": effect.before_n, "m": effect.after_n,
        "after": shown(indicator, effect.after_value), "change": change(effect),
    }  # fmt: skip
    said = SENTENCES[EffectVerdict(effect.verdict)]() % facts
    return said + _enough(effect, measure, indicator)


def _enough(effect, measure, indicator):
    smallest = size(indicator, measure.smallest_change)
    match effect.verdict:
        case EffectVerdict.IMPROVED if effect.is_worth_having:
            return _(" The change worth having (%(smallest)s) is reached.") % {"smallest": smallest}
        case EffectVerdict.IMPROVED:
            return _(" That is less than the change worth having (%(smallest)s).") % {"smallest": smallest}
        case EffectVerdict.NOT_PROVEN if effect.needed:
            return _(" About %(needed)s answers in each wave would prove a change of %(smallest)s.") % {
                "needed": f"{effect.needed:,}",
                "smallest": smallest,
            }
    return ""


SENTENCES = {
    EffectVerdict.IMPROVED: lambda: _(
        "Improved from %(before)s (n = %(n)s) to %(after)s (n = %(m)s): %(change)s, 95%% interval in brackets."
    ),
    EffectVerdict.WORSENED: lambda: _(
        "Worse than before, from %(before)s (n = %(n)s) to %(after)s (n = %(m)s): %(change)s, 95%% interval in brackets."
    ),
    EffectVerdict.NOT_PROVEN: lambda: _(
        "Not proven yet, from %(before)s (n = %(n)s) to %(after)s (n = %(m)s): %(change)s. The 95%% interval holds zero."
    ),
}
