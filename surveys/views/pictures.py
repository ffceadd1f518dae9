"""The pictures of a wave's result page."""

from urllib.parse import urlencode

from django.utils.translation import gettext as _

from core.i18n import pick
from core.statistics.results import Verdict
from surveys.choices import QuestionKind as Kind
from surveys.report_parts import based, signed
from surveys.selectors import charts, results
from surveys.selectors.kept import Kept

SIGNS = {Verdict.IMPROVED: "up", Verdict.WORSENED: "down", Verdict.NOT_PROVEN: "none"}


def rows_url(wave, user, **filters):
    """Address of the single answers behind a figure, or "" where nobody may open them."""
    if wave.is_anonymous or not user.has_perm("surveys.see_answers"):
        return ""
    return f"{wave.get_absolute_url()}answers/" + (f"?{urlencode(filters)}" if filters else "")


def titles_of(wave):
    """{code of a dimension: its words}."""
    dimensions = results.instrument_of(wave.questionnaire_version).dimensions
    return {code: pick({"t": part.titles}, "t") for code, part in dimensions.items()}


def pictures(request, wave):
    """Headline, charts and the groups chosen by ``?by=``."""
    user, column = request.user, request.GET.get("by", "")
    kept = Kept(wave)
    found = kept(results.of_wave)
    titles = titles_of(wave)
    columns = results.segments_in_use(wave)
    column = column if column in dict(columns) else (columns[0][0] if columns else "")
    trend = kept(results.trend)
    shown = [
        charts.funnel(results.funnel(wave)),
        charts.dimensions(found),
        charts.bands(found),
        *charts.distributions(found, url=lambda uid: rows_url(wave, user, question=uid)),
        charts.importance(kept(results.importance), titles),
        charts.trend(trend, target=wave.target_score, url=lambda pk: f"/surveys/waves/{pk}/")
        if len(trend) > 1
        else None,
    ]
    if column:
        compared = kept(results.compare, column)
        shown.append(charts.groups(compared, url=lambda value: rows_url(wave, user, **{column: value})))
    others = [charts.question(row) for row in found.questions if row.question.kind != Kind.RATING]
    return {
        "results": found, "headline": headline(found), "charts": [chart for chart in shown if chart] + others,
        "columns": [(value, label, value == column) for value, label in columns], "rows_url": rows_url(wave, user),
    }  # fmt: skip


def headline(found):
    """The overall figures in words: mean, satisfied share and change, each with its base."""
    scores, change = found.headline.scores, found.headline.change
    if scores is None:
        return None
    mean, top = scores.mean, scores.top
    words = {
        "mean": f"{mean.mean:.2f}", "mean_note": based(mean),
        "top": f"{100 * top.estimate:.1f}", "top_note": _("%(count)s of %(n)s, 95%% interval %(low).1f–%(high).1f%%") % {
            "count": top.count, "n": top.n, "low": 100 * top.low, "high": 100 * top.high},
        "change": "", "verdict": "", "change_note": "",
    }  # fmt: skip
    if whole := found.satisfaction:
        words |= {"sum": f"{whole.total}", "sum_note": _("of %(n)s choices; mean %(mean).2f, %(percent).1f%%") % {
            "n": whole.n, "mean": whole.mean, "percent": 100 * whole.percent}}  # fmt: skip
    if change:
        diff = change.top
        words |= {"change": signed(f"{100 * diff.estimate:+.1f}"), "verdict": SIGNS[diff.verdict], "verdict_words": verdict_words(diff.verdict),
                  "change_note": signed(_("against %(wave)s; interval %(low)+.1f to %(high)+.1f") % {
                      "wave": change.before.code, "low": 100 * diff.low, "high": 100 * diff.high})}  # fmt: skip
    return words


def verdict_words(verdict):
    return {Verdict.IMPROVED: _("proven improvement"), Verdict.WORSENED: _("proven decline")}.get(
        verdict, _("no proven change")
    )
