"""How a record enters the ledger: by a customer's form, by a colleague, from a follow-up."""

import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.selectors import main_unit
from complaints import priorities
from complaints.choices import Kind, Part
from complaints.codes import code_for, hash_of
from complaints.models import Complainant, Complaint, Source
from complaints.services import cycles
from complaints.services.storing import reserved_key, store
from complaints.signals import complaint_registered
from core import attachments
from core.i18n import CHINESE
from core.workflow import InvalidTransition, contribute
from core.worktime.store import calendar_in_force
from customers.names import stored_phone
from notifications.services import outbox

PERSONAL = ("name", "phone", "email")


def register(
    *, kind, title, text, channel, received_at=None, by=None, customer=None, contact=None, complainant=None, unit=None,
    interaction=None, follow_up=None, files=(), language="", form_key="", concerned=(), receipt=True, source=None, **facts,
):  # fmt: skip
    """Number and store a record and start its clocks. Returns (complaint, code).

    ``by`` is the colleague who received it; None: the customer's own form, which alone gets a tracking ``code``.
    ``complainant`` is a dict of name, phone, email and consent; what it leaves out comes from the contact person
    or the caller of ``interaction``. ``language`` is that of receipt and reply; not given, the contact person's, else
    Chinese. ``concerned`` are colleagues it is about: they neither handle nor see it. ``facts`` are further columns
    (category, nature, severity, scope, repeat_of). A second call with the same ``form_key`` or ``follow_up`` returns the
    first record. ``source`` is a dict of what the channel tells of itself (models.Source). ``receipt=False``: the customer was told already that it came.

    Raises InvalidTransition for a moment in the future and ValidationError for a file that is not taken.
    """
    code = "" if by else code_for(form_key or secrets.token_hex(16))
    # a customer's form is new as a rule, and the unique key finds out; files must not be stored in vain
    existing = _existing(form_key, follow_up) if by or follow_up or files else None
    if existing:
        return existing, code or None
    now = timezone.now()
    received_at = received_at or (interaction.started_at if interaction else now)
    if received_at > now:
        raise InvalidTransition(_("This cannot have been received in the future."))
    if contact is not None:
        customer = contact.customer
    language = language or (contact.language if contact else CHINESE)
    desk = (main_unit(by) if by else None) or (customer.unit if customer else None)
    complaint = Complaint(
        kind=Kind(kind).value, title=title[:200], text=text, channel=channel, language=language,
        received_at=received_at, registered_at=now, receiver=by, desk=desk, unit=unit, customer=customer,
        contact=contact, interaction=interaction, follow_up=follow_up, form_key=form_key,
        code_hash=hash_of(code) if code else "", **facts,
    )  # fmt: skip
    complaint.priority = priorities.of(complaint)
    person = _person(complaint, complainant, contact, interaction)
    cycle = cycles.new_cycle(complaint, n=1, started_at=received_at, calendar=calendar_in_force())
    try:
        with transaction.atomic():
            _store(complaint, cycle, person, files=files, concerned=concerned, by=by, receipt=receipt, source=source)
    except IntegrityError:
        existing = _existing(form_key, follow_up)
        if existing is None:
            raise
        complaint = existing
    return complaint, code or None


def _store(complaint, cycle, person, *, files, concerned, by, receipt, source=None):
    """All rows of a new record. The number comes last: until commit the next one of its kind waits for it."""
    if source or files or concerned or complaint.customer_id or person.email:
        complaint.pk = reserved_key()
    if source:
        Source.objects.create(complaint_id=complaint.pk, **source)
    if files:
        attachments.add_all(complaint, files, by=by)
    for colleague in concerned:
        contribute(complaint, colleague, Part.CONCERNED)
    cycles.hold_customer(complaint, by=by)
    if person.email and receipt:
        outbox.queue("complaints.receipt", context={"complaint": complaint.pk}, language=complaint.language,
                     dedupe_key=f"complaints.receipt:{complaint.pk}")  # fmt: skip
    store(complaint, cycle, person, by=by)
    complaint_registered.send(sender=Complaint, complaint=complaint)


def _existing(form_key, follow_up):
    rows = Complaint.objects.select_related("cycle", "complainant")
    if form_key and (found := rows.filter(form_key=form_key).first()):
        return found
    return rows.filter(follow_up=follow_up).first() if follow_up else None


def _person(complaint, given, contact, interaction):
    """The Complainant: what was given, and where nothing was, what the contact person or the call tells."""
    known = {name: getattr(contact, name) for name in PERSONAL} if contact else {}
    if interaction is not None and not known:
        known = {"name": interaction.caller, "phone": interaction.number}
    given = given or {}
    name, phone, email = ((given.get(field) or known.get(field) or "").strip() for field in PERSONAL)
    consent = bool(given.get("consent"))
    return Complainant(
        complaint=complaint, name=name[:100], phone=stored_phone(phone) or phone[:40], email=email[:200],
        consent=consent, consent_at=timezone.now() if consent else None,
    )  # fmt: skip
