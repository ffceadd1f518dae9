"""A questionnaire as its respondents will see it, in either language, draft or not. Nothing of it is stored."""

import uuid
from types import SimpleNamespace

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods

from core.access import needs
from core.views import get_visible_or_404
from surveys.instrument import parse
from surveys.models import QuestionnaireVersion
from surveys.public.sheets import Sheet, resume_at
from surveys.replies import check, read_post
from surveys.services.answering import Saved


@needs("surveys.see_questionnaires")
@require_http_methods(["GET", "HEAD", "POST"])
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})
def version_try(request, pk):
    """The pages of a respondent, from the definition as it is stored now."""
    row = get_visible_or_404(QuestionnaireVersion, request.user, pk=pk)
    instrument = parse(row.definition)
    if not instrument.questions:
        raise Http404
    wanted = request.POST.get("language") or request.GET.get("lang")
    language = wanted if wanted in dict(settings.LANGUAGES) else translation.get_language()
    with translation.override(language):
        return _page(request, instrument, f"{request.path}?lang={language}")


def _page(request, instrument, home):
    payload = read_post(instrument, request.POST)
    sheet = Sheet(instrument, resume_at(instrument, {}), payload)
    status = 200
    if request.method == "POST":
        sheet.index = _index(request.POST.get("part"), instrument)
        if not request.POST.get("language") and not _turn(sheet, request.POST.get("go")):
            return render(request, "surveys/public/rehearsed.html", {"home": home, "wave": None})
        status = 422 if sheet.errors else 200
    visit = SimpleNamespace(
        home=home, keeps_draft=False, is_personal=True, draft=Saved({}, 0), saved_at=None, rehearses=True
    )
    context = {"sheet": sheet, "visit": visit, "wave": None, "key": uuid.uuid4(), "note": ""}
    return render(request, "surveys/public/section.html", context, status=status)


def _index(part, instrument):
    number = int(part) if part and part.isdecimal() and len(part) < 4 else 1
    return min(max(number, 1), len(instrument.sections)) - 1


def _turn(sheet, to):
    """Go back or on, or stay where something is missing; False at the end."""
    if to == "back":
        sheet.index = sheet.index if sheet.previous_index is None else sheet.previous_index
        return True
    _values, errors = check(sheet.instrument, sheet.payload)
    sheet.errors = {uid: text for uid, text in errors.items() if sheet.holds(uid)}
    if sheet.errors:
        return True
    if sheet.next_index is None:
        return False
    sheet.index = sheet.next_index
    return True
