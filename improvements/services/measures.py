"""Measures from the draft to handing in: what is done, by whom, by when, and what shows it."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core import attachments
from core.models import Attachment
from core.workflow import InvalidTransition, contribute, record, start
from core.workflow import edit as edit_row
from improvements.choices import CaseState, MeasureState
from improvements.models import ImprovementCase, Measure, MeasureTask, Progress
from improvements.selectors import goals
from improvements.workflows import MEASURE
from notifications.services import outbox


@transaction.atomic
def draft(case, *, by, title, goal, unit, owner, due_at, tasks=(), figure=None, **fields):
    """A draft of a measure for an open case. ``tasks``: pairs (day or None, text). Returns the Measure.

    ``figure`` (see ``goal_fields``) names the survey figure that is to change; None for a goal only in words.
    """
    if ImprovementCase.objects.select_for_update().get(pk=case.pk).state != CaseState.OPEN:
        raise InvalidTransition(_("Measures are planned for an open case."))
    last = case.measures.aggregate(last=Max("no"))["last"] or 0
    measure = Measure(
        case=case, no=last + 1, title=title, goal=goal, unit=unit, owner=owner, original_due=due_at, current_due=due_at,
        **fields, **(goal_fields(**figure) if figure else {}),
    )  # fmt: skip
    start(measure, by=by)
    _write_tasks(measure, tasks)
    contribute(measure, by, "planned")
    return measure


def goal_fields(*, indicator, wave, target, smallest_change, question=None, dimension="", segment=None):
    """Columns of a goal that is a survey figure, with the baseline as it stands now.

    ``target`` and ``smallest_change`` in the unit of the figure: a fraction, or points on 1–5.
    Raises ValueError where the group is too small to be shown.
    """
    found = goals.figure(wave, indicator, question=question, dimension=dimension, segment=segment)
    if found is None:
        raise ValueError("the group is too small to be shown")
    return {
        "indicator": indicator, "question": question, "dimension": dimension, "segment": segment or {},
        "baseline_wave": wave, "baseline_n": found.n, "baseline_count": found.count,
        "baseline_value": goals.decimal(found.value), "baseline_low": goals.decimal(found.low),
        "baseline_high": goals.decimal(found.high), "baseline_sd": goals.decimal(found.sd),
        "target": target, "smallest_change": smallest_change,
    }  # fmt: skip


NO_FIGURE = {
    "indicator": "", "question": None, "dimension": "", "segment": {}, "baseline_wave": None, "baseline_n": None,
    "baseline_count": None, "baseline_value": None, "baseline_low": None, "baseline_high": None, "baseline_sd": None,
    "target": None, "smallest_change": None,
}  # fmt: skip


@transaction.atomic
def edit(measure, *, by, tasks, figure=None, due_at=None, expected_version=None, **fields):
    """Rewrite a draft."""
    if measure.state != MeasureState.DRAFT:
        raise InvalidTransition(_("Only a draft can be changed."))
    if due_at:
        fields |= {"original_due": due_at, "current_due": due_at}
    fields |= goal_fields(**figure) if figure else NO_FIGURE
    edit_row(measure, by=by, expected_version=expected_version, **fields)
    if [(task.due_on, task.title) for task in measure.tasks.all()] != list(tasks):
        measure.tasks.all().delete()
        _write_tasks(measure, tasks)
        record(measure, "tasks_changed", by=by)
    contribute(measure, by, "planned")
    return measure


def _write_tasks(measure, tasks, first=1):
    MeasureTask.objects.bulk_create(
        MeasureTask(measure=measure, no=no, due_on=day, title=title) for no, (day, title) in enumerate(tasks, first)
    )


@transaction.atomic
def issue(measure, *, by, expected_version=None):
    """Give it to its owner: from now on the original due date is fixed. Tells the owner."""
    if measure.owner_id == by.pk:
        raise InvalidTransition(_("A measure is issued by somebody who does not carry it out."))
    if not measure.tasks.exists():
        raise InvalidTransition(_("A measure needs at least one task."))
    if measure.original_due <= timezone.now():
        raise InvalidTransition(_("The due date has passed. Choose a later one first."))
    now = timezone.now()
    MEASURE.move(
        measure, MeasureState.ISSUED, by=by, expected_version=expected_version, issued_at=now, issued_by=by,
        cycle_began_at=now,
    )  # fmt: skip
    contribute(measure, measure.owner, "owned")
    tell(measure, measure.owner, "improvements.measure_issued", by=by)
    return measure


@transaction.atomic
def begin(measure, *, by, expected_version=None):
    """The unit has taken note and starts."""
    MEASURE.move(measure, MeasureState.EXECUTING, by=by, expected_version=expected_version)
    contribute(measure, by, "executed")
    return measure


@transaction.atomic
def assign(measure, *, by, owner, comment="", expected_version=None):
    """Somebody else carries it out. Tells the new owner."""
    _pending(measure)
    if owner.pk != measure.owner_id:
        said = " · ".join(filter(None, (owner.name_zh, comment)))
        edit_row(measure, by=by, expected_version=expected_version, event="assigned", comment=said, owner=owner)
        contribute(measure, owner, "owned")
        tell(measure, owner, "improvements.measure_issued", by=by)
    return measure


@transaction.atomic
def add_progress(measure, *, by, text, difficulty="", remedy="", files=()):
    """How far it is; a difficulty with what is done about it; files as evidence. Returns the Progress."""
    _executing(measure)
    entry = Progress.objects.create(
        measure=measure, cycle=measure.cycle, text=text, difficulty=difficulty, remedy=remedy, by=by
    )
    attachments.add_all(measure, files, by=by)
    contribute(measure, by, "executed")
    return entry


@transaction.atomic
def finish_task(task, *, by):
    """A task is done; a second call changes nothing."""
    _executing(task.measure)
    done = MeasureTask.objects.filter(pk=task.pk, done_at=None).update(done_at=timezone.now(), done_by=by)
    if done:
        record(task.measure, "task_done", by=by, comment=task.title)
        contribute(task.measure, by, "executed")
    return task


@transaction.atomic
def add_tasks(measure, *, by, tasks):
    """More tasks while it is being carried out: after it came back, or when one was forgotten."""
    _executing(measure)
    last = measure.tasks.aggregate(last=Max("no"))["last"] or 0
    _write_tasks(measure, tasks, last + 1)
    record(measure, "tasks_added", by=by, comment="\n".join(title for _day, title in tasks))
    contribute(measure, by, "executed")
    return measure


@transaction.atomic
def submit(measure, *, by, comment="", files=(), expected_version=None):
    """Hand it in for verification: all tasks done, with evidence of this cycle."""
    if measure.tasks.filter(done_at=None).exists():
        raise InvalidTransition(_("A task is still open."))
    attachments.add_all(measure, files, by=by)
    if not evidence(measure).filter(added_at__gte=measure.cycle_began_at).exists():
        raise InvalidTransition(_("Attach at least one file that shows what was done."))
    now = timezone.now()
    MEASURE.move(
        measure, MeasureState.ACCEPTANCE, by=by, comment=comment, expected_version=expected_version, submitted_at=now
    )
    contribute(measure, by, "executed")
    return measure


@transaction.atomic
def cancel(measure, *, by, reason, expected_version=None):
    """Give it up, and why. Tells the owner of an issued one."""
    MEASURE.move(
        measure, MeasureState.CANCELLED, by=by, comment=reason, expected_version=expected_version,
        cancelled_at=timezone.now(),
    )  # fmt: skip
    if measure.issued_at:
        tell(measure, measure.owner, "improvements.measure_cancelled", by=by)
    return measure


def evidence(measure):
    """Files of the measure, whatever its cycle."""
    return Attachment.objects.filter(subject="improvements.measure", subject_id=measure.pk)


def tell(measure, person, kind, *, by=None, **context):
    """Inbox line and mail to ``person``, once per kind and version of the measure; never to who did it."""
    if person.pk == getattr(by, "pk", None) or not person.is_active:
        return
    outbox.queue(
        kind, to_user=person, url=measure.get_absolute_url(), context={"measure": measure.pk, **context},
        dedupe_key=f"{kind}:{measure.pk}:{measure.version}:{person.pk}",
    )  # fmt: skip


def _pending(measure):
    if measure.state not in MeasureState.pending():
        raise InvalidTransition(_("The measure is not being carried out."))


def _executing(measure):
    if measure.state != MeasureState.EXECUTING:
        raise InvalidTransition(_("The measure is not being carried out."))
