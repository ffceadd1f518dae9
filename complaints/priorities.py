"""How soon a record is looked at (CRM-11, DSK-17): pure functions of severity, scope and tier."""

from complaints.choices import Priority, Scope, Severity
from customers.choices import Tier

BASE = {Severity.CRITICAL.value: 1, Severity.MAJOR.value: 2, Severity.MINOR.value: 3, "": 3}
LEVELS = (Priority.P1, Priority.P2, Priority.P3, Priority.P4)


def priority(severity="", scope="", tier="", kind="complaint"):
    """A grave matter first, an ordinary one in turn; an important customer and a matter of the whole service one step sooner.

    Praise and suggestions wait where there is no severity.
    """
    level = BASE[severity or ""] + (kind in ("suggestion", "praise") and not severity)
    level -= (tier == Tier.IMPORTANT) + (scope == Scope.WIDE)
    return LEVELS[min(max(level, 1), len(LEVELS)) - 1]


def of(complaint, severity=None, scope=None):
    """The priority that follows for ``complaint``, with what its assessment is about to be."""
    tier = complaint.customer.tier if complaint.customer_id else ""
    return priority(severity or complaint.severity, scope or complaint.scope, tier, complaint.kind).value
