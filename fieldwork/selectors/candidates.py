"""Who should be called, by the kind of a rule: one function each, a handful of queries, nothing written."""

import random
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import DateTimeField, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.selectors import subtree
from core import periods
from core.choices import PeriodKind
from customers.choices import Audience, Priority, ServiceKind
from customers.models import ContactHold, ContactPerson, Customer, Interaction, ServiceDue, ServiceRecord
from fieldwork.choices import Ledger, RuleKind, TaskState
from fieldwork.models import CallTask, SourceEntry
from surveys.choices import InvitationState
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


def closed_cases(rule, day):
    """Cases with a priority that were closed from the beginning of the quarter of ``day`` to the day before."""
    first = periods.of(PeriodKind.QUARTER, day).starts_on
    return _settled(rule, first, day - timedelta(days=1)).filter(kind=ServiceKind.CASE).exclude(closed_on=None)


def sample(rule, day):
    """Every closed case of the quarter that is not on a list; which of them are called, ``spot_checks`` decides."""
    return [_of_record(row) for row in closed_cases(rule, day)]


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
    talks = Interaction.objects.filter(customer=OuterRef("pk")).order_by("-started_at").values("started_at")[:1]
    since = day - timedelta(days=rule.every_days)
    listed = CallTask.objects.filter(rule=rule, list__day__gt=since).values("customer")
    rows = customers.annotate(last_at=Subquery(talks, output_field=DateTimeField())).exclude(pk__in=listed)
    rows = (
        rows.filter(Q(last_at=None) | Q(last_at__date__lte=since))
        .order_by("last_at", "pk")
        .values_list("pk", flat=True)
    )
    return [Candidate(f"regular:{pk}:{day}", pk) for pk in rows]


def survey(rule, day):
    """People invited to the wave of the rule who had time enough and have not answered (TEL-01)."""
    rows = Invitation.objects.filter(
        wave=rule.wave, wave__is_anonymous=False, contact__isnull=False, state__in=InvitationState.answerable()
    )
    rows = rows.exclude(sent_at__date__gt=day - timedelta(days=rule.lead_days)).order_by("pk")
    return [Candidate(f"invitation:{row.pk}", row.customer_id, row.contact_id, invitation=row) for row in rows]


def source(rule, day):
    """Lines of imported lists up to ``day``."""
    rows = SourceEntry.objects.filter(rule=rule, day__range=(day - timedelta(days=rule.look_back_days), day))
    numbers = {row.number: row for row in rows}
    records = {record.number: record for record in ServiceRecord.objects.filter(number__in=numbers)}
    return [
        Candidate(f"source:{row.number}", row.customer_id, service_record=records.get(row.number), source_entry=row)
        for row in rows
    ]  # fmt: skip


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
        free = [person for person in named or mine if not person.is_held]
        if not mine or not free:
            skipped.append([row.customer_id, HELD if mine else NO_PHONE])
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

    A case nobody reached does not count as called: another one takes its place.
    """
    closed, called = counts(rule, day)
    rng = random.Random(seed)  # noqa: S311 (a repeatable draw)
    chosen, frame = [], {}
    for priority in Priority.values:
        pool = {row.service_record.pk: row for row in rows if row.priority == priority}
        target = to_call(rule.rates.get(priority, 0), closed[priority])
        n = min(max(0, target - called[priority]), len(pool))
        ids = sorted(pool)
        drawn = sorted(rng.sample(ids, n))
        frame[priority] = {
            "closed": closed[priority],
            "target": target,
            "called": called[priority],
            "drawn": n,
            "ids": ids,
        }
        chosen += [pool[pk] for pk in drawn]
    return chosen, frame


def counts(rule, day):
    """({priority: closed cases of the quarter}, {priority: those of them that are called or waiting to be})."""
    closed, called = dict.fromkeys(Priority.values, 0), dict.fromkeys(Priority.values, 0)
    for priority in closed_cases(rule, day).values_list("priority", flat=True):
        closed[priority] += 1
    going = (*TaskState.pending(), TaskState.REACHED)
    first = periods.of(PeriodKind.QUARTER, day).starts_on
    tasks = CallTask.objects.filter(rule=rule, state__in=going, service_record__closed_on__gte=first)
    for priority in tasks.values_list("priority", flat=True):
        if priority:
            called[priority] += 1
    return closed, called
