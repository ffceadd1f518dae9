"""Calling: take the next one, say how it went, and what follows from it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.i18n import both
from core.workflow import InvalidTransition
from core.worktime import Limit, LimitKind, due
from core.worktime.store import calendar_for
from customers.choices import Channel, Direction, FollowUpReason, MatchStrength, Tier
from customers.services import follow_ups, interactions, reveal
from fieldwork.choices import CallResult, Satisfaction, TaskState
from fieldwork.models import CallAttempt, CallCheck, CallTask
from fieldwork.models.call import POINTLESS
from fieldwork.workflows import CALL
from surveys.services import occasions, opinions

LEFT_AFTER = timedelta(hours=1)  # a call in hand for so long goes back to the list
KEPT_FOR_CALLER = timedelta(minutes=30)  # past the agreed time, anybody may call
GONE = gettext_lazy(
    "No call needed any more: the person is gone, does not want to be asked, has answered, or it is settled."
)
TITLES = {
    FollowUpReason.DISSATISFIED_CALL: gettext_lazy("Dissatisfied on a call: %(about)s"),
    FollowUpReason.OPINION: gettext_lazy("Opinion on a call: %(about)s"),
    FollowUpReason.REQUEST: gettext_lazy("Comes on %(day)s: %(about)s"),
}


@dataclass
class Said:
    """What a reached customer said: ``satisfaction``, the words, answers to the script, and what the ledger asks."""

    satisfaction: str = Satisfaction.UNSAID
    note: str = ""
    answers: dict | None = None
    language: str = ""
    lapse_reason: str = ""
    booked_on: date | None = None
    is_opinion: bool = False


# In hand ---------------------------------------------------------------------------------------------


@transaction.atomic
def take(task, *, by, expected_version=None):
    """``by`` calls now: the number is shown, and the history says so (SEC-05). Raises InvalidTransition, LostRace."""
    if task.service_record_id and task.service_record.staff_id == by.pk:
        raise InvalidTransition(_("Who delivered the service does not make its call."))
    if not CallTask.objects.allowed().filter(pk=task.pk).exists():
        raise InvalidTransition(
            _("This customer is not to be called now: a wish, an open complaint, or no number any more.")
        )
    CALL.move(task, TaskState.CALLING, by=by, owner=by, taken_at=timezone.now(), expected_version=expected_version)
    reveal.show(task.contact, by=by, reason=_("Call %(number)s") % {"number": task.number})
    return task


def take_next(user, *, ledger=""):
    """The most pressing call that ``user`` may make, taken; None when nothing waits. Two at once get different ones."""
    with transaction.atomic():
        rows = queue(user).filter(rule__ledger=ledger) if ledger else queue(user)
        task = rows.select_for_update(skip_locked=True, of=("self",)).first()
        return take(task, by=user) if task else None


def queue(user, now=None):
    """Ripe calls of ``user``, the most pressing first: agreed times, then priority, then important customers."""
    now = now or timezone.now()
    kept = Q(owner=None) | Q(owner=user) | Q(next_at__lt=now - KEPT_FOR_CALLER)
    rows = CallTask.objects.visible_to(user).callable_by(user).allowed(now).ripe(now).filter(kept)
    important = Case(When(customer__tier=Tier.IMPORTANT, then=Value(0)), default=Value(1), output_field=IntegerField())
    rank = Case(When(priority="", then=Value("P9")), default=F("priority"))
    return rows.select_related("contact", "service_record").order_by("-is_agreed", rank, important, "next_at", "pk")


@transaction.atomic
def put_back(task, *, by=None, comment=""):
    """Not called after all: somebody else may. ``by`` None: the clock."""
    CALL.move(task, TaskState.WAITING, by=by, comment=comment, owner=None, taken_at=None)
    return task


def left_behind(now=None):
    return CallTask.objects.filter(state=TaskState.CALLING, taken_at__lt=(now or timezone.now()) - LEFT_AFTER)


def pointless():
    """Waiting calls that nobody should make any more: the person is gone, opted out or has answered, or it is settled."""
    return CallTask.objects.filter(state=TaskState.WAITING).filter(POINTLESS)


def drop_pointless(task):
    """The clock takes such a call off its list."""
    drop(task, by=None, comment=both(GONE)["zh"])


@transaction.atomic
def drop(task, *, by, comment, expected_version=None):
    """Nobody calls; the reason stays."""
    CALL.move(
        task, TaskState.DROPPED, by=by, comment=comment, closed_at=timezone.now(), expected_version=expected_version
    )
    return task


# How it went -----------------------------------------------------------------------------------------


@transaction.atomic
def log(task, *, by, result, said=None, note="", next_at=None, expected_version=None):
    """One attempt: a row, a contact in the customer's history, and the next state. Returns the CallAttempt.

    ``said`` belongs to REACHED, ``next_at`` to LATER. Answers that do not fit raise answering.Invalid, and nothing is
    stored. A customer who is dissatisfied, has an opinion or books a day gets a follow-up.
    """
    if task.state != TaskState.CALLING or task.owner_id != by.pk:
        raise InvalidTransition(_("This call is not in your hand any more."))
    result = CallResult(result)
    if result == CallResult.REACHED:
        return reach(task, by=by, said=said or Said(), expected_version=expected_version)
    attempt = _attempt(task, by, result, note)
    task.attempts_n += 1
    told = {"by": by, "note": note, "expected_version": expected_version}
    if result == CallResult.REFUSED:
        refuse(task, **told)
    elif result == CallResult.LATER:
        _wait(task, next_at, owner=by, is_agreed=True, **told)
    elif result == CallResult.WRONG_NUMBER or task.attempts_n >= task.rule.attempts_max:
        give_up(task, **told)
    else:
        _wait(task, again_at(task.rule), owner=None, is_agreed=False, **told)
    return attempt


def again_at(rule, now=None):
    """When one who did not answer is called again: so many working minutes later."""
    return due(calendar_for(), Limit(LimitKind.WORKING_MINUTES, rule.retry_minutes), now or timezone.now()).at


def _attempt(task, by, result, words, follow_up=None):
    talk = interactions.log(
        by=by, summary=f"{task.rule.name}: {result.label}" + (f"\n{words}" if words else ""), channel=Channel.PHONE,
        direction=Direction.OUT, customer=task.customer, contact=task.contact, number=task.contact.phone,
        started_at=task.taken_at, ended_at=timezone.now(), match_strength=MatchStrength.EXACT, follow_up=follow_up,
    )  # fmt: skip
    return CallAttempt.objects.create(
        task=task, n=task.attempts_n + 1, by=by, result=result.value, note=words, interaction=talk
    )


def _wait(task, next_at, *, by, **fields):
    if next_at is None or next_at <= timezone.now():
        raise InvalidTransition(_("Please give a moment that lies ahead."))
    CALL.move(task, TaskState.WAITING, by=by, next_at=next_at, taken_at=None, attempts_n=task.attempts_n, **fields)


def refuse(task, *, by, note="", expected_version=None):
    """The customer did not want to talk."""
    _end(task, TaskState.REFUSED, by, note, expected_version)


def give_up(task, *, by, note="", expected_version=None):
    """The number is wrong, or the attempts are used up."""
    _end(task, TaskState.NOT_REACHED, by, note, expected_version)


def _end(task, state, by, note, expected_version):
    invitation = _invitation(task) if task.invitation_id or (task.rule.wave and task.rule.wave.takes_answers) else None
    if invitation:
        occasions.not_answered(invitation, refused=state == TaskState.REFUSED)
    CALL.move(task, state, by=by, note=note, attempts_n=task.attempts_n, closed_at=timezone.now(),
              expected_version=expected_version)  # fmt: skip


def _invitation(task):
    """The invitation of the call in the wave of its script; None without a script."""
    if task.invitation_id or not task.rule.wave_id:
        return task.invitation
    return occasions.invite(task.rule.wave, contact=task.contact, service_record=task.service_record)


@transaction.atomic
def reach(task, *, by, said, expected_version=None):
    """The customer talked: answers, follow-up, the contact and the end of the call. Returns the CallAttempt."""
    response, invitation, follow_up = None, task.invitation, _follow_up(task, by, said)
    if said.answers is not None:
        invitation = _invitation(task)
        response = occasions.answered(
            invitation, payload=said.answers, by=by, language=said.language, follow_up=follow_up
        )
        follow_up = follow_up or opened_by(response)
    attempt = _attempt(task, by, CallResult.REACHED, said.note, follow_up)
    CALL.move(
        task, TaskState.REACHED, by=by, satisfaction=str(said.satisfaction), note=said.note, response=response,
        lapse_reason=said.lapse_reason, booked_on=said.booked_on, follow_up=follow_up, closed_at=timezone.now(),
        attempts_n=task.attempts_n + 1, invitation=invitation, expected_version=expected_version,
        payload={"satisfaction": str(said.satisfaction)},
    )  # fmt: skip
    return attempt


# What follows ----------------------------------------------------------------------------------------


def _follow_up(task, by, said):
    """The follow-up of what the customer said, or None; low answers to the script join it."""
    reason = _reason(said)
    if reason is None:
        return None
    told = {"day": said.booked_on} if said.booked_on else {}
    titles = {
        language: text % (told | {"about": _about(task, language)}) for language, text in both(TITLES[reason]).items()
    }
    record, project = task.service_record, task.service_record.project if task.service_record else None
    return follow_ups.open_follow_up(
        customer=task.customer, contact=task.contact, reason=reason, title=titles["zh"], title_en=titles["en"],
        detail=_detail(task, said, reason), owner=project.manager if project else None, unit=record.unit if record else None, by=by,
        source="fieldwork.calltask", source_id=task.pk, unique_key=f"fieldwork.calltask:{task.pk}",
    )  # fmt: skip


def opened_by(response):
    """The follow-up that the answers themselves opened: of low answers, else of an opinion."""
    low = response.low_answers.select_related("follow_up").first()
    return low.follow_up if low else opinions.opened_for(response)


def _detail(task, said, reason):
    """The note; with it the day the customer comes, where that is not what the follow-up is about."""
    if not said.booked_on or reason == FollowUpReason.REQUEST:
        return said.note
    return f"{said.note}\n{_('The customer comes on')}: {said.booked_on}"


def _reason(said):
    if said.satisfaction == Satisfaction.DISSATISFIED:
        return FollowUpReason.DISSATISFIED_CALL
    if said.booked_on:
        return FollowUpReason.REQUEST
    return FollowUpReason.OPINION if said.is_opinion and said.note else None


def _about(task, language):
    if task.service_record:
        return getattr(task.service_record, f"name_{language}") or task.service_record.number
    if task.service_due:
        return task.service_due.subject
    return getattr(task.rule, f"name_{language}")


@transaction.atomic
def check(task, *, by, outcome, rating):
    """The lead writes down how it ended with a dissatisfied customer (TEL-08); possible once the follow-up is closed."""
    if task.follow_up and task.follow_up.is_pending:
        raise InvalidTransition(_("The follow-up is still open. Have it finished first, then write down how it ended."))
    return CallCheck.objects.create(task=task, outcome=outcome, rating=Satisfaction(rating).value, by=by)
