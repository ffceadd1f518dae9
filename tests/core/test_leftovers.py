"""Stored files that no row names: removed after a day, and only where they are of this database."""

import os
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core import leftovers
from core.models import Attachment, Job
from core.tasks import sweep_files

pytestmark = pytest.mark.django_db
OLD = time.time() - 2 * 86400


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def stored(name, *, is_old=True):
    kept = default_storage.save(name, ContentFile(b"x"))
    if is_old:
        os.utime(default_storage.path(kept), (OLD, OLD))
    return kept


def attached(name):
    Attachment.objects.create(
        subject="core.job", subject_id=1, file=name, name="a.txt", media_type="text/plain", size=1, sha256="x"
    )


def test_what_no_row_names_is_removed_after_a_day(make_user):
    kept = [stored("attachments/2026/11/a.txt"), stored("jobs/2026/11/b.csv"), stored("imports/c.xlsx"),
            stored("attachments/2026/11/new.txt", is_old=False), stored("voice/key/1-d.png"), stored("else/e.txt")]  # fmt: skip
    gone = [stored("attachments/2026/11/x.txt"), stored("jobs/2026/11/y.csv"), stored("imports/z.xlsx")]
    attached(kept[0])
    Job.objects.create(kind="x", title="x", file=kept[1], params={"upload": kept[2]}, owner=make_user("lina"))
    assert sweep_files() == {"attachments": 1, "jobs": 1, "imports": 1}
    assert [default_storage.exists(name) for name in (*kept, *gone)] == [True] * 6 + [False] * 3
    assert sweep_files() == {}


def test_files_of_another_database_are_left_alone(caplog):
    names = [stored(f"attachments/2026/11/{n}.txt") for n in range(leftovers.FEW + 2)]
    attached(names[0])
    assert sweep_files() == {}
    assert all(default_storage.exists(name) for name in names)
    assert "is this their database?" in caplog.text
