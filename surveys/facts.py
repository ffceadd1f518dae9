"""What the portal knows by itself about a wave. Upper apps add what only they know (reports, improvements)."""

from django.db.models import Max, Min

from surveys.choices import CheckState, Fact, FindingState, WaveState
from surveys.models import Finding, PlanRevision, ResponseCheck

PROVIDERS = {}


def add_fact(fact, provider):
    """Register ``provider(wave) -> aware moment or None`` for a Fact that an upper app knows."""
    PROVIDERS[Fact(fact)] = provider


def known(wave):
    """{fact: the moment it came true} for the facts that hold of ``wave``."""
    found = _of_plan(wave) | _of_asking(wave) | _of_results(wave)
    found |= {fact: provider(wave) for fact, provider in PROVIDERS.items()}
    return {Fact(fact): moment for fact, moment in found.items() if moment is not None}


def _of_plan(wave):
    found = {Fact.VERSION_PUBLISHED: wave.questionnaire_version.published_at}
    if wave.activity_id is None:
        return found
    scheme = getattr(wave.activity, "scheme", None)
    held = {"activities": [{"id": wave.activity_id}]}
    approved = PlanRevision.objects.filter(plan=wave.activity.plan_id, content__contains=held).exists()
    since = wave.activity.plan.approved_at or wave.created_at  # being revised: it was approved before
    return found | {
        Fact.PLAN_APPROVED: since if approved else None,
        Fact.SCHEME_WRITTEN: since if approved and scheme and not scheme.missing else None,
        Fact.NOTICE_SENT: wave.advance_notices.aggregate(at=Min("at"))["at"],
    }


def _of_asking(wave):
    if wave.opened_at is None:
        return {}
    by_mail = wave.invitations.filter(contact__isnull=False).exclude(contact__email_index="")
    sent = wave.invitations.aggregate(at=Min("sent_at"))["at"]
    out = sent if sent or by_mail.exists() else wave.opened_at  # sheets, calls and open links are out with the opening
    return {Fact.SAMPLE_DRAWN: wave.opened_at, Fact.INVITED: out}


def _of_results(wave):
    quality = wave.quality_checks.aggregate(at=Min("at"))["at"]
    found = {Fact.QUALITY_CHECKED: quality}
    if wave.state not in WaveState.ended():
        return found
    checks = ResponseCheck.objects.filter(response__wave=wave)
    unchecked = checks.filter(state__in=(CheckState.OPEN, CheckState.DOUBTED)).exists()
    checked = checks.aggregate(at=Max("decided_at"))["at"] or wave.closed_at
    findings = Finding.objects.filter(wave=wave)
    undecided = findings.filter(state=FindingState.PROPOSED).exists()
    decided = findings.aggregate(at=Max("updated_at"))["at"] or wave.closed_at
    return found | {
        Fact.CLOSED: wave.closed_at, Fact.AUTHENTICITY: None if unchecked else checked,
        Fact.FINDINGS_DECIDED: None if undecided else decided, Fact.RESULTS_CONFIRMED: wave.confirmed_at,
    }  # fmt: skip
