"""Telling people what they owe: before the day, on the day, and every week after it (REM-10)."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from improvements.models import Measure
from notifications.services import outbox

DAYS_BEFORE = 3
EVERY_DAYS = 7  # how often a measure is called overdue


def measures_to_remind(now=None):
    """Measures that are late, or due before the end of the third day from today."""
    return (
        Measure.objects.owed().with_due().filter(due__lt=midnight_after(now))
        .select_related("case", "owner", "unit").order_by("due")
    )  # fmt: skip


def remind(measure, now=None):
    """Tell the owner; once it is late, the head of the unit as well. A second call for the same stage does nothing."""
    now = now or timezone.now()
    stage = stage_of(measure.due_at, now)
    people = [measure.owner]
    if stage.startswith("overdue") or not measure.owner.is_active:
        people.append(measure.unit.head)
    for person in {person for person in people if person is not None and person.is_active}:
        outbox.queue(
            "improvements.measure_due", to_user=person, url=measure.get_absolute_url(),
            context={"measure": measure.pk, "due": measure.due_at.isoformat(), "stage": stage.partition(":")[0]},
            dedupe_key=f"measure-due:{measure.pk}:{measure.due_at.isoformat()}:{stage}:{person.pk}",
        )  # fmt: skip


def midnight_after(now=None):
    """The end of the third day from today: what is due before it is reminded of."""
    day = timezone.localdate(now) + timedelta(days=DAYS_BEFORE + 1)
    return timezone.make_aware(datetime.combine(day, time.min))


def stage_of(due, now):
    """soon, today, or overdue with the number of the week."""
    if due < now:
        return f"overdue:{(now - due).days // EVERY_DAYS}"
    return "today" if timezone.localdate(due) == timezone.localdate(now) else "soon"
