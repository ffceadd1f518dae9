"""Who of a wave still owes an answer, for those who type it in."""

from django.db.models import Q

from customers.models import Customer
from surveys.choices import InvitationState
from surveys.models import Invitation

MOST = 20


def waiting(user, wave, text=""):
    """At most MOST invitations without an answer, by the name of customer or contact person; one query.

    The people of an anonymous wave are not listed: whoever typed in their answers would know them.
    """
    if wave.is_anonymous:
        return Invitation.objects.none()
    rows = Invitation.objects.visible_to(user).filter(wave=wave, state__in=InvitationState.answerable())
    if text:
        named = Customer.objects.filter(Q(name_zh__icontains=text) | Q(name_en__icontains=text) | Q(code__iexact=text))
        rows = rows.filter(Q(customer__in=named) | Q(contact__name=text))
    return rows.select_related("customer", "contact").order_by("customer__name_zh", "pk")[:MOST]
