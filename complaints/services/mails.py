"""Mail to the service desk: taken in as a row of its own, put to its record where that is certain, taken by a person where not."""

import re
import unicodedata
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices import Doubt, MailState
from complaints.models import Complaint, MailItem
from complaints.models.mail import ANSWER_WITHIN
from complaints.selectors import people
from complaints.services.pauses import customer_answered
from complaints.services.people import tell
from complaints.services.registration import register as register_record
from complaints.workflows import MAILS
from core import attachments
from core.i18n import CHINESE
from core.workflow import InvalidTransition, record, start
from customers.choices import Channel
from customers.models import ContactPerson
from customers.names import email_form, grams
from notifications.services import inbound, outbox

NUMBER = re.compile(r"(?<![A-Z0-9])(?:TS|JY|ZX|BY)-\d{4}-\d{6}(?!\d)")
HAN = re.compile(r"[\u4e00-\u9fff]")
SEARCHED = 20_000  # characters of a mail that can be found by their words
FILES = 20  # of one mail; more are listed as not taken
RECEIPTS = 3  # automatic receipts that one address gets within RECEIPT_WINDOW
RECEIPT_WINDOW = timedelta(hours=24)


# Taking in -------------------------------------------------------------------------------------------


def take_in(mail, letter):
    """Make the item of a mail that a person wrote (notifications.inbound.takers). Returns the MailItem."""
    complaint, follows = _thread(mail, letter)
    named = complaint or _named(letter.subject)
    is_party = named is not None and is_from_party(named, letter.sender)
    doubt = Doubt.FORGED if letter.is_doubted else Doubt.STRANGER if named is not None and not is_party else ""
    if named is not None and doubt:
        place = {"related": named, "state": MailState.HELD}
    elif named is not None and named.is_open:
        place = {"complaint": named, "state": MailState.OPEN}
    else:
        place = {"related": named, "state": MailState.NEW}
    item = MailItem(
        mail=mail, doubt=str(doubt), follows=follows, contact=_contact(letter.sender), received_at=mail.received_at,
        answer_due=mail.received_at + ANSWER_WITHIN, sender=letter.sender, sender_name=letter.sender_name,
        subject=letter.subject, text=letter.text, words=grams(letter.subject, letter.text[:SEARCHED]),
        message_id=letter.message_id[:255], references=_chain(letter), problems=list(letter.problems),
        language=_language(letter), **place,
    )  # fmt: skip
    item.is_acknowledged = _deserves_receipt(item, letter)
    start(item, by=None)
    _keep_files(item, letter)
    if item.is_acknowledged:
        outbox.queue("complaints.mail_receipt", context={"mail": item.pk}, language=item.language,
                     dedupe_key=f"complaints.mail_receipt:{item.pk}")  # fmt: skip
    if item.complaint is not None:
        _came(item)
    return item


def _thread(mail, letter):
    """(record, earlier mail) of what the letter answers: our own Message-IDs first, then those of mails we have."""
    if mail.answers is not None:
        context = mail.answers.context
        earlier = MailItem.objects.filter(pk=context["mail"]).first() if context.get("mail") else None
        pk = context.get("complaint") or (earlier.complaint_id if earlier else None)
        return (Complaint.objects.filter(pk=pk).first() if pk else None), earlier
    ids = [one for one in letter.answered_ids if len(one) <= 255]
    earlier = MailItem.objects.filter(message_id__in=ids).select_related("complaint").first() if ids else None
    if earlier is None or email_form(earlier.sender) != email_form(letter.sender):
        return None, None  # others know the Message-ID of a customer's mail; ours only who had the mail
    return earlier.complaint, earlier


def _named(subject):
    """The record whose number stands in the subject, in any writing of it."""
    found = NUMBER.search(unicodedata.normalize("NFKC", subject).upper())
    return Complaint.objects.filter(number=found[0]).first() if found else None


def is_from_party(complaint, address):
    """Whether ``address`` is the complainant's or that of a contact person of the customer."""
    if not address:
        return False
    if email_form(complaint.complainant.email) == email_form(address):
        return True
    return bool(complaint.customer_id) and (
        ContactPerson.objects.present().with_email(address).filter(customer=complaint.customer_id).exists()
    )


def _contact(address):
    """The contact person with this address, if there is exactly one."""
    found = list(ContactPerson.objects.present().with_email(address).select_related("customer")[:2]) if address else []
    return found[0] if len(found) == 1 else None


def _chain(letter):
    """Message-IDs that an answer names in References: the beginning and the latest of the thread, and the mail itself."""
    ids = list(dict.fromkeys((*letter.references, *letter.in_reply_to, *filter(None, [letter.message_id]))))
    return ids if len(ids) <= 12 else [ids[0], *ids[-11:]]


def _language(letter):
    text = f"{letter.subject}\n{letter.text[:2000]}"
    return CHINESE if HAN.search(text) or not re.search(r"[A-Za-z]{3}", text) else "en"


def _deserves_receipt(item, letter):
    """An automatic receipt goes out once for a thread, never to programs or doubted senders, and rarely to one address."""
    if item.state != MailState.NEW or item.follows is not None or item.doubt or not letter.may_be_acknowledged:
        return False
    ours = {
        email_form(address)
        for address in (settings.PORTAL["email"], settings.DEFAULT_FROM_EMAIL, settings.BOUNCE_ADDRESS)
    }
    if email_form(letter.sender) in ours:
        return False
    since = timezone.now() - RECEIPT_WINDOW
    earlier = MailItem.objects.from_address(letter.sender).filter(is_acknowledged=True, created_at__gte=since)
    return earlier.count() < RECEIPTS


def _keep_files(item, letter):
    """Store what is safe; what is not is listed with the reason, and stays in the stored mail."""
    refused = []
    for number, file in enumerate(letter.files):
        try:
            if number >= FILES:
                raise ValidationError(_("More than %(n)s files.") % {"n": FILES})
            attachments.add(item, SimpleUploadedFile(attachments.clean_name(file.name), file.content), by=None)
        except ValidationError as error:
            refused.append({"name": attachments.clean_name(file.name), "why": " ".join(error.messages)})
    if refused:
        MailItem.objects.filter(pk=item.pk).update(refused=refused)
        item.refused = refused


def _came(item):
    """Write into the record that a mail of its customer came, and tell who handles it."""
    complaint = item.complaint
    record(complaint, "mail_came", by=None, payload={"mail": item.pk})
    tell("mail_came", complaint, [complaint.handler or complaint.receiver or item.taken_by], key=f"mail:{item.pk}")
    customer_answered(complaint)


# Taking on -------------------------------------------------------------------------------------------


@transaction.atomic
def take_mail(item, *, by, complaint, comment="", expected_version=None):
    """Put a mail to an open record, with its files; what the same person wrote after it in the thread comes along."""
    if not complaint.is_open:
        raise InvalidTransition(_("This record has ended. Open it again, or register a new one that repeats it."))
    MAILS.move(item, MailState.OPEN, by=by, comment=comment, expected_version=expected_version, complaint=complaint,
               taken_by=by, payload={"complaint": complaint.pk})  # fmt: skip
    _hand_over_files(item, complaint, by=by)
    _came(item)
    followers = item.followers.filter(state=MailState.NEW, sender_index=item.sender_index).exclude(sender_index="")
    for follower in followers:
        take_mail(follower, by=by, complaint=complaint)
    return item


def _hand_over_files(item, complaint, *, by):
    """The record gets files of its own: it may be seen by others than the mail, and forgotten at another time."""
    for row in attachments.of(item):
        with row.file.open("rb") as file:
            attachments.add(complaint, SimpleUploadedFile(row.name, file.read()), by=by)


@transaction.atomic
def register(item, *, by, expected_version=None, **values):
    """A new record of what the mail says, received when the mail was. Returns the Complaint."""
    complaint, _code = register_record(
        by=by, **values | {"channel": Channel.MAIL, "received_at": item.received_at, "form_key": f"mail:{item.pk}",
                           "receipt": not item.is_acknowledged},
    )  # fmt: skip
    take_mail(item, by=by, complaint=complaint, expected_version=expected_version)
    return complaint


@transaction.atomic
def dismiss_mail(item, *, by, comment, expected_version=None):
    """The mail is no matter of ours: advertising, a wrong address. It stays in the archive with the reason."""
    MAILS.move(item, MailState.DISMISSED, by=by, comment=comment, expected_version=expected_version)
    return item


@transaction.atomic
def take_back_mail(item, *, by, comment="", expected_version=None):
    """It was a matter of ours after all."""
    MAILS.move(item, MailState.NEW, by=by, comment=comment, expected_version=expected_version)
    return item


@transaction.atomic
def release_mail(item, *, by, comment, expected_version=None):
    """Somebody made sure who wrote it: from now on it is a mail like any other."""
    MAILS.move(item, MailState.NEW, by=by, comment=comment, expected_version=expected_version, doubt="")
    return item


@transaction.atomic
def settle_mail(item, *, by, comment, expected_version=None):
    """Nothing has to be answered, for example a word of thanks."""
    MAILS.move(item, MailState.NO_REPLY, by=by, comment=comment, expected_version=expected_version)
    return item


# Clock -----------------------------------------------------------------------------------------------


def late():
    """Mails whose 24 hours are over, and nobody has written that down yet."""
    rows = MailItem.objects.filter(state__in=MailState.unanswered(), breached_at=None, answer_due__lt=timezone.now())
    return rows.select_related("complaint__handler").order_by("answer_due", "pk")


def watch(item):
    """Write down that a mail was not answered in time, and tell who owes the answer. Safe to repeat."""
    changed = MailItem.objects.filter(pk=item.pk, breached_at=None, state__in=MailState.unanswered()).update(
        breached_at=item.answer_due
    )
    if not changed:
        return
    record(item, "mail_late", by=None, payload={"due": item.answer_due.isoformat()})
    owing = [item.complaint.handler or item.taken_by] if item.complaint_id else people.leads(item.related)
    for user in filter(None, owing):
        outbox.queue(
            "complaints.mail_late", to_user=user, mail=False, url=item.get_absolute_url(),
            context={"mail": item.pk, "subject": item.shown_subject}, dedupe_key=f"complaints.mail_late:{item.pk}:{user.pk}",
        )  # fmt: skip


@transaction.atomic
def forget(complaint, *, sender_index=""):
    """Forget who wrote the mails of a record, and their bytes; of ``sender_index`` also those that no record took."""
    rows = MailItem.objects.filter(complaint=complaint)
    if sender_index:
        rows |= MailItem.objects.filter(complaint=None, sender_index=sender_index)
    for item in rows.select_related("mail"):
        item.sender = item.sender_name = ""
        item.save(update_fields=["sender", "sender_index", "sender_name"])
        inbound.forget(item.mail)
