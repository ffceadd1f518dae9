"""Freezing the figures of a wave: what a report or an appraisal reads never moves."""

import dataclasses
import json
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from surveys.models import ResultSnapshot
from surveys.selectors import counts, results


@transaction.atomic
def take(wave, *, by=None, segment=None):
    """A ResultSnapshot of ``wave`` (or one group of it): figures, filter and the fingerprint of the
    answers.
    """
    found = results.of_wave(wave, segment=segment)
    return ResultSnapshot.objects.create(
        wave=wave,
        taken_by=by,
        filter=segment or {},
        dataset_sha256=counts.fingerprint(wave),
        numbers=as_json(found),
    )


def as_json(value):
    """Figures as plain JSON: dataclasses as objects, moments as ISO texts, nothing rounded."""
    return json.loads(json.dumps(dataclasses.asdict(value), default=_plain, ensure_ascii=False))


def _plain(value):
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)
