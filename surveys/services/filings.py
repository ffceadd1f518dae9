"""Putting an approved plan on file with the next-higher department (SUR-07)."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import attachments
from core.workflow import start
from surveys.choices import FilingState
from surveys.models import Filing
from surveys.selectors import approval
from surveys.services import routes
from surveys.workflows import FILING


@transaction.atomic
def owe(plan):
    """The filing of the version just approved; what was not filed of an older one is not needed any more.

    At the top of the company there is nobody to file with: not needed, until somebody says otherwise.
    """
    for old in plan.filings.due():
        FILING.move(old, FilingState.NOT_NEEDED, by=None, comment=_("Replaced by a newer revision."), filed_on=None, reference="")  # fmt: skip
    unit, today = approval.next_higher(plan.unit), timezone.localdate()
    filing = Filing(
        plan=plan, revision_no=plan.revision_no, unit=unit, due_on=today + timedelta(days=routes.filing_days(plan)),
        state=FilingState.OWED if unit else FilingState.NOT_NEEDED,
    )  # fmt: skip
    return start(filing, by=None)


@transaction.atomic
def put_on_file(filing, *, by, filed_on, reference, files=(), comment="", expected_version=None):
    """It lies with the department since ``filed_on`` under ``reference``, with its papers."""
    FILING.move(
        filing, FilingState.FILED, by=by, comment=comment, expected_version=expected_version, filed_on=filed_on, reference=reference
    )  # fmt: skip
    attachments.add_all(filing, files, by=by)
    return filing


@transaction.atomic
def note_return(filing, *, by, reason, expected_version=None):
    """The department gave it back."""
    FILING.move(filing, FilingState.RETURNED, by=by, comment=reason, expected_version=expected_version)
    return filing


@transaction.atomic
def waive(filing, *, by, reason, expected_version=None):
    """It need not be filed after all."""
    FILING.move(filing, FilingState.NOT_NEEDED, by=by, comment=reason, expected_version=expected_version, filed_on=None, reference="")  # fmt: skip
    return filing


@transaction.atomic
def ask_for(filing, *, by, reason, expected_version=None):
    """It must be filed after all."""
    FILING.move(filing, FilingState.OWED, by=by, comment=reason, expected_version=expected_version)
    return filing
