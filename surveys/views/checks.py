"""Authenticity of a wave's answers: what the portal marked, and what people decided."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from core.access import needs
from core.acts import Act, act_page
from core.forms import ConfirmForm, ReasonForm
from core.lists import list_page
from core.permissions import allows, require
from core.views import get_visible_or_404
from surveys.filters import CheckFilter
from surveys.models import Response, ResponseCheck, Wave
from surveys.selectors import authenticity
from surveys.services import checks
from surveys.tables import CheckTable
from surveys.views.waves import wave_context
from surveys.workflows import CHECK

ACTS = {
    "accept": Act("surveys.check_response", checks.accept, ConfirmForm, _("Authentic"), _("Authentic"),
                  (_("The answer counts, and is marked as checked by you."),)),
    "doubt": Act("surveys.check_response", checks.doubt, ReasonForm, _("Doubt this answer"), _("Doubt"),
                 (_("It goes on counting until somebody else agrees that it is left out."),)),
    "leave_out": Act("surveys.decide_doubt", checks.leave_out, ConfirmForm, _("Leave this answer out"), _("Leave out"),
                     (_("It leaves all figures of the wave, at once and everywhere."),
                      _("It stays stored, with the reason and both names, and can be taken back until the results are confirmed.")),
                     is_dangerous=True),
    "keep": Act("surveys.decide_doubt", checks.keep, ConfirmForm, _("Keep this answer"), _("Keep"),
                (_("It goes on counting."),)),
    "take_back": Act("surveys.check_response", checks.take_back, ReasonForm, _("Count this answer again"), _("Count again"),
                     (_("It is part of all figures again."),)),
}  # fmt: skip


def named_wave(request, pk):
    """A wave whose answers can be looked at one by one."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    if row.is_anonymous:
        raise Http404
    return row


@needs("surveys.see_answers")
def wave_checks(request, pk):
    row = named_wave(request, pk)
    if request.GET.get("format"):
        require(request.user, "surveys.take_rows_of", row)
    found = CheckFilter(request.GET, authenticity.checks(request.user, row))
    context = wave_context(request, row, "checks") | {
        "overview": authenticity.overview(row), "can_check": allows(request.user, "surveys.check_wave", row)
    }  # fmt: skip
    return list_page(
        request,
        "surveys/wave_checks.html",
        found,
        CheckTable,
        title=f"{row.code} {gettext('Authenticity')}",
        log=row,
        **context,
    )


@require_POST
@needs("surveys.check_answers")
def examine(request, pk):
    """Look for marks now, and accept what carries none if that is asked for."""
    row = named_wave(request, pk)
    require(request.user, "surveys.check_wave", row)
    if request.POST.get("act") == "accept":
        count = checks.accept_rest(row, by=request.user)
        messages.success(request, gettext("Accepted as authentic: %(n)s answers without a mark.") % {"n": count})
    else:
        count = checks.examine(row, by=request.user)
        messages.success(request, gettext("Looked through: %(n)s answers carry a mark.") % {"n": count})
    return redirect("surveys:wave_checks", pk)


@needs("surveys.check_answers")
def check_step(request, pk, step):
    """Take a step of the check of one answer; the first makes the check."""
    response = get_visible_or_404(Response, request.user, pk=pk)
    if step not in ACTS:
        raise Http404
    row = check_of(response, request.user)
    require(request.user, ACTS[step].rule, row)
    if request.method == "POST" and row.pk is None:
        row = checks.of(response, by=request.user)
        row._seen_by = {request.user.pk: True}
    return act_page(request, row, ACTS[step], number=response.receipt)


def check_of(response, user):
    """The check of an answer that ``user`` may see; one not yet stored where nobody looked."""
    row = ResponseCheck.objects.filter(response=response).select_related("doubted_by", "decided_by").first()
    row = row or ResponseCheck(response=response)
    row.response = response
    row._seen_by = {user.pk: True}
    return row


def steps_of(check, user):
    """[(step, Act)] that ``user`` may take now."""
    return [(step, ACTS[step]) for step in CHECK.acts(check.state) if allows(user, ACTS[step].rule, check)]
