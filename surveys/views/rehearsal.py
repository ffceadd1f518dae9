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
from surveys.public.sheets import Sheet, index_of, resume_at
from surveys.replies import read_post
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
        sheet.index = index_of(request.POST.get("part"), instrument)
        if not request.POST.get("language") and _has_ended(sheet, request.POST.get("go")):
            return render(request, "surveys/public/rehearsed.html", {"home": home, "wave": None})
        status = 422 if sheet.errors else 200
    visit = SimpleNamespace(
        home=home, keeps_draft=False, is_personal=True, draft=Saved({}, 0), saved_at=None, rehearses=True
    )
    context = {"sheet": sheet, "visit": visit, "wave": None, "key": uuid.uuid4(), "note": ""}
    return render(request, "surveys/public/section.html", context, status=status)


def _has_ended(sheet, to):
    """Turn the page, or stay where something is missing; whether there was none left."""
    if to != "back":
        sheet.find_errors()
        if not sheet.errors and sheet.next_index is None:
            return True
    if not sheet.errors:
        sheet.turn(back=to == "back")
    return False
