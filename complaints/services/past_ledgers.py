"""Ledgers that were kept before: their records stand in the ledger with numbers of their own, ended, without a cycle and so without
a clock or a figure (docs/adr/0020). One import comes as a whole and is taken back as a whole.
"""

from datetime import datetime, time
from itertools import groupby

from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from complaints.choices import PAST_SERIES, PastState, State
from complaints.models import Complainant, Complaint, PastImport, PastRecord
from complaints.workflows import LEDGER, PAST_IMPORTS
from core.models import Event
from core.numbering import take_many
from core.workflow import InvalidTransition, event_of, start
from customers.names import stored_phone

BATCH = 500
NOON = time(12)
TITLE = 60  # characters of what was said that stand for a missing subject
OF_RECORD = ("kind", "channel", "category", "severity", "customer", "unit", "text")
OF_PAST = tuple(
    field.name for field in PastRecord._meta.concrete_fields if field.name not in ("complaint", "batch", "is_void")
)


@transaction.atomic
def bring(rows, *, by, progress=None):
    """Store ``rows``, dicts by the columns of complaints.imports. Nobody is told, and nothing is promised. Returns the PastImport."""
    rows = sorted(rows, key=lambda row: row["received_on"])  # those of a day stay in the order of the file
    ledgers = "、".join(sorted({row["ledger"] for row in rows}))
    batch = start(
        PastImport(
            by=by, at=timezone.now(), ledgers=Truncator(ledgers).chars(200), rows=len(rows), first_on=rows[0]["received_on"],
            last_on=rows[-1]["received_on"],
        ),
        by=by, payload={"rows": len(rows)},
    )  # fmt: skip
    for year, of_year in groupby(rows, key=lambda row: row["received_on"].year):
        of_year = list(of_year)
        numbers = take_many(PAST_SERIES, len(of_year), year=year)
        for first in range(0, len(of_year), BATCH):
            part = of_year[first : first + BATCH]
            _store(batch, part, numbers[first : first + BATCH])
            if progress:
                progress.step(len(part))
    return batch


def _store(batch, rows, numbers):
    made = Complaint.objects.bulk_create(
        _complaint(batch, row, number) for row, number in zip(rows, numbers, strict=True)
    )
    pairs = list(zip(made, rows, strict=True))
    Complainant.objects.bulk_create(_person(complaint, row) for complaint, row in pairs)
    PastRecord.objects.bulk_create(
        PastRecord(
            complaint=complaint, batch=batch, **{name: row[name] for name in OF_PAST if row.get(name) is not None}
        )
        for complaint, row in pairs
    )
    Event.objects.bulk_create(
        event_of(complaint, "brought_in", by=batch.by, to_state=State.PAST.value,
                 payload={"import": batch.pk, "ledger": row["ledger"], "old_number": row["old_number"]})
        for complaint, row in pairs
    )  # fmt: skip


def _complaint(batch, row, number):
    received = timezone.make_aware(datetime.combine(row["received_on"], NOON))
    title = row.get("title") or Truncator(row["text"].strip().splitlines()[0]).chars(TITLE)
    given = {name: row[name] for name in OF_RECORD if row.get(name)}
    return Complaint(
        number=number, title=title, received_at=received, registered_at=batch.at, state=State.PAST, **given
    )


def _person(complaint, row):
    phone = row.get("phone") or ""
    return Complainant(
        complaint=complaint, name=row.get("person") or "", phone=stored_phone(phone) or phone, email=row.get("email") or ""
    )  # fmt: skip


@transaction.atomic
def take_back(batch, *, by, comment, expected_version=None):
    """Void all records of the import: their numbers stay used, and the same old records can be imported again.

    Raises InvalidTransition while another record says that it repeats one of them.
    """
    rows = Complaint.objects.filter(past__batch=batch)
    quoting = list(Complaint.objects.filter(repeat_of__in=rows).values_list("number", flat=True)[:5])
    if quoting:
        raise InvalidTransition(
            _("Records say that they repeat one of these: %(numbers)s. Change that first.")
            % {"numbers": ", ".join(quoting)}
        )
    PAST_IMPORTS.move(batch, PastState.TAKEN_BACK, by=by, comment=comment, expected_version=expected_version)
    LEDGER.move_all(rows.only("pk", "state"), State.VOIDED, by=by, comment=comment)
    batch.records.update(is_void=True)
    return batch
