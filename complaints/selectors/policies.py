"""Which policy of the clocks holds for a record, and which there are."""

from time import monotonic

from django.db import connection
from django.utils import timezone

from complaints import clocks
from complaints.choices import Kind
from complaints.models import ClockPolicy

TRUSTED_SECONDS = 1
PAUSE_DAYS, PAUSE_TOTAL_DAYS, GRACE_MINUTES = 5, 10, 240  # where a cycle began before there were policies

_known: dict = {}


def all_policies():
    """Every version, the latest of each scope first; outside a transaction as this process saw them at most a second ago."""
    if connection.in_atomic_block:
        return list(ClockPolicy.objects.all())
    if monotonic() > _known.get("until", 0):
        _known.update(policies=list(ClockPolicy.objects.all()), until=monotonic() + TRUSTED_SECONDS)
    return _known["policies"]


def in_force(policies, day):
    """{scope: its version in force on ``day``}: of those that have begun, the one that begins last."""
    found = {}
    for policy in policies:
        known = found.get(policy.scope)
        if policy.effective_from <= day and (
            known is None or (policy.effective_from, policy.no) > (known.effective_from, known.no)
        ):
            found[policy.scope] = policy
    return {scope: policy for scope, policy in found.items() if policy.is_active}


def rank(policy):
    """How specific a policy is: by how much it names, then severity before category before channel."""
    _kind, *named = map(bool, policy.scope)
    return sum(named), *reversed(named)


def most_specific(policies, *, kind, channel="", category="", severity="", day):
    """The policy in force on ``day`` that says most about such a record, or None."""
    wanted = (kind, channel, category, severity)
    fitting = [
        policy
        for scope, policy in in_force(policies, day).items()
        if all(not named or named == given for named, given in zip(scope, wanted, strict=True))
    ]
    return max(fitting, key=rank, default=None)


def policy_of(complaint, at):
    """The policy for a cycle of ``complaint`` that begins at ``at``, or None."""
    return most_specific(
        all_policies(), kind=complaint.kind, channel=complaint.channel, category=complaint.category,
        severity=complaint.severity, day=timezone.localdate(at),
    )  # fmt: skip


def terms_of(policy, kind):
    """The limits of a policy; of none, those that are shipped for the kind."""
    if policy is None:
        return clocks.SHIPPED[Kind(kind)]
    return clocks.Terms(policy.response, policy.result, policy.progress_days)


def promised(kind):
    """The limits that a record of ``kind`` has when nothing more is known of it, today."""
    return terms_of(most_specific(all_policies(), kind=Kind(kind).value, day=timezone.localdate()), kind)


def caps_of(cycle):
    """(working days of one pause, of all pauses of the cycle) at most."""
    policy = cycle.policy
    return (policy.pause_days, policy.pause_total_days) if policy else (PAUSE_DAYS, PAUSE_TOTAL_DAYS)


def by_scope(day=None):
    """[(version in force or None, all versions)] of every scope, for the page; the general ones first."""
    day, scopes = day or timezone.localdate(), {}
    for policy in ClockPolicy.objects.select_related("by"):
        scopes.setdefault(policy.scope, []).append(policy)
    current = in_force([policy for rows in scopes.values() for policy in rows], day)
    order = list(Kind.values)
    found = sorted(scopes.items(), key=lambda pair: (order.index(pair[0][0]), rank(pair[1][0]), pair[0]))
    return [(current.get(scope), rows) for scope, rows in found]
