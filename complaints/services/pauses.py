"""A cycle stands still for a listed reason: asked for by the handler, granted by a lead (S3), over on its day, when the
customer answers, or when the handler goes on. The first response is owed all the same.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints.choices import PauseEnd, PauseState, State
from complaints.models import Complaint, Pause
from complaints.selectors import policies, requests
from complaints.selectors.people import leads
from complaints.services import cycles, timing
from complaints.services.people import tell
from complaints.workflows import LEDGER, PAUSES
from core.workflow import InvalidTransition, record, start
from core.worktime.store import calendar_for
from customers.choices import Direction


@transaction.atomic
def ask(complaint, *, by, reason, resume_on, comment, expected_version=None):
    """Ask for a pause until ``resume_on``. Where the reason is that we wait for the customer, and somebody has asked the
    customer in this cycle, it begins at once; otherwise a lead decides. Returns the Pause.
    """
    if complaint.state != State.HANDLING:
        raise InvalidTransition(_("Only a record that is being handled is paused."))
    if requests.current_pause(complaint):
        raise InvalidTransition(_("A pause of this record has been asked for already."))
    cycle, now = complaint.cycle, timezone.now()
    calendar = calendar_for()
    pause = Pause(
        cycle=cycle, reason=reason, comment=comment, resume_on=resume_on, requested_by=by,
        resume_at=timing.opening_of(resume_on, calendar), is_automatic=reason.is_automatic and has_asked(cycle),
    )  # fmt: skip
    check(pause, now, calendar)
    start(pause, by=by, comment=comment)
    requests.forget(complaint)
    if pause.is_automatic:
        _begin(complaint, pause, now, by=by, expected_version=expected_version)
        return pause
    record(
        complaint, "pause_asked", by=by, comment=comment, payload={"pause": pause.pk, "until": resume_on.isoformat()}
    )
    tell("pause_asked", complaint, leads(complaint), by=by, key=f"pause:{pause.pk}")
    return pause


def has_asked(cycle):
    """Whether somebody asked the customer in this cycle: a contact of ours that reached the person."""
    return cycle.conversations.filter(reached=True, interaction__direction=Direction.OUT).exists()


def check(pause, now, calendar):
    """Raises InvalidTransition for a day that has come, or a pause longer than its policy allows."""
    if pause.resume_at <= now:
        raise InvalidTransition(_("Give a day to come on which it goes on."))
    one, together = policies.caps_of(pause.cycle)
    per_day = calendar.minutes_per_day
    wanted = calendar.between(now, pause.resume_at)
    if wanted > one * per_day:
        raise InvalidTransition(
            ngettext("A pause takes %(n)s working day at most.", "A pause takes %(n)s working days at most.", one)
            % {"n": one}
        )
    if wanted + timing.paused_minutes(pause.cycle, calendar) > together * per_day:
        text = ngettext(
            "All pauses of a cycle take %(n)s working day at most.",
            "All pauses of a cycle take %(n)s working days at most.", together,
        )  # fmt: skip
        raise InvalidTransition(text % {"n": together})


@transaction.atomic
def grant_pause(complaint, *, by, comment="", expected_version=None):
    """Another person agrees: the clock of the result stands still from now on."""
    pause, now = _asked(complaint, by=by), timezone.now()
    check(pause, now, calendar_for())
    _begin(complaint, pause, now, by=by, comment=comment, expected_version=expected_version,
           decided_by=by, decided_at=now, decision=comment)  # fmt: skip
    tell("pause_granted", complaint, [complaint.handler], by=by, key=f"pause:{pause.pk}")
    return complaint


@transaction.atomic
def refuse_pause(complaint, *, by, comment):
    """The clock runs on, and why."""
    pause = _asked(complaint, by=by)
    PAUSES.move(
        pause, PauseState.REFUSED, by=by, comment=comment, decided_by=by, decided_at=timezone.now(), decision=comment
    )
    record(complaint, "pause_refused", by=by, comment=comment, payload={"pause": pause.pk})
    requests.forget(complaint)
    tell("pause_refused", complaint, [pause.requested_by], by=by, key=f"pause:{pause.pk}")
    return complaint


def _asked(complaint, *, by):
    pause = requests.waiting_pause(complaint)
    if pause is None:
        raise InvalidTransition(_("Nobody asks for a pause of this record any more."))
    if pause.requested_by_id == by.pk:
        raise InvalidTransition(_("Who asked for a pause does not decide on it."))
    return pause


def _begin(complaint, pause, now, *, by, comment="", expected_version=None, **decision):
    cycle = complaint.cycle
    left = timing.left_of(cycle, now)
    PAUSES.move(pause, PauseState.RUNNING, by=by, comment=comment, started_at=now, **decision)
    LEDGER.move(
        complaint, State.SUSPENDED, by=by, comment=comment or pause.comment, expected_version=expected_version,
        payload={"pause": pause.pk, "until": pause.resume_on.isoformat(), "left": left},
    )  # fmt: skip
    cycles.write(cycle, paused_at=now, paused_left=left, **_moments(cycle))
    requests.forget(complaint)


def _moments(cycle):
    cycle._prefetched_objects_cache = {}
    return timing.moments_of(cycle)


@transaction.atomic
def resume(complaint, *, by=None, comment="", why=PauseEnd.PERSON, at=None, expected_version=None):
    """It goes on: the pause is over at ``at`` (now), and the result is due by what is left. Tells the handler."""
    requests.forget(complaint)
    pause = requests.current_pause(complaint)
    if complaint.state != State.SUSPENDED or pause is None or pause.state != PauseState.RUNNING:
        raise InvalidTransition(_("This record is not paused."))
    at = max(at or timezone.now(), pause.started_at)
    PAUSES.move(pause, PauseState.ENDED, by=by, comment=comment, ended_at=at, ended_by=PauseEnd(why).value)
    LEDGER.move(
        complaint, State.HANDLING, by=by, comment=comment, expected_version=expected_version,
        payload={"pause": pause.pk, "why": PauseEnd(why).value},
    )  # fmt: skip
    cycle = complaint.cycle
    cycles.write(cycle, paused_at=None, paused_left=None, **_moments(cycle))
    requests.forget(complaint)
    tell("resumed", complaint, [complaint.handler], by=by, key=f"resumed:{pause.pk}")
    return complaint


def customer_answered(complaint):
    """The customer wrote, called or added something: what waits for that goes on. Safe to repeat."""
    if complaint.state != State.SUSPENDED:
        return
    pause = requests.current_pause(complaint)
    if pause is not None and pause.state == PauseState.RUNNING and pause.reason.ends_on_reply:
        resume(complaint, why=PauseEnd.REPLY)


def over(now=None):
    """Paused records whose day has come."""
    rows = Complaint.objects.filter(
        state=State.SUSPENDED,
        cycle__pauses__state=PauseState.RUNNING,
        cycle__pauses__resume_at__lte=now or timezone.now(),
    )
    return rows.select_related("cycle__policy", "handler").order_by("pk")


def end_by_date(complaint):
    """Its day came: the pause was over at that moment, however late this is noticed."""
    pause = requests.current_pause(complaint)
    if pause is not None and pause.resume_at <= timezone.now():
        resume(complaint, why=PauseEnd.DATE, at=pause.resume_at)
