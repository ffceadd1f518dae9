"""Pictures of what a measure achieved, each with its sentence and the same numbers as a table."""

from collections import Counter

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.charts import Chart
from improvements import wording
from improvements.choices import EffectVerdict, GoalIndicator
from surveys.selectors.charts import few

NOTES = {
    GoalIndicator.TOP2: gettext_lazy("In percentage points; an interval across zero proves nothing yet."),
    GoalIndicator.MEAN: gettext_lazy("In points on the scale of 1–5; an interval across zero proves nothing yet."),
}
TONES = {EffectVerdict.IMPROVED: "better", EffectVerdict.WORSENED: "worse", EffectVerdict.NOT_PROVEN: "none"}


def before_after(measure, effects):
    """Baseline and each later wave as dots with interval, with the target; None for a goal only in words."""
    if not measure.has_figure:
        return None
    rows = [_baseline_row(measure), *(_effect_row(effect) for effect in effects)]
    scale = _scale(measure)
    data = scale | {
        "rows": rows, "lines": [{"value": _number(measure, measure.target), "label": _("target")}],
        "value_label": str(GoalIndicator(measure.indicator).label),
    }  # fmt: skip
    headers = (_("Wave"), str(GoalIndicator(measure.indicator).label), _("95% interval"), _("n"))
    table = [_table_row(measure, row) for row in rows]
    sentence = (
        "" if effects else _("The next wave of this questionnaire decides.")
    )  # the page says what an effect means
    return Chart(
        "dot_interval", data, _("Before and after: %(what)s") % {"what": measure.subject}, sentence, (headers, table)
    )


def change(measure, effects):
    """The change against the baseline with its interval, zero and the smallest change worth having; None without one."""
    found = [effect for effect in effects if effect.change_low is not None]
    if not found:
        return None
    rows = [
        {
            "label": effect.wave.code, "value": _number(measure, effect.change), "verdict": TONES[effect.verdict],
            "low": _number(measure, effect.change_low), "high": _number(measure, effect.change_high), "n": effect.after_n,
            "url": effect.wave.get_absolute_url(),
        }
        for effect in found
    ]  # fmt: skip
    data = _scale(measure, change=True) | {
        "rows": rows, "difference": True,
        "lines": [{"value": _number(measure, measure.smallest_change), "label": _("worth having")}],
    }  # fmt: skip
    headers = (_("Wave"), _("Change against the baseline, 95% interval"), _("Verdict"))
    table = [[effect.wave.code, wording.change(effect), str(effect.verdict_badge.label)] for effect in found]
    note = (
        _("Newcombe's interval of the difference of two shares.")
        if measure.indicator == GoalIndicator.TOP2
        else _("Welch's interval of the difference of two means.")
    )
    return Chart("dot_interval", data, _("Change against the baseline"), "", (headers, table), note=note)


def worked(effects):
    """Measures side by side: the change against each baseline, of the figure most of them aim at. None without one."""
    known = [one for one in effects if one.change_low is not None]
    if not known:
        return None
    ((indicator, _count),) = Counter(one.measure.indicator for one in known).most_common(1)
    known = sorted((one for one in known if one.measure.indicator == indicator), key=lambda one: (-one.change, one.pk))
    rows = [
        {
            "label": one.measure.title, "value": _number(one.measure, one.change), "verdict": TONES[one.verdict],
            "low": _number(one.measure, one.change_low), "high": _number(one.measure, one.change_high),
            "note": str(one.verdict_badge.label), "url": one.measure.get_absolute_url(),
        }
        for one in known
    ]  # fmt: skip
    proven = sum(one.verdict == EffectVerdict.IMPROVED for one in known)
    sentence = _("%(proven)s of %(known)s measures are proven to have improved the figure they were made for.") % {
        "proven": proven, "known": len(known),
    }  # fmt: skip
    headers = (_("Measure"), _("Change against the baseline, 95% interval"), _("Verdict"))
    table = [[one.measure.title, wording.change(one), str(one.verdict_badge.label)] for one in known]
    return Chart(
        "dot_interval", _scale(known[0].measure, change=True) | {"rows": rows, "difference": True}, _("Did the measures work?"),
        sentence, (headers, table), note=NOTES[indicator],
        rows_url=reverse("improvements:measure_list") + "?state=any",
    )  # fmt: skip


def _scale(measure, *, change=False):
    if measure.indicator == GoalIndicator.TOP2:
        return {"decimals": 1, "unit": "" if change else "%"}
    return {"decimals": 2}


def _number(measure, value):
    scale = 100 if measure.indicator == GoalIndicator.TOP2 else 1
    return None if value is None else round(scale * float(value), 3)


def _baseline_row(measure):
    wave = measure.baseline_wave
    return _dot(measure, wave, measure.baseline_value, measure.baseline_low, measure.baseline_high, measure.baseline_n)


def _effect_row(effect):
    row = _dot(
        effect.measure, effect.wave, effect.after_value, effect.after_low, effect.after_high, effect.after_n
    )  # fmt: skip
    return row | ({"verdict": TONES[effect.verdict]} if effect.after_n is not None else {})


def _dot(measure, wave, value, low, high, n):
    if value is None:
        return {"label": wave.code, "value": None, "suppressed": few()}
    row = {
        "label": wave.code, "value": _number(measure, value), "low": _number(measure, low),
        "high": _number(measure, high), "n": n, "url": wave.get_absolute_url(),
    }  # fmt: skip
    return {key: item for key, item in row.items() if item is not None}


def _table_row(measure, row):
    if row["value"] is None:
        return [row["label"], few(), "", ""]
    unit = "%" if measure.indicator == GoalIndicator.TOP2 else ""
    places = 1 if unit else 2
    ends = f"{row['low']:.{places}f}{unit}–{row['high']:.{places}f}{unit}" if "low" in row else "–"
    return [row["label"], f"{row['value']:.{places}f}{unit}", ends, row["n"]]
