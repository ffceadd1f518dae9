"""Stored files that no row names: their process died between writing the file and committing the row.

A file is always written before its row, so one that is older than ``AGE`` and still without a row belongs to nothing: nobody can
reach it, and no date of erasure would ever find it.
"""

import logging
import os
import time
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import FileField

from core.models import Job

log = logging.getLogger(__name__)
AGE = timedelta(days=1)
FEW = 20  # from so many on, more leftovers than files in use are taken for a mistake: a database that is not of these files
_NAMES = {"imports": [lambda: Job.objects.filter(params__has_key="upload").values_list("params__upload", flat=True)]}


def folders():
    """{folder below MEDIA_ROOT: [what lists the names of its files]} of every file column."""
    found = defaultdict(list, {folder: list(lists) for folder, lists in _NAMES.items()})
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, FileField) and isinstance(field.upload_to, str):
                found[field.upload_to.partition("/")[0]].append(_names_in(model, field.name))
    return found


def _names_in(model, column):
    return lambda: model._base_manager.exclude(**{column: ""}).exclude(**{column: None}).values_list(column, flat=True)


def sweep(now=None):
    """Remove what is left behind. Returns {folder: how many}; safe to run twice and in parallel."""
    before, removed = (now or time.time()) - AGE.total_seconds(), {}
    for folder, lists in folders().items():
        old = list(_old(folder, before))  # looked at before the rows: one that gets its row meanwhile is no leftover
        named = {name for names in lists for name in names().iterator()} if old else set()
        left = [name for name in old if name not in named]
        if len(left) > max(FEW, len(named)):
            log.error("%s of %s files in %s have no row: is this their database? Nothing is removed",
                      len(left), len(old), folder)  # fmt: skip
            continue
        for name in left:
            default_storage.delete(name)
        if left:
            removed[folder] = len(left)
            log.warning("%s files in %s had no row and were removed", len(left), folder)
    return removed


def _old(folder, before):
    """Names of the files below ``folder`` that were written before that moment."""
    root = Path(settings.MEDIA_ROOT)
    for place, _folders, files in os.walk(root / folder):
        for file in files:
            path = Path(place) / file
            try:
                is_old = path.stat().st_mtime < before
            except FileNotFoundError:  # removed meanwhile
                continue
            if is_old:
                yield path.relative_to(root).as_posix()
