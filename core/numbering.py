"""Gapless numbers per kind and local year, safe under concurrency."""

from django.db import connection
from django.utils import timezone

KINDS = {"TS": "complaint", "JY": "suggestion", "ZX": "enquiry", "BY": "praise", "ZG": "rectification", "DC": "inspection",
         "PX": "training", "BG": "report", "YF": "prevention", "LS": "record of a past ledger"}  # fmt: skip


# One place counts, also inside a larger statement; a number of more than six digits stays whole.
TAKE = """INSERT INTO core_numbersequence (kind, year, last) VALUES (%s, %s, 1)
ON CONFLICT (kind, year) DO UPDATE SET last = core_numbersequence.last + 1
RETURNING kind || '-' || year || '-' || lpad(last::text, greatest(6, length(last::text)), '0') AS text"""


def take(kind, *, on=None):
    """Next number of ``kind``, for example ``TS-2026-000123``.

    Call it last in the transaction that registers the record: a rollback gives the number back, and until commit
    others of the same kind and year wait. ``on`` is the local date of registration (default: today).

    Raises RuntimeError outside a transaction, because the number could then be lost.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("numbering.take() needs the transaction that stores the numbered record")
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [kind, (on or timezone.localdate()).year])
        return cursor.fetchone()[0]


TAKE_MANY = """INSERT INTO core_numbersequence (kind, year, last) VALUES (%s, %s, %s)
ON CONFLICT (kind, year) DO UPDATE SET last = core_numbersequence.last + EXCLUDED.last RETURNING last"""


def take_many(kind, count, *, year):
    """The next ``count`` numbers of ``kind`` and ``year``, in order; what ``take`` says holds for all of them."""
    if not connection.in_atomic_block:
        raise RuntimeError("numbering.take_many() needs the transaction that stores the numbered records")
    with connection.cursor() as cursor:
        cursor.execute(TAKE_MANY, [kind, year, count])
        last = cursor.fetchone()[0]
    return [f"{kind}-{year}-{n:06}" for n in range(last - count + 1, last + 1)]
