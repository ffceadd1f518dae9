"""What the customer adds while it is open, says to our reply, and how satisfied with the handling (CMP-23, 46)."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import CustomerRemark
from complaints.selectors.people import leads
from complaints.selectors.tracking import ADDED
from complaints.selectors.working import may_remark
from complaints.services.pauses import customer_answered
from complaints.services.people import tell
from core.workflow import InvalidTransition, record

LOW = 2  # scores up to this one are told at once


@transaction.atomic
def add(complaint, *, text):
    """The customer's own words on an open record, on the tracking page: what waits for an answer goes on, whoever handles
    it is told.
    """
    if not complaint.is_open:
        raise InvalidTransition(_("This matter has ended. Please call us and give its number."))
    added = record(complaint, ADDED, by=None, comment=text.strip())
    tell("added", complaint, [complaint.handler] if complaint.handler_id else leads(complaint), key=f"added:{added.pk}")
    customer_answered(complaint)
    return added


@transaction.atomic
def say(complaint, *, score=None, comment="", by=None):
    """Once per cycle, after the reply; ``by`` None: the customer, on the tracking page. A low score is told at once."""
    if not may_remark(complaint):
        raise InvalidTransition(_("This can be said once, after our reply."))
    if score is None and not comment.strip():
        raise InvalidTransition(_("Please choose a rating or write a comment."))
    try:
        with transaction.atomic():
            made = CustomerRemark.objects.create(cycle=complaint.cycle, score=score, comment=comment.strip(), by=by)
    except IntegrityError:
        raise InvalidTransition(_("This can be said once, after our reply."))
    record(complaint, "remarked", by=by, comment=comment, payload={"score": score, "cycle": complaint.cycle.n})
    people = {complaint.handler} - {None}
    if score is not None and score <= LOW:
        people |= set(leads(complaint))
    tell("remarked", complaint, people, by=by, key=f"remark:{made.pk}")
    return made


@transaction.atomic
def sort(complaint, *, by, remark, sorting, comment=""):
    """What the words are good for; once."""
    changed = CustomerRemark.objects.filter(pk=remark.pk, cycle__complaint=complaint, sorted_as="").update(
        sorted_as=sorting, sorted_by=by, sorted_at=timezone.now()
    )
    if not changed:
        raise InvalidTransition(_("This was sorted already."))
    record(complaint, "remark_sorted", by=by, comment=comment, payload={"sorted_as": sorting})
    return remark
