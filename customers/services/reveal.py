"""Personal data in full, each time with a reason and an event (SEC-05)."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.crypto import EncryptedTextField
from core.workflow import InvalidTransition, record


@transaction.atomic
def show(row, *, by, reason):
    """The personal data of a contact person, interaction or customer in full, as {field: text}.

    Raises InvalidTransition without a reason.
    """
    if not reason.strip():
        raise InvalidTransition(_("Please give a reason."))
    names = [name for name in ("name", "caller", "phone", "number", "email", "address") if name in _encrypted(row)]
    record(row, "revealed", by=by, comment=reason, payload={"fields": names})
    return {name: getattr(row, name) for name in names if getattr(row, name)}


@transaction.atomic
def record_export(user, *, what, rows, reason):
    """``user`` takes personal data of ``rows`` rows out of the portal; written into the person's own history."""
    if not reason.strip():
        raise InvalidTransition(_("Please give a reason."))
    return record(user, "exported_personal", by=user, comment=reason, payload={"what": what, "rows": rows})


def _encrypted(row):
    return {field.name for field in row._meta.concrete_fields if isinstance(field, EncryptedTextField)}
