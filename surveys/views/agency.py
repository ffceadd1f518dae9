"""Surveys in the hands of a third party: what is entrusted to whom, and the third party's own pages."""

from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import needs
from core.acts import Act, act_page
from core.forms import ReasonForm
from core.lists import list_page
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page
from customers.services import reveal
from surveys.choices import InvitationState, WaveState
from surveys.filters import EntrustmentFilter, InvitationFilter
from surveys.forms.agency import EntrustForm
from surveys.models import Entrustment, Invitation, Wave
from surveys.selectors import agency as selector
from surveys.services import entrustments as service
from surveys.tables import EntrustmentTable, RespondentTable

REVOKE = Act(
    "surveys.revoke_entrustment", service.revoke, ReasonForm, gettext_lazy("Revoke the entrustment"), gettext_lazy("Revoke"),
    (gettext_lazy("From the next click on the third party sees nothing of it."), gettext_lazy("Answers it has entered stay.")),
    is_dangerous=True,
)  # fmt: skip


@needs("surveys.see_entrustments", "surveys.run_entrusted")
def entrustment_list(request):
    found = EntrustmentFilter(request.GET, selector.entrustments(request.user))
    return list_page(request, "surveys/entrustment_list.html", found, EntrustmentTable, title=_("Entrusted surveys"))


@needs("surveys.see_entrustments", "surveys.run_entrusted")
def entrustment(request, pk):
    row = get_visible_or_404(Entrustment, request.user, pk=pk)
    context = {
        "entrustment": row, "may_revoke": allows(request.user, REVOKE.rule, row),
        "waves": selector.waves_of(request.user, row), "is_own": row.user_id == request.user.pk,
        "events": row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:20],
    }  # fmt: skip
    return render_page(request, "surveys/entrustment.html", context)


@needs("surveys.entrust")
def entrustment_create(request):
    form = EntrustForm(posted(request), initial={"wave": request.GET.get("wave")})
    if form.is_valid():
        return redirect(service.give(by=request.user, **form.cleaned_data))
    context = {
        "form": form,
        "title": _("Entrust a survey"),
        "back_url": "/surveys/entrusted/",
        "submit_label": _("Entrust"),
    }
    return render_page(request, "surveys/form.html", context)


@needs("surveys.entrust")
def entrustment_revoke(request, pk):
    row = get_visible_or_404(Entrustment, request.user, pk=pk)
    return act_page(request, row, REVOKE, number=row.organisation)


# The third party's own pages ---------------------------------------------------------------------------


@needs("surveys.run_entrusted")
def entrusted_wave(request, pk):
    """Funnel and respondents of an entrusted wave, and what the terms allow."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    given = selector.terms(request.user, row)
    if given is None:
        raise Http404
    rows = Invitation.objects.visible_to(request.user).filter(wave=row).order_by("pk")
    if row.is_anonymous:  # who of a named list has answered is nobody's business
        rows = rows.none()
    found, may = InvitationFilter(request.GET, rows), {
        "enter": allows(request.user, "surveys.enter_answers_of", row) and not row.is_anonymous,
        "contacts": allows(request.user, "surveys.see_contacts_of", row) and not row.is_anonymous,
    }  # fmt: skip
    context = {
        "wave": row, "state": WaveState(row.state), "given": given, "progress": selector.progress(row), "may": may,
        "may_enter": allows(request.user, "surveys.enter_answers_of", row),
    }  # fmt: skip
    return list_page(
        request, "surveys/entrusted_wave.html", found, lambda rows, **options: RespondentTable(rows, may=may, **options),
        title=f"{row.code} {_('Respondents')}", log=row, **context,
    )  # fmt: skip


@needs("surveys.run_entrusted")
def respondent(request, pk):
    """One respondent by code; name and phone number on demand, recorded each time (SEC-05, PRV-11)."""
    row = get_visible_or_404(Invitation, request.user, pk=pk)
    if row.wave.is_anonymous:
        raise Http404
    require(request.user, "surveys.see_contacts_of", row.wave)
    context = {
        "wave": row.wave, "invitation": row, "state": InvitationState(row.state), "may_show": selector.may_be_shown(row),
        "may_enter": row.is_answerable and allows(request.user, "surveys.enter_answers_of", row.wave),
    }  # fmt: skip
    if request.method == "POST" and context["may_show"]:
        given = selector.terms(request.user, row.wave)
        reason = f"{given.organisation} {given.contract}: {row.wave.code}"
        context["shown"] = reveal.show(row.contact, by=request.user, reason=reason)
    return render_page(request, "surveys/respondent.html", context)
