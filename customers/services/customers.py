"""Customer files: open, change, close."""

from django.db import connection, transaction
from django.utils import timezone

from core import numbering
from core.crypto import mask_name
from core.i18n import pinyin_key
from core.workflow import edit as edit_row
from core.workflow import start
from customers.choices import CustomerType
from customers.models import ContactPerson, Customer
from customers.names import grams

BATCH = 1_000
# One statement instead of an object per event: half the time of a large import.
FIRST_EVENTS = """
    INSERT INTO core_event (subject, subject_id, kind, from_state, to_state, by_id, comment, payload, at)
    SELECT %s, key, 'created', '', state, %s, '', '{}', %s
    FROM unnest(%s::bigint[], %s::text[]) WITH ORDINALITY AS made (key, state, nth) ORDER BY nth
"""


@transaction.atomic
def create(*, by, contact=None, **fields):
    """A new customer, with a first contact person from the fields in ``contact`` if given.

    Without ``code`` the next number KH-<year>-… is taken. Of a private person's name only the first character stays
    here; the full name goes to the first contact person.
    """
    customer, person = prepare(contact=contact, **fields)
    customer.code = customer.code or numbering.take("KH")
    index(customer)
    start(customer, by=by)
    if person is not None:
        person.customer = customer
        start(person, by=by)
    return customer


@transaction.atomic
def create_many(rows, *, by, progress=None):
    """Many customers at once, each a dict of the arguments of ``create``; written in batches with their events.

    Returns the list of customers.
    """
    rows, made = list(rows), []
    for first in range(0, len(rows), BATCH):
        pairs = [prepare(**row) for row in rows[first : first + BATCH]]
        for customer, person in pairs:
            customer.code = customer.code or numbering.take("KH")
            index(customer)
            if person is not None:
                person.customer = customer
        create_rows([customer for customer, _person in pairs], by=by)
        create_rows([person for _customer, person in pairs if person is not None], by=by)
        made += [customer for customer, _person in pairs]
        if progress:
            progress.step(len(pairs))
    return made


def create_rows(rows, *, by):
    """Insert many new rows of one model and the first event of each."""
    if not rows:
        return
    type(rows[0]).objects.bulk_create(rows, batch_size=BATCH)
    keys, states = [row.pk for row in rows], [getattr(row, "state", "") for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(FIRST_EVENTS, [rows[0]._meta.label_lower, by and by.pk, timezone.now(), keys, states])


def prepare(*, contact=None, **fields):
    """(customer, first contact person or None), unsaved."""
    contact = {name: value for name, value in (contact or {}).items() if value not in (None, "")}
    if fields.get("type") == CustomerType.INDIVIDUAL:
        contact.setdefault("name", fields.get("name_zh") or fields.get("name_en"))
        for name in ("name_zh", "name_en"):
            fields[name] = mask_name(fields.get(name) or "")
    person = None
    if contact:
        person = ContactPerson(is_primary=True, **with_consent_time(contact))
    return Customer(**fields), person


def with_consent_time(fields):
    """Consent always says since when."""
    if fields.get("consent_survey") and not fields.get("consent_at"):
        fields = fields | {"consent_at": timezone.now()}
    return fields


@transaction.atomic
def edit(customer, *, by, expected_version=None, **fields):
    """Change plain fields. A private person's name is masked here and is changed at the contact person."""
    individual = fields.get("type", customer.type) == CustomerType.INDIVIDUAL
    for name in ("name_zh", "name_en"):
        if individual and fields.get(name):
            fields[name] = mask_name(fields[name])
    return edit_row(customer, by=by, expected_version=expected_version, **fields, **index_fields(customer, fields))


def index(customer):
    for name, value in index_fields(customer, {}).items():
        setattr(customer, name, value)


def index_fields(customer, changed):
    """Sort key and search pairs of the name and code as they will be."""
    name_zh, name_en, code = (changed.get(n, getattr(customer, n)) for n in ("name_zh", "name_en", "code"))
    key = pinyin_key(name_zh or name_en)
    return {"name_key": key, "name_grams": grams(name_zh, name_en, code, key.replace(" ", ""))}
