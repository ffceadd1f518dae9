"""Cycles: list, the page of one, its steps."""

from django.contrib import messages
from django.db.models import Count
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from appraisal.choices import AppealState, CycleState
from appraisal.filters import CycleFilter
from appraisal.forms.cycles import CorrectForm, CycleForm
from appraisal.models import Appeal, AppraisalCycle
from appraisal.selectors import comparisons, pictures
from appraisal.selectors.results import results_of, sheets_of
from appraisal.services import cycles as service
from appraisal.services import publications
from appraisal.tables import CycleTable
from core.access import needs
from core.forms import ConfirmForm
from core.lists import list_page
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page, step_page

STEPS = {
    "open": ("open_cycle", service.open_cycle, _("Open the cycle"), [
        _("Every unit for which the scheme has weights gets its sheet, with its head and the superior as raters.")]),
    "freeze": ("freeze_cycle", service.freeze, _("Freeze the facts"), [
        _("The figures of the period are kept with the records behind them."),
        _("Whatever is changed in those records afterwards changes no score of this cycle.")]),
    "begin": ("begin_scoring", service.begin_scoring, _("Ask for the ratings"), [
        _("Heads rate their own unit, the superior rates each; all of them are told."),
        _("A rating is given once.")]),
    "preview": ("show_preview", service.show_preview, _("Show the preview"), [
        _("Heads see the result of their unit and may object."),
        _("Ratings that are missing are spread over the other parts; they are not counted as zero.")]),
    "publish": ("publish_cycle", publications.publish, _("Publish the results"), [
        _("The results are kept as they are; a correction is a version of its own."),
        _("People see the result of their own unit.")]),
}  # fmt: skip
NEXT = {CycleState.DRAFT: "open", CycleState.OPEN: "freeze", CycleState.FROZEN: "begin", CycleState.SCORING: "preview",
        CycleState.PREVIEW: "publish"}  # fmt: skip


@needs("appraisal.see_all")
def cycle_list(request):
    rows = AppraisalCycle.objects.visible_to(request.user).annotate(units_n=Count("sheets"))
    found = CycleFilter(request.GET, rows.select_related("period", "scheme_version__scheme"), request=request)
    return list_page(request, "appraisal/cycle_list.html", found, CycleTable, title=_("Appraisal cycles"))


@needs("appraisal.run_cycle")
def cycle_create(request):
    form = CycleForm(posted(request))
    if form.is_valid():
        made = service.create(by=request.user, **form.values())
        messages.success(request, _("The draft is kept. Open the cycle when its dates are right."))
        return redirect(made)
    context = {
        "form": form,
        "title": _("New appraisal cycle"),
        "back": "appraisal:cycle_list",
        "submit_label": _("Draw up"),
    }
    return render_page(request, "appraisal/form.html", context)


@needs("appraisal.see_all")
def cycle(request, pk):
    row = get_visible_or_404(AppraisalCycle, request.user, pk=pk)
    sheets = sheets_of(row)
    contents = [result.content for result in results_of(row, sheets)] if row.has_results else []
    step = NEXT.get(row.state)
    context = {
        "cycle": row,
        "stages": [state.label for state in CycleState],
        "step": step and (step, STEPS[step][2], allows(request.user, f"appraisal.{STEPS[step][0]}", row)),
        "may_edit": allows(request.user, "appraisal.edit_cycle", row),
        "may_correct": allows(request.user, "appraisal.correct_cycle", row),
        "rows": list(zip(sheets, contents, strict=True)) if contents else [(sheet, None) for sheet in sheets],
        "owed": service.missing_ratings(row) if row.state == CycleState.SCORING else [],
        "appeals": Appeal.objects.filter(sheet__cycle=row).select_related("sheet__unit", "raised_by"),
        "charts": [one for one in (pictures.comparison(contents), *comparisons.by_indicator(sheets)) if one],
        "publications": row.publications.select_related("published_by").defer("content"),
        "events": row.transitions.order_by("-pk")[:30],
    }
    return render_page(request, "appraisal/cycle.html", context)


@needs("appraisal.run_cycle")
def cycle_edit(request, pk):
    row = get_visible_or_404(AppraisalCycle, request.user, pk=pk)
    require(request.user, "appraisal.edit_cycle", row)
    form = CycleForm(posted(request), cycle=row, version=row.version, initial=CycleForm.initial_of(row))
    if form.is_valid():
        service.edit(row, by=request.user, expected_version=form.cleaned_data["version"], **form.values())
        messages.success(request, _("Saved."))
        return redirect(row)
    context = {"form": form, "title": row, "back": row.get_absolute_url(), "submit_label": _("Save")}
    return render_page(request, "appraisal/form.html", context)


@needs("appraisal.run_cycle", "appraisal.publish")
def cycle_step(request, pk, step):
    row = get_visible_or_404(AppraisalCycle, request.user, pk=pk)
    if step not in STEPS:
        raise Http404
    rule, act, title, consequences = STEPS[step]
    missing = service.missing_ratings(row) if step == "preview" else []
    waiting = Appeal.objects.filter(sheet__cycle=row, state=AppealState.OPEN).count() if step == "publish" else 0
    context = {
        "title": title, "submit_label": title, "cancel_url": row.get_absolute_url(), "state": row.state_badge,
        "number": str(row), "consequences": consequences, "missing": missing, "waiting": waiting,
        "until": row.objections_until if step == "publish" else None,
    }  # fmt: skip
    return step_page(
        request, row, rule=f"appraisal.{rule}", act=act, template="appraisal/cycle_step.html", context=context,
        form_class=ConfirmForm,
    )  # fmt: skip


@needs("appraisal.publish")
def cycle_correct(request, pk):
    row = get_visible_or_404(AppraisalCycle, request.user, pk=pk)
    require(request.user, "appraisal.correct_cycle", row)
    form = CorrectForm(posted(request), cycle=row, version=row.version)
    if form.is_valid():
        found = dict(form.cleaned_data)
        version = found.pop("version")
        require(request.user, "appraisal.correct_sheet", found["sheet"])
        made = publications.correct(row, by=request.user, expected_version=version, **found)
        messages.success(request, _("Version %(no)s is published.") % {"no": made.no})
        return redirect(made)
    context = {
        "form": form, "title": _("Correct a published result"), "submit_label": _("Publish the correction"),
        "cancel_url": row.get_absolute_url(), "state": row.state_badge, "number": str(row),
        "consequences": [_("The next version is published; the earlier ones stay readable."),
                         _("The points before, those after and the reason stand in it.")],
    }  # fmt: skip
    return render_page(request, "components/confirm.html", context)
