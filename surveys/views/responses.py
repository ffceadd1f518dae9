"""One answer, as it came."""

from core.access import needs
from core.views import get_visible_or_404, render_page
from surveys.models import Response
from surveys.selectors.questionnaires import instrument_of
from surveys.views import checks
from surveys.views.waves import wave_context
from surveys.wording import words_of


@needs("surveys.see_answers")
def response(request, pk):
    """One returned questionnaire, question by question."""
    row = get_visible_or_404(Response, request.user, pk=pk)
    instrument = instrument_of(row.questionnaire_version)
    values, check = row.raw or {}, checks.check_of(row, request.user)
    context = wave_context(request, row.wave, "answers") | {
        "response": row, "lines": [(question, words_of(question, values.get(question.uid))) for question in instrument.questions],
        "check": check, "steps": checks.steps_of(check, request.user),
        "events": check.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:20] if check.pk else [],
        "low": {low.question_id: low for low in row.low_answers.select_related("follow_up")},
    }  # fmt: skip
    return render_page(request, "surveys/response.html", context)
