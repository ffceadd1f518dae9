"""“Do not survey now”: placed by a person or by an open complaint, read by sampling."""

from django.db import transaction
from django.utils import timezone

from core.workflow import record
from customers.models import ContactHold


@transaction.atomic
def place(customer, *, reason, contact=None, until=None, source="", source_id=None, by=None):
    """Protect ``contact`` (or everybody at ``customer``) from surveys until the moment ``until`` or until lifted.

    With a ``source`` a second call for the same source returns the hold that is in force.
    """
    source_id = "" if source_id is None else str(source_id)
    origin = {"customer": customer, "contact": contact, "source": source, "source_id": source_id}
    if source:
        existing = ContactHold.objects.filter(lifted_at=None, **origin).first()
        if existing:
            return existing
    hold = ContactHold.objects.create(reason=reason, until=until, placed_by=by, **origin)
    record(customer, "hold_placed", by=by, payload={"reason": hold.reason, "contact": contact and contact.pk})
    return hold


@transaction.atomic
def lift(hold, *, by=None):
    """The customer may be asked again; safe to repeat."""
    changed = ContactHold.objects.filter(pk=hold.pk, lifted_at=None).update(lifted_at=timezone.now(), lifted_by=by)
    if changed:
        record(hold.customer, "hold_lifted", by=by, payload={"reason": hold.reason, "contact": hold.contact_id})
    hold.refresh_from_db()
    return hold


def lift_of(source, source_id, *, by=None):
    """Lift every hold that ``source`` placed (for example when its complaint closes)."""
    for hold in ContactHold.objects.filter(source=source, source_id=str(source_id), lifted_at=None):
        lift(hold, by=by)
