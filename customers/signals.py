"""What upper apps may hear from customers. Sent with ``send()`` inside the transaction of the fact."""

from django.dispatch import Signal

# follow_up_escalated(sender=FollowUp, follow_up, by, comment): it became a matter for the complaint ledger.
follow_up_escalated = Signal()

# contact_erased(sender=ContactPerson, contact, by): the personal data of a contact person are gone.
contact_erased = Signal()
