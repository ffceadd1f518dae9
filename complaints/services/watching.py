"""The clocks are looked at: told at 50, 80, 100 and 120 percent of working time, once each, late at 100 (CMP-25). Safe to
run twice, in parallel, and after a crash: a batch is one transaction, and each row says when it is looked at next.
"""

import logging
from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from complaints import clocks
from complaints.choices import Clock, ExtensionState, Part
from complaints.models import ClockAlert, ClockCheck, Cycle
from complaints.models.complaint import SUBJECT
from complaints.selectors.people import leads
from complaints.selectors.standing_in import substitutes
from complaints.services import cycles, timing
from complaints.services.people import tell
from core.batch import each
from core.models import Contribution, Event
from core.workflow import event_of, record
from core.worktime.store import calendar_for
from notifications.services import outbox

log = logging.getLogger(__name__)
BATCH = 500


def running():
    """Cycles of which a clock still runs, the most urgent first."""
    rows = Cycle.objects.running().select_related("complaint__handler", "complaint__unit", "policy")
    return rows.order_by("result_due", "pk")


# A changed calendar ----------------------------------------------------------------------------------


def of_an_older_calendar():
    """Running cycles whose due moments were computed before the calendar changed; late ones keep theirs."""
    return running().filter(calendar_version__lt=calendar_for().version, result_breached_at=None)


@transaction.atomic
def recompute(cycle):
    """New due moments by the calendar in force; a breach that happened stays one. Tells the handler when one moved."""
    if cycle.result_breached_at is not None:
        return
    before, columns = cycle.result_due, timing.moments_of(cycle, calendar_for())
    if cycle.is_paused:
        columns["paused_left"] = timing.left_of(cycle, cycle.paused_at, calendar_for())
    cycles.write(cycle, **columns)
    if cycle.result_due != before:
        payload = {"cycle": cycle.n, "before": before.isoformat(), "due": cycle.result_due.isoformat()}
        record(cycle.complaint, "due_moved", by=None, payload=payload)
        tell("due_moved", cycle.complaint, [cycle.complaint.handler], key=f"calendar:{cycle.calendar_version}")


# Recompute and compare -------------------------------------------------------------------------------


def differences():
    """(how many open cycles were looked at, where the stored due moments do not follow from their facts) (T1)."""
    found, looked_at, calendars = [], 0, {}
    rows = Cycle.objects.open().select_related("complaint").prefetch_related("pauses", "extensions")
    for cycle in rows.order_by("pk").iterator(BATCH):
        looked_at += 1
        if cycle.calendar_version not in calendars:
            calendars[cycle.calendar_version] = calendar_for(version=cycle.calendar_version)
        wanted = timing.moments_of(cycle, calendars[cycle.calendar_version], told=set())
        wanted["extended_days"] = sum(
            row.days for row in cycle.extensions.all() if row.state == ExtensionState.APPROVED
        )
        found += [
            {"cycle": cycle.pk, "number": cycle.complaint.number, "column": name,
             "stored": _said(getattr(cycle, name)), "wanted": _said(wanted[name])}
            for name in ("response_due", "result_due", "original_due", "extended_days")
            if name in wanted and wanted[name] != getattr(cycle, name)
        ]  # fmt: skip
    return looked_at, found


def _said(value):
    return timezone.localtime(value).isoformat() if isinstance(value, datetime) else value


@transaction.atomic
def check_clocks():
    """Write down what the comparison found; the leads hear of differences. Returns the ClockCheck."""
    looked_at, found = differences()
    made = ClockCheck.objects.create(looked_at=looked_at, differences=found)
    if found:
        for person in leads():
            outbox.queue("complaints.clocks_differ", to_user=person, mail=False, url="/complaints/policies/",
                         context={"n": len(found)}, dedupe_key=f"complaints.clocks_differ:{made.pk}:{person.pk}")  # fmt: skip
    return made


# Reminders -------------------------------------------------------------------------------------------


def watch_due(now=None):
    """Look at every cycle whose next moment has come, batch by batch; one that cannot be looked at stops no other."""
    now = now or timezone.now()
    done = failed = 0
    keys = list(
        Cycle.objects.running().filter(next_alert_at__lte=now).order_by("next_alert_at").values_list("pk", flat=True)
    )
    for begin in range(0, len(keys), BATCH):
        batch = keys[begin : begin + BATCH]
        try:
            watch_batch(batch, now)
            done += len(batch)
        except Exception:
            log.exception("a batch of clocks failed; its cycles are looked at one by one")
            counts = each(batch, lambda key: watch_batch([key], now))
            done, failed = done + counts["done"], failed + counts["failed"]
    return {"done": done, "failed": failed}


def watch(cycle, now=None):
    watch_batch([cycle.pk], now or timezone.now())


@transaction.atomic
def watch_batch(keys, now):
    """Store what is due of the cycles' alerts and tell people once of the highest; at 100 percent store the breach. The
    number of queries does not depend on how many cycles there are.
    """
    rows = list(
        Cycle.objects.running().filter(pk__in=keys).select_for_update(of=("self",), skip_locked=True)
        .select_related("complaint__handler").prefetch_related("pauses", "alerts").order_by("pk")
    )  # fmt: skip
    editions = {no: calendar_for(version=no) for no in {cycle.calendar_version for cycle in rows}}
    reached = [found for cycle in rows for found in _reached(cycle, now, editions[cycle.calendar_version])]
    new = [ClockAlert(cycle=cycle, clock=clock, percent=one) for cycle, clock, percents in reached for one in percents]
    ClockAlert.objects.bulk_create(new, ignore_conflicts=True)
    for clock in Clock:
        _breach([cycle for cycle, which, percents in reached if which == clock and clocks.BREACH in percents], clock)
    _tell(reached)
    Cycle.objects.bulk_update(rows, ["next_alert_at"])


def _reached(cycle, now, calendar):
    """[(cycle, clock, new percents)]; sets when the cycle is looked at next."""
    facts = timing.facts_of(cycle)
    told = {(row.clock, row.percent) for row in cycle.alerts.all()}
    found = []
    for clock in timing.running(cycle, facts, calendar):
        new = []
        for percent in clocks.PERCENTS:
            if (clock.value, percent) in told:
                continue
            at = facts.reminder(clock, percent, calendar)
            if at is None or at > now:
                break
            new.append(percent)
        if new:
            found.append((cycle, clock, new))
            told |= {(clock.value, percent) for percent in new}
    cycle.next_alert_at = timing.next_alert(cycle, facts, calendar, told=told)
    return found


def _breach(rows, clock):
    column, due = f"{clock.value}_breached_at", f"{clock.value}_due"
    rows = [cycle for cycle in rows if getattr(cycle, column) is None]
    if not rows:
        return
    keys = [cycle.pk for cycle in rows]
    Cycle.objects.filter(pk__in=keys, closed_at=None, **{column: None}).update(**{column: F(due)})
    Event.objects.bulk_create(
        event_of(cycle.complaint, f"{clock.value}_late", by=None,
                 payload={"cycle": cycle.n, "due": getattr(cycle, due).isoformat()})
        for cycle in rows
    )  # fmt: skip


def _tell(reached):
    """The handler and who stands in; from 80 percent on, or where nobody handles it, the leads; at 120 percent whoever
    manages the service. An inbox line, from the breach on a mail too.
    """
    if not reached:
        return
    circle, letters = Circle([cycle.complaint for cycle, _clock, _percents in reached]), []
    for cycle, clock, percents in reached:
        complaint, percent = cycle.complaint, max(percents)
        context = {"complaint": complaint.pk, "number": complaint.number, "title": complaint.title, "clock": clock.value,
                   "percent": percent, "due": cycle.due_of(clock).isoformat()}  # fmt: skip
        letters += [
            {"to_user": person, "url": complaint.get_absolute_url(), "context": context, "mail": percent >= clocks.BREACH,
             "dedupe_key": f"complaints.clock:{cycle.pk}:{clock.value}:{percent}:{person.pk}"}
            for person in circle.of(complaint, percent)
        ]  # fmt: skip
    outbox.queue_all("complaints.clock", letters)


class Circle:
    """Who is told of the clocks of some records, read at once for all of them."""

    def __init__(self, rows):
        self.leads = list(leads())
        self.managers = list(User.objects.with_capability("complaints.manage"))
        self.stand_ins = substitutes({row.handler_id for row in rows if row.handler_id})
        self.barred = defaultdict(set)
        barred = Contribution.objects.filter(
            subject=SUBJECT, subject_id__in=[row.pk for row in rows], part__in=Part.barred()
        )  # fmt: skip
        for key, user in barred.values_list("subject_id", "user_id"):
            self.barred[key].add(user)

    def of(self, complaint, percent):
        people = {}
        if complaint.handler_id:
            people = {one.pk: one for one in (complaint.handler, self.stand_ins.get(complaint.handler_id)) if one}
        if not people or percent > clocks.WARNINGS[0]:
            people |= {one.pk: one for one in self.leads}
        if percent >= clocks.ESCALATED:
            people |= {one.pk: one for one in self.managers}
        return [one for key, one in people.items() if key not in self.barred[complaint.pk]]
