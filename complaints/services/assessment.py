"""Nature, severity and scope on receipt (CMP-14), and the decision to take a complaint up."""

from django.db import transaction

from accounts.selectors import main_unit
from complaints.choices import State
from complaints.services import policies
from complaints.workflows import LEDGER
from core.workflow import edit


@transaction.atomic
def accept(complaint, *, by, category, nature, severity, scope, repeat_of=None, comment="", expected_version=None):
    """Take the complaint up with its assessment; ``repeat_of`` is the earlier one it repeats (CMP-45)."""
    LEDGER.move(
        complaint, State.ACCEPTED, by=by, comment=comment, expected_version=expected_version, category=category,
        nature=nature, severity=severity, scope=scope, repeat_of=repeat_of,
        payload={"category": category, "nature": nature, "severity": severity, "scope": scope},
        **({} if complaint.desk_id else {"desk": main_unit(by)}),
    )  # fmt: skip
    policies.fit(complaint, by=by)
    return complaint


@transaction.atomic
def reassess(complaint, *, by, comment="", expected_version=None, **fields):
    """Change the assessment of an open record, and its clocks where another policy fits; the old one stays in the history."""
    edit(complaint, by=by, comment=comment, expected_version=expected_version, event="reassessed", **fields)
    policies.fit(complaint, by=by)
    return complaint
