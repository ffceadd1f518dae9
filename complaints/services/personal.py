"""The complainant's data: seen in full only with a reason, files, forgetting (SEC-05)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Source
from complaints.services import mails
from core import attachments
from core.workflow import InvalidTransition, record

FIELDS = ("name", "phone", "email")


@transaction.atomic
def reveal(complaint, *, by, reason):
    """Name, phone and mail in full as {field: text}; who saw them and why is written down.

    Raises InvalidTransition without a reason.
    """
    if not reason.strip():
        raise InvalidTransition(_("Please give a reason."))
    record(complaint, "revealed", by=by, comment=reason, payload={"fields": list(FIELDS)})
    return {name: getattr(complaint.complainant, name) for name in FIELDS if getattr(complaint.complainant, name)}


@transaction.atomic
def erase(complaint, *, by=None):
    """Forget who said it; what was said and every figure stay. Safe to repeat."""
    person = complaint.complainant
    if person.erased_at:
        return
    index = person.email_index
    person.name = person.phone = person.email = ""
    person.consent, person.consent_at, person.erased_at = False, None, timezone.now()
    person.save()
    Source.objects.filter(pk=complaint.pk).update(account="")
    mails.forget(complaint, sender_index=index)
    record(complaint, "erased", by=by)


@transaction.atomic
def add_files(complaint, *, by, files, comment=""):
    """Papers that belong to it. Raises ValidationError for a file that is not taken."""
    rows = attachments.add_all(complaint, files, by=by)
    record(complaint, "files_added", by=by, comment=comment, payload={"files": [row.name for row in rows]})
    return rows
