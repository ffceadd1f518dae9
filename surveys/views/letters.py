"""Letters and personal sheets of a wave: print, send, note what came back; answers are entered by serial number."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from core.access import needs
from core.permissions import look_together, require
from core.views import get_visible_or_404, render_page
from customers.choices import Tier
from surveys.choices import InvitationState
from surveys.forms.letters import PostForm
from surveys.jobs import draw_letters, start_letters
from surveys.models import PersonalSheet, Wave
from surveys.services import letters
from surveys.views.waves import wave_context

SHOWN = 400


def _wave(request, pk):
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.post_letters", row)
    if row.is_anonymous:
        raise Http404
    return row


@needs("surveys.run_wave")
def wave_letters(request, pk):
    """Every personal sheet with its way; chosen ones are noted as sent or come back."""
    row = _wave(request, pk)
    form = PostForm(request.POST or None)
    if form.is_valid():
        return _note(request, row, form)
    rows = PersonalSheet.objects.visible_to(request.user).filter(wave=row)
    rows = list(rows.select_related("invitation__customer", "invitation__contact", "batch")[:SHOWN])
    look_together(request.user, [sheet.invitation.customer for sheet in rows])
    answered = sum(sheet.invitation.state == InvitationState.DONE for sheet in rows)
    context = wave_context(request, row, "letters") | {
        "form": form, "sheets": rows, "waiting": letters.waiting(row).count(), "most": letters.MOST, "tiers": Tier.choices,
        "counts": [
            (_("Printed"), len(rows)), (pgettext("letters", "Sent"), sum(sheet.sent_on is not None for sheet in rows)),
            (_("Came back undelivered"), sum(sheet.undelivered_on is not None for sheet in rows)),
            (_("Answered"), answered),
        ],
    }  # fmt: skip
    return render_page(request, "surveys/wave_letters.html", context, status=422 if form.errors else 200)


@require_POST
@needs("surveys.run_wave")
def letters_print(request, pk):
    """New sheets for whoever has none (``letter`` or ``sheet``), or chosen ones once more (``again``)."""
    row, what = _wave(request, pk), request.POST.get("what")
    if what == "again":
        ids = list(PersonalSheet.objects.filter(wave=row, pk__in=_chosen(request)).values_list("pk", flat=True))
        if not ids:
            messages.error(request, _("Choose the sheets first."))
            return redirect("surveys:wave_letters", pk)
        return redirect("core:job_detail", draw_letters(row, ids[: letters.MOST], by=request.user).pk)
    tier = request.POST.get("tier", "")
    if what not in ("letter", "sheet") or tier not in ("", *Tier.values):
        raise Http404
    run = start_letters(row, by=request.user, is_letter=what == "letter", tier=tier)
    return redirect("core:job_detail", run.pk)


def _chosen(request):
    return [int(pk) for pk in request.POST.getlist("sheet") if pk.isdigit()]


def _note(request, row, form):
    ids, on = _chosen(request), form.cleaned_data["on"]
    if request.POST.get("act") == "undelivered":
        count = letters.mark_undelivered(row, ids=ids, on=on, by=request.user, note=form.cleaned_data["note"])
    else:
        count = letters.mark_sent(row, ids=ids, on=on, by=request.user)
    left = len(ids) - count
    if count:
        messages.success(request, ngettext("%(n)s sheet noted.", "%(n)s sheets noted.", count) % {"n": count})
    if left or not ids:
        messages.warning(
            request, _("%(n)s stay as they are: nothing chosen, noted before, never sent, or answered.") % {"n": left}
        )
    return redirect("surveys:wave_letters", row.pk)
