"""Writing a new record: one statement for its three rows, whoever the caller is."""

from django.db import connection

from complaints.models import Complainant, Complaint, Cycle


def _columns(model, *left_out):
    return [field for field in model._meta.local_concrete_fields if field.column not in left_out]


COMPLAINT, CYCLE, PERSON = _columns(Complaint, "cycle_id"), _columns(Cycle, "id"), _columns(Complainant, "id")


def _listed(fields):
    return ", ".join(field.column for field in fields), ", ".join("%s" for _field in fields)


STORE = """
WITH cycle AS (INSERT INTO complaints_cycle ({}) VALUES ({}) RETURNING id),
     person AS (INSERT INTO complaints_complainant ({}) VALUES ({}) RETURNING id)
INSERT INTO complaints_complaint ({}, cycle_id) SELECT {}, cycle.id FROM cycle
RETURNING cycle_id, (SELECT id FROM person)
""".format(*_listed(CYCLE), *_listed(PERSON), *_listed(COMPLAINT))  # noqa: S608 (own names)


def store(complaint, cycle, person):
    """Insert a numbered ``complaint`` that has its key, with its first cycle and its complainant."""
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection)
        for row, fields in ((cycle, CYCLE), (person, PERSON), (complaint, COMPLAINT))
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(STORE, values)
        cycle.pk, person.pk = cursor.fetchone()
    complaint.cycle = cycle
    for row in (complaint, cycle, person):
        row._state.adding, row._state.db = False, connection.alias
