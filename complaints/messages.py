"""Message kinds of complaints. Mails are made at sending from the record itself; the outbox holds only its key."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices import Clock
from complaints.codes import code_for
from notifications.kinds import Guarantee, Kind, from_template, register


def _complaint(context):
    from complaints.models import Complaint  # kinds are registered before the models are ready

    rows = Complaint.objects.select_related("complainant", "cycle", "cycle__reply", "decision")
    return rows.filter(pk=context["complaint"]).first()


def _mail(template, message, complaint, subject, **words):
    """The mail to the complainant, in the thread of the mails the record has; None where there is no address any more."""
    from complaints.selectors.mails import headers_for

    if complaint is None or not complaint.complainant.email:
        return None
    return from_template(
        template, {"complaint": complaint, "name": complaint.complainant.name, **words},
        to=complaint.complainant.email, language=message.language,
        subject=subject % {"number": complaint.number, "title": complaint.title}, headers=headers_for(complaint),
    )  # fmt: skip


def _receipt(message, context):
    """With the tracking code where the customer's own form gave one: it is made again from the key of the form."""
    from complaints.public.words import written

    complaint, words = _complaint(context), {}
    if complaint is not None and complaint.code_hash:
        link = f"{settings.BASE_URL}{reverse('voice:track')}?number={complaint.number}"
        words = {"code": written(code_for(complaint.form_key)), "link": link}
    subject = _("[%(number)s] We have received it: %(title)s")
    return _mail("complaint_receipt", message, complaint, subject, **words)


def _reply(message, context):
    from complaints.models import Reply

    reply = Reply.objects.filter(pk=context["reply"]).first()
    return _mail("complaint_reply", message, _complaint(context), _("[%(number)s] Our reply: %(title)s"), reply=reply)


def _reply_sent(message):
    from complaints.services import replies

    replies.mark_sent(message.context["reply"], message.sent_at or timezone.now())


def _reply_failed(message, permanent):
    from complaints.services import replies

    replies.mark_failed(message.context["reply"], message.error)


def _decision(message, context):
    complaint = _complaint(context)
    subject = _("[%(number)s] What we decided: %(title)s")
    return _mail("suggestion_decision", message, complaint, subject)


def _decision_sent(message):
    from complaints.services import suggestions

    suggestions.mark_told(
        message.context["complaint"], message.context["decided_at"], message.sent_at or timezone.now()
    )


def _answer(message, context):
    from customers.models import Interaction

    said = Interaction.objects.filter(pk=context["interaction"]).values_list("summary", flat=True).first()
    return _mail("complaint_answer", message, _complaint(context), _("[%(number)s] Our answer: %(title)s"), text=said)


# Mails -----------------------------------------------------------------------------------------------


def _item(pk):
    from complaints.models import MailItem

    return MailItem.objects.select_related("complaint__complainant").filter(pk=pk).first()


def _mail_receipt(message, context):
    """That a mail came, before anybody has read it; None when somebody answered meanwhile."""
    from complaints.choices import MailState
    from complaints.selectors.mails import thread_headers

    item = _item(context["mail"])
    if item is None or not item.sender or item.state not in (MailState.NEW, MailState.OPEN):
        return None
    return from_template(
        "mail_receipt", {"name": item.sender_name, "item": item}, to=item.sender, language=message.language,
        subject=_again(item), headers={**thread_headers(item), "Auto-Submitted": "auto-replied", "Precedence": "bulk"},
    )  # fmt: skip


def _mail_reply(message, context):
    """What a colleague answered, in the customer's thread."""
    from complaints.models import MailReply
    from complaints.selectors.mails import thread_headers

    reply = MailReply.objects.filter(pk=context["reply"]).first()
    item = _item(reply.item_id) if reply else None
    if item is None or not item.sender:
        return None
    return from_template(
        "complaint_answer", {"complaint": item.complaint, "name": item.sender_name, "text": reply.text}, to=item.sender,
        language=message.language, subject=_again(item), headers={**thread_headers(item), "Auto-Submitted": "no"},
    )  # fmt: skip


def _again(item):
    """Re: and the subject, with the number of the record where it is not in there yet."""
    subject = item.subject if item.subject[:3].lower() == "re:" else f"Re: {item.shown_subject}"
    number = item.complaint.number if item.complaint_id else ""
    return subject if not number or number in subject else f"{subject} [{number}]"


def _mail_reply_sent(message):
    from complaints.services import mail_replies

    mail_replies.mark_sent(message.context["reply"], message.sent_at or timezone.now())


def _mail_reply_failed(message, permanent):
    from complaints.services import mail_replies

    mail_replies.mark_failed(message.context["reply"], message.error)


def _mail_reply_bounced(message):
    from complaints.services import mail_replies

    mail_replies.mark_failed(message.context["reply"], message.bounce_reason)


def _reply_bounced(message):
    from complaints.services import replies

    replies.mark_failed(message.context["reply"], message.bounce_reason)


def _mail_late(context):
    return _("A mail waits longer than 24 hours: %(subject)s") % {"subject": context["subject"]}


def _moment(text):
    return date_format(timezone.localtime(datetime.fromisoformat(text)), "SHORT_DATETIME_FORMAT")


def _about(text):
    return lambda context: text % {"number": context["number"], "title": context["title"]}


def _clock(context):
    text = {
        120: _("%(clock)s long overdue since %(due)s: %(number)s %(title)s"),
        100: _("%(clock)s late since %(due)s: %(number)s %(title)s"),
        80: _("%(clock)s due %(due)s, little time left: %(number)s %(title)s"),
    }.get(context["percent"], _("%(clock)s due %(due)s, half the time is used: %(number)s %(title)s"))
    return text % {**context, "clock": Clock(context["clock"]).label, "due": _moment(context["due"])}


def _clock_mail(message, context):
    """To colleagues; None where it was answered meanwhile."""
    complaint = _complaint(context)
    if complaint is None or complaint.cycle.stopped_at(context["clock"]) or not complaint.is_open:
        return None
    return from_template(
        "action", {"intro": _clock(context), "button": _("Open the record"), "link": settings.BASE_URL + complaint.get_absolute_url()},
        to=message.to_user.email, language=message.language, subject=_clock(context),
    )  # fmt: skip


def _extended(message, context):
    """The new day, in the customer's words; None where it was answered meanwhile."""
    from complaints.models import Extension

    complaint, extension = _complaint(context), Extension.objects.filter(pk=context["extension"]).first()
    if (
        complaint is None
        or extension is None
        or complaint.cycle_id != extension.cycle_id
        or not complaint.cycle.is_open
    ):
        return None
    due = date_format(timezone.localtime(extension.new_due), "DATETIME_FORMAT")
    text = extension.told + "\n\n" + _("You hear the result by %(due)s.") % {"due": due}
    return _mail("complaint_answer", message, complaint, _("[%(number)s] We need more time: %(title)s"), text=text)


def _extended_sent(message):
    from complaints.services import extensions

    extensions.mark_told(message.context["extension"], message.sent_at or timezone.now())


def _extended_failed(message, permanent=True):
    from complaints.services import extensions

    extensions.mark_not_told(message.context["extension"], message.error or message.bounce_reason)


def _progress(message, context):
    from complaints.models import ProgressReport

    text = ProgressReport.objects.filter(pk=context["progress"]).values_list("text", flat=True).first()
    return _mail(
        "complaint_answer", message, _complaint(context), _("[%(number)s] Where things stand: %(title)s"), text=text
    )


def _progress_sent(message):
    from complaints.services import progress

    progress.mark_sent(message.context["progress"], message.sent_at or timezone.now())


def _progress_failed(message, permanent=True):
    from complaints.services import progress

    progress.mark_failed(message.context["progress"], message.error or message.bounce_reason)


def _clocks_differ(context):
    return _("The nightly check found %(n)s due moments that do not follow from their facts") % context


register(
    Kind("complaints.extended", gettext_lazy("More time, told to the customer"), render=_extended, on_sent=_extended_sent,
         on_failed=_extended_failed, on_bounced=_extended_failed, guarantee=Guarantee.AT_MOST_ONCE)
)  # fmt: skip
register(
    Kind("complaints.progress", gettext_lazy("Where things stand, told to the customer"), render=_progress,
         on_sent=_progress_sent, on_failed=_progress_failed, on_bounced=_progress_failed, guarantee=Guarantee.AT_MOST_ONCE)
)  # fmt: skip
register(Kind("complaints.clocks_differ", gettext_lazy("Clocks that do not add up"), line=_clocks_differ))
register(Kind("complaints.receipt", gettext_lazy("Receipt of a complaint"), render=_receipt))
register(
    Kind(
        "complaints.reply",
        gettext_lazy("Reply to a complaint"),
        render=_reply,
        on_sent=_reply_sent,
        on_failed=_reply_failed,
        on_bounced=_reply_bounced,
        guarantee=Guarantee.AT_MOST_ONCE,
    )
)
register(
    Kind("complaints.decision", gettext_lazy("Decision on a suggestion"), render=_decision, on_sent=_decision_sent)
)
register(
    Kind("complaints.answer", gettext_lazy("Answer to an enquiry"), render=_answer, guarantee=Guarantee.AT_MOST_ONCE)
)
register(
    Kind(
        "complaints.mail_receipt",
        gettext_lazy("Receipt of a mail"),
        render=_mail_receipt,
        guarantee=Guarantee.AT_MOST_ONCE,
    )
)
register(
    Kind(
        "complaints.mail_reply",
        gettext_lazy("Answer to a mail"),
        render=_mail_reply,
        on_sent=_mail_reply_sent,
        on_failed=_mail_reply_failed,
        on_bounced=_mail_reply_bounced,
        guarantee=Guarantee.AT_MOST_ONCE,
    )
)
register(Kind("complaints.mail_late", gettext_lazy("Mail not answered in time"), line=_mail_late))
register(Kind("complaints.clock", gettext_lazy("Clock of a complaint"), render=_clock_mail, line=_clock))
LINES = {
    "assigned": (gettext_lazy("Complaint assigned"), gettext_lazy("For you to handle: %(number)s %(title)s")),
    "given_back": (gettext_lazy("Complaint given back"), gettext_lazy("Given back, to be assigned anew: %(number)s %(title)s")),
    "to_review": (gettext_lazy("Reply to review"), gettext_lazy("A reply waits for your review: %(number)s %(title)s")),
    "sent_back": (gettext_lazy("Reply sent back"), gettext_lazy("Your reply was sent back: %(number)s %(title)s")),
    "to_tell": (gettext_lazy("Reply to tell"), gettext_lazy("An approved reply waits to be told: %(number)s %(title)s")),
    "redo": (gettext_lazy("Handled again"), gettext_lazy("The customer says it is not resolved: %(number)s %(title)s")),
    "end_asked": (gettext_lazy("End of a record asked for"), gettext_lazy("An end waits for your decision: %(number)s %(title)s")),
    "end_refused": (gettext_lazy("End of a record refused"), gettext_lazy("Not ended, it goes its way: %(number)s %(title)s")),
    "mail_came": (gettext_lazy("Mail of the customer"), gettext_lazy("The customer wrote: %(number)s %(title)s")),
    "mail_failed": (gettext_lazy("Answer not delivered"), gettext_lazy("Your answer by mail did not arrive: %(number)s %(title)s")),
    "handed_to_unit": (gettext_lazy("Handed to your unit"), gettext_lazy("Your unit is responsible now: %(number)s %(title)s")),
    "remind": (gettext_lazy("Reminder of a record"), gettext_lazy("A lead reminds you, please look at it: %(number)s %(title)s")),
    "risk_noticed": (gettext_lazy("Early risk noticed"), gettext_lazy("A colleague noticed a risk: %(number)s %(title)s")),
    "risk_measure": (gettext_lazy("Measure against a risk"), gettext_lazy("For you to put into effect: %(number)s %(title)s")),
    "risk_closed": (gettext_lazy("Early risk closed"), gettext_lazy("What you noticed is closed: %(number)s %(title)s")),
    "due_moved": (gettext_lazy("Due day moved"),
                  gettext_lazy("The working calendar changed, so the due day moved: %(number)s %(title)s")),
    "due_moved_by_policy": (gettext_lazy("Other clocks after the assessment"),
                            gettext_lazy("After the assessment other limits count: %(number)s %(title)s")),
    "pause_asked": (gettext_lazy("Pause asked for"), gettext_lazy("A pause waits for your decision: %(number)s %(title)s")),
    "pause_granted": (gettext_lazy("Pause granted"), gettext_lazy("The clock stands still: %(number)s %(title)s")),
    "pause_refused": (gettext_lazy("Pause refused"), gettext_lazy("No pause, the clock runs on: %(number)s %(title)s")),
    "resumed": (gettext_lazy("Pause over"), gettext_lazy("The clock runs again: %(number)s %(title)s")),
    "extension_asked": (gettext_lazy("More time asked for"), gettext_lazy("More time waits for your decision: %(number)s %(title)s")),
    "extension_approved": (gettext_lazy("More time granted"), gettext_lazy("The result is due later: %(number)s %(title)s")),
    "extension_rejected": (gettext_lazy("More time refused"), gettext_lazy("No more time, the day stays: %(number)s %(title)s")),
    "progress_owed": (gettext_lazy("Tell the customer where things stand"),
                      gettext_lazy("Tell the customer where things stand: %(number)s %(title)s")),
}  # fmt: skip
for _code, (_title, _line) in LINES.items():
    register(Kind(f"complaints.{_code}", _title, line=_about(_line)))

import complaints.messages_learning  # noqa: E402, F401  (its kinds stand on a page of their own)
