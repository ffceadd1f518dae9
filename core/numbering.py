"""Gapless numbers per kind and local year, safe under concurrency."""

from django.db import connection
from django.utils import timezone

KINDS = {"TS": "complaint", "JY": "suggestion", "ZX": "enquiry", "BY": "praise", "ZG": "rectification", "DC": "inspection",
         "PX": "training", "BG": "report"}  # fmt: skip


def take(kind, *, on=None):
    """Next number of ``kind``, for example ``TS-2026-000123``.

    Call it last in the transaction that registers the record: a rollback gives the number back, and until commit
    others of the same kind and year wait. ``on`` is the local date of registration (default: today).

    Raises RuntimeError outside a transaction, because the number could then be lost.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("numbering.take() needs the transaction that stores the numbered record")
    year = (on or timezone.localdate()).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_numbersequence (kind, year, last) VALUES (%s, %s, 1) "
            "ON CONFLICT (kind, year) DO UPDATE SET last = core_numbersequence.last + 1 RETURNING last",
            [kind, year],
        )
        (number,) = cursor.fetchone()
    return f"{kind}-{year}-{number:06d}"
