"""An import's two jobs: check reads and judges, commit judges again and writes, all or nothing."""

import secrets
import tempfile
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core.attachments import clean_name, digest
from core.choices import JobState
from core.imports import checking, guard
from core.imports.schema import SCHEMAS
from core.imports.template import write_errors
from core.jobs import Failed, job, keep_file, start
from core.models import Job

CHECK, COMMIT = "core.import_check", "core.import_commit"
KINDS = {".xlsx": "xlsx", ".csv": "csv"}
LISTED = 2_000  # faults kept for the page; the error workbook has all


def check_upload(file):
    """What can be said of an upload without opening it. Raises ValidationError."""
    suffix = PurePath(file.name).suffix.lower()
    if suffix not in KINDS:
        raise ValidationError(
            _("Please give a workbook in .xlsx format (or .csv). Open an older one and save it as .xlsx.")
        )
    if file.size > guard.MAX_FILE:
        raise ValidationError(_("The file is larger than %(limit)s MB. Split it.") % {"limit": guard.MAX_FILE // 2**20})
    head = file.read(4)
    file.seek(0)
    if not head or (suffix == ".xlsx") != (head == b"PK\x03\x04"):
        raise ValidationError(_("The content of the file is not what its name says. Save it as .xlsx and upload that."))


def upload(schema, file, *, by):
    """Store the file and start its check. Returns the check Job. Raises ValidationError."""
    check_upload(file)
    suffix = PurePath(file.name).suffix.lower()
    name = clean_name(file.name)
    params = {
        "schema": schema.code,
        "name": name,
        "kind": KINDS[suffix],
        "sha256": digest(file),
        "upload": default_storage.save(f"imports/{secrets.token_urlsafe(24)}{suffix}", file),
    }
    title = _("Check of an import: %(what)s (%(file)s)") % {"what": schema.title, "file": name}
    return start(CHECK, by=by, title=title, params=params)


def start_commit(check, *, by):
    """Start the import of a file without faults; a second call returns the same Job. Raises Failed."""
    with transaction.atomic():
        check = Job.objects.select_for_update().get(pk=check.pk)
        running = commits_of(check).exclude(state__in=[JobState.FAILED, JobState.CANCELLED]).first()
        if running:
            return running
        if not can_commit(check):
            raise Failed(_("This file cannot be imported as it is. Correct it and upload it again."))
        params = {name: check.params[name] for name in ("schema", "name", "sha256")}
        what = {"what": SCHEMAS[params["schema"]].title, "file": params["name"]}
        title = _("Import: %(what)s (%(file)s)") % what
        params["check"] = str(check.pk)
        return start(COMMIT, by=by, title=title, params=params)


def can_commit(check):
    return (
        check.kind == CHECK
        and check.state == JobState.DONE
        and "upload" in check.params
        and not check.result.get("bad")
        and not check.result.get("committed")
    )


def commits_of(check):
    """The commit jobs of a check, newest first."""
    return Job.objects.filter(kind=COMMIT, params__check=str(check.pk)).order_by("-created_at")


def earlier_import(check):
    """The last successful import of the very same file, or None."""
    same = Job.objects.filter(
        kind=COMMIT,
        state=JobState.DONE,
        params__schema=check.params["schema"],
        params__sha256=check.params["sha256"],
    )
    return same.exclude(params__check=str(check.pk)).select_related("owner").order_by("-ended_at").first()


@job(CHECK)
def check(job, progress):
    """Read and judge the file of job.params; leaves the error workbook when something is wrong."""
    schema, url = _allowed(job), _page(job)
    outcome = _read(schema, job.params, job, progress)
    progress.step(0, _("Comparing with what the portal holds"))
    checking.judge(schema, outcome)
    return _report(schema, outcome, job, progress) | {"url": url}


@job(COMMIT)
def commit(job, progress):
    """Import a checked file in one transaction; run twice, it imports once."""
    schema, url = _allowed(job), _page(job)
    parent = Job.objects.get(pk=job.params["check"])
    if "committed" in parent.result:
        return parent.result["committed"]
    outcome = _read(schema, parent.params, job, progress)
    try:
        with transaction.atomic():
            result = _write(schema, parent.pk, outcome, job, progress, url)
    except IntegrityError:
        reason = _("Meanwhile somebody entered what collides with this file. Nothing was imported.")
        raise Failed(reason, {"url": url})
    except ValidationError as error:
        reason = _("Nothing was imported: %(reason)s") % {"reason": "\n".join(error.messages)}
        raise Failed(reason, {"url": url})
    return result


def _write(schema, check_pk, outcome, job, progress, url):
    """Inside the transaction: one import of a schema at a time, one file once, all judged again."""
    parent = Job.objects.select_for_update().get(pk=check_pk)
    if "committed" in parent.result:
        return parent.result["committed"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import:{schema.code}"])
    checking.judge(schema, outcome)
    if outcome.bad:
        reason = _("Nothing was imported: since the check the data changed, and some rows do not fit any more.")
        raise Failed(reason, _report(schema, outcome, job, progress) | {"url": url})
    progress.total(len(outcome.rows), _("Writing the rows"))
    made = schema.commit(outcome.rows, by=job.owner, progress=progress) or {}
    result = {"url": url, "rows": len(outcome.rows), "seen_at": made.get("url", "")}
    path = parent.params.pop("upload", "")
    parent.result["committed"] = result
    parent.save(update_fields=["result", "params"])
    transaction.on_commit(lambda: default_storage.delete(path))
    return result


def _allowed(job):
    """The schema, if the owner may (still) import it."""
    schema = SCHEMAS.get(job.params["schema"])
    if schema is None or not (job.owner and job.owner.is_active and job.owner.has_perm(schema.capability)):
        raise Failed(_("You may not import this any more."))
    return schema


def _page(job):
    return reverse("imports:result", args=[job.pk])


def _read(schema, params, job, progress):
    if "upload" not in params or not default_storage.exists(params["upload"]):
        raise Failed(_("The uploaded file is no longer kept. Please upload it again."), {"url": _page(job)})
    with _local(params["upload"]) as path:
        try:
            return checking.read(schema, path, params["kind"], by=job.owner, progress=progress)
        except checking.NotUsable as reason:
            raise Failed(str(reason), {"url": _page(job), "refused": str(reason)})


@contextmanager
def _local(name):
    """A path the reading process can open, whatever the storage is."""
    with default_storage.open(name) as stored:
        if hasattr(stored.file, "name"):
            yield stored.file.name
            return
        with tempfile.NamedTemporaryFile(suffix=PurePath(name).suffix) as copy:
            copy.write(stored.read())
            copy.flush()
            yield copy.name


def _report(schema, outcome, job, progress):
    """The row's result; keeps the error workbook when there is something to correct."""
    problems = outcome.problems(schema)
    if problems:
        progress.step(0, _("Writing the file of errors"))
        with tempfile.TemporaryFile() as file:
            write_errors(schema, outcome, file, tick=lambda: progress.step(0))
            name = _("%(file)s – to correct") % {"file": PurePath(job.params["name"]).stem}
            keep_file(job, name + ".xlsx", file)
    return {
        "sheet": outcome.sheet,
        "rows": len(outcome.rows),
        "bad": len(outcome.bad),
        "errors": len(problems),
        "problems": [list(astuple(problem)) for problem in problems[:LISTED]],
        "ignored": outcome.ignored,
    }
