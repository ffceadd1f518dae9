"""A round of a survey: set up, scheduled, opened and closed by the clock or by a person, results
confirmed.
"""

import secrets

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition, start
from core.workflow import edit as edit_row
from surveys.choices import CheckState, InvitationState, VersionState, WaveState
from surveys.errors import NotReady
from surveys.models import BoxedAnswer, Draft, ResponseCheck, SpentMarker, Wave, WaveKey
from surveys.selectors import approval
from surveys.selectors.audience import population
from surveys.services import boxes, checks, custody, entrustments, findings, invitations, links, sampling, tasks
from surveys.signals import wave_closed
from surveys.workflows import WAVE

# What may still change while answers come in
OPEN_FIELDS = {"closes_at", "reminders_max", "reminder_every_days", "thanks_zh", "thanks_en", "owner"}
CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


@transaction.atomic
def create(*, by, opens_at, closes_at, code="", **fields):
    """A new draft. Without ``code`` it becomes ``2026-Q3-01``; a random sample gets its seed, an open link
    its code.
    """
    local = timezone.localtime(opens_at)
    fields.setdefault("owner", by)
    wave = Wave(opens_at=opens_at, closes_at=closes_at, code=code or _next_code(local), **fields)
    if wave.sample_n and wave.sample_seed is None:
        wave.sample_seed = sampling.new_seed()
    if wave.is_open_link and not wave.open_code:
        wave.open_code = _open_code()
    start(wave, by=by)
    if wave.activity_id:  # what stands outside of plans gets its list when somebody asks for it
        tasks.draw_up(wave)
    return wave


def _next_code(local):
    prefix = f"{local.year}-Q{(local.month - 1) // 3 + 1}-"
    with connection.cursor() as cursor:  # two who set up a wave at once follow each other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"surveys.wave:{prefix}"])
    taken = Wave.objects.filter(code__startswith=prefix).values_list("code", flat=True)
    numbers = [int(code.removeprefix(prefix)) for code in taken if code.removeprefix(prefix).isdigit()]
    return f"{prefix}{max(numbers, default=0) + 1:02d}"


def _open_code():
    return "".join(secrets.choice(CODE_ALPHABET) for _position in range(8))


@transaction.atomic
def edit(wave, *, by, expected_version=None, **fields):
    """Change a draft or scheduled wave; of an open one only OPEN_FIELDS. Raises InvalidTransition,
    LostRace.
    """
    changed = {name for name, value in fields.items() if getattr(wave, name) != value}
    allowed = wave.state in (WaveState.DRAFT, WaveState.SCHEDULED) or (
        wave.state == WaveState.OPEN and changed <= OPEN_FIELDS
    )
    if changed and not allowed:
        raise InvalidTransition(
            _("A wave that is “%(state)s” cannot be changed like this.") % {"state": WaveState(wave.state).label}
        )
    if fields.get("sample_n") and wave.sample_seed is None:
        fields["sample_seed"] = sampling.new_seed()
    if fields.get("is_open_link") and not wave.open_code:
        fields["open_code"] = _open_code()
    edit_row(wave, by=by, expected_version=expected_version, **fields)
    if changed & {"opens_at", "closes_at"}:
        tasks.reckon(wave)
    if "activity" in changed and wave.activity_id:
        tasks.draw_up(wave)
    return wave


@transaction.atomic
def schedule(wave, *, by, expected_version=None):
    """Set the wave to open by itself. Raises NotReady with everything that is missing."""
    gaps = list(_gaps(wave))
    if gaps:
        raise NotReady(gaps)
    WAVE.move(wave, WaveState.SCHEDULED, by=by, expected_version=expected_version)
    return wave


def _gaps(wave):
    if wave.questionnaire_version.state != VersionState.PUBLISHED:
        yield _("The questionnaire version is not published.")
    if not approval.is_approved(wave.activity):
        yield unapproved()
    if not (wave.name_zh and wave.name_en):
        yield _("The name is needed in both languages.")
    if wave.closes_at <= timezone.now():
        yield _("The return deadline has passed.")
    waits_for_answers = wave.is_open_link or wave.audience.get("nobody")
    if not waits_for_answers and not population(wave.audience).exists():
        yield _("Nobody fits the audience, or nobody of them may be asked.")
    if gap := entrustments.gap(wave):
        yield gap


def unapproved():
    return _("The plan of its activity is not approved: nothing is printed or sent before.")


@transaction.atomic
def open(wave, *, by, expected_version=None):
    """Open now: make the link key, draw the respondents, queue the mails. Raises InvalidTransition before the plan is
    approved (SUR-09).
    """
    if not approval.is_approved(wave.activity):
        raise InvalidTransition(unapproved())
    if wave.closes_at <= timezone.now():
        raise InvalidTransition(_("The return deadline has passed."))
    if gap := entrustments.gap(wave):
        raise NotReady([gap])
    now = timezone.now()
    fields = {"opened_at": now} | ({"opens_at": now} if wave.opens_at > now else {})
    WAVE.move(wave, WaveState.OPEN, by=by, expected_version=expected_version, **fields)
    wave.link_key = links.make_key(wave)
    invitations.issue(wave, by=by)
    tasks.sync(wave)
    return wave


@transaction.atomic
def close(wave, *, by, expected_version=None):
    """Close now: no answer gets in any more, the key is destroyed, findings are proposed, the apps above
    are told.
    """
    key = _take_key(wave)
    WAVE.move(wave, WaveState.CLOSED, by=by, closed_at=timezone.now(), expected_version=expected_version)
    if wave.is_confidential:
        boxes.finish_confidential(wave, key)
    elif wave.is_anonymous:
        boxes.finish(wave, key)
    else:
        wave.invitations.filter(state__in=InvitationState.expiring()).update(state=InvitationState.EXPIRED)
    _destroy_key(wave)
    checks.examine(wave, by=by)
    findings.propose_for(wave)
    custody.begin(wave)
    wave_closed.send(sender=Wave, wave=wave)
    tasks.sync(wave)
    return wave


@transaction.atomic
def cancel(wave, *, by, reason, expected_version=None):
    """Give the wave up. Of an open one the links die; what was answered with names stays, boxed answers
    are destroyed.
    """
    was_open = wave.state == WaveState.OPEN
    if was_open:
        _take_key(wave)
    WAVE.move(wave, WaveState.CANCELLED, by=by, comment=reason, expected_version=expected_version)
    if was_open:
        wave.invitations.filter(state__in=InvitationState.answerable()).update(state=InvitationState.WITHDRAWN)
        Draft.objects.filter(invitation__wave=wave).delete()
        BoxedAnswer.objects.filter(wave=wave).delete()
        SpentMarker.objects.filter(wave=wave).delete()
        _destroy_key(wave)
        custody.begin(wave)
    return wave


@transaction.atomic
def confirm_results(wave, *, by, comment="", expected_version=None):
    """Somebody responsible has looked at the results; from now on nothing about the wave changes. Drafts
    are purged. Raises InvalidTransition while an answer is in doubt.
    """
    doubts = ResponseCheck.objects.filter(response__wave=wave, state=CheckState.DOUBTED).count()
    if doubts:
        text = _("Answers in doubt: %(n)s. Somebody else must decide them before the results are confirmed.")
        raise InvalidTransition(text % {"n": doubts})
    WAVE.move(
        wave, WaveState.CONFIRMED, by=by, comment=comment, confirmed_at=timezone.now(), confirmed_by=by,
        expected_version=expected_version,
    )  # fmt: skip
    Draft.objects.filter(invitation__wave=wave).delete()
    tasks.sync(wave)
    return wave


def open_when_due(wave):
    """Open a scheduled wave whose time has come; one whose whole window passed is cancelled, one whose plan is not
    approved waits. For the clock.
    """
    now = timezone.now()
    if wave.state != WaveState.SCHEDULED or wave.opens_at > now:
        return
    if wave.closes_at <= now:
        cancel(wave, by=None, reason=_missed(wave))
    elif approval.is_approved(wave.activity) and not entrustments.gap(wave):  # its owner is told on the home page
        open(wave, by=None)


def _missed(wave):
    if not approval.is_approved(wave.activity):
        return _("Its whole window passed before the plan was approved.")
    if entrustments.gap(wave):
        return _("Its whole window passed before it was entrusted to a third party.")
    return _("Its whole window passed while the portal did not run.")


def close_when_due(wave):
    """Close an open wave whose deadline has passed. For the clock."""
    if wave.state == WaveState.OPEN and wave.closes_at <= timezone.now():
        close(wave, by=None)


def _take_key(wave):
    """Lock the key against new submissions and wait for those under way. Returns the WaveKey."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM surveys_wavekey WHERE wave_id = %s FOR UPDATE", [wave.pk])
    return WaveKey.objects.filter(wave=wave).first()


def _destroy_key(wave):
    WaveKey.objects.filter(wave=wave).delete()
    wave._state.fields_cache.pop("link_key", None)
