"""Inspections: begun, judged item by item, with what was seen, and settled."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _

from core.access import needs
from core.acts import Act
from core.forms import ReasonForm
from core.lists import list_page
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page
from improvements.filters_supervision import InspectionFilter, ObservationFilter
from improvements.forms.supervision import ConcludeForm, InspectionForm, JudgeForm, ObservationForm
from improvements.models import ImprovementCase, Inspection, Observation
from improvements.selectors import checklists, supervision
from improvements.services import inspections as service
from improvements.tables_supervision import InspectionTable, ObservationTable
from improvements.views.common import sees, take_step

RULE = "improvements.conduct_inspection"
TEMPLATE = "improvements/inspection_form.html"


@sees
def inspection_list(request):
    found = InspectionFilter(request.GET, supervision.inspections(request.user), request=request)
    may_begin = request.user.has_perm("improvements.inspect")
    return list_page(
        request,
        "improvements/inspection_list.html",
        found,
        InspectionTable,
        title=_("Inspections"),
        may_begin=may_begin,
    )


@sees
def observation_list(request):
    found = ObservationFilter(request.GET, supervision.observations(request.user), request=request)
    return list_page(request, "improvements/observation_list.html", found, ObservationTable, title=_("Observations"))


@sees
def inspection(request, pk):
    row = get_visible_or_404(Inspection, request.user, pk=pk)
    may_draft = not row.is_open and allows(request.user, "improvements.draft_notice")
    context = {
        "inspection": row,
        "items": row.items.prefetch_related("records"),
        "observations": supervision.observations(request.user).filter(inspection=row).order_by("no"),
        "may_conduct": allows(request.user, RULE, row),
        "is_judged": not row.items.filter(verdict="").exists(),
        "waiting": supervision.units_waiting(row) if may_draft else [],
        "events": row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:50],
    }
    return render_page(request, "improvements/inspection.html", context)


@needs("improvements.inspect")
def inspection_create(request):
    require(request.user, "improvements.begin_inspection")
    form = InspectionForm(posted(request))
    if form.is_valid():
        made = service.begin(by=request.user, **form.cleaned_data)
        messages.success(request, _("The inspection is under way. Give each of its four items a verdict."))
        return redirect(made)
    return _form_page(request, form, _("Begin an inspection"), back="", submit_label=_("Begin"))


@needs("improvements.inspect")
def inspection_edit(request, pk):
    row = _under_way(request, pk)
    form = InspectionForm(posted(request), version=row.version, initial=InspectionForm.initial_of(row))
    if form.is_valid():
        service.edit(row, by=request.user, **form.values())
        return _done(request, row)
    return _form_page(request, form, row.title, back=row)


@needs("improvements.inspect")
def item_judge(request, pk, item_pk):
    row = _under_way(request, pk)
    item = get_object_or_404(row.items, pk=item_pk)
    item.inspection = row
    known = checklists.records(request.user, row, item.focus)
    form = JudgeForm(posted(request), version=row.version, item=item, records=known)
    if form.is_valid():
        service.judge(item, by=request.user, **form.values())
        return _done(request, row)
    return _form_page(request, form, item.get_focus_display(), back=row)


@needs("improvements.inspect")
def observation_create(request, pk):
    row = _under_way(request, pk)
    form = ObservationForm(posted(request), version=row.version, initial={"unit": row.unit_id})
    if form.is_valid():
        service.observe(row, by=request.user, **form.values())
        return _done(request, row)
    return _form_page(request, form, _("Write down an observation"), back=row)


@sees
def observation(request, pk):
    row = get_visible_or_404(Observation, request.user, pk=pk)
    item = getattr(row, "notice_item", None)
    seen = item and type(item.notice).objects.visible_to(request.user).filter(pk=item.notice_id).exists()
    case = ImprovementCase.objects.visible_to(request.user).filter(observation=row).first()
    context = {
        "observation": row,
        "may_conduct": allows(request.user, RULE, row.inspection),
        "notice": item.notice if seen else None,
        "case": case,
        "may_open": case is None and not row.inspection.is_open and request.user.has_perm("improvements.open_case"),
        "events": row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:30],
    }
    return render_page(request, "improvements/observation.html", context)


@needs("improvements.inspect")
def observation_edit(request, pk):
    row = get_visible_or_404(Observation, request.user, pk=pk)
    require(request.user, RULE, row.inspection)
    form = ObservationForm(posted(request), version=row.version, initial=ObservationForm.initial_of(row))
    if form.is_valid():
        service.revise(row, by=request.user, **form.values())
        return _done(request, row)
    return _form_page(request, form, row.title, back=row)


ACTS = {
    "conclude": Act(
        RULE, service.conclude, ConcludeForm, _("Conclude the inspection"), _("Conclude"),
        (_("Verdicts and observations stay as they are from now on."),
         _("The inspected unit sees them, and notices can be drafted.")),
    ),
}  # fmt: skip


@needs("improvements.inspect")
def inspection_step(request, pk, step):
    row = get_visible_or_404(Inspection, request.user, pk=pk)
    return take_step(request, row, ACTS, step, number=row.number)


@needs("improvements.inspect")
def observation_drop(request, pk):
    row = get_visible_or_404(Observation, request.user, pk=pk)
    require(request.user, RULE, row.inspection)
    form = ReasonForm(posted(request), version=row.version)
    if form.is_valid():
        service.drop(row, by=request.user, **form.values())
        return _done(request, row.inspection)
    context = {
        "form": form, "title": _("Take the observation back"), "submit_label": _("Take back"), "number": row.number,
        "consequences": [_("It was no problem, or somebody else's; the reason stays with the inspection.")],
        "danger": True, "cancel_url": row.get_absolute_url(),
    }  # fmt: skip
    return render_page(request, "components/confirm.html", context)


def _under_way(request, pk):
    row = get_visible_or_404(Inspection, request.user, pk=pk)
    require(request.user, RULE, row)
    return row


def _done(request, row):
    messages.success(request, _("Saved."))
    return redirect(row)


def _form_page(request, form, title, *, back, submit_label=""):
    context = {
        "form": form,
        "title": title,
        "back": back and back.get_absolute_url(),
        "submit_label": submit_label or _("Save"),
    }
    context["inspection"] = back or None
    return render_page(request, TEMPLATE, context)
