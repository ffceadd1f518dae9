"""Who keeps the material of a wave, how secret it is, until when (PRV-07, 08, SEC-06, 08)."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.moments import years_after
from core.workflow import InvalidTransition, record, start
from core.workflow import edit as edit_row
from surveys.choices import CustodyState, DisposalState, WaveState
from surveys.models import Custody, DisposalItem, Wave
from surveys.workflows import CUSTODY


@transaction.atomic
def begin(wave):
    """The material of ``wave``, which has ended, counted from its last day on. Safe to repeat; None where nobody was asked."""
    if wave.state == WaveState.CANCELLED and not wave.responses.exists() and not wave.invitations.exists():
        return None
    known = Custody.objects.filter(wave=wave).first()
    if known:
        return known
    years = (wave.activity and wave.activity.plan.retention_years) or settings.RETENTION_YEARS
    since = timezone.localdate(wave.closed_at) if wave.closed_at else timezone.localdate()
    return start(Custody(wave=wave, retention_years=years, since=since, due_on=years_after(since, years)), by=None)


def catch_up():
    """Waves that ended before their material was kept account of."""
    rows = Wave.objects.filter(custody=None, state__in=[*WaveState.ended(), WaveState.CANCELLED])
    return rows.select_related("activity__plan")


@transaction.atomic
def keep(custody, *, by, custodian, since):
    """The administration has received the material: from now on ``custodian`` alone exports single answers of it.

    It is counted from the day of hand-over, never from before its wave ended; a list that nobody has proposed yet lets it go.
    """
    _require_unlisted(custody, but=DisposalState.LISTED)
    if custody.wave.closed_at:
        since = max(since, timezone.localdate(custody.wave.closed_at))
    CUSTODY.move(
        custody, CustodyState.KEPT, by=by, custodian=custodian, since=since,
        due_on=years_after(since, custody.retention_years), payload={"custodian": custodian.pk},
    )  # fmt: skip
    _off_the_list(custody, by=by)
    return custody


@transaction.atomic
def name_custodian(custody, *, by, custodian, reason, expected_version=None):
    """Somebody else keeps it from now on."""
    _require_living(custody)
    if not type(custodian).objects.with_capability("surveys.keep_material").filter(pk=custodian.pk).exists():
        raise InvalidTransition(_("%(name)s cannot be a custodian: no role of theirs allows it.") % {"name": custodian})
    if custody.state != CustodyState.KEPT:
        raise InvalidTransition(_("The material is not in custody yet. Its hand-over names the custodian."))
    return edit_row(
        custody, by=by, expected_version=expected_version, event="custodian_named", comment=reason, custodian=custodian
    )


@transaction.atomic
def set_terms(custody, *, by, retention_years, secrecy, expected_version=None):
    """How long it is kept and how secret it is; the due day follows."""
    _require_living(custody)
    _require_unlisted(custody)
    return edit_row(
        custody, by=by, expected_version=expected_version, retention_years=retention_years, secrecy=secrecy,
        due_on=years_after(custody.since, retention_years),
    )  # fmt: skip


@transaction.atomic
def hold(custody, *, by, reason, until=None, expected_version=None):
    """Keep it longer: until a day, or until somebody lifts this. Takes it off a list that nobody has proposed yet."""
    _require_living(custody)
    if until is not None and until < timezone.localdate():
        raise InvalidTransition(_("That day has passed."))
    _require_unlisted(custody, but=DisposalState.LISTED)
    edit_row(
        custody, by=by, expected_version=expected_version, event="held", comment=reason, hold_reason=reason,
        hold_until=until,
    )  # fmt: skip
    _off_the_list(custody, by=by, reason=reason)
    return custody


@transaction.atomic
def lift(custody, *, by, reason, expected_version=None):
    """Nobody wants it kept longer any more."""
    if not custody.hold_reason:
        raise InvalidTransition(_("Nobody asked to keep it longer."))
    return edit_row(
        custody, by=by, expected_version=expected_version, event="hold_lifted", comment=reason, hold_reason="",
        hold_until=None,
    )  # fmt: skip


def _off_the_list(custody, *, by, reason=""):
    for line in DisposalItem.objects.filter(custody=custody).select_related("disposal"):
        record(line.disposal, "line_removed", by=by, comment=reason, payload={"wave": custody.wave.code})
        line.delete()


def _require_living(custody):
    if custody.state in CustodyState.gone():
        raise InvalidTransition(_("This material is being disposed of, or is gone."))


def _require_unlisted(custody, but=None):
    """Lock the line, if there is one, so that a list cannot be proposed meanwhile."""
    line = DisposalItem.objects.select_for_update().filter(custody=custody).select_related("disposal").first()
    if line and line.disposal.state != but:
        raise InvalidTransition(
            _("It stands on disposal list %(list)s (%(state)s). Have the list sent back first.")
            % {"list": line.disposal.number, "state": DisposalState(line.disposal.state).label}
        )
