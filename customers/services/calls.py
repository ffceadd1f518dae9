"""Saving what the call screen collected, in one transaction."""

from django.db import transaction

from customers.services import contacts, customers, interactions


@transaction.atomic
def save(*, by, customer=None, contact=None, new_customer=None, new_contact=None, **facts):
    """Open the customer or the contact person the caller turned out to be, then log the contact.

    ``new_customer`` are arguments of ``customers.create``, ``new_contact`` those of ``contacts.add`` at ``customer``,
    ``facts`` those of ``interactions.log``. Returns the Interaction.
    """
    if new_customer is not None:
        customer = customers.create(by=by, **new_customer)
        contact = customer.contacts.first()
    elif new_contact is not None:
        contact = contacts.add(customer, by=by, **new_contact)
    return interactions.log(by=by, customer=customer, contact=contact, **facts)
