"""Measures: planned, carried out, verified by others, decided by the next wave."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import attachments
from core.lists import list_page
from core.panels import panels
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page
from improvements.filters import MeasureFilter
from improvements.forms.measures import MeasureForm
from improvements.models import ExtensionRequest, ImprovementCase, Measure
from improvements.selectors import lists, pictures
from improvements.services import measures as service
from improvements.tables import MeasureTable
from improvements.views.common import sees, take_step
from improvements.views.measure_acts import ACTS, DECISIONS

RULES = {
    "edit": "edit_measure", "issue": "issue_measure", "work": "work_on_measure", "submit": "submit_measure",
    "assign": "assign_measure", "cancel": "cancel_measure", "ask": "ask_extension", "check": "check_measure",
    "judge": "judge_effect",
}  # fmt: skip


@sees
def measure_list(request):
    found = MeasureFilter(request.GET, lists.measures(request.user), request=request)
    scope = request.GET.get("scope") or "all"
    tabs = [
        {"label": _("Everybody's"), "url": "?scope=all", "active": scope == "all"},
        {"label": _("Mine"), "url": "?scope=mine", "active": scope == "mine"},
    ]
    return list_page(request, "improvements/measure_list.html", found, MeasureTable, title=_("Measures"), tabs=tabs)


@sees
def measure(request, pk):
    row = get_visible_or_404(Measure, request.user, pk=pk)
    known = list(row.effects.select_related("wave", "measure").order_by("pk"))
    extensions_of = list(row.extensions.select_related("requested_by", "decided_by"))
    context = {
        "measure": row,
        "may": {name: allows(request.user, f"improvements.{rule}", row) for name, rule in RULES.items()},
        "charts": [chart for chart in (pictures.before_after(row, known), pictures.change(row, known)) if chart],
        "effect": known[-1] if known else None,
        "extensions": [(one, allows(request.user, "improvements.decide_extension", one)) for one in extensions_of],
        "has_open_extension": any(one.state == "requested" for one in extensions_of),
        "progress": row.progress.select_related("by"),
        "verifications": row.verifications.select_related("by"),
        "attachments": attachments.of(row),
        "events": row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:50],
        "panels": panels("improvements.measure", request, row),
    }
    return render_page(request, "improvements/measure.html", context)


@sees
def measure_create(request, pk):
    case = get_visible_or_404(ImprovementCase, request.user, pk=pk)
    require(request.user, "improvements.plan_measure", case)
    first = MeasureForm.initial_for(case, remedy=request.GET.get("remedy", ""))
    form = MeasureForm(posted(request), case=case, user=request.user, initial=first)
    if form.is_valid():
        made = service.draft(case, by=request.user, **form.values())
        messages.success(request, _("The draft is kept. Look at it once more, then have it issued."))
        return redirect(made)
    context = {"form": form, "case": case, "title": _("Plan a measure"), "back": case.get_absolute_url()}
    return render_page(request, "improvements/measure_form.html", context)


@sees
def measure_edit(request, pk):
    row = get_visible_or_404(Measure, request.user, pk=pk)
    require(request.user, "improvements.edit_measure", row)
    form = MeasureForm(
        posted(request), case=row.case, user=request.user, version=row.version, initial=MeasureForm.initial_of(row)
    )
    if form.is_valid():
        service.edit(row, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect(row)
    context = {"form": form, "case": row.case, "title": row.title, "back": row.get_absolute_url()}
    return render_page(request, "improvements/measure_form.html", context)


@sees
def measure_step(request, pk, step):
    row = get_visible_or_404(Measure, request.user, pk=pk)
    return take_step(request, row, ACTS, step, number=row.number)


@sees
def extension_decide(request, pk, step):
    row = get_visible_or_404(ExtensionRequest, request.user, pk=pk)
    return take_step(request, row, DECISIONS, step, number=row.measure.number)


@require_POST
@sees
def task_done(request, pk, task_pk):
    row = get_visible_or_404(Measure, request.user, pk=pk)
    require(request.user, "improvements.work_on_measure", row)
    service.finish_task(get_object_or_404(row.tasks, pk=task_pk), by=request.user)
    return redirect(row)
