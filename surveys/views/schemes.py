"""An activity with its scheme, what departments must do, and the service chain."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import needs
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page
from surveys.forms.schemes import DutyForm, SchemeForm, StagesForm, TrainingForm
from surveys.models import AssistingUnit, Questionnaire, Scheme, SurveyPlan, SurveyTraining
from surveys.selectors import coverage, progress, task_lists
from surveys.selectors.questionnaires import latest_published
from surveys.services import schemes as service
from surveys.views.plans import plan_context


def activity_of(request, pk, activity_pk, *, changes=False):
    plan = get_visible_or_404(SurveyPlan, request.user, pk=pk)
    if changes:
        require(request.user, "surveys.edit_plan", plan)
    rows = plan.activities.select_related("owner", "scheme__organiser", "scheme__questionnaire_version__questionnaire")
    row = get_object_or_404(rows, pk=activity_pk)
    row.plan = plan
    return row


@needs("surveys.see_plans")
def activity_page(request, pk, activity_pk):
    row = activity_of(request, pk, activity_pk)
    line = next(one for one in progress.of_plan(row.plan) if one.activity.pk == row.pk)
    scheme = getattr(row, "scheme", None)
    duties = list(scheme.assisting.select_related("unit", "acknowledged_by")) if scheme else []
    for duty in duties:
        duty.scheme = scheme
        scheme.activity = row
    waves = [wave for _window, _doing, found in line.times for wave in found] + line.others
    bars = task_lists.bars([wave.pk for wave in waves])
    context = {
        "activity": row, "plan": row.plan, "scheme": scheme, "line": line, "may_edit": allows(request.user, "surveys.edit_plan", row.plan),
        "duties": [(duty, allows(request.user, "surveys.confirm_duty_of", duty)) for duty in duties],
        "waves": [(wave, bars.get(wave.pk)) for wave in waves], "concerned": list(scheme.concerned.all()) if scheme else [],
        "sees_questionnaires": request.user.has_perm("surveys.see_questionnaires"),
    }  # fmt: skip
    return render_page(request, "surveys/activity.html", context)


@needs("surveys.write_plan")
def scheme_edit(request, pk, activity_pk):
    row = activity_of(request, pk, activity_pk, changes=True)
    stored = Scheme.objects.filter(activity=row).first()
    initial = {} if stored else {"organiser": row.plan.unit_id}
    form = SchemeForm(posted(request), user=request.user, instance=stored or Scheme(activity=row), initial=initial)
    if form.is_valid():
        service.write(row, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(row)
    context = {"form": form, "title": _("Survey scheme"), "sub": row, "back_url": row.get_absolute_url()}
    return render_page(request, "surveys/form.html", context)


@needs("surveys.write_plan")
def duty(request, pk, activity_pk, duty_pk=None):
    row = activity_of(request, pk, activity_pk, changes=True)
    scheme = getattr(row, "scheme", None)
    found = get_object_or_404(AssistingUnit, pk=duty_pk, scheme__activity=row) if duty_pk else None
    form = DutyForm(posted(request), instance=AssistingUnit.objects.get(pk=duty_pk) if found else None, scheme=scheme)
    if form.is_valid():
        if found:
            service.edit_unit(found, by=request.user, **form.cleaned_data)
        else:
            service.add_unit(row, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(row)
    context = {"form": form, "title": _("Assisting department"), "sub": row, "back_url": row.get_absolute_url()}
    return render_page(request, "surveys/form.html", context)


@require_POST
@needs("surveys.write_plan")
def duty_remove(request, pk, activity_pk, duty_pk):
    row = activity_of(request, pk, activity_pk, changes=True)
    service.remove_unit(get_object_or_404(AssistingUnit, pk=duty_pk, scheme__activity=row), by=request.user)
    messages.success(request, _("Removed."))
    return redirect(row)


@require_POST
@needs("surveys.confirm_duty")
def duty_confirm(request, pk, activity_pk, duty_pk):
    row = activity_of(request, pk, activity_pk)
    found = get_object_or_404(
        AssistingUnit.objects.select_related("unit", "scheme__activity__plan"), pk=duty_pk, scheme__activity=row
    )
    require(request.user, "surveys.confirm_duty_of", found)
    service.acknowledge(found, by=request.user)
    messages.success(request, _("Confirmed: your department knows what it must do."))
    return redirect(row)


@needs("surveys.see_plans")
def plan_coverage(request, pk):
    """Stages of the service chain and what of the year looks at them."""
    row = get_visible_or_404(SurveyPlan, request.user, pk=pk)
    lines = coverage.of_year(request.user, row.year)
    context = plan_context(request, row, "coverage") | {
        "lines": lines, "uncovered": [line.stage.label for line in lines if line.is_uncovered],
    }  # fmt: skip
    return render_page(request, "surveys/plan_coverage.html", context)


@needs("surveys.design_questionnaire")
def questionnaire_stages(request, pk):
    """Which stage each dimension looks at; it holds for all versions."""
    row = get_visible_or_404(Questionnaire, request.user, pk=pk)
    version = latest_published(row) or row.draft
    initial = {f"stage_{one.dimension}": one.stage for one in row.stages.all()}
    form = StagesForm(posted(request), dimensions=coverage.dimensions(version), initial=initial)
    if form.is_valid():
        service.map_stages(row, form.stages(), by=request.user)
        messages.success(request, _("Saved."))
        return redirect(row)
    context = {"form": form, "title": _("Stages of the service chain"), "sub": row, "back_url": row.get_absolute_url()}
    return render_page(request, "surveys/form.html", context)


@needs("surveys.run_wave", "surveys.see_answers")
def training_list(request):
    """Who was trained for surveys, and when; whoever runs waves notes it."""
    return _trained(request, TrainingForm())


@require_POST
@needs("surveys.run_wave")
def training_note(request):
    form = TrainingForm(request.POST)
    if not form.is_valid():
        return _trained(request, form)
    service.note_training(by=request.user, **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("surveys:training_list")


def _trained(request, form):
    rows = SurveyTraining.objects.select_related("user", "noted_by")[:300]
    may_note = allows(request.user, "surveys.note_training")
    return render_page(request, "surveys/training_list.html", {"rows": rows, "form": form, "may_note": may_note})
