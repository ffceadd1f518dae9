"""One answer: as it came, what of it was put right, and the page that puts it right."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.access import needs
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page
from core.workflow import LostRace
from surveys.forms.corrections import CorrectionForm
from surveys.models import ImportedAnswer, Response
from surveys.public.sheets import fields_of
from surveys.replies import read_post
from surveys.selectors import corrections
from surveys.selectors.questionnaires import instrument_of
from surveys.services import corrections as service
from surveys.services.answering import Invalid
from surveys.views import checks
from surveys.views.waves import wave_context
from surveys.wording import words_of


@needs("surveys.see_answers")
def response(request, pk):
    """One returned questionnaire, question by question."""
    row = get_visible_or_404(Response, request.user, pk=pk)
    instrument = instrument_of(row.questionnaire_version)
    check = checks.check_of(row, request.user)
    values, trail = corrections.of_response(row)
    context = wave_context(request, row.wave, "answers") | {
        "response": row,
        "lines": [
            (question, words_of(question, values.get(question.uid)), _trail(question, trail.get(question.id, ())))
            for question in instrument.questions
        ],
        "check": check, "steps": checks.steps_of(check, request.user),
        "can_correct": allows(request.user, "surveys.check_response", check),
        "events": check.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:20] if check.pk else [],
        "imported": ImportedAnswer.objects.filter(response=row).select_related("file").first(),
        "low": {low.question_id: low for low in row.low_answers.select_related("follow_up")},
    }  # fmt: skip
    return render_page(request, "surveys/response.html", context)


def _trail(question, rows):
    """[(value before in words, correction)]."""
    return [(words_of(question, row.before) or "–", row) for row in rows]


@needs("surveys.check_answers")
def response_correct(request, pk):
    """The whole questionnaire as it counts now, to put single values right."""
    row = get_visible_or_404(Response, request.user, pk=pk)
    if row.is_anonymous:
        raise Http404
    require(request.user, "surveys.check_response", checks.check_of(row, request.user))
    instrument = instrument_of(row.questionnaire_version)
    values, trail = corrections.of_response(row)
    seen = sum(len(rows) for rows in trail.values())
    form, errors = CorrectionForm(posted(request)), {}
    payload = read_post(instrument, request.POST) if request.method == "POST" else values
    if form.is_valid():
        try:
            made = service.correct(
                row, payload, reason=form.cleaned_data["reason"], by=request.user,
                seen=_whole(request.POST.get("seen"), seen),
            )  # fmt: skip
        except Invalid as invalid:
            errors = invalid.errors
        except LostRace as lost:  # what was typed stays, beside what the other one changed
            errors = {"": str(lost)} | {
                instrument.by_id[pk].uid: _("Meanwhile: %(answer)s (%(who)s)")
                % {
                    "answer": words_of(instrument.by_id[pk], rows[-1].after) or "–",
                    "who": rows[-1].by,
                }
                for pk, rows in trail.items()
            }
        else:
            messages.success(request, _("Corrected: %(n)s values.") % {"n": len(made)})
            return redirect("surveys:response", pk)
    context = wave_context(request, row.wave, "answers") | {
        "response": row, "instrument": instrument, "form": form, "errors": errors, "seen": seen,
        "parts": [(part, fields_of(instrument, part.questions, payload, errors)) for part in instrument.sections],
    }  # fmt: skip
    return render_page(request, "surveys/response_correct.html", context, status=422 if errors or form.errors else 200)


def _whole(text, default):
    return int(text) if text and text.isdecimal() else default
