"""Reading aids of survey pages."""

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.i18n import pick, suffix
from surveys.choices import Method, PlanState, QuestionKind, Recurrence
from surveys.models.plan import PARTS
from surveys.report_words import together
from surveys.selectors import revisions
from surveys.selectors.results import segment_label
from surveys.wording import condition_of

register = template.Library()


@register.filter
def both(row, name):
    """``name_zh`` or ``name_en`` of a dict, by the reader's language."""
    wanted = suffix()
    return row.get(f"{name}_{wanted}") or row.get(f"{name}_{'zh' if wanted == 'en' else 'en'}") or ""


@register.filter
def at(found, key):
    """The value of a dict, or None."""
    return found.get(key)


@register.filter
def text(row, name):
    """``name_zh`` or ``name_en`` of a row, by the reader's language."""
    return pick(row, name)


@register.filter
def plan_state(value):
    return PlanState(value)


@register.filter
def activity_dates(activity):
    return f"{date_format(activity.starts_on)} – {date_format(activity.ends_on)}"


@register.filter
def signed_days(days):
    """A time limit as people say it."""
    if days == 0:
        return _("on the day")
    words = (
        ngettext("%(n)s day after", "%(n)s days after", days)
        if days > 0
        else ngettext("%(n)s day before", "%(n)s days before", -days)
    )
    return words % {"n": abs(days)}


@register.filter
def scheme_lines(row):
    """[(label, text)] of the scheme of a stored activity; nothing where there was none."""
    return [line for line in revisions.scheme_lines(row) if line[1]]


@register.filter
def plan_parts(revision):
    """[(label, text)] of the six parts of a stored revision."""
    parts = revision.content["parts"]
    return [(label, both(parts, key)) for key, label in PARTS.items()]


@register.filter
def how_often(row):
    """The recurrence of an activity of a stored revision, in words."""
    return Recurrence(row.get("recurrence") or Recurrence.ONCE).label


@register.filter
def method_label(value):
    return Method(value).label if value in Method.values else value


@register.filter
def words(text):
    """{"zh", "en"} in the reader's language."""
    return both({"t_zh": (text or {}).get("zh"), "t_en": (text or {}).get("en")}, "t")


@register.filter
def kind_label(value):
    return QuestionKind(value).label if value in QuestionKind.values else value


@register.filter
def asked_after(question, instrument):
    """The answers after which a question is asked, in words; "" where everybody is asked."""
    return condition_of(question, instrument)


@register.filter
def thanks_of(wave):
    return both({f"thanks_{key}": getattr(wave, f"thanks_{key}") for key in ("zh", "en")}, "thanks")


@register.filter
def item(mapping, key):
    return mapping.get(key)


@register.filter
def window(wave):
    """3月9日–3月27日，实名"""
    days = " – ".join(
        date_format(timezone.localtime(day), "SHORT_DATETIME_FORMAT") for day in (wave.opens_at, wave.closes_at)
    )
    return f"{days} · {wave.mode.label}"


@register.filter
def population_note(wave):
    """Of how many the answers are."""
    if wave.population_n:
        return _("population %(n)s") % {"n": wave.population_n}
    return _("open link")


@register.filter
def percent(value):
    return "–" if value is None else f"{100 * float(value):.1f}"


@register.filter
def interval_note(finding):
    if finding.mean_low is None:
        return ""
    return _("95%% interval %(low).2f–%(high).2f") % {"low": finding.mean_low, "high": finding.mean_high}


@register.filter
def rows_for(finding, user):
    """Where the answers behind a finding are, of waves with names and for who may see answers; else the wave."""
    if finding.wave.is_anonymous or finding.question is None or not user.has_perm("surveys.see_answers"):
        return finding.wave.get_absolute_url()
    return f"{finding.wave.get_absolute_url()}answers/?question={finding.question.uid}"


@register.filter
def segment_words(finding):
    return "、".join(segment_label(column, value) for column, value in finding.segment.items())


@register.filter
def verdict_of_table(table):
    """What a cross-table proves, in a sentence or two."""
    test = table.test
    if test.p is None:
        return _("One group alone, or one answer alone, cannot be compared.")
    p = test.fisher_p if test.fisher_p is not None else test.p
    values = {"label": table.label, "p": _p_words(p), "v": f"{test.cramers_v:.2f}"}
    if p >= 0.05:
        said = _("No difference between these groups is proven (%(p)s, Cramér's V = %(v)s).") % values
    else:
        values["strength"] = _strength(test.cramers_v)
        said = (
            _(
                "The answers differ by “%(label)s”: %(strength)s (%(p)s, Cramér's V = %(v)s). "
                "▲ and ▼ mark what stands out from the rest."
            )
            % values
        )
    if test.sparse and test.fisher_p is None:
        said = together(
            [said, _("Some cells expect fewer than 5 answers: read this with care, or choose larger groups.")]
        )
    return said


def _p_words(p):
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _strength(v):
    if v < 0.1:
        return _("hardly")
    return _("weakly") if v < 0.3 else _("moderately") if v < 0.5 else _("strongly")
