"""Other due dates for objective reasons: asked for, decided by somebody else; the original date stays (IMP-06, S3)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.workflow import InvalidTransition, contribute, start
from core.workflow import edit as edit_row
from improvements.choices import ExtensionState, MeasureState
from improvements.models import ExtensionRequest
from improvements.services.measures import tell
from improvements.workflows import EXTENSION


@transaction.atomic
def request(measure, *, by, new_due, reason):
    """Ask for a later due moment before the present one has passed. Tells those who decide. Returns the request."""
    if measure.state not in MeasureState.pending():
        raise InvalidTransition(_("The measure is not being carried out."))
    if measure.due_at <= timezone.now():
        raise InvalidTransition(_("The due date has passed; an extension is asked for before."))
    if new_due <= measure.due_at:
        raise InvalidTransition(_("The new date must be later than the present one."))
    if measure.extensions.waiting().exists():
        raise InvalidTransition(_("An extension has been asked for already and waits for its decision."))
    extension = ExtensionRequest(
        measure=measure, old_due=measure.due_at, new_due=new_due, reason=reason, requested_by=by
    )
    start(extension, by=by, comment=reason)
    contribute(measure, by, "asked")
    for person in User.objects.with_capability("improvements.approve_extension"):
        tell(measure, person, "improvements.extension_asked", by=by)
    return extension


@transaction.atomic
def approve(extension, *, by, comment="", expected_version=None):
    """The due moment moves, the original one stays. Tells the owner."""
    measure = extension.measure
    if measure.state not in MeasureState.pending():
        raise InvalidTransition(_("The measure is not being carried out."))
    _decide(extension, ExtensionState.APPROVED, by, comment, expected_version)
    field = "redo_due" if measure.redo_due else "current_due"
    days = " → ".join(f"{timezone.localdate(due):%Y-%m-%d}" for due in (extension.old_due, extension.new_due))
    edit_row(measure, by=by, event="due_moved", comment=days, **{field: extension.new_due})
    _tell_owner(extension, by)
    return extension


@transaction.atomic
def refuse(extension, *, by, reason, expected_version=None):
    """The due moment stays, and why. Tells the owner."""
    _decide(extension, ExtensionState.REFUSED, by, reason, expected_version)
    _tell_owner(extension, by)
    return extension


def _decide(extension, to, by, comment, expected_version):
    if by.pk == extension.requested_by_id:
        raise InvalidTransition(_("Whoever asked for the extension does not decide it."))
    EXTENSION.move(
        extension, to, by=by, comment=comment, expected_version=expected_version, decided_by=by,
        decided_at=timezone.now(), decision=comment,
    )  # fmt: skip


def _tell_owner(extension, by):
    tell(extension.measure, extension.measure.owner, "improvements.extension_decided", by=by, extension=extension.pk)
