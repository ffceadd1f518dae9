"""Service contracts and service records."""

import copy

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import ReasonForm
from core.lists import list_page
from core.panels import panels
from core.permissions import allows, require
from core.views import get_visible_or_404, render_page
from customers.filters import ProjectFilter, ServiceDueFilter, ServiceRecordFilter
from customers.forms.projects import MilestoneForm, ProjectForm, ServiceRecordForm
from customers.models import Customer, Project, ServiceDue, ServiceRecord
from customers.services import projects, service_records
from customers.tables import ProjectTable, ServiceDueTable, ServiceRecordTable
from customers.views.common import edits, sees


@sees
def project_list(request):
    rows = Project.objects.visible_to(request.user).select_related("customer", "manager", "sales_owner", "unit")
    found = ProjectFilter(request.GET, rows, request=request)
    return list_page(request, "customers/project_list.html", found, ProjectTable, title=_("Projects"))


@sees
def project_detail(request, pk):
    project = get_visible_or_404(Project, request.user, pk=pk)
    context = {
        "project": project,
        "milestones": project.milestones.all(),
        "records": project.service_records.visible_to(request.user).select_related("unit", "staff")[:20],
        "events": project.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:20],
        "panels": panels("customers.project", request, project),
        "may_run": allows(request.user, "customers.run_project", project),
        "may_edit": allows(request.user, "customers.maintain", project),
    }
    return render_page(request, "customers/project_detail.html", context)


@edits
def project_create(request, pk):
    customer = get_visible_or_404(Customer, request.user, pk=pk)
    require(request.user, "customers.maintain", customer)
    form = ProjectForm(request.POST or None, user=request.user, initial={"unit": customer.unit_id})
    if form.is_valid():
        project = projects.create(by=request.user, customer=customer, **form.values())
        messages.success(request, _("Saved."))
        return redirect(project)
    context = {"form": form, "title": _("New project"), "sub": customer, "back": customer.get_absolute_url()}
    return render_page(request, "customers/form.html", context)


@edits
def project_edit(request, pk):
    project = get_visible_or_404(Project, request.user, pk=pk)
    require(request.user, "customers.maintain", project)
    form = ProjectForm(request.POST or None, user=request.user, instance=copy.copy(project))
    if form.is_valid():
        projects.edit(project, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect(project)
    return render_page(
        request, "customers/form.html", {"form": form, "title": project, "back": project.get_absolute_url()}
    )


@require_POST
@sees
def project_begin(request, pk):
    projects.begin(run(request, pk), by=request.user)
    messages.success(request, _("The project runs."))
    return redirect("customers:project_detail", pk)


@require_POST
@sees
def project_complete(request, pk):
    projects.complete(run(request, pk), by=request.user)
    messages.success(request, _("The project is completed."))
    return redirect("customers:project_detail", pk)


@sees
def project_cancel(request, pk):
    project = run(request, pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        projects.cancel(project, by=request.user, comment=form.cleaned_data["reason"])
        messages.success(request, _("The project is cancelled."))
        return redirect(project)
    context = {
        "form": form, "title": _("Cancel the project"), "number": project.code, "state": project.state_badge,
        "cancel_url": project.get_absolute_url(), "submit_label": _("Cancel the project"), "danger": True,
        "consequences": [_("No survey falls due for it any more."), _("It cannot be opened again.")],
    }  # fmt: skip
    return render_page(request, "components/confirm.html", context)


@sees
def milestone_create(request, pk):
    project = run(request, pk)
    form = MilestoneForm(request.POST or None)
    if form.is_valid():
        projects.add_milestone(project, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(project)
    context = {"form": form, "title": _("New milestone"), "sub": project, "back": project.get_absolute_url()}
    return render_page(request, "customers/form.html", context)


@require_POST
@sees
def milestone_reach(request, pk, milestone_pk):
    project = run(request, pk)
    projects.reach_milestone(get_object_or_404(project.milestones, pk=milestone_pk), by=request.user)
    messages.success(request, _("Reached today."))
    return redirect(project)


def run(request, pk):
    """The project, if the user runs it."""
    project = get_visible_or_404(Project, request.user, pk=pk)
    require(request.user, "customers.run_project", project)
    return project


@sees
def service_list(request):
    rows = ServiceRecord.objects.visible_to(request.user).select_related("customer", "unit", "staff")
    found = ServiceRecordFilter(request.GET, rows, request=request)
    return list_page(request, "customers/service_list.html", found, ServiceRecordTable, title=_("Service records"))


@sees
def service_due_list(request):
    rows = ServiceDue.objects.visible_to(request.user).select_related("customer")
    found = ServiceDueFilter(request.GET, rows, request=request)
    return list_page(request, "customers/service_due_list.html", found, ServiceDueTable, title=_("Falling due"))


@edits
def service_create(request, pk):
    customer = get_visible_or_404(Customer, request.user, pk=pk)
    require(request.user, "customers.maintain", customer)
    form = ServiceRecordForm(
        request.POST or None, user=request.user, customer=customer, initial={"unit": customer.unit_id}
    )
    if form.is_valid():
        service_records.create(by=request.user, customer=customer, **form.values())
        messages.success(request, _("Saved."))
        return redirect(f"{reverse('customers:customer_detail', args=[pk])}?tab=services")
    context = {
        "form": form,
        "title": _("New service record"),
        "sub": customer,
        "back": customer.get_absolute_url(),
    }
    return render_page(request, "customers/form.html", context)


@edits
def service_edit(request, pk):
    row = get_visible_or_404(ServiceRecord, request.user, pk=pk)
    require(request.user, "customers.maintain", row)
    form = ServiceRecordForm(request.POST or None, user=request.user, customer=row.customer, instance=copy.copy(row))
    if form.is_valid():
        service_records.edit(row, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect(row)
    context = {"form": form, "title": row.number, "sub": row.customer, "back": row.get_absolute_url()}
    return render_page(request, "customers/form.html", context)
