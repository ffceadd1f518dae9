"""What a customer may ask about a record with its number and code."""

from django.db.models import Exists, OuterRef

from complaints.choices import RecoveryState
from complaints.codes import fits
from complaints.models import Complaint, Recovery
from complaints.models.complaint import SUBJECT
from core.models import Event

NOBODYS = "0" * 64  # no code has this hash
ADDED = "customer_added"  # event: words of the customer, on the page of progress


def tracked(number, code):
    """The Complaint with this number, if ``code`` is its code; otherwise None, whichever of both is wrong: the same
    query and the same comparison either way.
    """
    number = (number or "").strip().upper()
    stored = Complaint.objects.filter(number=number).values_list("code_hash", flat=True).first()
    if not fits(code, stored or NOBODYS):
        return None
    promised = Recovery.objects.filter(complaint=OuterRef("pk"), state__in=RecoveryState.promised())
    words = Event.objects.filter(subject=SUBJECT, subject_id=OuterRef("pk"), kind=ADDED)
    rows = Complaint.objects.select_related("cycle__remark", "decision", "implementation")
    return rows.annotate(has_remedies=Exists(promised), has_added=Exists(words)).get(number=number)


def of_form(key):
    """The Complaint that the form ``key`` became, or None."""
    rows = Complaint.objects.select_related("cycle", "complainant")
    return rows.filter(form_key=key).first() if key else None
