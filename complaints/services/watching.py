"""The clocks are looked at: warned at 50 and 80 percent, breached at 100, once each (CMP-25). Safe to run twice."""

from django.db import transaction
from django.utils import timezone

from complaints import clocks
from complaints.choices import Clock
from complaints.models import ClockAlert, Cycle
from complaints.selectors.people import leads
from complaints.services import cycles
from complaints.services.people import tell
from core.workflow import record
from core.worktime import reminder_at
from core.worktime.store import calendar_for
from notifications.services import outbox

PERCENTS = (*clocks.WARNINGS, clocks.BREACH)


def running():
    """Cycles of which a clock still runs, the most urgent first."""
    rows = Cycle.objects.running().select_related("complaint__handler", "complaint__unit")
    return rows.order_by("result_due", "pk")


def of_an_older_calendar():
    """Running cycles whose due moments were computed before the calendar changed."""
    return running().filter(calendar_version__lt=calendar_for().version)


@transaction.atomic
def recompute(cycle):
    """New due moments by the calendar in force; a breach that happened stays one. Tells the handler when one moved."""
    calendar = calendar_for()
    found = clocks.dues(cycle.started_at, cycle.response_hours, cycle.result_days, calendar)
    moved = found.result != cycle.result_due and cycle.result_breached_at is None
    due = found.result if cycle.result_breached_at is None else cycle.result_due
    before = cycle.result_due
    cycles.write(cycle, result_due=due, calendar_version=found.calendar_version)
    if moved:
        payload = {"cycle": cycle.n, "before": before.isoformat(), "due": due.isoformat()}
        record(cycle.complaint, "due_moved", by=None, payload=payload)
        tell("due_moved", cycle.complaint, [cycle.complaint.handler], key=f"calendar:{found.calendar_version}")


def drifted():
    """Open cycles whose stored due moments do not follow from start, limits and edition of the calendar (T1); none."""
    found = []
    for cycle in Cycle.objects.open().filter(result_breached_at=None):
        calendar = calendar_for(version=cycle.calendar_version)
        wanted = clocks.dues(cycle.started_at, cycle.response_hours, cycle.result_days, calendar)
        if (wanted.response, wanted.result) != (cycle.response_due, cycle.result_due):
            found.append(cycle)
    return found


@transaction.atomic
def watch(cycle, now=None):
    """Store what is due of the cycle's alerts and tell people once of the highest; at 100 percent store the breach."""
    now = now or timezone.now()
    cycle = Cycle.objects.select_for_update(of=("self",)).select_related("complaint__handler").get(pk=cycle.pk)
    calendar = calendar_for(version=cycle.calendar_version)
    for clock in Clock:
        if _stands(cycle, clock):
            continue
        reached = [percent for percent in PERCENTS if _at(cycle, clock, percent, calendar) <= now]
        if reached:
            _alert(cycle, clock, reached)


def _stands(cycle, clock):
    return not cycle.is_open or cycle.due_of(clock) is None or cycle.stopped_at(clock) is not None


def _at(cycle, clock, percent, calendar):
    if percent >= clocks.BREACH:
        return cycle.due_of(clock)
    return reminder_at(calendar, cycle.limit_of(clock), cycle.started_at, percent)


def _alert(cycle, clock, reached):
    told = set(cycle.alerts.filter(clock=clock).values_list("percent", flat=True))
    new = [percent for percent in reached if percent not in told]
    if not new:
        return
    ClockAlert.objects.bulk_create(
        [ClockAlert(cycle=cycle, clock=clock, percent=percent) for percent in new], ignore_conflicts=True
    )  # fmt: skip
    if clocks.BREACH in new:
        cycles.breach(cycle, clock)
    _tell(cycle, clock, max(new))


def _tell(cycle, clock, percent):
    """The handler, and from 80 percent on or where nobody handles it the leads: an inbox line, of a breach a mail too."""
    complaint = cycle.complaint
    people = {complaint.handler} if complaint.handler_id else set()
    if not people or percent > clocks.WARNINGS[0]:
        people |= set(leads(complaint))
    for person in people:
        outbox.queue(
            "complaints.clock", to_user=person, url=complaint.get_absolute_url(), mail=percent >= clocks.BREACH,
            context={"complaint": complaint.pk, "number": complaint.number, "title": complaint.title, "clock": clock.value,
                     "percent": percent, "due": cycle.due_of(clock).isoformat()},
            dedupe_key=f"complaints.clock:{cycle.pk}:{clock.value}:{percent}:{person.pk}",
        )  # fmt: skip
