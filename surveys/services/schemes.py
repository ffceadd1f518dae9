"""The scheme of an activity: written with the plan, approved with it; its departments confirm what is asked of them."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition, contribute, record
from surveys.choices import PlanState
from surveys.models import AssistingUnit, DimensionStage, Scheme, SurveyTraining
from surveys.services.plans import require_editable

SAME_DUTY = ("duty", "due_on", "unit")


@transaction.atomic
def write(activity, *, by, concerned=None, **fields):
    """Write or change the scheme of ``activity``; ``concerned`` are people told of the date besides the departments."""
    require_editable(activity.plan)
    scheme = Scheme.objects.filter(activity=activity).first() or Scheme(activity=activity)
    for name, value in fields.items():
        setattr(scheme, name, value)
    scheme.save()
    if concerned is not None:
        scheme.concerned.set(concerned)
    _written(activity, "scheme_written", by=by)
    return scheme


@transaction.atomic
def add_unit(activity, *, by, unit, duty, due_on=None):
    """A department that assists, and what it must do by when."""
    require_editable(activity.plan)
    scheme, _made = Scheme.objects.get_or_create(activity=activity)
    row = AssistingUnit.objects.create(scheme=scheme, unit=unit, duty=duty, due_on=due_on)
    _written(activity, "duty_added", by=by, unit=unit)
    return row


@transaction.atomic
def edit_unit(row, *, by, **fields):
    """Change what a department must do; what it had confirmed it confirms anew."""
    activity = row.scheme.activity
    require_editable(activity.plan)
    before = [getattr(row, name) for name in SAME_DUTY]
    for name, value in fields.items():
        setattr(row, name, value)
    if before != [getattr(row, name) for name in SAME_DUTY]:
        row.acknowledged_at = row.acknowledged_by = None
    row.save()
    _written(activity, "duty_edited", by=by, unit=row.unit)
    return row


@transaction.atomic
def remove_unit(row, *, by):
    activity = row.scheme.activity
    require_editable(activity.plan)
    _written(activity, "duty_removed", by=by, unit=row.unit)
    row.delete()


@transaction.atomic
def acknowledge(row, *, by):
    """The department has read what it must do. Raises InvalidTransition before the approval, and a second time."""
    plan = row.scheme.activity.plan
    if plan.state != PlanState.APPROVED:
        raise InvalidTransition(_("A department confirms once the plan is approved."))
    fresh = AssistingUnit.objects.filter(pk=row.pk, acknowledged_at=None)
    if not fresh.update(acknowledged_at=timezone.now(), acknowledged_by=by):
        raise InvalidTransition(_("Somebody of the department has confirmed already."))
    record(plan, "duty_confirmed", by=by, comment=row.unit.name_zh, payload={"unit": row.unit.code, "duty": row.duty})
    row.refresh_from_db()
    return row


@transaction.atomic
def map_stages(questionnaire, stages, *, by):
    """Say which stage of the service chain each dimension looks at: {dimension: stage or ""}."""
    for dimension, stage in stages.items():
        rows = DimensionStage.objects.filter(questionnaire=questionnaire, dimension=dimension)
        if not stage:
            rows.delete()
        elif not rows.update(stage=stage):
            DimensionStage.objects.create(questionnaire=questionnaire, dimension=dimension, stage=stage)
    record(questionnaire, "stages_mapped", by=by, payload={"stages": stages})


@transaction.atomic
def note_training(*, user, on, subject, by):
    """Somebody was trained in process, methods and skills of surveys."""
    return SurveyTraining.objects.create(user=user, on=on, subject=subject, noted_by=by, noted_at=timezone.now())


def _written(activity, event, *, by, unit=None):
    payload = {"activity": activity.pk, "title": str(activity)} | ({"unit": unit.code} if unit else {})
    record(activity.plan, event, by=by, payload=payload, comment=unit.name_zh if unit else activity.title_zh)
    contribute(activity.plan, by, "wrote")
