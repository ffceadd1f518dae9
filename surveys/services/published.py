"""Ratings that customers publish about the company: collected once, on the 5-point basis, classed (DAT-07)."""

import hashlib
from decimal import Decimal

from django.db import transaction

from core.models import Event
from core.workflow import edit as edit_row
from core.workflow import event_of, start
from surveys.models import PublishedRating
from surveys.opinions import hint

EVENT_BATCH = 1000


def score_of(points, lowest, highest):
    """Points of any scale on the 5-point basis, None without points.

    >>> score_of(Decimal(8), Decimal(0), Decimal(10))
    Decimal('4.200')
    """
    if points is None:
        return None
    return (1 + 4 * (points - lowest) / (highest - lowest)).quantize(Decimal("0.001"))


def key_of(source, published_on, author, body, link, points):
    """What makes two ratings the same one: place, day, signature and words; without words its points and address."""
    said = [source.strip().lower(), published_on.isoformat(), author.strip().lower(), " ".join(body.split())]
    said += [] if body else [link, "" if points is None else str(points.normalize())]
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()


def _filled(fields):
    """The columns that follow from what was typed; an empty direction is the portal's hint."""
    fields = {
        "points": None,
        "lowest": Decimal(1),
        "highest": Decimal(5),
        "author": "",
        "body": "",
        "link": "",
    } | fields
    found = hint(fields["body"])
    score = score_of(fields["points"], fields["lowest"], fields["highest"])
    direction = fields.get("direction") or (found.direction if fields["body"] else _by_score(score))
    return fields | {
        "score5": score, "direction": direction, "theme": fields.get("theme") or ("" if fields.get("direction") else found.theme),
        "key": key_of(*(fields[name] for name in ("source", "published_on", "author", "body", "link", "points"))),
    }  # fmt: skip


def _by_score(score):
    if score is None:
        return "nothing"
    return "praise" if score >= 4 else "problem" if score <= 2 else "other"


@transaction.atomic
def collect(*, by, **fields):
    """Write one down."""
    return start(PublishedRating(by=by, **_filled(fields)), by=by)


@transaction.atomic
def collect_many(rows, *, by):
    """Write many down, in one statement with their events. Returns them."""
    made = PublishedRating.objects.bulk_create(
        [PublishedRating(by=by, **_filled(row)) for row in rows], batch_size=EVENT_BATCH
    )
    Event.objects.bulk_create([event_of(row, "created", by=by) for row in made], batch_size=EVENT_BATCH)
    return made


@transaction.atomic
def edit(row, *, by, expected_version=None, **fields):
    """Put right what was written down."""
    return edit_row(row, by=by, expected_version=expected_version, **_filled(fields))
