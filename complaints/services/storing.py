"""Writing a new record: one statement for its three rows, whoever the caller is."""

from django.db import connection

from complaints.models import Complainant, Complaint, Cycle


def _columns(model, *left_out):
    return [field for field in model._meta.local_concrete_fields if field.column not in left_out]


COMPLAINT = _columns(Complaint, "id", "cycle_id")
CYCLE, PERSON = (_columns(model, "id", "complaint_id") for model in (Cycle, Complainant))


def _listed(fields):
    return ", ".join(field.column for field in fields), ", ".join("%s" for _field in fields)


STORE = """
WITH key AS (SELECT COALESCE(%s, nextval(pg_get_serial_sequence('complaints_complaint', 'id'))) AS id),
     cycle AS (INSERT INTO complaints_cycle (complaint_id, {}) SELECT key.id, {} FROM key RETURNING id),
     person AS (INSERT INTO complaints_complainant (complaint_id, {}) SELECT key.id, {} FROM key RETURNING id)
INSERT INTO complaints_complaint (id, cycle_id, {}) SELECT key.id, cycle.id, {} FROM key, cycle
RETURNING id, cycle_id, (SELECT id FROM person)
""".format(*_listed(CYCLE), *_listed(PERSON), *_listed(COMPLAINT))  # noqa: S608 (own names)


def store(complaint, cycle, person):
    """Insert a numbered ``complaint`` with its first cycle and its complainant; it may have its key already."""
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection)
        for row, fields in ((cycle, CYCLE), (person, PERSON), (complaint, COMPLAINT))
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(STORE, [complaint.pk, *values])
        complaint.pk, cycle.pk, person.pk = cursor.fetchone()
    complaint.cycle, cycle.complaint, person.complaint = cycle, complaint, complaint
    for row in (complaint, cycle, person):
        row._state.adding, row._state.db = False, connection.alias


def reserved_key():
    """The key of a record to come, for what has to name it before its number is taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('complaints_complaint', 'id'))")
        return cursor.fetchone()[0]
