"""Answers by mail: out once or listed as unknown, in the customer's thread; only what left stops a clock (decision 15)."""

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.choices import MailState
from complaints.models import MailItem, MailReply
from complaints.services import conversations
from complaints.services.mail_clock import breach_of
from complaints.services.people import tell
from complaints.workflows import MAILS
from core.workflow import InvalidTransition, compare_and_set, record
from customers.choices import Channel
from notifications.choices import MessageState
from notifications.services import outbox

GONE_WRONG = (MessageState.FAILED, MessageState.CANCELLED)


@transaction.atomic
def write(item, *, by, text, promised_on=None, expected_version=None):
    """Answer a mail of a record; with ``promised_on`` only that it takes until then (DSK-06). Returns the MailReply.

    Raises InvalidTransition while an earlier answer is still on its way, or nobody knows whether it left.
    """
    if item.state not in MailState.answerable():
        raise InvalidTransition(_("This mail is not waiting for an answer."))
    if not item.sender:
        raise InvalidTransition(
            _("There is no e-mail address. Answer by phone and log the conversation on the record.")
        )
    compare_and_set(item, expected_version=expected_version)
    on_its_way = item.replies.filter(sent_at=None).exclude(message__state__in=GONE_WRONG)
    if on_its_way.exists():
        raise InvalidTransition(_("An earlier answer is still on its way. See what became of it first."))
    reply = MailReply.objects.create(item=item, text=text, promised_on=promised_on, by=by)
    message = outbox.queue(
        "complaints.mail_reply", context={"complaint": item.complaint_id, "reply": reply.pk}, language=item.language
    )
    MailReply.objects.filter(pk=reply.pk).update(message=message)
    reply.message = message
    record(item, "interim_written" if promised_on else "answer_written", by=by, payload={"reply": reply.pk})
    return reply


@transaction.atomic
def mark_sent(reply_pk, at):
    """The answer left at ``at``: log it as a contact, which stops the record's response clock, and end the 24 hours."""
    reply = MailReply.objects.select_for_update(of=("self",)).select_related("by", "item").get(pk=reply_pk)
    if reply.sent_at is not None:
        return
    MailReply.objects.filter(pk=reply.pk).update(sent_at=at)
    item = MailItem.objects.select_for_update(of=("self",)).get(pk=reply.item_id)
    complaint = item.complaint
    conversations.log(
        complaint, by=reply.by, channel=Channel.MAIL, summary=reply.text, started_at=at, answers_mails=False
    )
    if item.state not in MailState.answerable():
        return  # somebody settled it in another way meanwhile
    if reply.is_interim and item.state == MailState.OPEN:
        MAILS.move(
            item, MailState.INTERIM, by=reply.by, interim_at=at, promised_on=reply.promised_on, **breach_of(item, at)
        )
    elif reply.is_interim:
        MailItem.objects.filter(pk=item.pk).update(promised_on=reply.promised_on)
        record(item, "promised_again", by=reply.by, payload={"promised_on": reply.promised_on.isoformat()})
    else:
        MAILS.move(item, MailState.ANSWERED, by=reply.by, answered_at=at, **breach_of(item, at))


@transaction.atomic
def mark_failed(reply_pk, error):
    """The answer did not reach the customer: the mail waits (again), and who wrote hears of it. Safe to repeat."""
    reply = MailReply.objects.select_related("by", "item__complaint").get(pk=reply_pk)
    item = MailItem.objects.select_for_update(of=("self",)).get(pk=reply.item_id)
    ended_by_it = reply.sent_at and {
        MailState.ANSWERED: item.answered_at == reply.sent_at, MailState.INTERIM: item.interim_at == reply.sent_at
    }.get(item.state)  # fmt: skip
    if ended_by_it:
        MAILS.move(
            item, MailState.OPEN, by=None, comment=error[:300], answered_at=None, interim_at=None, promised_on=None
        )
    else:
        record(item, "answer_failed", by=None, comment=error[:300])
    tell("mail_failed", reply.item.complaint, [reply.by], key=f"mail_reply:{reply.pk}")
