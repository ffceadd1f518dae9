import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core import jobs
from core.imports import schema as schemas
from core.imports import service
from core.models import Job
from tests.core.imports.guests import CAPABILITY, GuestImport


@pytest.fixture
def guests(monkeypatch):
    monkeypatch.setattr(schemas, "SCHEMAS", {})
    monkeypatch.setattr(service, "SCHEMAS", schemas.SCHEMAS)
    monkeypatch.setattr("core.imports.views.SCHEMAS", schemas.SCHEMAS)
    return schemas.register(GuestImport())


@pytest.fixture
def importer(db, make_user):
    return make_user("lina", CAPABILITY)


@pytest.fixture
def checked(guests, importer):
    """checked(content, name="guests.xlsx") → the check job after its run."""

    def check(content, name="guests.xlsx", by=importer):
        job = service.upload(guests, SimpleUploadedFile(name, content), by=by)
        jobs.run(job.pk)
        job = Job.objects.get(pk=job.pk)
        json.dumps(job.result)
        return job

    return check


@pytest.fixture
def committed(importer, django_capture_on_commit_callbacks):
    """committed(check) → the commit job after its run."""

    def commit(check, by=importer):
        job = service.start_commit(check, by=by)
        with django_capture_on_commit_callbacks(execute=True):
            jobs.run(job.pk)
        return Job.objects.get(pk=job.pk)

    return commit
