"""A complaint by mail in two rounds: paused until the customer answers, extended, reviewed, called back, begun again, closed.

The mails come and go over a real IMAP and a real SMTP server; every step is taken on the pages.
"""

import pytest

from complaints.choices import Clock, Outcome, PauseEnd, PauseState, State
from complaints.models import Complaint, Extension, MailItem, Pause
from tests.e2e import chains
from tests.e2e.desk import Desk, zh
from tests.e2e.test_complaint_story import AGAIN, FOUND, OPEN_POINT, REPLY, call_back, hand_in, more, state_of
from tests.e2e.test_mail_story import sent, write
from tests.factories.clocks import reason

pytestmark = pytest.mark.story

ABOUT, SAID = "发票抬头开错", "上周的发票抬头写成了旧公司名，财务无法入账，要求重开。"
ASKED, TOLD = "请告知正确的抬头与税号。", "抬头：江海重工集团有限公司，税号见营业执照。"
REMEDY, PATIENCE = FOUND | {"remedy": "重开发票并退差额"}, "税务系统升级，还需要两天。"


def test_mail_complaint_in_two_rounds(smtp, imap, live_portal, new_page):
    home = chains.house()
    chains.customer(home)
    roles = ("agent", "caller", "lead", "handler")
    agent, caller, lead, handler = (Desk.of(new_page(), getattr(home, role)) for role in roles)
    first = write(smtp, imap, SAID, subject=ABOUT)
    (receipt,) = leaving(smtp)
    assert (receipt["In-Reply-To"], receipt["Auto-Submitted"]) == (first, "auto-replied")
    complaint = register_from_mail(agent, home)
    accept_and_assign(lead, handler, home, complaint)
    question = ask_customer(smtp, handler, first)
    pause = wait_for_the_answer(handler, complaint)
    write(smtp, imap, TOLD, subject=f"Re: {ABOUT}", answers=question)
    goes_on_by_the_answer(handler, complaint, pause)
    more_time(smtp, handler, lead, complaint)
    thread = reply_by_mail(smtp, handler, lead, complaint, REMEDY, REPLY)
    call_back(caller, complaint, answer="unresolved", score=2, comment=OPEN_POINT)
    assert state_of(complaint) == (State.HANDLING, 2)
    second = reply_by_mail(smtp, handler, lead, complaint, REMEDY, AGAIN)
    assert second["References"].split()[0] == thread["References"].split()[0] == first
    call_back(caller, complaint, answer="resolved", score=5)
    read_the_end(lead, home, complaint)


def leaving(smtp):
    """What leaves now to the customer, and nothing of before."""
    smtp.messages.clear()
    return sent(smtp)


def register_from_mail(agent, home):
    """The mail tells who wrote, when and what; only the kind is said by the agent."""
    item = MailItem.objects.get()
    agent.go("complaints:mails").open(ABOUT)
    agent.follow("Register")
    agent.fill(kind="complaint")
    agent.press("Register")
    agent.sees(SAID)
    complaint = Complaint.objects.get()
    assert (complaint.kind, complaint.title, complaint.text) == ("complaint", ABOUT, SAID)
    assert (complaint.receiver, complaint.received_at, complaint.channel) == (home.agent, item.received_at, "mail")
    assert complaint.complainant.email == chains.CALLER["email"]
    return complaint


def accept_and_assign(lead, handler, home, complaint):
    lead.go("dashboard:home").open(ABOUT)
    lead.follow("Accept")
    lead.fill(category="price", nature="ordinary", severity="major", scope="one")
    lead.press("Accept")
    lead.follow("Assign")
    lead.fill(unit=home.teaching.pk, handler=home.handler.pk)
    lead.press("Assign")
    lead.says("Assigned", context="complaint")
    handler.go("dashboard:home").open(ABOUT)
    handler.press("Take it on")
    handler.says("Being handled", context="complaint")


def ask_customer(smtp, handler, first):
    """The question goes out in the customer's thread; that is the first response."""
    item = MailItem.objects.get()
    handler.go("complaints:mail", item.pk).follow("Say that it takes longer")
    handler.fill(text=ASKED)
    handler.press("Say that it takes longer")
    (question,) = leaving(smtp)
    assert question["In-Reply-To"] == first
    assert ASKED in question.get_body(("plain",)).get_content()
    assert Complaint.objects.get().cycle.first_response_at is not None
    return question


def wait_for_the_answer(handler, complaint):
    """Somebody asked the customer: the pause begins at once, and the due moment is not known while it runs."""
    handler.go("complaints:detail", complaint.pk)
    more(handler, "Pause the clock")
    handler.fill(reason=reason("customer").pk, comment=ASKED, resume_on=chains.days(5))
    handler.press("Pause the clock")
    handler.says("Paused", context="complaint")
    pause = Pause.objects.get()
    assert (pause.state, pause.is_automatic, state_of(complaint)) == (PauseState.RUNNING, True, (State.SUSPENDED, 1))
    assert Complaint.objects.get().cycle.result_due is None
    return pause


def goes_on_by_the_answer(handler, complaint, pause):
    """Nobody pressed anything: the mail of the customer ended the pause."""
    pause.refresh_from_db()
    assert (pause.state, pause.ended_by, state_of(complaint)) == (PauseState.ENDED, PauseEnd.REPLY, (State.HANDLING, 1))
    answer = MailItem.objects.order_by("pk").last()
    assert (answer.complaint, answer.state) == (complaint, "open")
    handler.go("dashboard:home").open(f"Re: {ABOUT}")
    handler.sees(TOLD)
    handler.follow("Needs no answer")
    handler.fill(comment="抬头已收到")
    handler.press("Needs no answer")
    assert MailItem.objects.get(pk=answer.pk).state == "no_reply"


def more_time(smtp, handler, lead, complaint):
    """Asked for by the handler, who cannot agree to it; the customer is told the day when the lead has agreed."""
    before = Complaint.objects.get().cycle.result_due
    handler.go("complaints:detail", complaint.pk)
    more(handler, "Ask for more time")
    handler.fill(days=2, reason="税务系统升级", told=PATIENCE)
    handler.press("Ask for more time")
    handler.lacks("Agree to more time")
    assert [mail["Subject"] for mail in leaving(smtp)] == []
    lead.go("complaints:board").open("税务系统升级")
    lead.follow("Agree to more time")
    lead.press("Agree to more time")
    lead.says("Done.")
    (told,) = leaving(smtp)
    assert PATIENCE in told.get_body(("plain",)).get_content()
    extension, cycle = Extension.objects.get(), Complaint.objects.get().cycle
    assert (extension.requested_by, extension.decided_by, extension.old_due) == (handler.user, lead.user, before)
    assert (cycle.result_due, cycle.extended_days, cycle.due_of(Clock.RESULT) > before) == (extension.new_due, 2, True)


def reply_by_mail(smtp, handler, lead, complaint, found, reply):
    """Handed in, approved by somebody else, out in the customer's thread. Returns the mail."""
    hand_in(handler, complaint, found, reply | {"form": "mail"})
    lead.go("dashboard:home").open(ABOUT)
    lead.follow("Approve and reply")
    lead.press("Approve and reply")
    lead.says("Replied", context="complaint")
    (mail,) = leaving(smtp)
    assert mail["Subject"].strip() == zh("[%(number)s] Our reply: %(title)s", number=complaint.number, title=ABOUT)
    assert reply["result"] in mail.get_body(("plain",)).get_content()
    assert Complaint.objects.get().cycle.reply.sent_at is not None
    return mail


def read_the_end(reader, home, complaint):
    """Both rounds stay readable with what was promised and kept in each."""
    reader.go("complaints:detail", complaint.pk).says("Closed", context="complaint")
    for words in (OPEN_POINT, REPLY["result"], AGAIN["result"], TOLD):
        reader.sees(words)
    assert state_of(complaint) == (State.CLOSED, 2)
    cycles = list(complaint.cycles.order_by("n"))
    assert [cycle.outcome for cycle in cycles] == [Outcome.UNRESOLVED, Outcome.RESOLVED]
    assert [cycle.frozen["extended_days"] for cycle in cycles] == [2, 0]
    assert [cycle.frozen["result_kept"] for cycle in cycles] == [True, True]
    assert {(cycle.reply.author, cycle.reply.reviewer) for cycle in cycles} == {(home.handler, home.lead)}
    assert [row.by for cycle in cycles for row in cycle.call_backs.all()] == [home.caller, home.caller]
