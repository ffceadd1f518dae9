"""What a customer may ask about a record with its number and code."""

from complaints.codes import fits
from complaints.models import Complaint


def tracked(number, code):
    """The Complaint with this number, if ``code`` is its code; otherwise None, whichever of both is wrong."""
    rows = Complaint.objects.select_related("cycle", "cycle__reply", "decision", "complainant")
    complaint = rows.filter(number=(number or "").strip().upper()).first()
    return complaint if fits(code, complaint.code_hash if complaint else "") else None
