"""What customers say on a theme, summed up and handed to the unit that develops product or service (CMP-44)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import subtree
from complaints.choices import FeedbackState
from complaints.models import FeedbackList
from complaints.workflows_learning import FEEDBACK
from core.workflow import InvalidTransition, edit, start
from notifications.services import outbox

EDITABLE = (FeedbackState.DRAFT,)


@transaction.atomic
def draft(*, by, complaints=(), **fields):
    row = FeedbackList(by=by, **fields)
    start(row, by=by)
    row.complaints.set(complaints)
    return row


@transaction.atomic
def change(row, *, by, complaints=None, expected_version=None, **fields):
    if row.state not in EDITABLE:
        raise InvalidTransition(_("What was handed over does not change."))
    edit(row, by=by, expected_version=expected_version, **fields)
    if complaints is not None:
        row.complaints.set(complaints)
    return row


@transaction.atomic
def hand_over(row, *, by, expected_version=None):
    """Hand it to the unit; its people are told and answer what becomes of it."""
    if not row.complaints.exists():
        raise InvalidTransition(_("A list without records is not handed over."))
    FEEDBACK.move(row, FeedbackState.HANDED, by=by, expected_version=expected_version, handed_at=timezone.now())
    people = User.objects.with_capability("complaints.see_unit").filter(memberships__unit__in=subtree(row.unit))
    _tell("feedback_handed", row, people.exclude(pk=by.pk).distinct())
    return row


@transaction.atomic
def acknowledge(row, *, by, answer, expected_version=None):
    """The unit has read it and says what becomes of it."""
    FEEDBACK.move(
        row, FeedbackState.ACKNOWLEDGED, by=by, comment=answer, expected_version=expected_version,
        acknowledged_by=by, acknowledged_at=timezone.now(), answer=answer,
    )  # fmt: skip
    _tell("feedback_acknowledged", row, [row.by])
    return row


def _tell(kind, row, users):
    for user in users:
        outbox.queue(
            f"complaints.{kind}", to_user=user, context={"title": row.title}, url=row.get_absolute_url(),
            dedupe_key=f"complaints.{kind}:{row.pk}:{user.pk}",
        )  # fmt: skip
