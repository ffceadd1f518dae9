"""Cross-tables of a wave and its figures weighted to the population."""

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _

from core.access import needs
from core.permissions import require
from core.views import get_visible_or_404, render_page
from surveys.choices import Rated
from surveys.models import Wave
from surveys.selectors import charts, crosstabs, results
from surveys.selectors.charts import few
from surveys.selectors.questionnaires import instrument_of
from surveys.views.pictures import titles_of
from surveys.views.waves import wave_context


@needs("surveys.see_results")
def wave_tables(request, pk):
    """``?q=`` the question in the rows, ``?by=`` what divides it, ``?weigh=`` the division of the weights."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.see_results_of", row)
    instrument = instrument_of(row.questionnaire_version)
    questions, divisions = crosstabs.questions_of(instrument), crosstabs.divisions(row, instrument)
    columns = crosstabs.weightable(row)
    by = chosen(request.GET.get("by"), [key for key, _label in divisions])
    uid = chosen(request.GET.get("q"), [question.uid for question in questions if question.uid != by])
    weigh = chosen(request.GET.get("weigh"), [key for key, _label in columns])
    context = wave_context(request, row, "tables") | {
        "questions": questions, "divisions": divisions, "columns": columns, "uid": uid, "by": by, "weigh": weigh,
        "table": crosstabs.table(row, instrument.by_uid[uid], by) if uid and by else None,
        "least": settings.SUPPRESSION_SCORES, "few": few(),
    }  # fmt: skip
    if weigh:
        context |= weighted(row, weigh)
    return render_page(request, "surveys/wave_tables.html", context)


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


def weighted(wave, column):
    try:
        found = crosstabs.weighted(wave, column)
    except crosstabs.NotPossible as reason:
        return {"not_weighted": str(reason)}
    names = {"": _("Overall satisfaction")} | titles_of(wave)
    return {"weighted": found, "measures": [(names[row.code], row) for row in found.measures]}
