"""Cross-tables of a wave, its figures weighted to the population, and what was rated."""

from django.conf import settings
from django.http import Http404

from core.access import needs
from core.permissions import require
from core.views import get_visible_or_404, render_page
from surveys import report_quality
from surveys.choices import Rated
from surveys.models import Wave
from surveys.selectors import charts, crosstabs, results, weighting
from surveys.selectors.charts import few
from surveys.selectors.questionnaires import instrument_of
from surveys.views.waves import wave_context


@needs("surveys.see_results")
def wave_tables(request, pk):
    """``?q=`` the question in the rows, ``?by=`` what divides it."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.see_results_of", row)
    instrument = instrument_of(row.questionnaire_version)
    questions, divisions = crosstabs.questions_of(instrument), crosstabs.divisions(row, instrument)
    by = chosen(request.GET.get("by"), [key for key, _label in divisions])
    uid = chosen(request.GET.get("q"), [question.uid for question in questions if question.uid != by])
    context = wave_context(request, row, "tables") | {
        "questions": questions, "divisions": divisions, "uid": uid, "by": by,
        "table": crosstabs.table(row, instrument.by_uid[uid], by) if uid and by else None,
        "least": settings.SUPPRESSION_SCORES, "few": few(),
    }  # fmt: skip
    return render_page(request, "surveys/wave_tables.html", context)


@needs("surveys.see_results")
def wave_weights(request, pk):
    """``?by=``, once or several times: the divisions whose population the figures are weighted to (SMP-05)."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.see_results_of", row)
    columns = crosstabs.weightable(row)
    wanted = [key for key, _label in columns if key in request.GET.getlist("by")]
    taken = (
        wanted[: weighting.MOST] or [key for key, _label in columns if key == row.strata_by or not row.strata_by][:1]
    )
    context = wave_context(request, row, "weights") | {
        "columns": columns, "taken": taken, "most": weighting.MOST, "is_cut": len(wanted) > weighting.MOST,
    }  # fmt: skip
    if taken:
        context |= _weighted(row, taken)
    return render_page(request, "surveys/wave_weights.html", context)


def _weighted(wave, columns):
    try:
        found = weighting.weighted(wave, columns)
    except crosstabs.NotPossible as reason:
        return {"not_weighted": str(reason)}
    tables = [report_quality.figures_table(found, wave), *report_quality.strata_tables(found)]
    return {"weighted": found, "tables": tables, "warnings": list(report_quality.warnings(found))}


@needs("surveys.see_answers")
def wave_rated(request, pk):
    """``?by=`` rated_unit or rated_staff: who was rated how, among those with enough answers (ANA-14, QST-29)."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.see_results_of", row)
    if not results.rates_services(row):
        raise Http404
    by = chosen(request.GET.get("by"), Rated.values)
    found = results.compare_rated(row, by)
    context = wave_context(request, row, "rated") | {
        "by": by, "rated": Rated, "groups": found, "chart": charts.groups(found), "least": settings.SUPPRESSION_SCORES,
    }  # fmt: skip
    return render_page(request, "surveys/wave_rated.html", context)


def chosen(wanted, offered):
    """What is asked for if it is offered, else the first; "" where nothing is."""
    return wanted if wanted in offered else next(iter(offered), "")
