"""Nature, severity and scope on receipt (CMP-14), and the decision to take a complaint up."""

from django.db import transaction

from accounts.selectors import main_unit
from complaints import priorities
from complaints.choices import State
from complaints.services import policies
from complaints.workflows import LEDGER
from core.workflow import edit


@transaction.atomic
def accept(
    complaint, *, by, category, nature, severity, scope, repeat_of=None, priority="", comment="", expected_version=None
):  # fmt: skip
    """Take the complaint up with its assessment; ``repeat_of`` is the earlier one it repeats (CMP-45).

    ``priority`` not given follows from severity, scope and tier.
    """
    priority = priority or priorities.of(complaint, severity, scope)
    LEDGER.move(
        complaint, State.ACCEPTED, by=by, comment=comment, expected_version=expected_version, category=category,
        nature=nature, severity=severity, scope=scope, repeat_of=repeat_of, priority=priority,
        payload={"category": category, "nature": nature, "severity": severity, "scope": scope, "priority": priority},
        **({} if complaint.desk_id else {"desk": main_unit(by)}),
    )  # fmt: skip
    policies.fit(complaint, by=by)
    return complaint


@transaction.atomic
def reassess(complaint, *, by, comment="", expected_version=None, priority="", **fields):
    """Change the assessment of an open record, and its clocks where another policy fits; the old one stays in the history."""
    fields["priority"] = priority or priorities.of(complaint, fields.get("severity"), fields.get("scope"))
    edit(complaint, by=by, comment=comment, expected_version=expected_version, event="reassessed", **fields)
    policies.fit(complaint, by=by)
    return complaint
