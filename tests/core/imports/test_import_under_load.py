"""A worker that is killed, and the size the portal promises."""

import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from core import jobs
from core.choices import JobState
from core.imports import schema as schemas
from core.imports import service
from core.models import Job
from tests.conftest import ROOT
from tests.core.imports.guests import good, planted, workbook

SLOW_WORKER = """
import sys, time, django
django.setup()
from core import jobs
from core.imports import schema, service
from tests.core.imports.guests import GuestImport

class Slow(GuestImport):
    def commit(self, rows, *, by, progress):
        for row in rows:
            super().commit([row], by=by, progress=progress)
            time.sleep(0.01)

schema.register(Slow())
jobs.run(sys.argv[1])
"""


def uploaded(guests, importer, content):
    job = service.upload(guests, SimpleUploadedFile("guests.xlsx", content), by=importer)
    jobs.run(job.pk)
    return Job.objects.get(pk=job.pk)


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_nothing_and_the_next_one_imports_all(guests, make_user, child_environment, wait_for):
    importer = make_user("lina", guests.capability)
    check = uploaded(guests, importer, workbook([good(number) for number in range(500)]))
    commit = service.start_commit(check, by=importer)
    command = [sys.executable, "-c", SLOW_WORKER, str(commit.pk)]
    environment = child_environment | {"DJANGO_SETTINGS_MODULE": "satisfaction.settings"}
    worker = subprocess.Popen(command, cwd=ROOT, env=environment)
    wait_for(lambda: Job.objects.get(pk=commit.pk).done > 520 or worker.poll() is not None, 60)
    worker.kill()
    worker.wait()
    half = Job.objects.get(pk=commit.pk)
    assert (half.state, half.total) == (JobState.RUNNING, 1_000)
    assert not Group.objects.filter(name__startswith="G-").exists()
    Job.objects.filter(pk=commit.pk).update(beat_at=timezone.now() - timedelta(seconds=61))
    assert jobs.sweep()["again"] == 1
    jobs.run(commit.pk)
    done = Job.objects.get(pk=commit.pk)
    assert (done.state, done.attempts) == (JobState.DONE, 2)
    assert Group.objects.filter(name__startswith="G-").count() == 500


def test_a_real_worker_checks_what_was_uploaded(celery_worker_process, make_user, wait_for):
    schema = schemas.SCHEMAS["customers"]
    file = SimpleUploadedFile("colours.xlsx", workbook([["red", "7"]], header=["Colour", "Weight"]))
    with translation.override("zh-hans"):
        job = service.upload(schema, file, by=make_user("lina", schema.capability))
    wait_for(lambda: Job.objects.get(pk=job.pk).state in JobState.ended())
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    assert "表头" in job.note


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_twenty_thousand_rows_with_five_hundred_faults(guests, make_user, monkeypatch):
    importer = make_user("lina", guests.capability)

    def write_at_once(self, rows, *, by, progress):
        Group.objects.bulk_create([Group(name=row["number"]) for row in rows], batch_size=1_000)
        progress.step(len(rows))

    monkeypatch.setattr(type(guests), "commit", write_at_once)
    rows, expected = planted(20_000, 500)
    faulty, right = workbook(rows), workbook([good(number) for number in range(20_000)])
    begin = time.monotonic()
    check = uploaded(guests, importer, faulty)
    checking = time.monotonic() - begin
    cells = {cell for _row, cell, *_rest in check.result["problems"]}
    assert cells == {cell for cell, _reason in expected}
    assert (check.result["bad"], check.result["errors"]) == (500, 500)
    assert not Group.objects.filter(name__startswith="G-").exists()
    check = uploaded(guests, importer, right)
    begin = time.monotonic()
    jobs.run(service.start_commit(check, by=importer).pk)
    committing = time.monotonic() - begin
    assert Group.objects.filter(name__startswith="G-").count() == 20_000
    sys.stdout.write(f"\n20,000 rows: checked in {checking:.1f} s, committed in {committing:.1f} s\n")
    assert checking <= 30
    assert committing <= 30
