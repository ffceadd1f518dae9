"""Which records belong together: the same party, the master of a merged one, whose idea came first."""

from complaints.models import Complaint


def is_same_party(one, other):
    """The same customer, or a complainant with the same phone or address."""
    if one.customer_id and one.customer_id == other.customer_id:
        return True
    pairs = ((getattr(row.complainant, name) for row in (one, other)) for name in ("phone_index", "email_index"))
    return any(first and first == second for first, second in (tuple(pair) for pair in pairs))


def master_of(complaint):
    """The active Merge of a merged record, or None; asked once per loaded row."""
    if "_merge" not in complaint.__dict__:
        rows = complaint.merges.active().select_related("master__cycle", "undo_by", "by")
        complaint._merge = rows.first() if complaint.state == "merged" else None
    return complaint._merge


def first_proposer(complaint):
    """The record whose idea came first among a suggestion and what was merged into it: its proposer has the credit."""
    parts = complaint.merged.active().values("complaint")
    rows = Complaint.objects.filter(pk__in=parts).select_related("complainant", "customer")
    return min([complaint, *rows], key=lambda row: (row.received_at, row.pk))
