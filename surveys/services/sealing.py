"""Confidential answers: stored without a person, with a sealed link that one named person may open (docs/adr/0011).

The seal holds the invitation and the answer it belongs to, encrypted with a key that is not in the database. What an
opening brings to light is shown to whoever opened it and written down nowhere.
"""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.i18n import both
from core.workflow import InvalidTransition, record
from customers.choices import FollowUpReason, FollowUpState
from customers.services import follow_ups
from notifications.services import outbox
from surveys.choices import SealGround
from surveys.models import ContactRequest, Invitation, LowAnswer, Response, SealOpening

SOURCE = "surveys.response"
WISH_TEXT = 1  # raised whenever the words of the wish on the respondent's page change
LOW = _("Confidential answer in %(wave)s: an answer is low. Its seal says whom to call.")
WISH = _("Confidential answer in %(wave)s: the respondent wishes to be called. Its seal says who it is.")


def seal_of(response, invitation):
    """What the database holds of the link; the same length for everybody."""
    return f"{response.pk:020d}:{invitation.pk:020d}" if invitation else ""


@transaction.atomic
def note_wish(response):
    """The respondent of ``response`` agreed to be called. Safe to repeat."""
    ContactRequest.objects.get_or_create(response=response, defaults={"text_version": WISH_TEXT})
    return _follow_up(response, FollowUpReason.REQUEST, WISH)


@transaction.atomic
def note_low(response, low):
    """Open the follow-up of ``low`` = [(question id, score)]: it names neither person nor answer. Safe to repeat."""
    follow_up = _follow_up(response, FollowUpReason.LOW_ANSWER, LOW)
    LowAnswer.objects.bulk_create(
        [LowAnswer(response=response, question_id=pk, score5=score, follow_up=follow_up) for pk, score in low],
        ignore_conflicts=True,
    )
    return follow_up


def _follow_up(response, reason, title):
    titles = {name: text % {"wave": response.wave.code} for name, text in both(title).items()}
    return follow_ups.open_follow_up(
        customer=None, reason=reason, title=titles["zh"], title_en=titles["en"], owner=response.wave.seal_keeper,
        source=SOURCE, source_id=response.pk, unique_key=f"{SOURCE}:{response.pk}",
    )  # fmt: skip


@transaction.atomic
def open_seal(response, *, ground, reason, by):
    """Look up who gave ``response``; logged for good, and the wave's owner is told. Returns the SealOpening.

    Raises InvalidTransition where the ground is not there, the seal is empty or somebody else is the keeper.
    """
    response = Response.objects.select_related("wave__seal_keeper", "wave__owner").get(pk=response.pk)
    wave = response.wave
    if wave.seal_keeper_id != by.pk:
        raise InvalidTransition(_("Only the person named to the respondents opens the seal."))
    if not response.seal or ground not in grounds_of(response):
        raise InvalidTransition(_("This answer gives no such ground to open its seal."))
    follow_up = follow_ups.of_origin(f"{SOURCE}:{response.pk}")
    opening = SealOpening.objects.create(response=response, ground=ground, reason=reason, by=by, follow_up=follow_up)
    record(wave, "seal_opened", by=by, comment=reason, payload={"ground": str(ground)})
    record(follow_up, "seal_opened", by=by, comment=reason)
    if follow_up.state == FollowUpState.OPEN:
        follow_ups.take(follow_up, by=by)
    outbox.queue(
        "surveys.seal_opened", to_user=wave.owner, mail=False, url=wave.get_absolute_url(),
        context={"wave": wave.code, "by": str(by), "reason": reason}, dedupe_key=f"surveys.seal_opened:{opening.pk}",
    )  # fmt: skip
    return opening


def grounds_of(response):
    """The SealGrounds that the answer itself gives."""
    found = [SealGround.LOW] if LowAnswer.objects.filter(response=response).exists() else []
    return found + ([SealGround.WISH] if ContactRequest.objects.filter(response=response).exists() else [])


def person_of(response, *, by):
    """The Invitation behind an answer whose seal ``by`` opened; None before. Raises ValueError for a seal moved here."""
    if not SealOpening.objects.filter(response=response, by=by).exists():
        return None
    mine, _colon, invitation = response.seal.partition(":")
    if int(mine) != response.pk:
        raise ValueError(f"the seal of answer {response.pk} belongs to another one")
    return Invitation.objects.select_related("customer", "contact").get(pk=int(invitation))
