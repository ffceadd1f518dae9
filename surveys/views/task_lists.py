"""The task list of a wave, its quality checks, who was told beforehand; and the templates of the lists."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import needs
from core.forms import ReasonForm
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page
from surveys.forms.task_lists import AssignForm, QualityForm, TemplateForm, TickForm
from surveys.models import SurveyTask, TaskTemplate, Wave
from surveys.selectors import audience, task_lists
from surveys.services import quality, tasks
from surveys.views.waves import wave_context

SHOWN = 300


@needs("surveys.see_waves")
def wave_tasks(request, pk):
    row = get_visible_or_404(Wave, request.user, pk=pk)
    context = wave_context(request, row, "tasks") | {
        "groups": task_lists.of_wave(row), "bar": task_lists.bar(row), "completion": getattr(row, "completion", None),
        "told": row.advance_notices.select_related("user").order_by("-opens_on", "user__name_key"),
        "checks": row.quality_checks.select_related("by", "unit"), "runs": request.user.has_perm("surveys.run_wave"),
        "may_tick": request.user.has_perm("surveys.do_tasks"), "may_check": allows(request.user, "surveys.check_quality_of", row),
        "may_complete": allows(request.user, "surveys.complete_wave", row),
    }  # fmt: skip
    return render_page(request, "surveys/wave_tasks.html", context)


def task_of(request, pk, task_pk, rule):
    wave = get_visible_or_404(Wave, request.user, pk=pk)
    task = get_object_or_404(
        SurveyTask.objects.select_related("wave__activity__plan", "wave__questionnaire_version"), pk=task_pk, wave=wave
    )
    require(request.user, rule, task)
    return task


@needs("surveys.do_tasks")
def task_tick(request, pk, task_pk):
    task = task_of(request, pk, task_pk, "surveys.do_task")
    form = TickForm(posted(request), wants_outcome=task.wants_outcome)
    if form.is_valid():
        tasks.tick(task, by=request.user, **form.cleaned_data)
        messages.success(request, _("Done."))
        return redirect(task)
    context = {
        "form": form,
        "title": task,
        "sub": task.wave,
        "back_url": task.get_absolute_url(),
        "submit_label": _("Done"),
    }
    return render_page(request, "surveys/form.html", context)


@needs("surveys.do_tasks")
def task_untick(request, pk, task_pk):
    task = task_of(request, pk, task_pk, "surveys.do_task")
    form = ReasonForm(posted(request))
    if form.is_valid():
        tasks.untick(task, by=request.user, reason=form.cleaned_data["reason"])
        return redirect(task)
    context = {
        "form": form,
        "title": _("Not done after all"),
        "sub": task,
        "back_url": task.get_absolute_url(),
        "submit_label": _("Take the tick back"),
    }
    return render_page(request, "surveys/form.html", context)


@needs("surveys.run_wave")
def task_assign(request, pk, task_pk):
    task = task_of(request, pk, task_pk, "surveys.assign_task")
    form = AssignForm(posted(request), initial={"owner": task.owner_id, "due_on": task.due_on})
    if form.is_valid():
        tasks.assign(task, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(task)
    return render_page(
        request,
        "surveys/form.html",
        {"form": form, "title": task, "sub": task.wave, "back_url": task.get_absolute_url()},
    )


@require_POST
@needs("surveys.run_wave")
def tasks_draw_up(request, pk):
    """The list of a wave that was set up before there were lists, or tasks added to the templates since."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.see_tasks_of", row)
    tasks.draw_up(row)
    tasks.sync(row)
    return redirect("surveys:wave_tasks", row.pk)


@require_POST
@needs("surveys.run_wave")
def wave_complete(request, pk):
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.complete_wave", row)
    tasks.complete(row, by=request.user)
    messages.success(request, _("The survey is complete."))
    return redirect("surveys:wave_tasks", row.pk)


@needs("surveys.check_quality")
def quality_check(request, pk):
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.check_quality_of", row)
    form = QualityForm(posted(request))
    if form.is_valid():
        quality.check(row, by=request.user, **form.cleaned_data)
        messages.success(request, _("The check is on record."))
        return redirect("surveys:wave_tasks", row.pk)
    context = {"form": form, "title": _("Quality check"), "sub": row, "back_url": f"{row.get_absolute_url()}tasks/"}
    return render_page(request, "surveys/form.html", context)


@needs("surveys.run_wave")
def unverified(request, pk):
    """People of the audience whose data nobody checked within the set period (SUR-26)."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    rows = audience.unverified(row.audience, but=row).select_related("customer")
    context = wave_context(request, row, "results") | {
        "rows": rows[:SHOWN],
        "count": rows.count(),
        "days": audience.verified_days(),
    }
    return render_page(request, "surveys/wave_unverified.html", context)


# Templates -----------------------------------------------------------------------------------------------


@needs("surveys.set_rules")
def template_list(request):
    return render_page(request, "surveys/template_list.html", {"rows": TaskTemplate.objects.all()})


@needs("surveys.set_rules")
def template_edit(request, pk=None):
    row = get_object_or_404(TaskTemplate, pk=pk) if pk else None
    form = TemplateForm(posted(request), instance=TaskTemplate.objects.get(pk=pk) if row else None)
    if form.is_valid():
        if row:
            tasks.edit_template(row, by=request.user, **form.values())
        else:
            tasks.add_template(by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect("surveys:template_list")
    title = row or _("New task")
    events = row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:20] if row else []
    return render_page(request, "surveys/template_edit.html", {"form": form, "title": title, "events": events})
