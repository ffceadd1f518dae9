"""Telling people what they owe, once per follow-up and day."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from customers.models import FollowUp
from notifications.services import outbox


def follow_ups_to_remind(now=None):
    """Pending follow-ups that are late or due before the end of today."""
    today = timezone.localdate(now)
    midnight = timezone.make_aware(datetime.combine(today + timedelta(days=1), time.min))
    return FollowUp.objects.due_before(midnight).select_related("owner", "unit").order_by("due_at")


def remind(follow_up, now=None):
    """Tell the owner; nobody took it, or the owner has left: tell the head of the unit. A second call on the same day does nothing."""
    has_owner = follow_up.owner_id and follow_up.owner.is_active
    person = follow_up.owner if has_owner else follow_up.unit and follow_up.unit.head
    if person is None or not person.is_active:
        return
    now = now or timezone.now()
    outbox.queue(
        "customers.follow_up_due", to_user=person, mail=False, url=follow_up.get_absolute_url(),
        context={"title": follow_up.title, "title_en": follow_up.title_en, "due": follow_up.due_at.isoformat(),
                 "overdue": follow_up.due_at < now},
        dedupe_key=f"follow-up-due:{follow_up.pk}:{timezone.localdate(now)}",
    )  # fmt: skip
