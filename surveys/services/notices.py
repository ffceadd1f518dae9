"""Telling people concerned of the date before a survey begins (SUR-15, REM-04)."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, User
from notifications.services import outbox
from surveys.choices import WaveState
from surveys.models import AdvanceNotice, Wave


def to_tell(now=None):
    """Scheduled waves whose advance notice should be out by ``now`` and whose date nobody was told yet."""
    now = now or timezone.now()
    rows = Wave.objects.filter(
        state=WaveState.SCHEDULED, opens_at__gt=now, activity__scheme__notice_days__isnull=False
    ).select_related("activity__scheme", "activity__owner", "activity__plan__author", "owner")
    return [row for row in rows if _is_due(row, now)]


def _is_due(wave, now):
    first = wave.opens_at - timedelta(days=wave.activity.scheme.notice_days)
    return now >= first and not wave.advance_notices.filter(opens_on=timezone.localdate(wave.opens_at)).exists()


def concerned(wave):
    """Who is told: owners of wave and activity, the author of the plan, the heads of its departments, and who was added."""
    scheme, activity = wave.activity.scheme, wave.activity
    units = {scheme.organiser_id, *scheme.assisting.values_list("unit", flat=True)} - {None}
    heads = Membership.objects.current().filter(unit__in=units, is_head=True).values("user")
    named = {wave.owner_id, activity.owner_id, activity.plan.author_id, *scheme.concerned.values_list("pk", flat=True)}
    return User.objects.active().filter(pk__in=heads).union(User.objects.active().filter(pk__in=named))


@transaction.atomic
def tell(wave):
    """Tell everybody concerned of the day, once each; the list stays on record. Safe to repeat."""
    opens_on = timezone.localdate(wave.opens_at)
    context = {"wave": wave.code, "title": wave.name_zh, "title_en": wave.name_en, "opens": opens_on.isoformat(),
               "closes": timezone.localdate(wave.closes_at).isoformat()}  # fmt: skip
    people = list(concerned(wave))
    rows = [AdvanceNotice(wave=wave, user=person, opens_on=opens_on, at=timezone.now()) for person in people]
    AdvanceNotice.objects.bulk_create(rows, ignore_conflicts=True)
    for person in people:
        outbox.queue(
            "surveys.advance_notice", to_user=person, url=wave.get_absolute_url(), context=context,
            dedupe_key=f"surveys.advance_notice:{wave.pk}:{person.pk}:{opens_on}",
        )  # fmt: skip
    return len(people)
