"""A customer writes, an agent registers and answers, and the customer's next mail finds its record (DSK-05, 06)."""

import smtplib
from email.message import EmailMessage
from email.utils import make_msgid

import pytest

from complaints.models import Complaint, MailItem
from notifications.services import inbound, outbox
from tests.e2e import chains
from tests.e2e.desk import Desk

pytestmark = pytest.mark.story

ASKED, ANSWERED, THANKED = (
    "请问周末班还有名额吗？需要提前多久报名？",
    "周末班还有八个名额，请在周四前报名。",
    "好的，已经报名，谢谢！",
)


def write(smtp, imap, text, *, subject, answers=None):
    """The customer's mail program hands the mail to a mail server, which puts it into our mailbox. ``answers``: our mail."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"刘芳 <{chains.CALLER['email']}>", "service@portal.example", subject
    mail["Message-ID"] = make_msgid(domain="kehu.example")
    if answers:
        mail["In-Reply-To"] = answers["Message-ID"]
        mail["References"] = f"{answers['References']} {answers['Message-ID']}"
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", smtp.port) as server:
        server.send_message(mail)
    arrived = smtp.to("service@portal.example")[-1]
    del arrived["X-Envelope-To"]
    imap.deliver(arrived.as_bytes())
    smtp.messages.clear()
    inbound.fetch_all()
    inbound.read_due()
    return mail["Message-ID"]


def sent(smtp):
    """What leaves now, to the customer."""
    outbox.deliver_due()
    return smtp.to(chains.CALLER["email"])


def test_from_a_question_by_mail_to_the_customers_thanks(smtp, imap, live_portal, new_page):
    home = chains.house()
    chains.customer(home)
    asked = write(smtp, imap, ASKED, subject="周末班名额")
    assert [mail["In-Reply-To"] for mail in sent(smtp)] == [asked]
    agent = Desk.of(new_page(), home.agent)
    item = MailItem.objects.get()
    agent.go("complaints:mails").sees("周末班名额")
    agent.go("complaints:mail", item.pk).sees(ASKED)
    agent.follow("Register")
    smtp.messages.clear()
    agent.press("Register")
    complaint = Complaint.objects.get()
    agent.sees(complaint.number)
    agent.follow("Answer", context="mail")
    agent.fill(text=ANSWERED)
    agent.press("Answer", context="mail")
    (answer,) = sent(smtp)
    assert answer["In-Reply-To"] == asked
    assert ANSWERED in answer.get_body(("plain",)).get_content()
    write(smtp, imap, THANKED, subject="Re: 谢谢", answers=answer)
    again = MailItem.objects.exclude(pk=item.pk).get()
    assert (again.complaint, again.state) == (complaint, "open")
    agent.go("complaints:detail", complaint.pk).sees(THANKED)
    agent.go("complaints:mail", again.pk).follow("Needs no answer")
    agent.fill(comment="客户道谢")
    agent.press("Needs no answer")
    item.refresh_from_db()
    again.refresh_from_db()
    assert (item.state, again.state) == ("answered", "no_reply")
