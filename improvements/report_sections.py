"""The section of periodic reports about improvement: measures due and done in time, what they achieved, what is open."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.charts import Chart
from core.i18n import CHINESE, ENGLISH, pick, speaking
from core.periods import bounds
from core.reporting import Headline, Section, add_section
from core.statistics.intervals import share
from improvements import wording
from improvements.choices import EffectVerdict
from improvements.selectors import figures

AGES = ((0, 30), (31, 60), (61, 90), (91, None))  # days since a measure was issued
SIGNS = {"improved": "up", "worsened": "down", "not_proven": "none"}


def collect(period, unit=None):
    """Figures of the period as plain JSON, in both languages where there are words; {} when there is nothing to say."""
    units = None if unit is None else [unit.pk]
    since, until = (timezone.localdate(moment) for moment in bounds(period))
    span = since, until - timedelta(days=1)
    found = {
        "due": {by: _due(span, units, by) for by in ("original_due", "current_due")},
        "effects": [_effect(row) for row in figures.effects_known(*span, units)],
        "open": [_open(row) for row in figures.open_measures(units=units)],
        "span": [day.isoformat() for day in span], "unit": unit and unit.pk,
    }  # fmt: skip
    has_something = found["effects"] or found["open"] or any(row["due"] for row in found["due"].values())
    return found if has_something else {}


def _due(span, units, by):
    return {
        "due": figures.measures_due(*span, units, by=by).count(),
        "done": figures.measures_done_in_time(*span, units, by=by).count(),
    }


def _effect(row):
    measure = row.measure
    return {
        "number": measure.number, "title": measure.title, "url": measure.get_absolute_url(), "verdict": row.verdict,
        "is_worth_having": row.is_worth_having, "unit": _both(lambda: str(measure.unit)),
        "subject": _both(lambda: measure.subject), "before": wording.shown(measure.indicator, row.before_value),
        "before_n": row.before_n, "after": wording.shown(measure.indicator, row.after_value), "after_n": row.after_n,
        "change": _both(lambda: wording.change(row)), "wave": row.wave.code,
    }  # fmt: skip


def _open(row):
    return {
        "number": row.number, "age": (timezone.now() - row.issued_at).days, "is_late": row.is_overdue, "state": row.state,
    }  # fmt: skip


def _both(make):
    words = {}
    for key, language in (("zh", CHINESE), ("en", ENGLISH)):
        with speaking(language):
            words[key] = make()
    return words


# Headline numbers and sentences ------------------------------------------------------------------------


def headlines(data):
    """Completion by the original date, beside it by the present one; measures that proved their effect."""
    if not data:
        return
    for by, label in (("original_due", _("Measures done in time")), ("current_due", _("… by the date as extended"))):
        counts = data["due"][by]
        if counts["due"]:
            yield Headline(
                label, f"{100 * counts['done'] / counts['due']:.1f}", "%", _based(counts), url=_rows_url(data, by)
            )
    known = data["effects"]
    if known:
        proven = sum(row["verdict"] == EffectVerdict.IMPROVED for row in known)
        yield Headline(
            _("Measures with proven effect"), str(proven), "", _("of %(n)s whose wave has decided") % {"n": len(known)},
            url=f"{reverse('improvements:measure_list')}?state=any&verdict=improved",
        )  # fmt: skip


def _based(counts):
    rate = share(counts["done"], counts["due"])
    facts = counts | {"low": 100 * rate.low, "high": 100 * rate.high}
    return _("%(done)s of %(due)s due, 95%% interval %(low).1f–%(high).1f%%") % facts


def _rows_url(data, by):
    since, until = data["span"]
    return f"{reverse('improvements:measure_list')}?state=any&{by}_after={since}&{by}_before={until}" + (
        f"&unit={data['unit']}" if data["unit"] else ""
    )


def sentences(data, part):
    """Paragraphs of one part (overview, conclusions, advice) in the active language."""
    if not data:
        return [_("No measure was due or under way in this period.")] if part == "overview" else []
    return [line for line in PARTS.get(part, lambda data: ())(data) if line]


def _overview(data):
    first, last = data["due"]["original_due"], data["due"]["current_due"]
    if first["due"]:
        yield (
            _(
                "%(due)s measures were due by their original date; %(done)s of them were handed in by then and found carried out."
            )
            % first
        )
    if last != first:
        yield _("By the date as extended, %(due)s were due and %(done)s done in time.") % last
    late = sum(row["is_late"] for row in data["open"])
    yield _("%(open)s measures are under way, %(late)s of them past their day.") % {
        "open": len(data["open"]),
        "late": late,
    }


def _conclusions(data):
    for row in data["effects"]:
        facts = {"title": row["title"], "subject": pick(row, "subject"), "change": pick(row, "change"),
                 "before": row["before"], "after": row["after"]}  # fmt: skip
        match row["verdict"]:
            case EffectVerdict.IMPROVED:
                yield _("“%(title)s” worked: “%(subject)s” rose from %(before)s to %(after)s, %(change)s.") % facts
            case EffectVerdict.WORSENED:
                yield (
                    _("“%(title)s” did not work: “%(subject)s” fell from %(before)s to %(after)s, %(change)s.") % facts
                )


def _advice(data):
    if any(row["verdict"] == EffectVerdict.WORSENED for row in data["effects"]):
        yield _("Measures after which the figure fell need a new look at the cause before they go on.")
    if any(row["is_late"] for row in data["open"]):
        yield _("Overdue measures need a decision: help, or an end with a reason.")


PARTS = {"overview": _overview, "conclusions": _conclusions, "advice": _advice}


# Pictures and tables -----------------------------------------------------------------------------------


def charts(data):
    """How long the open measures have been under way."""
    if not data or not data["open"]:
        return []
    rows = []
    for first, last in AGES:
        here = [row for row in data["open"] if row["age"] >= first and (last is None or row["age"] <= last)]
        label = _("%(first)s to %(last)s days") % {"first": first, "last": last}
        if last is None:
            label = _("more than %(days)s days") % {"days": first - 1}
        state = "late" if any(row["is_late"] for row in here) else "attention" if first > AGES[1][0] else "ok"
        rows.append({"label": label, "value": len(here), "state": state})
    late = sum(row["is_late"] for row in data["open"])
    sentence = _("%(open)s measures are under way, %(late)s of them past their day.") % {
        "open": len(data["open"]), "late": late,
    }  # fmt: skip
    table = ((_("Under way for"), _("Count")), [[row["label"], row["value"]] for row in rows])
    return [
        Chart("ageing", {"rows": rows}, _("Open measures by age"), sentence, table,
              rows_url=reverse("improvements:measure_list"))
    ]  # fmt: skip


def tables(data):
    """[(title, headers, rows)]: measures due and done by both dates, and what the waves said about effects."""
    if not data:
        return []
    found = [_due_table(data)]
    if data["effects"]:
        found.append(_effects_table(data["effects"]))
    return found


def _due_table(data):
    rows = [
        [label, counts["due"], counts["done"], f"{100 * counts['done'] / counts['due']:.1f}%" if counts["due"] else "–"]
        for label, counts in (
            (_("by the original date"), data["due"]["original_due"]),
            (_("by the date as extended"), data["due"]["current_due"]),
        )
    ]
    since, until = (date.fromisoformat(day) for day in data["span"])
    title = _("Measures due from %(since)s to %(until)s") % {"since": since, "until": until}
    return title, (_("Counted"), _("Due"), _("Done in time"), _("Completion rate")), rows


def _effects_table(known):
    headers = (_("Measure"), _("Unit"), _("Figure"), _("Before"), _("After"), _("Change, 95% interval"), _("Effect"))
    rows = [
        [
            f"{row['number']} {row['title']}", pick(row, "unit"), pick(row, "subject"),
            _with_n(row["before"], row["before_n"]), _with_n(row["after"], row["after_n"]), pick(row, "change"),
            str(EffectVerdict(row["verdict"]).label),
        ]
        for row in known
    ]  # fmt: skip
    return _("What the measures achieved"), headers, rows


def _with_n(figure, n):
    return f"{figure} (n = {n})" if n is not None else figure


def register():
    add_section(Section(
        code="improvements", title=gettext_lazy("Improvement measures"), order=30, collect=collect, charts=charts,
        tables=tables, headlines=headlines, sentences=sentences,
    ))  # fmt: skip
