"""A respondent answers: the door behind a link, drafts, and a submission that happens once however often it
is sent.

Nothing here writes on a page view. The only lock is a shared one on the wave's key: closing a wave takes the
key away and so waits for submissions under way, and after it nobody gets in.
"""

import hashlib
import json
import logging
import uuid
from copy import copy
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from surveys import replies
from surveys.choices import InvitationState, ResponseMode, WaveState
from surveys.models import BoxedAnswer, Draft, Invitation, Response, Wave, WaveKey
from surveys.models.invitation import Segmented
from surveys.selectors.questionnaires import instrument_of
from surveys.services import answers, invitations, links, low_answers, opinions, sealing

log = logging.getLogger(__name__)
SEGMENTS = [field.name for field in Segmented._meta.local_fields]


class Situation(models.TextChoices):
    """What the holder of a link meets. UNKNOWN looks the same for a link that never was and one taken
    back.
    """

    READY = "ready", gettext_lazy("Ready to answer")
    DONE = "done", gettext_lazy("Already answered")
    NOT_YET = "not_yet", gettext_lazy("Not open yet")
    CLOSED = "closed", pgettext_lazy("survey", "Closed")
    UNKNOWN = "unknown", gettext_lazy("Not valid")


class Invalid(ValueError):
    """The payload does not fit; ``errors`` is {question uid: sentence naming the question}."""

    def __init__(self, errors):
        super().__init__(" ".join(errors.values()))
        self.errors = errors


class NotTaken(Exception):
    """The wave takes no answer from this link now; ``situation`` says why. What was typed is not lost by
    us: show it.
    """

    def __init__(self, situation):
        super().__init__(str(situation.label))
        self.situation = situation


class StaleDraft(Exception):
    """Another device saved meanwhile; ``payload`` and ``rev`` are the newer ones."""

    def __init__(self, payload, rev):
        super().__init__(_("Newer answers were saved from another device."))
        self.payload, self.rev = payload, rev


@dataclass(frozen=True)
class Receipt:
    """That an answer arrived: its code, and whether this very call stored it."""

    code: str
    is_new: bool


@dataclass(frozen=True)
class Saved:
    payload: dict
    rev: int


# The door --------------------------------------------------------------------------------------------


FIND = """
    SELECT i.*, d.payload::text AS d_payload, d.rev AS d_rev, d.started_at AS d_started_at, r.id AS r_id,
           r.receipt AS r_receipt, w.version AS w_version, w.updated_at AS w_updated_at, w.state AS w_state,
           w.closes_at AS w_closes_at, CASE WHEN w.is_anonymous THEN k.key END AS w_key
    FROM surveys_invitation i JOIN surveys_wave w ON w.id = i.wave_id
    LEFT JOIN surveys_wavekey k ON k.wave_id = i.wave_id
    LEFT JOIN surveys_draft d ON d.invitation_id = i.id
    LEFT JOIN surveys_response r ON r.invitation_id = i.id
    WHERE i.token_hash = %s"""


def find_invitation(token):
    """The invitation behind a token with wave, version, draft and response; one query. None: unknown.

    Wave and version come from the process as long as nothing about the wave changed.
    """
    if not 20 <= len(token) <= 100:
        return None
    found = next(iter(Invitation.objects.raw(FIND, [links.hash_of(token)])), None)
    if found is None:
        return None
    found.wave = _wave(found.wave_id, found.w_version, found.w_updated_at, found.w_state, found.w_closes_at)
    draft = response = None
    if found.d_rev is not None:
        draft = Draft(
            invitation=found,
            payload=json.loads(found.d_payload),
            rev=found.d_rev,
            started_at=found.d_started_at,
        )
    if found.r_id is not None:
        response = Response(pk=found.r_id, wave_id=found.wave_id, invitation=found, receipt=found.r_receipt)
    found._state.fields_cache |= {"draft": draft, "response": response}
    if found.wave.is_anonymous:
        key = WaveKey._meta.get_field("key").from_db_value(found.w_key, None, None)
        found.wave._state.fields_cache["link_key"] = WaveKey(wave_id=found.wave_id, key=key) if key else None
    return found


def find_wave(code):
    """The wave behind the code of an open link with its version; one query. None: unknown."""
    seen = Wave.objects.filter(open_code=code, is_open_link=True).order_by()
    seen = seen.values_list("pk", "version", "updated_at", "state", "closes_at")[:1]
    return _wave(*seen[0]) if seen else None


def _wave(*seen):
    """A copy of the wave as this process read it last; it keeps no key."""
    return copy(_read_wave(*seen))


@lru_cache(maxsize=256)
def _read_wave(pk, *_seen):
    waves = Wave.objects.select_related("questionnaire_version", "seal_keeper")
    return waves.defer("questionnaire_version__definition", "audience").get(pk=pk)


def situation(wave, invitation=None):
    """The Situation of a visitor of ``wave``, with ``invitation`` on a personal link."""
    state = InvitationState(invitation.state) if invitation else None
    if state in (InvitationState.WITHDRAWN, InvitationState.OPTED_OUT, InvitationState.REFUSED):
        return Situation.UNKNOWN
    if wave.state == WaveState.CANCELLED:
        return Situation.CLOSED if invitation else Situation.UNKNOWN
    if invitation and invitations.has_answered(invitation):
        return Situation.DONE
    if wave.state in (WaveState.DRAFT, WaveState.SCHEDULED):
        return Situation.NOT_YET
    return Situation.READY if wave.takes_answers else Situation.CLOSED


def instrument_for(wave):
    """The Instrument that ``wave`` asks; cached per process."""
    return instrument_of(wave.questionnaire_version)


def receipt_of(invitation):
    """The receipt code of an answered invitation, or an empty text when none can be told any more."""
    wave = invitation.wave
    if not wave.is_anonymous:
        response = getattr(invitation, "response", None)
        return response.receipt if response else ""
    key = getattr(wave, "link_key", None)
    return links.receipt_for(key, links.marker_for(key, invitation_id=invitation.pk)) if key else ""


# Drafts ----------------------------------------------------------------------------------------------


def load_draft(invitation):
    """Saved(payload, rev) of the draft; empty with revision 0 when there is none."""
    draft = getattr(invitation, "draft", None)
    return Saved(draft.payload, draft.rev) if draft else Saved({}, 0)


def save_answer(invitation, *, uid, value, rev):
    """Save one answer as it is given (None clears it). Returns Saved. Raises StaleDraft, Invalid,
    NotTaken.
    """
    return save_answers(invitation, payload={uid: value}, rev=rev)


def save_answers(invitation, *, payload, rev):
    """Merge several answers into the draft; ``rev`` is the revision the page was made from."""
    wave = invitation.wave
    now = situation(wave, invitation)
    if now != Situation.READY or wave.is_anonymous:  # anonymous drafts stay on the respondent's device
        raise NotTaken(now)
    values, errors = replies.check(instrument_for(wave), payload, complete=False)
    if errors:
        raise Invalid(errors)
    cleared = [uid for uid in payload if uid not in values]
    with transaction.atomic():
        saved = _merge(invitation.pk, values, cleared, rev) or _first(invitation.pk, values, rev)
        if saved is None:
            newer = Draft.objects.get(invitation=invitation.pk)
            raise StaleDraft(newer.payload, newer.rev)
        if saved.rev == 1:
            Invitation.objects.filter(
                pk=invitation.pk,
                state__in=(InvitationState.PLANNED, InvitationState.SENT, InvitationState.BOUNCED),
            ).update(state=InvitationState.STARTED)
    return saved


def _merge(invitation_id, values, cleared, rev):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE surveys_draft SET payload = (payload - %s::text[]) || %s::jsonb, rev = rev + 1, "
            "updated_at = now() WHERE invitation_id = %s AND rev = %s RETURNING payload::text, rev",
            [cleared, json.dumps(values), invitation_id, rev],
        )
        row = cursor.fetchone()
    return Saved(json.loads(row[0]), row[1]) if row else None


def _first(invitation_id, values, rev):
    if rev != 0:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO surveys_draft (invitation_id, payload, rev, started_at, updated_at) "
            "VALUES (%s, %s::jsonb, 1, now(), now()) ON CONFLICT (invitation_id) DO NOTHING",
            [invitation_id, json.dumps(values)],
        )
        return Saved(values, 1) if cursor.rowcount else None


# Submission ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """That somebody of the company typed in an answer: the way it came, who did, for whom, and the day it was given."""

    mode: str
    by: object
    is_proxy: bool = False
    given_on: object = None
    follow_up: object = None  # opened already for what the respondent said: low answers join it
    note: str = ""

    def fields(self):
        return {
            "mode": self.mode, "entered_by": self.by, "is_proxy": self.is_proxy, "given_on": self.given_on,
            "entry_note": self.note,
        }  # fmt: skip


def submit(
    *, payload, invitation=None, wave=None, submit_key=None, language="", started_at=None, entry=None, wish=False
):
    """Store a complete answer once and return its Receipt; the same invitation or submit key gets the same
    receipt.

    ``invitation`` on a personal link, else ``wave`` and the ``submit_key`` (a UUID the page was made with).
    On a personal link the saved draft fills in what the payload leaves out. ``entry`` says that it was typed in for the
    respondent; an anonymous wave keeps nothing of that. ``wish``: the respondent of a confidential wave wishes to be
    called. Raises Invalid and NotTaken.
    """
    wave = wave or invitation.wave
    now = situation(wave, invitation)
    if now == Situation.DONE:
        return Receipt(receipt_of(invitation), False)
    if now != Situation.READY:
        raise NotTaken(now)
    if invitation is not None and entry is None:
        payload = load_draft(invitation).payload | payload
    values, errors = replies.check(instrument_for(wave), payload)
    if errors:
        raise Invalid(errors)
    if invitation is None:
        submit_key = _uuid(submit_key)
    with transaction.atomic():
        _hold_open(wave)
        if wave.is_confidential:
            return _submit_confidential(wave, invitation, submit_key, values, wish)
        if wave.is_anonymous:
            return _submit_anonymous(wave, invitation, submit_key, values)
        response = Response(
            wave=wave,
            questionnaire_version=wave.questionnaire_version,
            language=language,
            started_at=_start(invitation, started_at),
            **(entry.fields() if entry else {"mode": ResponseMode.WEB if invitation else ResponseMode.OPEN}),
        )
        if invitation is not None:
            return _submit_personal(response, invitation, values, entry)
        return _submit_open(response, submit_key, values)


def _uuid(text):
    try:
        return uuid.UUID(str(text))
    except ValueError:
        raise Invalid({"": _("This page is incomplete. Reload it; what you typed stays.")})


def _start(invitation, started_at):
    draft = getattr(invitation, "draft", None) if invitation else None
    return draft.started_at if draft else started_at


def _hold_open(wave):
    """Share the wave's key until commit. Raises NotTaken when the wave was closed meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM surveys_wavekey WHERE wave_id = %s FOR KEY SHARE", [wave.pk])
        if cursor.fetchone() is None:
            raise NotTaken(Situation.CLOSED)


def _spend(wave, invitation, submit_key):
    """(the marker of the respondent, whether it is new). The database takes each but once."""
    key = wave.link_key
    marker = links.marker_for(key, invitation_id=invitation and invitation.pk, submit_key=submit_key)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO surveys_spentmarker (marker, wave_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [marker, wave.pk],
        )
        return marker, bool(cursor.rowcount)


def _submit_anonymous(wave, invitation, submit_key, values):
    """Sealed payload and spent marker, in one transaction, and nothing else."""
    key = wave.link_key
    marker, is_new = _spend(wave, invitation, submit_key)
    if is_new:
        BoxedAnswer.objects.bulk_create([BoxedAnswer(wave=wave, sealed=links.seal(key, wave.pk, values))])
    return Receipt(links.receipt_for(key, marker), is_new)


def _submit_confidential(wave, invitation, submit_key, values, wish):
    """The answers with a day and a sealed link; the invitation is not touched (docs/adr/0011)."""
    marker, is_new = _spend(wave, invitation, submit_key)
    if is_new:
        response = Response(
            wave=wave, questionnaire_version=wave.questionnaire_version, is_anonymous=True,
            submitted_on=timezone.localdate(),
        )  # fmt: skip
        response.seal = sealing.seal_of(response, invitation)
        instrument = instrument_for(wave)
        rows, words = answers.rows_of(instrument, values)
        answers.store(response, instrument, rows, words)
        response.scores, response.words = [row for row in rows if row.score5 is not None], []
        if wish and response.seal:
            sealing.note_wish(response)
        _follow_up(response)
    return Receipt(links.receipt_for(wave.link_key, marker), is_new)


def _submit_personal(response, invitation, values, entry=None):
    won = Invitation.objects.filter(pk=invitation.pk, state__in=InvitationState.answerable()).update(
        state=InvitationState.DONE
    )
    if not won:
        first = Response.objects.filter(invitation=invitation.pk).only("receipt").first()
        if first is None:
            raise NotTaken(Situation.UNKNOWN)
        return Receipt(first.receipt, False)
    response.invitation = invitation
    for name in SEGMENTS:
        setattr(response, name, getattr(invitation, name))
    _store(response, values)
    if getattr(invitation, "draft", None):
        Draft.objects.filter(invitation=invitation.pk).delete()
    _follow_up(response, entry and entry.follow_up)
    return Receipt(response.receipt, True)


def _submit_open(response, submit_key, values):
    response.submit_key = submit_key
    if _store(response, values):
        return Receipt(response.receipt, True)
    first = Response.objects.only("receipt").get(wave=response.wave_id, submit_key=submit_key)
    return Receipt(first.receipt, False)


def _fill(response, values):
    """Time, receipt and the evidence of what was sent."""
    now = timezone.now()
    raw = json.dumps(values, ensure_ascii=False, sort_keys=True)
    response.submitted_at, response.submitted_on = now, timezone.localdate(now)
    response.receipt = links.new_receipt()
    response.raw, response.raw_sha256 = values, hashlib.sha256(raw.encode()).hexdigest()
    if response.started_at:
        response.duration_s = max(0, min(round((now - response.started_at).total_seconds()), 2_000_000_000))


def _store(response, values):
    """Write the response with its answers and words; False when it was there before."""
    _fill(response, values)
    instrument = instrument_for(response.wave)
    rows, words = answers.rows_of(instrument, values)
    response.scores, response.words = [row for row in rows if row.score5 is not None], words
    return answers.store(response, instrument, rows, words)


def _follow_up(response, opened=None):
    """Open the follow-up of low answers and opinions; a failure must not cost the respondent's answers (turn_waves
    catches up).
    """
    limit = float(response.wave.low_score_at)
    low = [(row.question, row.score5) for row in response.scores if row.score5 <= limit]
    said = response.words if response.wave.follows_opinions and opened is None else []
    if not low and not said:
        return
    try:
        with transaction.atomic():
            if low:
                low_answers.open_for(response, low, follow_up=opened)
            if said:
                opinions.follow_up(response, said)
    except Exception:
        log.exception("follow-up of response %s could not be opened", response.pk)
