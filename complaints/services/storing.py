"""Writing a new record: one statement for its number and its rows, whoever the caller is.

The number is taken and held for this statement and the commit alone: those who register at the same time wait for no more.
``core.workflow.start`` would need a statement for each row, and everybody else would wait for the number through all of them
(benchmarks/voice.py measures it). State and first event are what ``start`` writes, from ``core.workflow.event_of``.
"""

from django.db import connection
from django.utils import timezone

from complaints.choices import Kind
from complaints.models import Complainant, Complaint, Cycle
from core.models import Event
from core.numbering import TAKE
from core.workflow import event_of


def _columns(model, *left_out):
    return [field for field in model._meta.local_concrete_fields if field.column not in left_out]


COMPLAINT = _columns(Complaint, "id", "cycle_id", "number")
CYCLE, PERSON = (_columns(model, "id", "complaint_id") for model in (Cycle, Complainant))
EVENT = _columns(Event, "id", "subject_id")


def _listed(fields):
    return ", ".join(field.column for field in fields), ", ".join("%s" for _field in fields)


STORE = """
WITH key AS (SELECT COALESCE(%s, nextval(pg_get_serial_sequence('complaints_complaint', 'id'))) AS id),
     cycle AS (INSERT INTO complaints_cycle (complaint_id, {}) SELECT key.id, {} FROM key RETURNING id),
     person AS (INSERT INTO complaints_complainant (complaint_id, {}) SELECT key.id, {} FROM key RETURNING id),
     event AS (INSERT INTO core_event (subject_id, {}) SELECT key.id, {} FROM key),
     number AS ({})
INSERT INTO complaints_complaint (id, cycle_id, number, {}) SELECT key.id, cycle.id, number.text, {} FROM key, cycle, number
RETURNING id, cycle_id, number, (SELECT id FROM person)
""".format(*_listed(CYCLE), *_listed(PERSON), *_listed(EVENT), TAKE, *_listed(COMPLAINT))  # noqa: S608 (own names)


def store(complaint, cycle, person, *, by):
    """Number ``complaint`` and insert it with its first cycle, its complainant and its first event; it may have its key
    already. Call it last in the transaction.
    """
    event = event_of(complaint, "created", by=by, to_state=complaint.state)
    year = timezone.localdate(complaint.registered_at).year
    with connection.cursor() as cursor:
        cursor.execute(STORE, [
            complaint.pk, *_values(cycle, CYCLE), *_values(person, PERSON), *_values(event, EVENT),
            Kind(complaint.kind).prefix, year, *_values(complaint, COMPLAINT),
        ])  # fmt: skip
        complaint.pk, cycle.pk, complaint.number, person.pk = cursor.fetchone()
    complaint.cycle, cycle.complaint, person.complaint = cycle, complaint, complaint
    for row in (complaint, cycle, person):
        row._state.adding, row._state.db = False, connection.alias


def _values(row, fields):
    return [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]


def reserved_key():
    """The key of a record to come, for what has to name it before its number is taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('complaints_complaint', 'id'))")
        return cursor.fetchone()[0]
