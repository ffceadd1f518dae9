"""Findings: results below target, confirmed or dismissed by a person."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import needs
from core.forms import ReasonForm
from core.lists import list_page
from core.panels import panels
from core.permissions import require
from core.views import get_visible_or_404, posted, render_page
from surveys.choices import FindingState
from surveys.filters import FindingFilter
from surveys.forms.waves import FindingForm
from surveys.models import Finding, LowAnswer, Response
from surveys.selectors import lists, opinions
from surveys.services import findings as service
from surveys.tables import FindingTable


@needs("surveys.see_results")
def finding_list(request):
    found = FindingFilter(request.GET, lists.findings(request.user))
    return list_page(request, "surveys/finding_list.html", found, FindingTable, title=_("Findings"))


@needs("surveys.see_results")
def finding(request, pk):
    row = get_visible_or_404(Finding, request.user, pk=pk)
    context = {
        "finding": row, "state": FindingState(row.state), "panels": panels("surveys.finding", request, row),
        "events": row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:20],
        "suggestions": opinions.suggestions_for(row),
    }  # fmt: skip
    return render_page(request, "surveys/finding.html", context)


@needs("surveys.confirm_finding")
def finding_confirm(request, pk):
    row = get_visible_or_404(Finding, request.user, pk=pk)
    require(request.user, "surveys.decide_finding", row)
    form = FindingForm(posted(request), initial={"unit": row.unit_id, "note": row.note})
    if form.is_valid():
        service.confirm(row, by=request.user, **form.cleaned_data)
        messages.success(request, _("The finding is confirmed."))
        return redirect(row)
    return render_page(
        request,
        "surveys/form.html",
        {
            "form": form,
            "title": _("Confirm the finding"),
            "sub": row.subject,
            "back_url": row.get_absolute_url(),
            "submit_label": _("Confirm"),
        },
    )


@needs("surveys.confirm_finding")
def finding_dismiss(request, pk):
    row = get_visible_or_404(Finding, request.user, pk=pk)
    require(request.user, "surveys.decide_finding", row)
    form = ReasonForm(posted(request))
    if form.is_valid():
        service.dismiss(row, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("Dismissed."))
        return redirect(row)
    return render_page(
        request,
        "surveys/form.html",
        {
            "form": form,
            "title": _("Dismiss the finding"),
            "sub": row.subject,
            "back_url": row.get_absolute_url(),
            "submit_label": _("Dismiss"),
        },
    )


@require_POST
@needs("surveys.confirm_finding")
def finding_from_low(request, pk):
    """A low answer that its follow-up bore out becomes a finding on its question."""
    seen = LowAnswer.objects.filter(response__in=Response.objects.visible_to(request.user))
    low = get_object_or_404(seen.select_related("response__wave", "question"), pk=pk)
    try:
        made = service.propose_from(low, by=request.user)
    except ValueError:
        messages.error(request, _("Too few answers yet to state a baseline."))
        return redirect(f"{low.response.wave.get_absolute_url()}low/")
    return redirect(made)
