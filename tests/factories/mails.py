"""Mails as customers, their programs and mail servers write them."""

from email import encoders
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formataddr, make_msgid

from django.utils import timezone

from complaints.models import MailItem
from notifications.services import inbound

SENDER = "liu@example.com"
numbers = iter(range(1, 10**9))


def letter(
    text="培训教室换了没有通知，我白跑一趟。",
    *,
    subject="教室更换",
    sender=f"刘芳 <{SENDER}>",
    to="service@portal.example",
    **headers,
):
    """The bytes of a plain mail; ``headers`` with _ for -."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = headers.pop("Message_ID", None) or make_msgid(domain="customer.example")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))


def with_files(*files, text="见附件", **options):
    """A mail with files: (name, media type, bytes)."""
    mail = MIMEMultipart()
    mail["From"], mail["To"], mail["Subject"] = (
        formataddr(("刘芳", SENDER)),
        "service@portal.example",
        options.get("subject", "资料"),
    )
    mail["Message-ID"] = make_msgid(domain="customer.example")
    mail.attach(MIMEText(text, "plain", "utf-8"))
    for name, media_type, content in files:
        part = MIMEBase(*media_type.split("/"))
        part.set_payload(content)
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
        encoders.encode_base64(part)
        mail.attach(part)
    return mail.as_bytes()


REPORT = """From: MAILER-DAEMON@mx.example.net
To: bounces@portal.example
Subject: Undelivered Mail Returned to Sender
Message-ID: {report_id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="edge"

--edge
Content-Type: text/plain

I could not deliver your message.

--edge
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

{original}--edge--
"""
ORIGINAL = """--edge
Content-Type: text/rfc822-headers

From: portal@localhost
Message-ID: {message_id}
Subject: x

"""


def report(
    message,
    *,
    action="failed",
    status="5.1.1",
    said="550 5.1.1 user unknown <{to}>",
    to="wang@gone.example",
    headers=True,
):
    """A report by RFC 3464 that ``message`` (of the outbox) came back."""
    text = REPORT.format(
        report_id=make_msgid(domain="mx.example.net"), to=to, action=action, status=status, said=said.format(to=to),
        original=ORIGINAL.format(message_id=message.message_id) if headers else "",
    )  # fmt: skip
    return text.replace("\n", "\r\n").encode()


def came(raw, *, at=None, mailbox="service"):
    """The InboundMail of ``raw`` as the fetcher stores and reads it, without a server."""
    mail = inbound.keep(mailbox, 1, next(numbers), raw, received_at=at or timezone.now())
    inbound.read(mail.pk)
    mail.refresh_from_db()
    return mail


def item_of(raw, **options):
    """The MailItem that ``raw`` becomes."""
    return MailItem.objects.get(mail=came(raw, **options))
