"""The yearly plan: list, read, write, hand in, decide, revise."""

from datetime import date, timedelta

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import periods
from core.access import needs
from core.choices import PeriodKind
from core.forms import ConfirmForm, ReasonForm
from core.permissions import require
from core.tables import listing
from core.views import get_visible_or_404, posted, render_page, step_page
from surveys.choices import PlanState, WaveState
from surveys.filters import PlanFilter
from surveys.forms.approval import CommentForm
from surveys.forms.plans import ActivityForm, NewPlanForm, PlanForm
from surveys.models import PlanActivity, SurveyPlan
from surveys.selectors import approval, duties, progress, revisions, task_lists
from surveys.services import plans as service
from surveys.tables import PlanTable


@needs("surveys.see_plans")
def plan_list(request):
    rows = SurveyPlan.objects.visible_to(request.user).select_related("unit", "author").annotate(
        activities_n=Count("activities", distinct=True),
        done_n=Count("activities", distinct=True, filter=Q(activities__waves__state__in=WaveState.ended())),
    )  # fmt: skip
    context = listing(request, PlanFilter(request.GET, rows), PlanTable)
    return render_page(request, "surveys/plan_list.html", context, partial="rows")


@needs("surveys.see_plans")
def plan(request, pk):
    row = get_visible_or_404(
        SurveyPlan.objects.select_related("unit", "author", "approved_by").model, request.user, pk=pk
    )
    lines = progress.of_plan(row)
    waves = [wave.pk for line in lines for wave in line.activity.waves.all()]
    context = plan_context(request, row, "plan") | {
        "activities": lines, "bars": task_lists.bars(waves), "revisions": row.revisions.select_related("author", "approved_by"),
        "filing": row.filings.select_related("unit").first(), "open_level": approval.open_level(row),
        "events": row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:12],
    }  # fmt: skip
    return render_page(request, "surveys/plan.html", context)


def plan_context(request, row, tab):
    """What every page of one plan shows: its head and tabs."""
    url = row.get_absolute_url()
    tabs = [
        {"label": _("Plan"), "url": url, "active": tab == "plan"},
        {"label": _("Approval and filing"), "url": f"{url}approval/", "active": tab == "approval"},
        {"label": _("Service chain"), "url": f"{url}coverage/", "active": tab == "coverage"},
    ]
    return {"plan": row, "state": PlanState(row.state), "tabs": tabs}


@needs("surveys.see_plans")
def plan_revision(request, pk, no):
    row = get_visible_or_404(SurveyPlan, request.user, pk=pk)
    revision = get_object_or_404(row.revisions.select_related("author", "approved_by"), no=no)
    older = row.revisions.filter(no=no - 1).first()
    changes = revisions.difference(older.content, revision.content) if older else None
    return render_page(request, "surveys/plan_revision.html", {"plan": row, "revision": revision, "changes": changes})


@needs("surveys.see_plans")
def duty_list(request):
    """Projects of the quarter, and which of them nobody asked yet (SUR-19); ``?day=`` any day of the quarter."""
    day = day_of(request.GET.get("day")) or timezone.localdate()
    found = duties.of_quarter(request.user, day)
    missing = [duty for duty in found if duty.lacks_questionnaire or duty.lacks_sales_survey]
    period = periods.of(PeriodKind.QUARTER, day)
    context = {
        "duties": missing if request.GET.get("only") == "missing" else found, "only": request.GET.get("only", ""),
        "count": len(found), "missing_n": len(missing), "label": periods.label(period), "day": day,
        "before": period.starts_on - timedelta(days=1), "after": period.ends_on + timedelta(days=1),
    }  # fmt: skip
    return render_page(request, "surveys/duty_list.html", context)


def day_of(text):
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


@needs("surveys.write_plan")
def plan_create(request):
    form = NewPlanForm(posted(request), user=request.user)
    if form.is_valid():
        return redirect("surveys:plan_edit", service.create(by=request.user, **form.cleaned_data).pk)
    return render_page(
        request, "surveys/form.html", {"form": form, "title": _("New yearly plan"), "back": "surveys:plan_list"}
    )


@needs("surveys.write_plan")
def plan_edit(request, pk):
    row = get_visible_or_404(SurveyPlan, request.user, pk=pk)
    require(request.user, "surveys.edit_plan", row)
    form = PlanForm(posted(request), instance=SurveyPlan.objects.get(pk=pk))
    if form.is_valid():
        fields = dict(form.cleaned_data)
        service.edit(row, by=request.user, expected_version=fields.pop("version"), **fields)
        messages.success(request, _("Saved."))
        return redirect(row)
    return render_page(request, "surveys/plan_edit.html", {"form": form, "plan": row})


@needs("surveys.write_plan")
def activity(request, pk, activity_pk=None):
    row = get_visible_or_404(SurveyPlan, request.user, pk=pk)
    require(request.user, "surveys.edit_plan", row)
    found = get_object_or_404(row.activities, pk=activity_pk) if activity_pk else None
    form = ActivityForm(posted(request), instance=PlanActivity.objects.get(pk=activity_pk) if found else None)
    if form.is_valid():
        if found:
            service.edit_activity(found, by=request.user, **form.cleaned_data)
        else:
            service.add_activity(row, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(row)
    title = _("Planned activity") if found else _("New activity")
    return render_page(request, "surveys/form.html", {"form": form, "title": title, "back_url": row.get_absolute_url()})


@require_POST
@needs("surveys.write_plan")
def activity_remove(request, pk, activity_pk):
    row = get_visible_or_404(SurveyPlan, request.user, pk=pk)
    require(request.user, "surveys.edit_plan", row)
    service.remove_activity(get_object_or_404(row.activities, pk=activity_pk), by=request.user)
    messages.success(request, _("Removed."))
    return redirect(row)


def step(request, pk, rule, act, name, form_class=ConfirmForm, reason="reason"):
    row = get_visible_or_404(SurveyPlan, request.user, pk=pk)
    return step_page(
        request, row, rule=rule, act=act, template="surveys/plan_step.html", context={"plan": row, "step": name},
        form_class=form_class, reason=reason,
    )  # fmt: skip


@needs("surveys.write_plan")
def plan_submit(request, pk):
    return step(request, pk, "surveys.submit_plan", service.submit, "submit")


@needs("surveys.write_plan")
def plan_take_back(request, pk):
    return step(request, pk, "surveys.take_back_plan", service.take_back, "take_back", ReasonForm)


@needs("surveys.approve_plan", "surveys.decide_level")
def plan_approve(request, pk):
    return step(request, pk, "surveys.decide_plan", service.approve, "approve", CommentForm, reason="comment")


@needs("surveys.approve_plan", "surveys.decide_level")
def plan_send_back(request, pk):
    return step(request, pk, "surveys.decide_plan", service.send_back, "send_back", ReasonForm)


@needs("surveys.write_plan")
def plan_revise(request, pk):
    return step(request, pk, "surveys.revise_plan", service.revise, "revise", ReasonForm)
