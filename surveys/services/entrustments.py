"""Surveys in the hands of a third party: given with terms, revoked at once (SUR-08, SEC-07, CHN-18, PRV-11)."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition, edit, record, start
from notifications.services import outbox
from surveys.choices import PlanState
from surveys.models import Entrustment
from surveys.selectors import approval


@transaction.atomic
def give(*, by, user, **terms):
    """Entrust ``wave`` or ``activity`` to ``user`` of ``organisation`` under ``contract``, from ``starts_on`` to ``ends_on``."""
    if not user.is_active or not user.has_perm("surveys.run_entrusted"):
        raise InvalidTransition(_("%(name)s is no active login of a third party.") % {"name": user})
    if terms.get("sees_contacts") and not terms.get("consent_basis", "").strip():
        raise InvalidTransition(
            _("Customer data goes to a third party only with the customers' consent: say where it is recorded.")
        )
    made = start(Entrustment(user=user, given_by=by, **terms), by=by)
    if made.wave_id:
        record(made.wave, "entrusted", by=by, payload={"entrustment": made.pk, "organisation": made.organisation})
    outbox.queue(
        "surveys.entrusted", to_user=user, url=made.get_absolute_url(), mail=False,
        context={"title": str(made.wave or made.activity), "until": made.ends_on.isoformat()},
        dedupe_key=f"surveys.entrusted:{made.pk}",
    )  # fmt: skip
    return made


@transaction.atomic
def revoke(entrustment, *, by, reason, expected_version=None):
    """From the next click on the third party sees nothing of it."""
    if entrustment.revoked_at:
        raise InvalidTransition(_("It is revoked already."))
    return edit(
        entrustment, by=by, expected_version=expected_version, event="revoked", comment=reason,
        revoked_at=timezone.now(), revoked_by=by,
    )  # fmt: skip


def needs_agency(wave):
    """Must a third party carry this wave out: by its activity, or by whom it asks (SUR-08)? While a plan is revised it takes
    effect at once that one is needed, and with the approval that none is.
    """
    if set(wave.audience.get("types", [])) & set(settings.THIRD_PARTY_TYPES):
        return True
    activity = wave.activity
    if activity is None or activity.needs_agency:
        return activity is not None
    return activity.plan.state != PlanState.APPROVED and approval.needed_agency(activity)


def gap(wave):
    """What keeps ``wave`` from opening in the company's own hands; "" when nothing does. What counts is the day it opens."""
    opens_on = max(timezone.localdate(), timezone.localdate(wave.opens_at))
    if not needs_agency(wave) or of_wave(wave, opens_on).exists():
        return ""
    return _(
        "This kind of survey is carried out by a third party. Entrust it to one, by name and contract, before it opens."
    )


def of_wave(wave, day=None):
    """Entrustments of ``wave`` to active logins, in force on ``day`` (today)."""
    rows = Entrustment.objects.active(day).filter(user__is_active=True)
    return rows.filter(wave=wave) | rows.filter(activity__isnull=False, activity=wave.activity_id)
