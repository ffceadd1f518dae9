"""Telling a unit that an answer to a notice is owed, and everybody once that it is overdue (REM-10)."""

from django.db import transaction
from django.utils import timezone

from core.workflow import record
from improvements.models import RectificationNotice
from improvements.services import notices
from improvements.services.reminders import midnight_after, stage_of
from improvements.signals import notice_overdue


def notices_to_remind(now=None):
    """Notices that owe an answer and are late, or due before the end of the third day from today."""
    return (
        RectificationNotice.objects.owed().with_due().filter(due__lt=midnight_after(now))
        .select_related("unit", "executor", "issued_by").order_by("due")
    )  # fmt: skip


@transaction.atomic
def remind(notice, now=None):
    """Tell the unit; once it is late the issuer as well. A second call for the same stage does nothing."""
    now = now or timezone.now()
    due, stage = notice.current_due, stage_of(notice.current_due, now)
    is_late = stage.startswith("overdue")
    people = {*notices.answering(notice), *([notice.issued_by] if is_late else [])}
    notices.tell(
        notice, "improvements.notice_due", people, stage=f"{due.isoformat()}:{stage}", due=due.isoformat(),
        phase=stage.partition(":")[0],
    )  # fmt: skip
    if is_late:
        _mark_overdue(notice, now)


def _mark_overdue(notice, now):
    """Once in the life of a notice: the breach stays on record and upper apps hear of it."""
    marked = RectificationNotice.objects.filter(pk=notice.pk, overdue_at=None).update(overdue_at=now)
    if marked:
        notice.overdue_at = now
        record(notice, "overdue", by=None)
        notice_overdue.send(sender=RectificationNotice, notice=notice)
