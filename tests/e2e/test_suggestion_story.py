"""A suggestion from the public form: evaluated, adopted, put into effect by a measure, verified, its proposer thanked."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.choices import Role
from complaints.choices import Decision, Outcome, State
from complaints.models import Complaint
from improvements.choices import CaseState, MeasureState
from improvements.models import ImprovementCase, Measure
from tests.e2e import chains
from tests.e2e.desk import Desk, zh
from tests.e2e.respondents import PHONE
from tests.e2e.test_complaint_story import expect_progress, send_form, state_of
from tests.e2e.test_mail_story import sent
from tests.e2e.test_measure_story import issue_and_carry_out, verify_measure

pytestmark = pytest.mark.story

SAID = "希望开设周末班。平时要上班，很多人来不了。"
REASON, REASON_EN = "需求明确，师资可以安排。", "The need is clear and teachers can be found."
PLAN, MEASURE, SEEN = "自下月起开设两个周末班", "排出周末课表", "抽查三门课的教材"


def test_suggestion_from_the_form_to_its_effect_and_the_thanks(smtp, live_portal, new_page, wait_for):
    home = chains.house()
    home.executor = chains.somebody("executor", "马晓东", Role.DEPARTMENT_USER, home.teaching)
    home.officer = chains.somebody("officer", "许静文", Role.SURVEY_OFFICER, home.head)
    customer = new_page(**PHONE)
    complaint, number, code = propose(customer, wait_for)
    roles = ("lead", "handler", "executor", "officer")
    lead, handler, executor, officer = (Desk.of(new_page(), getattr(home, role)) for role in roles)
    pass_on(lead, home)
    adopt(smtp, handler, complaint)
    expect_progress(customer, number, code, "Registered", zh("Adopted", context="suggestion"))
    have_it_done(handler, home, complaint)
    measure = plan(lead, executor, home, complaint)
    issue_and_carry_out(lead, executor, measure)
    assert state_of(complaint)[0] == State.IMPLEMENTING
    expect_progress(customer, number, code, "Is being put into effect")
    verify_measure(officer, executor, measure, leads_to=MeasureState.CLOSED)
    assert state_of(complaint)[0] == State.IMPLEMENTED
    thank(smtp, handler, complaint)
    expect_progress(customer, number, code, "In effect")


def propose(page, wait_for):
    """On a phone, without a login. Returns the record, its number and the tracking code."""
    page.goto(reverse("voice:form"))
    page.locator("[name=kind][value=suggestion]").check()
    page.locator("[name=text]").fill(SAID)
    page.locator("[name=by][value=email]").check()
    page.locator("[name=email]").fill(chains.CALLER["email"])
    page.locator("[name=consent]").check()
    send_form(page, wait_for)
    expect(page.locator(".receipt .code")).to_have_count(2)
    number, code = page.locator(".receipt .code").all_inner_texts()
    complaint = Complaint.objects.get()
    assert (complaint.kind, complaint.number, complaint.text) == ("suggestion", number, SAID)
    return complaint, number, code


def pass_on(lead, home):
    lead.go("dashboard:home").open(Complaint.objects.get().title)
    lead.follow("Pass on")
    lead.fill(unit=home.teaching.pk, handler=home.handler.pk, note="请评估周末班")
    lead.press("Pass on")
    lead.says("Being evaluated", context="suggestion")


def adopt(smtp, handler, complaint):
    """The proposer is thanked and told the reason at once; the record stays open until it is in effect."""
    handler.go("dashboard:home").open(complaint.title)
    handler.follow("Decide")
    handler.fill(outcome=Decision.ADOPTED.value, reason_zh=REASON, reason_en=REASON_EN)
    handler.press("Decide")
    handler.says("Adopted", context="suggestion")
    smtp.messages.clear()
    mail = mail_of(smtp, "[%(number)s] What we decided: %(title)s", complaint)
    assert REASON in mail.get_body(("plain",)).get_content()
    assert Complaint.objects.get().decision.told_at is not None
    assert state_of(complaint)[0] == State.ADOPTED


def mail_of(smtp, subject, complaint):
    """The mail with that subject among what leaves now."""
    wanted = zh(subject, number=complaint.number, title=complaint.title)
    (mail,) = [mail for mail in sent(smtp) if mail["Subject"].strip() == wanted]
    return mail


def have_it_done(handler, home, complaint):
    """Improvement hears of it: the department has a proposal."""
    handler.go("complaints:detail", complaint.pk).follow("Have it put into effect")
    handler.fill(plan=PLAN, unit=home.teaching.pk, person=home.executor.pk, due_on=chains.days(30))
    handler.press("Have it put into effect")
    handler.says("Being put into effect", context="suggestion")
    case = ImprovementCase.objects.get()
    assert (case.complaint, case.unit, case.state, case.problem) == (complaint, home.teaching, CaseState.PROPOSED, PLAN)


def plan(lead, executor, home, complaint):
    case = ImprovementCase.objects.get()
    lead.go("improvements:case", case.pk).follow("Take up")
    lead.press("Open the case")
    lead.says("The case is open. Plan its first measure.")
    executor.go("improvements:case", case.pk).follow("Plan a measure")
    executor.fill(title=MEASURE, goal=PLAN, tasks="排课并发布通知", due_on=chains.days(20))
    executor.fill(unit=home.teaching.pk, owner=home.executor.pk)
    executor.press("Keep the draft")
    return Measure.objects.get(pk=executor.pk())


def thank(smtp, handler, complaint):
    """Verified by somebody apart: the thanks leave by mail, and with them the record is closed."""
    smtp.messages.clear()
    mail = mail_of(smtp, "[%(number)s] In effect now, thanks to you: %(title)s", complaint)
    assert mail["To"].endswith(f"{chains.CALLER['email']}")
    complaint = Complaint.objects.select_related("implementation", "decision", "cycle").get()
    row = complaint.implementation
    people = (complaint.decision.decided_by.username, row.done_by.username, row.verified_by.username)
    assert people == ("handler", "executor", "officer")
    assert (complaint.state, complaint.cycle.outcome, row.told_at is not None) == (State.CLOSED, Outcome.DECIDED, True)
    assert Measure.objects.get().state == MeasureState.CLOSED
    handler.go("complaints:detail", complaint.pk).says("Closed", context="complaint")
    handler.sees(SEEN)
