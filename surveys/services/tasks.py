"""The task list of a wave: drawn up from the templates, ticked by people or by facts, completed link by link (SUR-10 to 12)."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition, record, start
from core.workflow import edit as edit_row
from notifications.services import outbox
from surveys import facts
from surveys.choices import Anchor, Fact, WaveState
from surveys.errors import NotReady
from surveys.models import SurveyTask, TaskTemplate, Wave, WaveCompletion

LATE_DAYS = (0, 3, 7)  # days past the limit on which the owner is told; at the last one the owner of the wave as well
COPIED = (
    "code", "position", "phase", "step", "title_zh", "title_en", "fact", "is_required", "wants_outcome", "anchor", "offset_days",
)  # fmt: skip


@transaction.atomic
def draw_up(wave):
    """Give ``wave`` the tasks in use that it lacks; safe to repeat. Returns how many the templates name."""
    templates = TaskTemplate.objects.filter(is_active=True)
    if wave.activity_id is None:  # outside of a plan there is no scheme, no approval and nobody to tell beforehand
        templates = templates.exclude(fact__in=Fact.of_plans())
    rows = [
        SurveyTask(
            wave=wave, owner=wave.owner, due_on=one.due_of(wave), **{name: getattr(one, name) for name in COPIED}
        )
        for one in templates
    ]
    return len(SurveyTask.objects.bulk_create(rows, ignore_conflicts=True))


def reckon(wave):
    """Move the time limits of what is undone after the wave's own dates. Limits that somebody set by hand stay."""
    for task in wave.tasks.undone():
        moment = wave.opens_at if task.anchor == Anchor.OPENS else wave.closes_at
        due_on = timezone.localdate(moment) + timedelta(days=task.offset_days)
        if due_on != task.due_on:
            SurveyTask.objects.filter(pk=task.pk).update(due_on=due_on)


@transaction.atomic
def sync(wave):
    """Tick what the facts say, and take the tick away where a fact holds no more; safe to repeat. Returns how many changed."""
    rows = list(wave.tasks.exclude(fact=""))
    if not rows:
        return 0
    found, changed = facts.known(wave), 0
    for task in rows:
        moment = found.get(Fact(task.fact))
        if (task.done_at is None) != (moment is None):
            SurveyTask.objects.filter(pk=task.pk).update(done_at=moment)
            changed += 1
    return changed


def waves_to_sync():
    """Waves that may still change: neither cancelled nor completed, with tasks of facts."""
    rows = Wave.objects.exclude(state=WaveState.CANCELLED).filter(
        completion=None, tasks__in=SurveyTask.objects.exclude(fact="")
    )
    return rows.select_related("questionnaire_version", "activity__plan", "activity__scheme").distinct().order_by("pk")


@transaction.atomic
def tick(task, *, by, outcome=""):
    """Done by a person. Raises InvalidTransition for what facts tick, for a link that is not reached, and a second time."""
    if task.fact:
        raise InvalidTransition(_("The portal ticks this task by itself when it has happened."))
    if task.wants_outcome and not outcome.strip():
        raise InvalidTransition(_("Please write down what came of it."))
    sync(task.wave)
    before = first_before(task)
    if before:
        raise InvalidTransition(
            _("No link of a survey is skipped: “%(task)s” of the link “%(link)s” comes first.")
            % {"task": before, "link": before.link.label}
        )
    undone = SurveyTask.objects.filter(pk=task.pk, done_at=None)
    if not undone.update(done_at=timezone.now(), done_by=by, outcome=outcome):
        raise InvalidTransition(_("Somebody ticked this task already."))
    record(task.wave, "task_done", by=by, comment=outcome, payload={"task": task.code, "title": task.title_zh})
    task.refresh_from_db()
    return task


def first_before(task):
    """The first needed task of an earlier link that is undone, or None."""
    rows = task.wave.tasks.undone().filter(is_required=True).order_by("step", "position", "pk")
    return next((row for row in rows if row.link < task.link), None)


@transaction.atomic
def untick(task, *, by, reason):
    """Take a tick back that a person made by mistake."""
    if task.fact or WaveCompletion.objects.filter(wave=task.wave).exists():
        raise InvalidTransition(_("Only what a person ticked can be taken back, until the survey is complete."))
    done = SurveyTask.objects.filter(pk=task.pk, done_at__isnull=False)
    if not done.update(done_at=None, done_by=None, outcome=""):
        raise InvalidTransition(_("This task is not done yet."))
    record(task.wave, "task_undone", by=by, comment=reason, payload={"task": task.code, "title": task.title_zh})
    task.refresh_from_db()
    return task


@transaction.atomic
def assign(task, *, by, owner, due_on):
    """Give an undone task to somebody, with a limit of its own."""
    if task.done_at:
        raise InvalidTransition(_("This task is done."))
    opens = timezone.localdate(task.wave.opens_at if task.anchor == Anchor.OPENS else task.wave.closes_at)
    SurveyTask.objects.filter(pk=task.pk).update(owner=owner, due_on=due_on, offset_days=(due_on - opens).days)
    payload = {"task": task.code, "title": task.title_zh, "owner": owner.pk, "due": due_on.isoformat()}
    record(task.wave, "task_assigned", by=by, payload=payload)
    task.refresh_from_db()
    return task


@transaction.atomic
def complete(wave, *, by):
    """The survey is complete: confirmed, analysed, fed back. Raises NotReady with what is still undone."""
    sync(wave)
    if wave.state != WaveState.CONFIRMED:
        raise NotReady([_("The results are not confirmed.")])
    undone = wave.tasks.undone().filter(is_required=True)
    if undone:
        raise NotReady(
            [_("“%(task)s” (%(link)s) is not done.") % {"task": row, "link": row.link.label} for row in undone]
        )
    made, is_new = WaveCompletion.objects.get_or_create(wave=wave, defaults={"by": by, "at": timezone.now()})
    if is_new:
        record(wave, "survey_completed", by=by)
    return made


# Reminders -------------------------------------------------------------------------------------------------


def to_remind(day=None):
    """[(SurveyTask, days past its limit)] about which somebody is to be told on ``day``."""
    day = day or timezone.localdate()
    rows = (
        SurveyTask.objects.undone()
        .of_living_waves()
        .filter(due_on__lte=day, is_required=True)
        .select_related("owner", "wave__owner")
    )
    return [(row, max(days for days in LATE_DAYS if days <= (day - row.due_on).days)) for row in rows]


def remind(item):
    """Tell the owner, once for each limit and number of days; safe to repeat."""
    task, days = item
    told = {task.owner, task.wave.owner} if days == LATE_DAYS[-1] else {task.owner}
    for person in sorted(told, key=lambda one: one.pk):
        if person.is_active:
            outbox.queue(
                "surveys.task_due", to_user=person, mail=False, url=task.get_absolute_url(),
                context={"title": task.title_zh, "title_en": task.title_en, "wave": task.wave.code, "due": task.due_on.isoformat(), "late": days > 0},
                dedupe_key=f"surveys.task_due:{task.pk}:{person.pk}:{task.due_on}:{days}",
            )  # fmt: skip


# Templates -------------------------------------------------------------------------------------------------


@transaction.atomic
def add_template(*, by, **fields):
    """A task for every wave set up from now on."""
    return start(TaskTemplate(**fields), by=by)


@transaction.atomic
def edit_template(template, *, by, expected_version=None, **fields):
    """Change a template; the lists of waves set up before stay as they are."""
    return edit_row(template, by=by, expected_version=expected_version, **fields)
