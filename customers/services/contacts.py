"""Contact persons: who they are, what they agreed to, and forgetting them."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.crypto import mask_name
from core.workflow import InvalidTransition, start
from core.workflow import edit as edit_row
from customers.choices import ConsentSource
from customers.models import ContactPerson
from customers.models.base import with_indexes
from customers.names import email_form
from customers.services import customers
from customers.signals import contact_erased


@transaction.atomic
def add(customer, *, by, is_primary=None, **fields):
    """A new person at ``customer``; the first one is the first contact."""
    first = customer.contacts.filter(is_primary=True).first()
    primary = is_primary or first is None
    if primary and first:
        edit_row(first, by=by, is_primary=False)
    return start(ContactPerson(customer=customer, is_primary=primary, **customers.with_consent_time(fields)), by=by)


@transaction.atomic
def edit(contact, *, by, expected_version=None, **fields):
    """Change who the person is and how to reach them. The history says that it changed, not from what to what."""
    _not_erased(contact)
    if fields.get("is_primary") and not contact.is_primary:
        for other in contact.customer.contacts.filter(is_primary=True):
            edit_row(other, by=by, is_primary=False)
    if contact.customer.is_individual and contact.is_primary and fields.get("name"):
        customers.edit(contact.customer, by=by, name_zh=mask_name(fields["name"]))
    if fields.get("email", contact.email) != contact.email:
        fields = fields | {"mail_bounced_at": None}  # nobody knows yet whether the new one takes mail
    return edit_row(contact, by=by, expected_version=expected_version, **with_indexes(ContactPerson, fields))


@transaction.atomic
def set_consent(contact, *, by, agrees, source="", comment=""):
    """The person agreed to be asked, or took it back; always with where we know it from."""
    _not_erased(contact)
    if agrees and not source:
        raise InvalidTransition(_("Please say where the consent comes from."))
    fields = {"consent_survey": agrees, "consent_at": timezone.now() if agrees else None,
              "consent_source": ConsentSource(source).value if agrees else ""}  # fmt: skip
    if agrees:
        fields["opted_out_at"] = None
    return edit_row(contact, by=by, event="consented" if agrees else "consent_withdrawn", comment=comment, **fields)


@transaction.atomic
def mail_came_back(contact, *, address, reason, at):
    """The mail server says that ``address`` takes no mail; safe to repeat. Nothing where the person has another by now."""
    contact.refresh_from_db(from_queryset=ContactPerson.objects.select_for_update())
    if contact.mail_bounced_at or not contact.email or email_form(contact.email) != email_form(address):
        return contact
    return edit_row(contact, by=None, event="mail_bounced", comment=reason, mail_bounced_at=at)


@transaction.atomic
def opt_out(contact, *, by=None, comment=""):
    """The person does not want to be asked again; safe to repeat. ``by`` None: the person, through a link."""
    contact.refresh_from_db(from_queryset=ContactPerson.objects.select_for_update())  # mail programs post twice
    if contact.opted_out_at:
        return contact
    return edit_row(
        contact, by=by, event="opted_out", comment=comment, opted_out_at=timezone.now(), consent_survey=False,
        consent_at=None, consent_source="",
    )  # fmt: skip


@transaction.atomic
def erase(contact, *, by=None, comment=""):
    """Forget name, phone and mail for good; what happened stays, without the person. Safe to repeat."""
    if contact.erased_at:
        return contact
    empty = with_indexes(ContactPerson, {"name": "", "phone": "", "email": ""})
    now = timezone.now()
    edit_row(
        contact, by=by, event="erased", comment=comment, erased_at=now, title="", consent_survey=False,
        consent_at=None, consent_source="", opted_out_at=contact.opted_out_at or now, **empty,
    )  # fmt: skip
    contact_erased.send(sender=ContactPerson, contact=contact, by=by)
    return contact


def _not_erased(contact):
    if contact.erased_at:
        raise InvalidTransition(_("The data of this person have been erased."))
