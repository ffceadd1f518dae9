"""Policies of the clocks: a change is a new version, and a cycle keeps the one it began with until its record is assessed."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints import clocks
from complaints.choices import Clock
from complaints.models import ClockPolicy, PauseReason
from complaints.selectors import policies
from complaints.services import cycles, timing
from complaints.services.people import tell
from core.workflow import InvalidTransition, record
from core.worktime.store import calendar_for

SCOPE = ("kind", "channel", "category", "severity")
ALWAYS = date(2000, 1, 1)
REASONS = (  # code, Chinese, English, at once, ends when the customer answers
    ("customer", "等待客户补充材料或确认", "The customer is to send or confirm something", True, True),
    ("customer_wish", "客户要求暂缓处理", "The customer asked to wait", False, True),
    ("third_party", "等待供应商或合作方答复", "A supplier or partner is to answer", False, False),
    ("expert", "等待检测、鉴定或专家意见", "A test or an expert's opinion is to come", False, False),
    ("authority", "等待监管部门或司法机关处理结果", "An authority or court is to decide", False, False),
)


def add(*, by, effective_from, **fields):
    """The next version of a scope, in force from a day that has not passed. Returns the ClockPolicy."""
    if effective_from < timezone.localdate():
        raise InvalidTransition(_("A version begins today or later: what was promised stays promised."))
    scope = {name: fields.get(name, "") for name in SCOPE}
    if not fields.get("is_active", True) and not any(list(scope.values())[1:]):
        raise InvalidTransition(_("The general policy of a kind is changed, not ended."))
    last = ClockPolicy.objects.filter(**scope).order_by("-no").first()
    try:
        with transaction.atomic():
            return ClockPolicy.objects.create(
                **fields, effective_from=effective_from, no=last.no + 1 if last else 1, by=by
            )
    except IntegrityError:
        raise InvalidTransition(_("Somebody added a version at the same time. Please look at it first."))


@transaction.atomic
def add_reason(*, by, name_zh, name_en, is_automatic=False, ends_on_reply=False):
    """One more reason for pauses."""
    made = PauseReason.objects.create(
        code=f"own-{PauseReason.objects.count() + 1}", name_zh=name_zh, name_en=name_en, is_automatic=is_automatic,
        ends_on_reply=ends_on_reply,
    )  # fmt: skip
    record(made, "created", by=by)
    return made


@transaction.atomic
def set_reason(reason, *, by, is_active):
    """Take a reason off the list, or put it back; pauses keep theirs."""
    reason.is_active = is_active
    reason.save(update_fields=["is_active"])
    record(reason, "edited", by=by, payload={"changes": {"is_active": [not is_active, is_active]}})


@transaction.atomic
def fit(complaint, *, by):
    """After an assessment: the policy that fits best, as it was when the cycle began, counts from the cycle's start. Pauses
    and extensions stay. What a change makes late is late from now on, and its handler gets a little working time.
    """
    cycle, now = complaint.cycle, timezone.now()
    policy = policies.policy_of(complaint, cycle.started_at)
    if not cycle.is_open or cycle.replied_at or policy is None or policy.pk == cycle.policy_id:
        return
    before = {clock: cycle.due_of(clock) for clock in Clock}
    calendar = calendar_for(version=cycle.calendar_version)
    columns = timing.apply_terms(cycle, policy, complaint.kind)
    late = []
    for clock in Clock:
        due = timing.facts_of(cycle).due(clock, calendar)
        was = before[clock]
        if due is not None and due <= now and (was is None or was > now) and cycle.stopped_at(clock) is None:
            late.append(clock)
            columns[f"{clock.value}_floor"] = calendar.add(now, policy.grace_minutes)
            setattr(cycle, f"{clock.value}_floor", columns[f"{clock.value}_floor"])
    columns |= timing.moments_of(cycle)
    if cycle.is_paused:
        columns["paused_left"] = timing.left_of(cycle, cycle.paused_at)
    if not cycle.progress_due:
        columns["progress_due"] = timing.progress_due(cycle, cycle.started_at)
    cycles.write(cycle, **columns)
    for clock in late:
        cycles.breach(cycle, clock, since=now, by_change=True)
    if cycle.result_due != before[Clock.RESULT] or late:
        record(complaint, "policy_fitted", by=by, payload={"cycle": cycle.n, "policy": policy.pk})
        tell("due_moved_by_policy", complaint, [complaint.handler], by=by, key=f"policy:{cycle.pk}:{policy.pk}")


def ensure_shipped(using="default"):
    """The first version of each kind and the usual reasons of pauses. Safe to repeat."""
    rows = ClockPolicy.objects.using(using)
    for kind, terms in clocks.SHIPPED.items():
        if not rows.filter(kind=kind.value, channel="", category="", severity="").exists():
            rows.create(
                kind=kind.value, no=1, effective_from=ALWAYS, result_amount=terms.result.amount,
                response_amount=terms.response and terms.response.amount, progress_days=terms.progress_days,
            )  # fmt: skip
    reasons = PauseReason.objects.using(using)
    if not reasons.exists():
        reasons.bulk_create(
            PauseReason(
                code=code, name_zh=zh, name_en=en, is_automatic=at_once, ends_on_reply=ends, position=10 * position
            )
            for position, (code, zh, en, at_once, ends) in enumerate(REASONS, 1)
        )
