"""A complaint in Chinese, by phone and by the public form: handled, answered, called back, begun again, closed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from complaints.choices import Outcome, State
from complaints.models import Complaint
from customers.models import Interaction
from tests.e2e import chains
from tests.e2e.desk import Desk, zh
from tests.e2e.respondents import PHONE

pytestmark = pytest.mark.story


ABOUT, SAID = "更换讲师未通知", "到教室才知道讲师换了，要求补课并退还一次课费。"
FOUND = {"verdict": "justified", "facts": "讲师请假，班主任未通知学员", "cause": "process", "remedy": "补课并退费"}
REPLY = {"measures": "已安排周六补课", "result": "退还600元", "meaning": "您不会少学一节课"}
AGAIN = {"measures": "财务当日转账", "result": "600元已到账", "meaning": "您可在账户中查到退款"}
OPEN_POINT = "退款还没有到账"


def test_phone_complaint_until_the_customer_says_it_is_resolved(smtp, celery_worker_process, new_page, wait_for):
    home = chains.house()
    customer = chains.customer(home)
    roles = ("agent", "caller", "lead", "handler")
    agent, caller, lead, handler = (Desk.of(new_page(), getattr(home, role)) for role in roles)
    complaint = register_from_call(agent, customer)
    receipt = wait_for(lambda: mails(smtp, "[%(number)s] We have received it: %(title)s", complaint))
    assert complaint.number in receipt[0].get_body(("plain",)).get_content()
    accept_and_assign(lead, home, complaint)
    take_on(handler, complaint)
    hand_in(handler, complaint, FOUND, REPLY | {"form": "mail"})
    approve(lead, complaint)
    (mail,) = wait_for(lambda: mails(smtp, "[%(number)s] Our reply: %(title)s", complaint))
    text = mail.get_body(("plain",)).get_content()
    assert [words in text for words in (*REPLY.values(), ABOUT)] == [True] * 4
    wait_for(lambda: Complaint.objects.get().cycle.reply.sent_at)
    call_back(caller, complaint, answer="not_reached")
    assert state_of(complaint) == (State.REPLIED, 1)
    call_back(caller, complaint, answer="unresolved", score=2, comment=OPEN_POINT)
    assert state_of(complaint) == (State.HANDLING, 2)
    hand_in(handler, complaint, FOUND | {"remedy": "当日转账"}, AGAIN | {"form": "phone"})
    approve(lead, complaint)
    tell_by_phone(handler, complaint)
    call_back(caller, complaint, answer="resolved", score=5)
    read_the_end(lead, home, complaint)


def test_phone_complaint_answered_the_same_day(live_portal, new_page):
    """From the call screen to the call-back without a mail; meanwhile the customer presses, and that is no second record."""
    home = chains.house()
    customer = chains.customer(home, email="")
    roles = ("agent", "caller", "lead", "handler")
    agent, caller, lead, handler = (Desk.of(new_page(), getattr(home, role)) for role in roles)
    complaint = register_from_call(agent, customer)
    accept_and_assign(lead, home, complaint)
    press_for_an_answer(caller, complaint)
    take_on(handler, complaint)
    hand_in(handler, complaint, FOUND, REPLY | {"form": "phone"})
    approve(lead, complaint)
    tell_by_phone(handler, complaint)
    call_back(caller, complaint, answer="resolved", score=5)
    caller.says("Closed", context="complaint")
    cycle = Complaint.objects.get().cycle
    assert (state_of(complaint), cycle.outcome) == ((State.CLOSED, 1), Outcome.RESOLVED)
    assert (cycle.frozen["response_kept"], cycle.frozen["result_kept"]) == (True, True)
    assert cycle.closed_at - complaint.received_at < timedelta(hours=1)
    people = (complaint.receiver, cycle.reply.author, cycle.reply.reviewer, cycle.call_backs.get().by)
    assert people == (home.agent, home.handler, home.lead, home.caller)


def press_for_an_answer(agent, complaint):
    """Whoever takes the next call sees the open record; a single key adds what was said to it."""
    agent.go("customers:call").fill(number="138 1234 5678")
    agent.press("Look up")
    agent.sees(complaint.number)
    agent.fill(summary="怎么还没有人联系我")
    agent.page.keyboard.press("Escape")
    agent.page.keyboard.press("1")
    agent.sees(zh("Added to %(number)s as a chaser.", number=complaint.number))
    assert [row.is_chaser for row in complaint.cycle.conversations.all()] == [True]


def register_from_call(agent, customer):
    """The number finds the caller; saving the call leads to the form, which knows who called and what was said."""
    chains.log_call(agent, "江海重工", SAID)
    expect(agent.page.locator("main [name=text]")).to_have_value(SAID)
    agent.fill(title=ABOUT)
    agent.press("Register")
    complaint = Complaint.objects.get(pk=agent.pk())
    agent.sees(SAID)
    assert (complaint.customer, complaint.interaction) == (customer, Interaction.objects.get())
    assert (complaint.receiver, complaint.state) == (agent.user, State.REGISTERED)
    return complaint


def accept_and_assign(lead, home, complaint):
    lead.go("dashboard:home").open(complaint.title)
    lead.follow("Accept")
    lead.fill(category="service", nature="ordinary", severity="major", scope="one")
    lead.press("Accept")
    lead.follow("Assign")
    lead.fill(unit=home.teaching.pk, handler=home.handler.pk, note="核实通知记录")
    lead.press("Assign")
    lead.says("Assigned", context="complaint")
    assert state_of(complaint) == (State.ASSIGNED, 1)


def take_on(handler, complaint):
    handler.go("dashboard:home").open(complaint.title)
    handler.press("Take it on")
    handler.says("Being handled", context="complaint")
    assert state_of(complaint) == (State.HANDLING, 1)


def hand_in(handler, complaint, found, reply):
    """Responsibility, then the reply; without both it is not taken."""
    handler.go("complaints:detail", complaint.pk).follow("Determine responsibility")
    handler.fill(**found)
    handler.press("Determine responsibility")
    handler.sees(found["remedy"])
    more(handler, "Write the reply")
    handler.fill(**reply)
    handler.press("Write the reply")
    handler.sees(reply["result"])
    more(handler, "Hand in for review")
    handler.press("Hand in for review")
    handler.says("To be reviewed", context="complaint")
    handler.lacks("Approve and reply")
    assert state_of(complaint)[0] == State.REVIEW


def more(desk, msgid):
    """A step out of the menu beside the title."""
    desk.main.locator("details.menu summary").first.click()
    desk.follow(msgid)


def approve(lead, complaint):
    lead.go("dashboard:home").open(complaint.title)
    lead.follow("Approve and reply")
    lead.press("Approve and reply")
    lead.says("Replied", context="complaint")
    assert state_of(complaint)[0] == State.REPLIED


def call_back(caller, complaint, **said):
    """By an agent who neither handled nor reviewed."""
    caller.go("dashboard:home").open(complaint.title)
    caller.follow("Call back", context="complaint")
    caller.fill(**said)
    caller.press("Call back", context="complaint")
    caller.says("Done.")


def tell_by_phone(handler, complaint):
    handler.go("complaints:detail", complaint.pk).follow("Record that it was told")
    handler.fill(channel="phone", summary="电话告知退款已到账", reached=True)
    handler.press("Record that it was told")
    handler.sees(zh("told to the customer"))


def read_the_end(reader, home, complaint):
    """Closed in the second cycle; both stay readable, with who did what."""
    reader.go("complaints:detail", complaint.pk).says("Closed", context="complaint")
    for words in (OPEN_POINT, REPLY["result"], AGAIN["result"]):
        reader.sees(words)
    reader.says("Not resolved, handled again", context="cycle")
    assert state_of(complaint) == (State.CLOSED, 2)
    cycles = list(complaint.cycles.order_by("n"))
    assert [cycle.outcome for cycle in cycles] == [Outcome.UNRESOLVED, Outcome.RESOLVED]
    called = [(row.attempt, row.reached, row.score, row.by) for cycle in cycles for row in cycle.call_backs.all()]
    assert called == [(1, False, None, home.caller), (2, True, 2, home.caller), (1, True, 5, home.caller)]
    assert {cycle.reply.reviewer for cycle in cycles} == {home.lead}


def state_of(complaint):
    """State and number of the cycle, as the database has them now."""
    row = Complaint.objects.select_related("cycle").get(pk=complaint.pk)
    return State(row.state), row.cycle.n


def mails(smtp, subject, complaint):
    """Mails to the customer with that subject."""
    wanted = zh(subject, number=complaint.number, title=complaint.title)
    return [mail for mail in smtp.to(chains.CALLER["email"]) if mail["Subject"].strip() == wanted]


def test_complaint_by_form_on_a_phone_shows_its_progress(smtp, celery_worker_process, new_page, wait_for):
    """390 px: sent without a login, receipt with number and code, progress before and after it is accepted."""
    home = chains.house()
    page = new_page(**PHONE)
    page.goto(reverse("voice:form"))
    page.get_by_label(zh("Complaint"), exact=False).first.check()
    page.locator("[name=text]").fill(SAID)
    page.locator("[name=by][value=email]").check()
    page.locator("[name=email]").fill(chains.CALLER["email"])
    page.locator("[name=consent]").check()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    send_form(page, wait_for)
    complaint = Complaint.objects.get()
    expect(page.locator(".receipt .code")).to_have_count(2)
    number, code = page.locator(".receipt .code").all_inner_texts()
    assert number == complaint.number and len(code) >= 6
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wait_for(lambda: mails(smtp, "[%(number)s] We have received it: %(title)s", complaint))
    expect_progress(page, number, code, "First response")
    lead = Desk.of(new_page(), home.lead)
    lead.go("dashboard:home").open(complaint.title)
    lead.follow("Accept")
    lead.fill(category="service", nature="ordinary", severity="minor", scope="one")
    lead.press("Accept")
    lead.follow("Assign")
    lead.fill(unit=home.teaching.pk, handler=home.handler.pk)
    lead.press("Assign")
    lead.says("Assigned", context="complaint")
    expect_progress(page, number, code, "What happened is looked into", home.teaching.name_zh)
    page.goto(reverse("voice:track"))
    page.locator("[name=number]").fill(number)
    page.locator("[name=code]").fill("WRONGCODE")
    page.get_by_role("button", name=zh("See the progress")).last.click()
    expect(
        page.get_by_text(zh("Number and code do not belong together. Please compare both with your receipt."))
    ).to_be_visible()


def send_form(page, wait_for):
    """Nobody fills the form in within three seconds; who is too quick is asked to send it once more."""

    def sent():
        page.get_by_role("button", name=zh("Send", context="customer"), exact=True).click()
        return page.locator(".receipt").count() == 1

    wait_for(sent)


def expect_progress(page, number, code, msgid, *more):
    page.goto(reverse("voice:track"))
    page.locator("[name=number]").fill(number.lower())
    page.locator("[name=code]").fill(code)
    page.get_by_role("button", name=zh("See the progress")).last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(number)
    expect(page.locator(".track")).to_contain_text(zh(msgid))
    for words in more:
        expect(page.locator(".track")).to_contain_text(words)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
