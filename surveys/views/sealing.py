"""The seals of a confidential wave, for the one person who may open them."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core.access import needs
from core.permissions import require
from core.views import get_visible_or_404, posted, render_page
from surveys.forms.sealing import SealForm
from surveys.models import LowAnswer, Response, Wave
from surveys.selectors import sealed
from surveys.services import sealing
from surveys.views.waves import wave_context


@needs("surveys.open_seal")
def wave_sealed(request, pk):
    """Answers that give a ground to open their seal."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.open_seals_of", row)
    context = wave_context(request, row, "sealed") | {"rows": sealed.waiting(row)}
    return render_page(request, "surveys/wave_sealed.html", context)


@needs("surveys.open_seal")
def seal(request, pk, answer):
    """One such answer: its ground, who opened it, and the form that opens it."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.open_seals_of", row)
    response = get_object_or_404(Response.objects.exclude(seal=""), wave=row, pk=answer)
    form = SealForm(posted(request), grounds=sealing.grounds_of(response))
    if form.is_valid():
        sealing.open_seal(response, by=request.user, **form.cleaned_data)
        messages.success(request, _("Opened. It is noted who opened it and why."))
        return redirect("surveys:seal", pk, answer)
    context = wave_context(request, row, "sealed") | {
        "response": response, "form": form, "person": sealing.person_of(response, by=request.user),
        "low": LowAnswer.objects.filter(response=response).select_related("question", "follow_up"),
        "openings": response.openings.select_related("by", "follow_up"),
    }  # fmt: skip
    return render_page(request, "surveys/seal.html", context, status=422 if form.errors else 200)
