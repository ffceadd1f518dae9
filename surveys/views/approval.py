"""Approval level by level, filing, and the routes that say which levels there are."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit
from core import attachments
from core.access import needs
from core.acts import Act, act_page
from core.forms import ReasonForm
from core.permissions import allows
from core.views import get_visible_or_404, posted, render_page
from surveys.forms.approval import FilingForm, RouteForm
from surveys.models import Filing, SurveyPlan
from surveys.selectors import approval
from surveys.services import filings, routes
from surveys.views.plans import plan_context
from surveys.workflows import FILING

STEPS = {
    "file": Act("surveys.file_plan_of", filings.put_on_file, FilingForm, _("Put on file"), _("Note the filing"),
                (_("The plan lies with the next-higher department under this number; its papers are kept here."),)),
    "return": Act("surveys.file_plan_of", filings.note_return, ReasonForm, _("Returned by the department"), _("Note the return"),
                  (_("The filing is owed again."),)),
    "waive": Act("surveys.file_plan_of", filings.waive, ReasonForm, _("No filing needed"), _("Note that it is not needed"),
                 (_("Nobody is reminded of it any more."),)),
    "ask": Act("surveys.file_plan_of", filings.ask_for, ReasonForm, _("To be filed after all"), _("Ask for the filing"),
               (_("It shows as due on the home page of the unit."),)),
}  # fmt: skip
SHOWN = 6
LEADS_TO = {"file": "filed", "return": "returned", "waive": "not_needed", "ask": "owed"}


@needs("surveys.see_plans")
def plan_approval(request, pk):
    """Every time the plan was handed in, its levels and what became of it on file."""
    row = get_visible_or_404(SurveyPlan, request.user, pk=pk)
    rounds = {}
    for level in row.approvals.select_related("by", "person").order_by("-round_no", "no"):
        rounds.setdefault(level.round_no, []).append(level)
    filings_of = list(row.filings.select_related("unit")[:SHOWN])
    files = attachments.of_many(filings_of)
    filed = [
        (filing, files.get(filing.pk, []), _steps(request.user, filing) if filing == filings_of[0] else [])
        for filing in filings_of
    ]
    ahead = [] if rounds else routes.levels_for(row)
    context = plan_context(request, row, "approval") | {
        "rounds": list(rounds.items()), "ahead": ahead, "filings": filed, "open_level": approval.open_level(row)
    }  # fmt: skip
    return render_page(request, "surveys/plan_approval.html", context)


def _steps(user, filing):
    """[(name, label)] of the steps that lead on and that ``user`` may take."""
    filing._seen_by = {user.pk: True}
    if not allows(user, "surveys.file_plan_of", filing):
        return []
    return [(name, STEPS[name].title) for name, to in LEADS_TO.items() if FILING.step(filing.state, to)]


@needs("surveys.file_plan")
def filing_step(request, pk, filing_pk, step):
    row = get_visible_or_404(Filing, request.user, pk=filing_pk, plan=pk)
    if step not in STEPS or not FILING.step(row.state, LEADS_TO[step]):
        raise Http404
    return act_page(request, row, STEPS[step], number=f"{row.plan} #{row.revision_no}")


# Routes --------------------------------------------------------------------------------------------------


@needs("surveys.set_rules")
def route_list(request):
    """The routes that count, and every earlier edition."""
    everything = approval.editions()
    standing = {row.pk for row in approval.standing()}
    context = {
        "standing": [row for row in everything if row.pk in standing], "earlier": [row for row in everything if row.pk not in standing],
        "has_company": any(row.unit_id is None for row in everything),
    }  # fmt: skip
    return render_page(request, "surveys/route_list.html", context)


@needs("surveys.set_rules")
def route_edit(request):
    """``?unit=`` begins with the edition that counts for it."""
    key = request.GET.get("unit", "")
    unit = get_object_or_404(OrgUnit, pk=key) if key.isdecimal() else None
    begun = next((row for row in approval.standing() if row.unit_id == (unit.pk if unit else None)), None)
    form = RouteForm(posted(request), initial=RouteForm.initial_of(begun, unit))
    if form.is_valid():
        data = form.cleaned_data
        routes.set_route(
            unit=data["unit"],
            levels=form.levels(),
            filing_days=data["filing_days"],
            reason=data["reason"],
            by=request.user,
        )
        return redirect("surveys:route_list")
    context = {"form": form, "title": _("Levels of approval"), "back": "surveys:route_list",
               "sub": _("Plans already handed in keep the levels they were handed in under.")}  # fmt: skip
    return render_page(request, "surveys/form.html", context)
