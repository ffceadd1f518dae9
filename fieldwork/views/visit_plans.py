"""The customer visit plan of a year: lines, the branches' yes, and what was visited (VIS-03, 04, 06)."""

import copy

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import needs
from core.forms import ReasonForm
from core.lists import list_page
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page, step_page
from fieldwork.filters import LineFilter, PlanFilter
from fieldwork.forms.visit_plans import LineForm, PlanForm
from fieldwork.models import VisitPlan, VisitPlanLine
from fieldwork.selectors import visits
from fieldwork.services import visit_plans as service
from fieldwork.tables import LineTable, PlanTable
from fieldwork.views.meetings import sees

plans = needs("fieldwork.plan_visits")
visitors = needs("fieldwork.make_visits")
ACTS = ("edit", "confirm", "revise")


@sees
def plan_list(request):
    found = PlanFilter(request.GET, visits.plans(request.user), request=request)
    return list_page(request, "fieldwork/visit_plan_list.html", found, PlanTable, title=_("Visit plans"),
                     may_plan=request.user.has_perm("fieldwork.plan_visits"))  # fmt: skip


@plans
def plan_create(request):
    form = PlanForm(posted(request))
    if form.is_valid():
        made = service.create(by=request.user, **form.values())
        return redirect(made)
    return _form(request, form, _("New visit plan"), reverse("fieldwork:visit_plan_list"))


def _form(request, form, title, back, sub=""):
    context = {"form": form, "title": title, "sub": sub, "back": back, "submit": _("Save")}
    return render_page(request, "fieldwork/meeting_form.html", context, status=422 if form.errors else 200)


@plans
def plan_edit(request, pk):
    row = get_visible_or_404(VisitPlan, request.user, pk=pk)
    require(request.user, "fieldwork.edit_visit_plan", row)
    form = PlanForm(posted(request), instance=copy.copy(row))
    if form.is_valid():
        service.change(row, by=request.user, **form.values())
        return redirect(row)
    return _form(request, form, _("Purpose of the plan"), row.get_absolute_url(), f"{row}")


@sees
def plan(request, pk):
    """Planned against visited, and every line as it stands today; what is missed shows while there is time."""
    row = get_visible_or_404(VisitPlan, request.user, pk=pk)
    today = timezone.localdate()
    lines = VisitPlanLine.objects.visible_to(request.user).filter(plan=row).with_standing()
    found = LineFilter(request.GET, lines.select_related("customer", "unit", "owner", "plan__unit"), request=request)
    return list_page(
        request, "fieldwork/visit_plan.html", found, LineTable, title=f"{row}", plan=row, totals=visits.totals(lines, today),
        may={act: allows(request.user, f"fieldwork.{act}_visit_plan", row) for act in ACTS},
        waiting=visits.waiting_for(request.user, row), events=row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:20],
    )  # fmt: skip


@plans
def plan_confirm(request, pk):
    row = get_visible_or_404(VisitPlan, request.user, pk=pk)
    context = {
        "title": _("Confirm the plan"), "submit_label": _("Confirm"), "number": f"{row.year}", "state": row.state_badge,
        "cancel_url": row.get_absolute_url(),
        "consequences": [_("The lines hold: visits are booked from them, and what is missed shows."), _("Changes need a revision with its reason.")],
    }  # fmt: skip
    return step_page(request, row, rule="fieldwork.confirm_visit_plan", act=service.confirm, template="components/confirm.html",
                     context=context)  # fmt: skip


@plans
def plan_revise(request, pk):
    row = get_visible_or_404(VisitPlan, request.user, pk=pk)
    context = {
        "title": _("Revise the plan"), "submit_label": _("Revise"), "number": f"{row.year}", "state": row.state_badge,
        "cancel_url": row.get_absolute_url(),
        "consequences": [_("The plan is being drawn up again until it is confirmed anew."), _("Visits already booked stay.")],
    }  # fmt: skip
    return step_page(request, row, rule="fieldwork.revise_visit_plan", act=service.revise, template="components/confirm.html",
                     context=context, form_class=ReasonForm)  # fmt: skip


@plans
def line_create(request, pk):
    row = get_visible_or_404(VisitPlan, request.user, pk=pk)
    require(request.user, "fieldwork.edit_visit_plan", row)
    form = LineForm(posted(request), plan=row, user=request.user)
    if form.is_valid():
        service.add_line(row, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect(row)
    return _form(request, form, _("New line"), row.get_absolute_url(), f"{row}")


@plans
def line_edit(request, pk):
    line, row = _line(request, pk)
    require(request.user, "fieldwork.edit_visit_plan", row)
    form = LineForm(posted(request), plan=row, user=request.user, instance=copy.copy(line))
    if form.is_valid():
        service.change_line(line, by=request.user, **form.values())
        return redirect(line)
    return _form(request, form, _("Change the line"), row.get_absolute_url(), f"{row}")


def _line(request, pk):
    line = get_visible_or_404(VisitPlanLine, request.user, pk=pk)
    return line, get_visible_or_404(VisitPlan, request.user, pk=line.plan_id)


@plans
def line_remove(request, pk):
    line, row = _line(request, pk)
    require(request.user, "fieldwork.edit_visit_plan", row)
    form = ReasonForm(posted(request))
    if form.is_valid():
        service.remove_line(line, by=request.user, comment=form.cleaned_data["reason"])
        messages.success(request, _("Done."))
        return redirect(row)
    context = {
        "form": form, "title": _("Take the line off the plan"), "submit_label": _("Take off"), "number": line.customer.name,
        "cancel_url": row.get_absolute_url(), "danger": True, "consequences": [_("The reason stays in the plan's history.")],
    }  # fmt: skip
    return render_page(request, "components/confirm.html", context)


@require_POST
@visitors
def line_agree(request, pk):
    """The branch says yes."""
    line, row = _line(request, pk)
    require(request.user, "fieldwork.agree_visit_line", line)
    service.agree(line, by=request.user)
    messages.success(request, _("Agreed."))
    return redirect(row)
