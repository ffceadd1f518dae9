"""A complaint in English: logged as a call, answered by mail in English, and closed after the call-back."""

import pytest
from playwright.sync_api import expect

from complaints.choices import Outcome, State
from complaints.models import Complaint
from tests.e2e import chains
from tests.e2e.desk import Desk, said

pytestmark = pytest.mark.story

ABOUT, SAID = "Trainer changed without notice", "I learned in the classroom that the trainer had changed."
FOUND = {
    "verdict": "partly",
    "facts": "The class was not told",
    "cause": "process",
    "remedy": "A lesson on Saturday",
}
REPLY = {
    "measures": "A lesson on Saturday was arranged",
    "result": "600 yuan were paid back",
    "meaning": "You miss no lesson",
}


def en(msgid, **options):
    """What the portal says for ``msgid`` in English."""
    return said("en", msgid, **options)


class EnglishDesk(Desk):
    """Somebody who chose English on the first page after the login."""

    @classmethod
    def of(cls, page, user):
        desk = super().of(page, user)
        page.locator("button[name=language][value=en]").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(en("Home"))
        return desk

    def words(self, msgid, **options):
        language = self.page.locator("html").get_attribute("lang")  # the login page, before the choice, is Chinese
        return said(language, msgid, **options)


def test_complaint_in_english_until_it_is_closed(smtp, celery_worker_process, new_page, wait_for):
    home = chains.house()
    chains.customer(home, language="en")
    roles = ("agent", "caller", "lead", "handler")
    agent, caller, lead, handler = (EnglishDesk.of(new_page(), getattr(home, role)) for role in roles)
    complaint = register(agent)
    accept_and_assign(lead, home)
    handle(handler)
    step(lead, "Approve and reply")
    lead.says("Replied", context="complaint")
    subject = f"[{complaint.number}] Our reply: {ABOUT}"
    (mail,) = wait_for(lambda: [one for one in smtp.to(chains.CALLER["email"]) if one["Subject"].strip() == subject])
    text = mail.get_body(("plain",)).get_content()
    assert [words in text for words in (*REPLY.values(), en("What it means for you"))] == [True] * 4
    wait_for(lambda: Complaint.objects.get().cycle.reply.sent_at)
    step(caller, "Call back", answer="resolved", score=4)
    caller.says("Closed", context="complaint")
    complaint = Complaint.objects.select_related("cycle").get()
    assert (complaint.state, complaint.cycle.outcome) == (State.CLOSED, Outcome.RESOLVED)
    assert [(row.by, row.score) for row in complaint.cycle.call_backs.all()] == [(home.caller, 4)]


def register(agent):
    chains.log_call(agent, "Jianghai", SAID)
    agent.fill(title=ABOUT)
    agent.press("Register")
    complaint = Complaint.objects.get(pk=agent.pk())
    assert (complaint.state, complaint.text, complaint.language) == (State.REGISTERED, SAID, "en")
    return complaint


def step(desk, msgid, **fields):
    """From the list on the home page to the record, and the main step there."""
    desk.go("dashboard:home").open(ABOUT)
    desk.follow(msgid)
    desk.fill(**fields)
    desk.press(msgid)


def accept_and_assign(lead, home):
    step(lead, "Accept", category="service", nature="ordinary", severity="minor", scope="one")
    lead.follow("Assign")
    lead.fill(unit=home.teaching.pk, handler=home.handler.pk)
    lead.press("Assign")
    lead.says("Assigned", context="complaint")


def handle(handler):
    handler.go("dashboard:home").open(ABOUT)
    handler.press("Take it on")
    handler.follow("Determine responsibility")
    handler.fill(**FOUND)
    handler.press("Determine responsibility")
    for msgid, fields in (("Write the reply", REPLY | {"form": "mail"}), ("Hand in for review", {})):
        handler.main.locator("details.menu summary").first.click()
        handler.follow(msgid)
        handler.fill(**fields)
        handler.press(msgid)
    handler.says("To be reviewed", context="complaint")
