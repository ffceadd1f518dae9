"""A Job's life: started, claimed, run, ended; taken up again after its worker died."""

import logging
import secrets
from datetime import timedelta
from pathlib import PurePath

from celery.exceptions import SoftTimeLimitExceeded
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.choices import JobState
from core.i18n import speaking
from core.jobs.progress import NOTE, Cancelled, Progress, Superseded
from core.models import Job
from core.nudge import nudge
from core.signals import job_ended
from core.tasks import run_job
from core.workflow import InvalidTransition

log = logging.getLogger(__name__)

HANDLERS = {}
ATTEMPTS = 3
SILENCE = timedelta(seconds=60)  # a running job that gives no sign of life for so long has lost its worker
PATIENCE = timedelta(seconds=30)  # a waiting one is offered to the workers again
FILES_KEPT = timedelta(days=7)
SWEPT = 100


class Failed(Exception):
    """The job cannot be done; ``str()`` says why to its owner, ``result`` goes into the row, a file stays."""

    def __init__(self, sentence, result=None):
        super().__init__(sentence)
        self.result = result or {}


def job(kind):
    """Register ``run(job, progress)`` for ``kind`` ("app.verb_noun")."""

    def decorate(run):
        HANDLERS[kind] = run
        return run

    return decorate


def start(kind, *, by, title, params=None):
    """Write the row and tell the workers after commit; the broker may be away. Returns the Job."""
    if kind not in HANDLERS:
        raise ValueError(f"no job handler is registered for {kind!r}")
    row = Job.objects.create(
        kind=kind, owner=by, title=str(title)[:200], params=params or {}, language=get_language() or "zh-hans"
    )
    nudge(run_job, str(row.pk))
    return row


def visible(user):
    """The jobs ``user`` may see: their own, or all with core.see_all_jobs."""
    return Job.objects.all() if user.has_perm("core.see_all_jobs") else Job.objects.filter(owner=user)


def cancel(row):
    """Stop a waiting job at once, a running one at its next step. Returns False when it had ended before."""
    waiting = Job.objects.filter(pk=row.pk, state=JobState.QUEUED)
    if _ended(row, waiting, state=JobState.CANCELLED, is_cancel_requested=True, ended_at=timezone.now()):
        return True
    return bool(Job.objects.filter(pk=row.pk, state=JobState.RUNNING).update(is_cancel_requested=True))


def run(job_id):
    """Claim the job and do it; nothing when somebody else has it. What goes wrong inside ends the job."""
    row = _claim(job_id)
    if row is None:
        return
    with speaking(row.language):
        with Progress(row) as progress:
            state, note, result = _work(row, progress)
        if state is not None:
            _end(row, state, note, result, progress)


def _claim(job_id):
    claimed = Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
        state=JobState.RUNNING,
        attempts=F("attempts") + 1,
        started_at=Coalesce("started_at", Now()),
        beat_at=Now(),
        done=0,
        total=0,
        note="",
    )
    return Job.objects.select_related("owner").get(pk=job_id) if claimed else None


def _work(row, progress):
    """(final state, note, result) of one run; no state when the job is somebody else's now."""
    try:
        result = HANDLERS[row.kind](row, progress)
    except Superseded:
        log.warning("job %s was taken over by another worker", row.pk)
        return None, "", {}
    except Cancelled:
        return JobState.CANCELLED, "", {}
    except Failed as failure:
        return JobState.FAILED, str(failure), failure.result
    except InvalidTransition as refusal:  # somebody was faster, or it is not ready
        return JobState.FAILED, str(refusal), {}
    except SoftTimeLimitExceeded:
        log.exception("job %s (%s) took too long", row.pk, row.kind)
        return JobState.FAILED, _("This took longer than is allowed. Try it with less at a time."), {}
    except Exception:
        log.exception("job %s (%s) failed", row.pk, row.kind)
        fault = _("This stopped because of a fault in the portal. It is in the log; please try again later.")
        return JobState.FAILED, fault, {}
    return JobState.DONE, "", result or {}


def _end(row, state, note, result, progress):
    reached = progress.reached()
    if state == JobState.DONE:
        reached |= {"done": reached["total"], "note": ""}
    elif state == JobState.CANCELLED:
        _drop(row.file.name)
        row.file, row.file_name = None, ""
    _ended(
        row,
        Job.objects.filter(pk=row.pk, state=JobState.RUNNING, attempts=row.attempts),
        **reached | ({"note": note[:NOTE]} if note else {}),
        state=state,
        result=result,
        file=row.file.name or "",
        file_name=row.file_name,
        ended_at=timezone.now(),
    )


@transaction.atomic
def _ended(row, mine, **columns):
    """Write the end and tell it, both or neither. Whether it was ours to end."""
    if not mine.update(**columns):
        return False
    row.refresh_from_db()
    _tell_end(row)
    return True


def _tell_end(row):
    """Receivers write rows (an inbox message); a fault of theirs does not undo the job."""
    try:
        with transaction.atomic():
            job_ended.send(sender=Job, job=row)
    except Exception:
        log.exception("nobody heard of the end of job %s", row.pk)


def keep_file(row, name, content):
    """Store ``content`` (a binary file) as the result of ``row``; people see it as ``name``."""
    content.seek(0)
    _drop(row.file.name)
    row.file.save(secrets.token_urlsafe(24) + PurePath(name).suffix.lower(), File(content), save=False)
    row.file_name = name[:200]


def sweep():
    """Offer waiting jobs again, take up those of dead workers, remove old files. Returns counts."""
    now = timezone.now()
    silent = Job.objects.filter(state=JobState.RUNNING, beat_at__lt=now - SILENCE)
    lost = [row for row in silent.filter(attempts__gte=ATTEMPTS)[:SWEPT] if _give_up(row, now)]
    again = silent.filter(attempts__lt=ATTEMPTS).update(state=JobState.QUEUED, beat_at=now)
    is_late = Q(created_at__lt=now - PATIENCE) | Q(attempts__gt=0)
    waiting = Job.objects.filter(is_late, state=JobState.QUEUED)
    offered = list(waiting.order_by("created_at").values_list("pk", flat=True)[:SWEPT])
    for pk in offered:
        nudge(run_job, str(pk))
    return {"again": again, "lost": len(lost), "offered": len(offered), "forgotten": _forget(now)}


def _give_up(row, now):
    with speaking(row.language):
        note = _("This was begun %(times)s times and the server stopped each time.") % {"times": ATTEMPTS}
    gone = Job.objects.filter(pk=row.pk, state=JobState.RUNNING, beat_at=row.beat_at)
    return _ended(row, gone, state=JobState.FAILED, note=note, ended_at=now)


def _forget(now):
    """Remove result files and uploads FILES_KEPT after the end; the row stays."""
    old = Job.objects.filter(ended_at__lt=now - FILES_KEPT)
    rows = list(old.filter(Q(file__gt="") | Q(params__has_key="upload"))[:SWEPT])
    for row in rows:
        _drop(row.file.name)
        _drop(row.params.pop("upload", ""))
        Job.objects.filter(pk=row.pk).update(file="", params=row.params)
    return len(rows)


def forget_files(kind, **params):
    """Remove the kept files of every job of ``kind`` with these ``params``, before their time. Returns how many."""
    rows = list(
        Job.objects.filter(kind=kind, file__gt="", **{f"params__{name}": value for name, value in params.items()})
    )
    for row in rows:
        _drop(row.file.name)
        Job.objects.filter(pk=row.pk).update(file="")
    return len(rows)


def _drop(name):
    if name:
        default_storage.delete(name)
