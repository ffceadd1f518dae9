"""The reply: drafted by the handler, approved by somebody else, told to the customer (CMP-20–22)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices import Clock, Part, ReplyForm, State
from complaints.models import Complaint, Reply
from complaints.selectors.people import eligible
from complaints.selectors.working import has_conflict
from complaints.services import conversations, cycles, merging
from complaints.services.people import take_part, tell
from complaints.signals import complaint_substantiated
from complaints.workflows import LEDGER
from core.workflow import InvalidTransition, edit, record, start
from customers.choices import Channel
from notifications.services import outbox


@transaction.atomic
def draft(complaint, *, by, expected_version=None, **texts):
    """Write or change the reply of the current cycle: measures, result, meaning, thanks, form."""
    if complaint.state != State.HANDLING:
        raise InvalidTransition(_("The reply is written while the complaint is being handled."))
    take_part(complaint, by, Part.HANDLED)
    reply = Reply.objects.filter(cycle=complaint.cycle).first()
    if reply is None:
        reply = start(Reply(cycle=complaint.cycle, author=by, **texts), by=by)
        record(complaint, "drafted", by=by)
        return reply
    return edit(reply, by=by, expected_version=expected_version, author=by, **texts)


@transaction.atomic
def submit(complaint, *, by, comment="", expected_version=None):
    """Hand the reply in for review. Raises InvalidTransition while responsibility or reply is missing."""
    reply = Reply.objects.filter(cycle=complaint.cycle).first()
    if not complaint.cycle.determinations.exists():
        raise InvalidTransition(_("Please determine the responsibility first."))
    if reply is None:
        raise InvalidTransition(_("Please write the reply first."))
    if reply.form == ReplyForm.MAIL and not complaint.complainant.email:
        raise InvalidTransition(_("There is no e-mail address. Choose a reply by phone or as a written report."))
    if has_conflict(complaint):
        raise InvalidTransition(_("The departments disagree. Please have it settled on their thread first."))
    LEDGER.move(complaint, State.REVIEW, by=by, comment=comment, expected_version=expected_version)
    tell("to_review", complaint, eligible(complaint, "complaints.review_reply", Part.REVIEWED), by=by)
    return complaint


@transaction.atomic
def send_back(complaint, *, by, comment, expected_version=None):
    """The reply is not good enough yet; ``comment`` says what is missing."""
    take_part(complaint, by, Part.REVIEWED)
    LEDGER.move(complaint, State.HANDLING, by=by, comment=comment, expected_version=expected_version)
    tell("sent_back", complaint, [complaint.handler], by=by)
    return complaint


@transaction.atomic
def approve(complaint, *, by, comment="", expected_version=None):
    """The reply stands from now on; a mailed one goes out, another is told by a person (``record_told``).

    Responsibility is settled with it: ``complaint_substantiated`` is sent where we are (partly) responsible.
    """
    take_part(complaint, by, Part.REVIEWED)
    cycle = complaint.cycle
    reply, determination = Reply.objects.get(cycle=cycle), cycle.determinations.last()
    LEDGER.move(complaint, State.REPLIED, by=by, comment=comment, expected_version=expected_version,
                payload={"verdict": determination.verdict, "form": reply.form})  # fmt: skip
    edit(reply, by=by, event="approved", reviewer=by, approved_at=timezone.now())
    cycles.write(cycle, verdict=determination.verdict)
    if reply.form == ReplyForm.MAIL:
        outbox.queue("complaints.reply", context={"complaint": complaint.pk, "reply": reply.pk},
                     language=complaint.language, dedupe_key=f"complaints.reply:{reply.pk}")  # fmt: skip
    else:
        tell("to_tell", complaint, [complaint.handler], by=by)
    merging.tell_parts(complaint, reply)
    if determination.is_substantiated:
        complaint_substantiated.send(sender=Complaint, complaint=complaint, determination=determination)
    return complaint


@transaction.atomic
def mark_sent(reply_pk, at):
    """The mail with the reply went out at ``at``: log it as a contact and stop the clocks. Safe to repeat."""
    reply = Reply.objects.select_for_update(of=("self",)).select_related("author").get(pk=reply_pk)
    if reply.sent_at is None:
        complaint = Complaint.objects.select_related("cycle", "complainant", "customer", "contact").get(
            cycle=reply.cycle_id
        )
        conversations.log(complaint, by=reply.author, channel=Channel.MAIL, summary=reply.result, started_at=at)
        _told(complaint, reply, at=at, by=reply.author)


@transaction.atomic
def mark_failed(reply_pk, error):
    """The mail did not reach the customer: the task is open again, its clock too, and the handler tells it in another way.

    A reply that was called back about or told since then has arrived.
    """
    reply = Reply.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=reply_pk)
    complaint = Complaint.objects.select_related("handler", "cycle").filter(cycle=reply.cycle_id).first()
    if complaint is None:  # handled anew meanwhile
        return
    record(complaint, "reply_failed", by=None, comment=error[:300])
    if (
        reply.sent_at is not None
        and complaint.state == State.REPLIED
        and not reply.cycle.call_backs.filter(reached=True)
    ):
        edit(reply, by=None, event="reply_returned", sent_at=None)
        cycles.run_again(complaint.cycle, Clock.RESULT)
    tell("to_tell", complaint, [complaint.handler], key=f"failed:{reply.pk}")


@transaction.atomic
def record_told(complaint, *, by, summary, channel=Channel.PHONE, reached=True):
    """Somebody told the approved reply by phone or handed it over; the third call in vain counts as told."""
    reply = Reply.objects.select_for_update().filter(cycle=complaint.cycle, sent_at=None).first()
    if reply is None or not reply.is_approved:
        raise InvalidTransition(_("There is no approved reply that still has to be told."))
    talk = conversations.log(complaint, by=by, channel=channel, summary=summary, reached=reached)
    since = complaint.cycle.conversations.filter(reached=False, interaction__started_at__gte=reply.approved_at).count()
    if reached or since >= conversations.ATTEMPTS:
        _told(complaint, reply, at=talk.interaction.started_at, by=by)
    return reply


def _told(complaint, reply, *, at, by):
    edit(reply, by=by, event="told", sent_at=at)
    record(complaint, "told", by=by)
    cycles.stop_clock(complaint.cycle, Clock.RESULT, at=at, by=by)
