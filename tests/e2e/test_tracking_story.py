"""A customer's page of progress on a phone, without a login: every stage in plain words, an answer to what we asked, a word on
the reply, a withdrawal.
"""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from complaints.choices import PauseEnd, State
from complaints.codes import code_for
from complaints.models import CustomerRemark, Pause
from complaints.public.words import written
from complaints.services import assessment, call_backs, handling, pauses, progress, replies
from notifications.models import Notice
from tests.e2e import chains
from tests.e2e.desk import said
from tests.e2e.respondents import PHONE
from tests.e2e.test_complaint_story import state_of
from tests.factories.clocks import days, reason
from tests.factories.complaints import ASSESSED, REPLY, fresh, make_complaint

pytestmark = pytest.mark.story

SAID = {"title": "张老师迟到半小时", "text": "我是刘芳，张老师迟到半小时。", "channel": "web"}
INNER = [
    "班主任自己忘了",
    "先别告诉客户",
    "讲师请假未报备",
    "内部扣绩效",
    "请尽快审",
    "写得可以",
]  # nobody outside reads these
TOLD, ANSWER = "已调取签到表，正在核对。请告知是哪一节课。", "是周三上午的第二节课。"
COMMENT, WHY = "补课安排很好，退款还没有到账。", "已经和老师说好了"


class Visitor:
    """A customer at the page of progress with number and code, in one language."""

    def __init__(self, page, home, language, complaint, key):
        self.page, self.language, self.complaint = page, language, complaint
        self.code = written(code_for(key))
        people = (home.agent, home.caller, home.lead, home.handler)
        self.secret = [*INNER, *SAID.values(), *(name for one in people for name in (one.name_zh, one.username))]

    def words(self, msgid, **options):
        return said(self.language, msgid, **options)

    def look(self, *, stands, sees=()):
        """By number and code: where it stands, what else is told, and nothing that is not the customer's."""
        self.page.goto(reverse("voice:track"))
        self.page.locator("[name=number]").fill(self.complaint.number)
        self.page.locator("[name=code]").fill(self.code)
        self.press("See the progress")
        self.reads(stands=stands, sees=sees)

    def reads(self, *, stands, sees=()):
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.complaint.number)
        expect(self.page.locator(".lede b")).to_have_text(stands)
        for text in sees:
            expect(self.page.locator("main")).to_contain_text(text)
        shown = self.page.locator("body").inner_text()
        assert [text for text in self.secret if text in shown] == []
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def press(self, msgid, **options):
        self.page.get_by_role("button", name=self.words(msgid, **options), exact=True).last.click()


def sent_in(key):
    return make_complaint(
        **SAID | {"form_key": key, "complainant": {"name": "刘芳", "phone": "13812345678", "consent": True}}
    )


def taken_on(complaint, home):
    assessment.accept(complaint, by=home.lead, comment=INNER[0], **ASSESSED)
    handling.assign(complaint, by=home.lead, unit=home.teaching, handler=home.handler, note=INNER[1])
    handling.take(complaint, by=home.handler)


def answered(complaint, home):
    handling.determine(
        complaint, by=home.handler, verdict="justified", facts=INNER[2], cause="process", remedy=INNER[3]
    )
    replies.draft(complaint, by=home.handler, form="phone", **REPLY)
    replies.submit(complaint, by=home.handler, comment=INNER[4])
    replies.approve(complaint, by=home.lead, comment=INNER[5])
    replies.record_told(complaint, by=home.handler, summary=INNER[0])


def test_a_customer_follows_a_complaint_and_says_how_it_was(live_portal, new_page):
    home = chains.house()
    complaint = sent_in("0123456789abcdef")
    customer = Visitor(new_page(**PHONE), home, "zh-hans", complaint, "0123456789abcdef")
    customer.look(stands=customer.words("First response"))
    taken_on(complaint, home)
    progress.report(complaint, by=home.handler, text=TOLD, channel="phone")
    customer.look(stands=customer.words("What happened is looked into"), sees=[home.teaching.name_zh, TOLD])
    answer(customer, home)
    answered(fresh(complaint), home)
    customer.look(stands=customer.words("You are asked whether it is resolved"), sees=[TOLD, *REPLY.values()])
    rate(customer)
    call_backs.log(fresh(complaint), by=home.caller, reached=True, resolved=True, score=4, comment=INNER[1])
    closed = customer.words("Closed", context="progress")
    customer.look(stands=closed, sees=[customer.words("You said that it is resolved."), COMMENT])
    expect(customer.page.locator("[name=score]")).to_have_count(0)


def answer(customer, home):
    """The clock stands still until the customer answers; the answer on the page sets it going, and the handler hears of it."""
    pauses.ask(
        fresh(customer.complaint), by=home.handler, reason=reason("customer"), resume_on=days(3), comment=INNER[1]
    )
    waits = customer.words(
        "We wait for your answer. You can give it below; we go on at once, and on %(day)s at the latest."
    )
    stands = customer.words("What happened is looked into")
    customer.look(stands=stands, sees=[waits.partition("%(day)s")[0]])
    customer.press("Add it", context="customer")
    expect(customer.page.get_by_role("alert")).to_have_text(customer.words("Please write what you want to add."))
    assert state_of(customer.complaint)[0] == State.SUSPENDED
    customer.page.locator("[name=text]").fill(ANSWER)
    customer.press("Add it", context="customer")
    thanks = customer.words("Thank you, it is with your matter now. A colleague reads it.")
    expect(customer.page.get_by_role("status")).to_have_text(thanks)
    customer.reads(stands=stands, sees=[ANSWER])
    assert (Pause.objects.get().ended_by, state_of(customer.complaint)[0]) == (PauseEnd.REPLY, State.HANDLING)
    assert [row.user for row in Notice.objects.filter(kind="complaints.added")] == [home.handler]


def rate(customer):
    """Nothing chosen is asked about; a low score is told to who handled it and to the leads, once."""
    customer.press("Send")
    expect(customer.page.get_by_role("alert")).to_have_text(
        customer.words("Please choose a rating or write a comment.")
    )
    customer.page.locator("[name=score]").select_option("2")
    customer.page.locator("[name=comment]").fill(COMMENT)
    customer.press("Send")
    expect(customer.page.get_by_role("status")).to_have_text(
        customer.words("Thank you. A colleague reads what you wrote.")
    )
    stands = customer.words("You are asked whether it is resolved")
    customer.reads(stands=stands, sees=[customer.words("Your rating: %(n)s of 5", n=2), COMMENT])
    remark = CustomerRemark.objects.get()
    assert (remark.cycle.complaint, remark.score, remark.comment, remark.by) == (customer.complaint, 2, COMMENT, None)
    told = Notice.objects.filter(kind="complaints.remarked").values_list("user__username", flat=True)
    assert set(told) == {"handler", "lead"}


def test_a_customer_takes_a_complaint_back_in_english(live_portal, new_page):
    """The yes is a box of its own; without it nothing ends and the reason typed stays."""
    home = chains.house()
    complaint = sent_in("fedcba9876543210")
    customer = Visitor(new_page(locale="en-GB", **PHONE), home, "en", complaint, "fedcba9876543210")
    taken_on(complaint, home)
    customer.look(stands="First response", sees=["Teaching"])
    customer.page.locator("summary", has_text="Take it back").click()
    customer.page.locator("#why").fill(WHY)
    customer.press("Take it back")
    expect(customer.page.get_by_role("alert")).to_have_text("Please tick that you want to take it back.")
    expect(customer.page.locator("#why")).to_have_value(WHY)
    assert state_of(complaint)[0] == State.HANDLING
    customer.page.locator("[name=sure]").check()
    customer.press("Take it back")
    expect(customer.page.get_by_role("status")).to_contain_text("Taken back, as you wish.")
    customer.reads(stands="Withdrawn")
    expect(customer.page.locator("[name=sure]")).to_have_count(0)
    assert state_of(complaint)[0] == State.WITHDRAWN
    event = complaint.transitions.get(kind="withdraw")
    assert (event.by, event.comment) == (None, WHY)
