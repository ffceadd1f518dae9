"""Who should be called, by the kind of a rule: one function each, a handful of queries, nothing written."""

import random
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, DateTimeField, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.selectors import subtree
from core import periods
from core.choices import PeriodKind
from customers.choices import Audience, Priority, ServiceKind
from customers.models import ContactHold, ContactPerson, Customer, Interaction, ServiceDue, ServiceRecord
from fieldwork.choices import CallResult, Ledger, RuleKind, TaskState
from fieldwork.models import CallTask, SourceEntry
from surveys.choices import InvitationState, WaveState
from surveys.models import Invitation

HELD, NO_PHONE, ENOUGH = "held", "no_phone", "enough"


@dataclass
class Candidate:
    """A customer to be called about one thing; ``contact`` is filled in by ``reachable``."""

    subject_key: str
    customer_id: int
    contact_id: int | None = None
    service_record: ServiceRecord | None = None
    service_due: ServiceDue | None = None
    invitation: Invitation | None = None
    source_entry: SourceEntry | None = None
    priority: str = ""


def found_by(rule, day):
    """Candidates of ``rule`` on ``day`` that are on none of its lists yet, the most pressing first."""
    rows = FINDERS[RuleKind(rule.kind)](rule, day)
    known = set(
        CallTask.objects.filter(rule=rule, subject_key__in=[row.subject_key for row in rows]).values_list(
            "subject_key", flat=True
        )
    )
    return [row for row in rows if row.subject_key not in known]


def _of_unit(rows, rule, path):
    return rows.filter(**{f"{path}__in": subtree(rule.unit)}) if rule.unit_id else rows


def _settled(rule, first, last):
    """Service records settled from ``first`` to ``last``; one that is never closed is settled on its day."""
    rows = ServiceRecord.objects.annotate(settled_on=Coalesce("closed_on", "happened_on"))
    rows = rows.filter(settled_on__range=(max(first, rule.starts_on - timedelta(days=1)), last))
    if rule.service_kinds:
        rows = rows.filter(kind__in=rule.service_kinds)
    return _of_unit(rows, rule, "unit").select_related("contact").order_by("settled_on", "pk")


def _of_record(row):
    return Candidate(f"service:{row.pk}", row.customer_id, row.contact_id, service_record=row, priority=row.priority)


def after_service(rule, day):
    """Everybody whose service was settled up to yesterday: a census (TEL-05, SMP-07)."""
    rows = _settled(rule, day - timedelta(days=rule.look_back_days), day - timedelta(days=1))
    return [_of_record(row) for row in rows]


def quarters(rule, day):
    """[(first, last day)] of the quarters whose cases are drawn on ``day``: its own, and for some days the one before it.

    What closed on a quarter's last days, or was not reached then, is still called (as long as the rule looks back).
    """
    now = periods.of(PeriodKind.QUARTER, day)
    before = periods.of(PeriodKind.QUARTER, now.starts_on - timedelta(days=1))
    found = [(now.starts_on, now.ends_on)]
    return ([(before.starts_on, before.ends_on)] if (day - before.ends_on).days <= rule.look_back_days else []) + found


def closed_cases(rule, quarter, day):
    """Cases with a priority that were closed in ``quarter`` (first, last day) up to the day before ``day``."""
    first, last = quarter
    rows = _settled(rule, first, min(last, day - timedelta(days=1)))
    return rows.filter(kind=ServiceKind.CASE).exclude(closed_on=None)


def sample(rule, day):
    """Every closed case of the quarters that is not on a list; which of them are called, ``spot_checks`` decides."""
    return [_of_record(row) for quarter in quarters(rule, day) for row in closed_cases(rule, quarter, day)]


def lapsed(rule, day):
    """Customers whose last service lies so many months back, since the rule began (SMP-08)."""
    customers = _of_unit(Customer.objects.active().filter(kind=Audience.CUSTOMER), rule, "unit")
    rows = customers.annotate(last_on=Max("service_records__happened_on")).filter(
        last_on__lte=periods.months_before(day, rule.months),
        last_on__gt=periods.months_before(rule.starts_on, rule.months) - timedelta(days=1),
    )
    rows = rows.order_by("last_on", "pk").values_list("pk", "last_on")
    return [Candidate(f"lapsed:{pk}:{last_on}", pk) for pk, last_on in rows]


def due(rule, day):
    """What falls due within the days beforehand (TEL-06, REM-08)."""
    rows = ServiceDue.objects.pending().filter(due_on__range=(day, day + timedelta(days=rule.lead_days)))
    if rule.due_kind:
        rows = rows.filter(kind=rule.due_kind)
    rows = _of_unit(rows, rule, "customer__unit").filter(customer__is_active=True)
    return [Candidate(f"due:{row.pk}", row.customer_id, row.contact_id, service_due=row) for row in rows]


def regular(rule, day):
    """Customers with whom nobody has been in contact for so many days, the longest silence first (TEL-12, 13)."""
    customers = _of_unit(Customer.objects.active().filter(kind=Audience.CUSTOMER), rule, "unit")
    if rule.tiers:
        customers = customers.filter(tier__in=rule.tiers)
    talks = Interaction.objects.filter(Q(call_attempt=None) | Q(call_attempt__result=CallResult.REACHED))
    talks = talks.filter(customer=OuterRef("pk")).order_by("-started_at").values("started_at")[:1]
    since = day - timedelta(days=rule.every_days)
    listed = CallTask.objects.filter(rule=rule, list__day__gt=since).values("customer")
    rows = customers.annotate(last_at=Subquery(talks, output_field=DateTimeField())).exclude(pk__in=listed)
    rows = (
        rows.filter(Q(last_at=None) | Q(last_at__date__lte=since))
        .order_by(F("last_at").asc(nulls_first=True), "pk")
        .values_list("pk", flat=True)
    )
    return [Candidate(f"regular:{pk}:{day}", pk) for pk in rows]


def survey(rule, day):
    """People invited to the wave of the rule who had time enough and have not answered (TEL-01)."""
    rows = Invitation.objects.filter(
        wave=rule.wave,
        wave__state=WaveState.OPEN,
        wave__is_anonymous=False,
        contact__isnull=False,
        state__in=InvitationState.answerable(),
    )
    rows = rows.exclude(sent_at__date__gt=day - timedelta(days=rule.lead_days)).order_by("pk")
    return [Candidate(f"invitation:{row.pk}", row.customer_id, row.contact_id, invitation=row) for row in rows]


def source(rule, day):
    """Lines of imported lists up to ``day``."""
    rows = SourceEntry.objects.filter(rule=rule, day__range=(day - timedelta(days=rule.look_back_days), day))
    numbers = {row.number: row for row in rows}
    records = {record.number: record for record in ServiceRecord.objects.filter(number__in=numbers)}
    return [_of_entry(row, records.get(row.number)) for row in rows]


def _of_entry(row, record):
    """A line with its service record, where that is the same customer's."""
    found = Candidate(f"source:{row.number}", row.customer_id, source_entry=row)
    if record is not None and record.customer_id == row.customer_id:
        found.service_record, found.contact_id, found.priority = record, record.contact_id, record.priority
    return found


FINDERS = {
    RuleKind.AFTER_SERVICE: after_service,
    RuleKind.SAMPLE: sample,
    RuleKind.LAPSED: lapsed,
    RuleKind.DUE: due,
    RuleKind.REGULAR: regular,
    RuleKind.SURVEY: survey,
    RuleKind.SOURCE: source,
}


def reachable(rule, rows):
    """(rows with a contact person to be called, [[customer id, why not], …]); reminders heed no survey holds."""
    people = _people(rule, {row.customer_id for row in rows})
    kept, skipped = [], []
    for row in rows:
        mine = people.get(row.customer_id, [])
        named = [person for person in mine if person.pk == row.contact_id]
        offered = named if row.invitation else named or mine  # an answer belongs to who was invited
        free = [person for person in offered if not person.is_held]
        if not free:
            skipped.append([row.customer_id, HELD if offered else NO_PHONE])
            continue
        row.contact_id = free[0].pk
        kept.append(row)
    return kept, skipped


def _people(rule, customers):
    """{customer id: contact persons with a phone, the first contact first}, each with ``is_held``."""
    rows = ContactPerson.objects.present().filter(customer__in=customers).exclude(phone_index="")
    rows = list(rows.order_by("-is_primary", "pk").only("pk", "customer", "opted_out_at"))
    held = set() if rule.ledger == Ledger.REMINDER else _held([row.pk for row in rows])
    found = {}
    for row in rows:
        row.is_held = row.pk in held
        found.setdefault(row.customer_id, []).append(row)
    return found


def _held(contacts):
    """Ids of those who opted out or whom a hold protects; consent to surveys by mail is not asked for here."""
    held = ContactPerson.objects.filter(pk__in=contacts)
    out = set(held.exclude(opted_out_at=None).values_list("pk", flat=True))
    holds = ContactHold.objects.current()
    customers = holds.filter(contact=None).values("customer")
    out |= set(held.filter(customer__in=customers).values_list("pk", flat=True))
    return out | set(holds.filter(contact__in=contacts).values_list("contact", flat=True))


def to_call(rate, closed):
    """How many of ``closed`` cases are called at ``rate`` per cent: the next whole number (SMP-04).

    >>> [to_call(*pair) for pair in ((80, 7), (50, 10), (20, 11), (5, 21))]
    [6, 5, 3, 2]
    """
    return -(-int(rate) * closed // 100)


def spot_checks(rule, rows, day, seed):
    """(those drawn, the frame of the draw): of each priority as many as its rate still lacks, at random (SMP-04, 05).

    A case nobody reached does not count as called: another one takes its place. The frame is
    {priority, with its quarter where that is over: {"closed", "target", "called", "drawn", "ids"}}.
    """
    rng = random.Random(seed)  # noqa: S311 (a repeatable draw)
    chosen, frame = [], {}
    for quarter in quarters(rule, day):
        first, last = quarter
        closed, called = counts(rule, quarter, day)
        ended = f" {first:%Y-%m}–{last:%m}" if last < day else ""
        for priority in Priority.values:
            pool = {
                row.service_record.pk: row for row in rows
                if row.priority == priority and first <= row.service_record.closed_on <= last
            }  # fmt: skip
            target = to_call(rule.rates.get(priority, 0), closed[priority])
            n, ids = min(max(0, target - called[priority]), len(pool)), sorted(pool)
            frame[priority + ended] = {
                "closed": closed[priority], "target": target, "called": called[priority], "drawn": n, "ids": ids,
            }  # fmt: skip
            chosen += [pool[pk] for pk in sorted(rng.sample(ids, n))]
    return chosen, frame


def counts(rule, quarter, day):
    """({priority: closed cases of the quarter}, {priority: those of them that are called or waiting to be})."""
    going = (*TaskState.pending(), TaskState.REACHED)
    tasks = CallTask.objects.filter(rule=rule, state__in=going, service_record__closed_on__range=quarter)
    return _by_priority(closed_cases(rule, quarter, day)), _by_priority(tasks)


def _by_priority(rows):
    found = dict(rows.order_by().values_list("priority").annotate(n=Count("pk")))
    return {priority: found.get(priority, 0) for priority in Priority.values}
