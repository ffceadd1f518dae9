"""Drawing up the lists of a day. Safe to run twice and in parallel: a subject is on one list of a rule, once."""

import secrets
from datetime import datetime, time

from django.db import connection, transaction
from django.utils import timezone

from core.worktime.store import calendar_for
from customers.choices import Priority
from fieldwork.choices import RuleKind
from fieldwork.models import CallList, CallRule, CallTask
from fieldwork.selectors import candidates
from fieldwork.selectors.candidates import ENOUGH

SETTINGS = (
    "kind", "service_kinds", "tiers", "due_kind", "rates", "months", "lead_days", "every_days", "look_back_days", "most",
)  # fmt: skip
OPENING = time(9)  # when the calls of a list may begin


def rules_due(day=None):
    """Rules in use that draw up a list on ``day`` (today)."""
    day = day or timezone.localdate()
    rows = CallRule.objects.active().filter(starts_on__lte=day).select_related("unit")
    return rows if calendar_for().is_working_day(day) else rows.filter(working_days_only=False)


@transaction.atomic
def make(rule, day=None):
    """Draw up the list of ``rule`` for ``day`` (today), or one more part where more customers are found now.

    Returns the CallList, or None when the day has one and nothing is new.
    """
    day = day or timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM fieldwork_callrule WHERE id = %s FOR NO KEY UPDATE", [rule.pk])
    found = candidates.found_by(rule, day)
    rows, skipped = candidates.reachable(rule, found)
    rows, seed, frame = _drawn(rule, rows, day)
    rows, more = _most(rule, rows, day)
    earlier = rule.lists.filter(day=day).count()
    if earlier and not rows:
        return None
    made = CallList.objects.create(
        rule=rule, day=day, part=earlier + 1, seed=seed, frame=frame, settings={name: getattr(rule, name) for name in SETTINGS},
        found_n=len(found), drawn_n=len(rows), skipped=[*skipped, *([row.customer_id, ENOUGH] for row in more)],
    )  # fmt: skip
    CallTask.objects.bulk_create([_task(made, row) for row in rows], batch_size=1000)
    return made


def _drawn(rule, rows, day):
    """Spot checks draw; every other rule calls everybody it found."""
    if rule.kind != RuleKind.SAMPLE:
        return rows, None, {}
    seed = secrets.randbits(48)
    chosen, frame = candidates.spot_checks(rule, rows, day, seed)
    return chosen, seed, frame


def _most(rule, rows, day):
    """(those for whom there is room today, the others); the others are found again tomorrow."""
    if rule.most is None:
        return rows, []
    room = max(0, rule.most - CallTask.objects.filter(rule=rule, list__day=day).count())
    return rows[:room], rows[room:]


def _task(made, row):
    first = timezone.make_aware(datetime.combine(made.day, OPENING))
    return CallTask(
        list=made, rule=made.rule, subject_key=row.subject_key, customer_id=row.customer_id, contact_id=row.contact_id,
        service_record=row.service_record, service_due=row.service_due, invitation=row.invitation,
        source_entry=row.source_entry, next_at=first,
        priority=row.priority if row.priority in Priority.values else "",
    )  # fmt: skip
