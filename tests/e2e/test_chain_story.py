"""The chains after the survey, in Chinese, each by its pages and the roles' own logins.

Complaint by phone and by form; low answer to proven effect; inspection to closed notice; appraisal and report.
"""

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import expect

from accounts.choices import Role
from appraisal.choices import CycleState
from appraisal.models import Appeal, Score, ScoreSheet
from appraisal.selectors.results import result_of
from complaints.choices import Outcome, State
from complaints.models import Complaint
from core import periods, reporting
from core.i18n import CHINESE
from customers.models import Interaction
from improvements.choices import CaseState, MeasureState
from improvements.choices_supervision import InspectionState, NoticeState
from improvements.models import ImprovementCase, Inspection, Measure, Observation, RectificationNotice
from reports.models import Report
from tests.e2e import chains
from tests.e2e.desk import Desk, zh
from tests.e2e.respondents import PHONE
from tests.factories import appraisal as appraisal_factory
from tests.factories import complaints as complaint_factory
from tests.factories import improvements as improvement_factory

pytestmark = pytest.mark.story


# Complaint ---------------------------------------------------------------------------------------------

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


def register_from_call(agent, customer):
    """The number finds the caller; saving the call leads to the form, which knows who called and what was said."""
    agent.go("customers:call").fill(number="138 1234 5678")
    agent.press("Look up")
    agent.sees("江海重工")
    agent.fill(summary=SAID)
    agent.press("Save and register a complaint")
    agent.page.wait_for_url("**/new/?interaction=*")
    expect(agent.page.locator("main [name=text]")).to_have_value(SAID)
    agent.fill(title=ABOUT)
    agent.press("Register")
    complaint = Complaint.objects.get(pk=agent.pk())
    agent.sees(SAID)
    assert (complaint.customer, complaint.interaction) == (customer, Interaction.objects.get())
    assert (complaint.receiver, complaint.state) == (agent.user, State.REGISTERED)
    return complaint


def accept_and_assign(lead, home, complaint):
    lead.go("dashboard:home").open(ABOUT)
    lead.follow("Accept")
    lead.fill(category="service", nature="ordinary", severity="major", scope="one")
    lead.press("Accept")
    lead.follow("Assign")
    lead.fill(unit=home.teaching.pk, handler=home.handler.pk, note="核实通知记录")
    lead.press("Assign")
    lead.says("Assigned", context="complaint")
    assert state_of(complaint) == (State.ASSIGNED, 1)


def take_on(handler, complaint):
    handler.go("dashboard:home").open(ABOUT)
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
    lead.go("dashboard:home").open(ABOUT)
    lead.follow("Approve and reply")
    lead.press("Approve and reply")
    lead.says("Replied", context="complaint")
    assert state_of(complaint)[0] == State.REPLIED


def call_back(caller, complaint, **said):
    """By an agent who neither handled nor reviewed."""
    caller.go("dashboard:home").open(ABOUT)
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


# Supervision -------------------------------------------------------------------------------------------

INSPECTED, PROBLEM = "四季度答疑检查", "课后答疑超时未升级"
REQUIRED, CRITERION = "答疑排定值班，一个工作日必回", "重抽40件，不合规至多1件"


def test_inspection_until_the_notice_is_closed(smtp, celery_worker_process, new_page):
    home = chains.house()
    chains.supervision(home)
    roles = ("inspector", "second", "handler", "executor")
    inspector, second, head, executor = (Desk.of(new_page(), getattr(home, role)) for role in roles)
    inspect(inspector, home)
    notice = draft_notice(inspector, home)
    issue_notice(second, notice)
    acknowledge(head, home, notice)
    answer(executor, "已排值班表")
    head.go("improvements:notice", notice.pk).lacks("Found put right")
    send_back(second, notice)
    answer(executor, "已补齐发送记录")
    second.go("improvements:notice", notice.pk).follow("Found put right")
    second.fill(sampled="重抽40件，均在一个工作日内回复")
    second.press("Confirm")
    second.says("Verified", context="notice")
    second.follow("Close the notice")
    second.press("Close the notice")
    second.says("Closed", context="notice")
    notice.refresh_from_db()
    assert (notice.state, notice.round, notice.closed_by) == (NoticeState.CLOSED, 2, home.second)
    checks = [(row.round, row.result, row.by) for row in notice.checks.order_by("round")]
    assert checks == [(1, "returned", home.second), (2, "accepted", home.second)]
    assert [row.by for row in notice.replies.all()] == [home.executor] * 2


def inspect(inspector, home):
    """Four verdicts and an observation, then concluded."""
    inspector.go("improvements:inspection_list").follow("Begin an inspection")
    inspector.fill(title=INSPECTED, unit=home.teaching.pk, starts_on=chains.days(-60), ends_on=chains.days(0))
    inspector.press("Begin")
    inspection = Inspection.objects.get(pk=inspector.pk())
    for _item in range(4):
        inspector.follow("Give a verdict")
        inspector.fill(verdict="partly", note="抽查40件")
        inspector.press("Save")
        inspector.page.wait_for_url(f"**{inspection.get_absolute_url()}")
    inspector.follow("Write down an observation")
    inspector.fill(focus="voices", unit=home.teaching.pk, title=PROBLEM, severity="major")
    inspector.fill(text="抽查40件，6件超过2个工作日无人回复。", clause="《客户满意度管理制度》第三章第（三）项")
    inspector.press("Save")
    inspector.sees(PROBLEM)
    inspector.follow("Conclude")
    inspector.fill(summary="总体有序，一项需整改")
    inspector.press("Conclude")
    inspector.says("Concluded", context="inspection")
    inspection.refresh_from_db()
    verdicts = list(inspection.items.values_list("verdict", flat=True))
    assert (inspection.state, verdicts) == (InspectionState.CONCLUDED, ["partly"] * 4)


def draft_notice(inspector, home):
    observation = Observation.objects.get()
    inspector.follow("Draft a notice")
    inspector.fill(title=PROBLEM, due_on=chains.days(14))
    inspector.fill(**{f"requirement_{observation.pk}": REQUIRED, f"criterion_{observation.pk}": CRITERION})
    inspector.press("Keep the draft")
    notice = RectificationNotice.objects.get(pk=inspector.pk())
    assert (notice.state, notice.number, notice.unit) == (NoticeState.DRAFT, "", home.teaching)
    return notice


def issue_notice(second, notice):
    """Issued by the other member; the paper says its number, what is required and how that is verified."""
    second.go("improvements:notice", notice.pk).follow("Issue")
    second.press("Issue")
    second.says("Issued", context="notice", seconds=60)
    notice.refresh_from_db()
    said = chains.paper_text(second.download(lambda: second.follow("Print")))
    for words in (notice.number, REQUIRED, CRITERION, PROBLEM, notice.unit.name_zh):
        assert re.sub(r"\s", "", words) in said, words


def acknowledge(head, home, notice):
    head.go("improvements:notice_list").open(notice.number)
    head.follow("Confirm the receipt")
    head.fill(executor=home.executor.pk)
    head.press("Confirm the receipt")
    head.says("Receipt confirmed", context="notice")


def answer(executor, text):
    executor.go("dashboard:home").open(PROBLEM)
    executor.follow("Answer", context="notice")
    executor.fill(cause="没有值班安排", text=text)
    chains.attach(executor)
    executor.press("Answer", context="notice")
    executor.says("Waiting for verification", context="notice")
    executor.sees(chains.EVIDENCE["name"])
    executor.lacks("Found put right")


def send_back(second, notice):
    second.go("improvements:notice", notice.pk).follow("Send back")
    second.fill(sampled="重抽20件", reason="没有发送记录", due_on=chains.days(21))
    second.press("Send back")
    second.says("Sent back", context="notice")


# Improvement -------------------------------------------------------------------------------------------

CASE, MEASURE = "教材更新慢", "更新教材案例"


def test_finding_until_the_next_wave_proves_the_effect(smtp, celery_worker_process, new_page):
    home = chains.house()
    home.officer = chains.somebody("officer", "许静文", Role.SURVEY_OFFICER, home.head)
    wave = improvement_factory.closed_wave()  # twelve of twenty gave 2, eight gave 5
    officer, lead, owner = (Desk.of(new_page(), getattr(home, role)) for role in ("officer", "lead", "handler"))
    confirm_finding(officer, home, wave)
    case = take_up_case(lead, home)
    measure = plan_measure(owner, home, case)
    issue_and_carry_out(lead, owner, measure)
    verify_measure(officer, owner, measure)
    improvement_factory.next_wave(measure, (5,) * 20)
    close_measure(officer, measure)
    lead.go("improvements:case", case.pk).follow("Close the case")
    lead.fill(lessons="教材每季度核对一次")
    lead.press("Close the case")
    lead.says("Closed", context="improvement case")
    case.refresh_from_db()
    assert case.state == CaseState.CLOSED


def confirm_finding(officer, home, wave):
    finding = wave.findings.get(question__code="Q1")
    officer.go("surveys:finding", finding.pk).follow("Confirm")
    officer.fill(unit=home.teaching.pk, note="学员反映案例陈旧")
    officer.press("Confirm")
    officer.says("The finding is confirmed.")


def take_up_case(lead, home):
    case = ImprovementCase.objects.get()
    lead.go("improvements:case", case.pk).follow("Take up")
    lead.fill(title=CASE, problem="学员反映案例陈旧", unit=home.teaching.pk)
    lead.press("Open the case")
    lead.says("The case is open. Plan its first measure.")
    case.refresh_from_db()
    assert (case.state, case.unit, case.finding.wave.state) == (CaseState.OPEN, home.teaching, "closed")
    return case


def plan_measure(owner, home, case):
    """The goal is the figure of the finding; a change that twenty answers cannot prove is asked about once."""
    owner.go("improvements:case", case.pk).follow("Plan a measure")
    owner.fill(title=MEASURE, goal="下一期满意率达到80%", tasks="重写三门课的案例", due_on=chains.days(30))
    owner.fill(unit=home.teaching.pk, owner=home.handler.pk, indicator="top2", target=80, smallest_change=20)
    owner.press("Keep the draft")
    owner.fill(acknowledge=True)
    owner.press("Keep the draft")
    measure = Measure.objects.get(pk=owner.pk())
    owner.lacks("Issue")
    assert (measure.baseline_wave, measure.baseline_n, round(measure.baseline_value, 4)) == (
        case.finding.wave,
        20,
        Decimal("0.4"),
    )
    return measure


def issue_and_carry_out(lead, owner, measure):
    lead.go("improvements:measure", measure.pk).follow("Issue")
    lead.press("Issue")
    lead.says("Done.")
    owner.go("dashboard:home").open(MEASURE)
    owner.follow("Begin")
    owner.press("Begin")
    owner.main.locator("form[action*='/done/'] button").click()
    expect(owner.main.locator("form[action*='/done/']")).to_have_count(0)
    owner.follow("Hand in", context="measure")
    owner.fill(comment="三门课的案例已重写")
    chains.attach(owner)
    owner.press("Hand in", context="measure")
    owner.sees(chains.EVIDENCE["name"])
    owner.lacks("Found carried out")
    measure.refresh_from_db()
    assert measure.state == MeasureState.ACCEPTANCE


def verify_measure(officer, owner, measure):
    officer.go("improvements:measure", measure.pk).follow("Found carried out")
    officer.fill(sampled="抽查三门课的教材")
    officer.press("Confirm")
    officer.lacks("Close the measure")
    measure.refresh_from_db()
    assert measure.state == MeasureState.OBSERVING
    assert measure.verifications.get().by == officer.user != owner.user


def close_measure(officer, measure):
    effect = measure.effects.get()
    officer.go("improvements:measure", measure.pk).sees(str(effect.verdict_badge.label))
    assert (effect.verdict, effect.after_n) == ("improved", 20)
    officer.follow("Close the measure")
    officer.press("Close the measure")
    officer.lacks("Close the measure")
    measure.refresh_from_db()
    assert measure.state == MeasureState.CLOSED


# Appraisal ---------------------------------------------------------------------------------------------


def test_appraisal_until_a_published_score_leads_to_its_complaint(smtp, celery_worker_process, new_page):
    home = chains.house()
    cycle, complaint = chains.appraisal(home)
    roles = ("assessor", "handler", "superior", "executive")
    assessor, head, superior, executive = (Desk.of(new_page(), getattr(home, role)) for role in roles)
    for step in ("Open the cycle", "Freeze the facts", "Ask for the ratings"):
        take_step(assessor, cycle, step)
    sheet = cycle.sheets.get(unit=home.teaching)
    rated = sheet.facts.get(indicator="complaint_rate")
    assert (rated.numerator, rated.denominator, rated.row_ids) == (1, 20, [complaint.pk])
    for desk, score in ((head, 80), (superior, 90)):
        rate(desk, sheet, score)
    take_step(assessor, cycle, "Show the preview")
    before = total_of(sheet)
    object_and_decide(head, superior, executive, sheet)
    assert total_of(sheet) > before
    appraisal_factory.end_objections(cycle)
    take_step(executive, cycle, "Publish the results")
    score = Score.objects.get(sheet=sheet)
    assert (score.total, score.sheet.cycle.state) == (total_of(sheet), CycleState.PUBLISHED)
    clicks = follow_to_record(executive, score, complaint)
    assert clicks <= 4


def take_step(desk, cycle, msgid):
    desk.go("appraisal:cycle", cycle.pk).follow(msgid)
    desk.press(msgid)
    desk.page.wait_for_url(f"**{cycle.get_absolute_url()}")
    desk.lacks(msgid)


def rate(desk, sheet, score):
    desk.go("appraisal:rate", sheet.pk).fill(score=score, comment="按计划完成")
    desk.press("Give the rating")
    desk.says("Your rating is kept. It cannot be changed any more.")


def total_of(sheet):
    return Decimal(result_of(ScoreSheet.objects.with_all().get(pk=sheet.pk)).content["total"])


def object_and_decide(head, superior, executive, sheet):
    """Raised by the head; not decided by who rated the unit, upheld by somebody apart."""
    head.go("appraisal:sheet", sheet.pk).follow("Object to the result")
    head.fill(line="complaint_rate", ground="此件不属本部门")
    head.press("Object")
    appeal = Appeal.objects.get(pk=head.pk())
    superior.go("appraisal:appeal", appeal.pk).lacks("Uphold")
    executive.go("appraisal:appeal", appeal.pk).follow("Uphold")
    executive.fill(after=70, reason="属实")
    executive.press("Uphold the objection")
    executive.sees("属实")
    appeal.refresh_from_db()
    assert (appeal.state, appeal.raised_by, appeal.decided_by) == ("upheld", head.user, executive.user)


def follow_to_record(executive, score, complaint):
    """From the published results to the complaint that counted: the unit, then the record. Returns the clicks."""
    executive.go("appraisal:publication", score.publication.cycle_id, 1)
    row = executive.main.locator("tbody tr", has_text=score.sheet.unit_name)
    expect(row).to_contain_text(str(score.total))
    row.get_by_role("link").first.click()
    executive.page.wait_for_url(f"**{score.get_absolute_url()}")
    executive.main.locator(f"a[href='{complaint.get_absolute_url()}']").first.click()
    executive.page.wait_for_url(f"**{complaint.get_absolute_url()}")
    executive.sees(complaint.number)
    return 2


def test_report_of_the_quarter_has_a_section_of_every_app(smtp, celery_worker_process, new_page):
    home = chains.house()
    chains.supervision(home)
    home.officer = chains.somebody("officer", "许静文", Role.SURVEY_OFFICER, home.head)
    complaint = complaint_factory.make_complaint(home.agent, unit=home.teaching)
    officer = Desk.of(new_page(), home.officer)
    quarter = periods.containing("quarter", timezone.localdate())
    officer.go("reports:report_list").follow("Draw up a report")
    officer.fill(period=quarter.starts_on.isoformat())
    officer.press("Draw up")
    officer.main.get_by_role("link", name=zh("Open the result")).click(timeout=60_000)
    report = Report.objects.get(pk=officer.pk())
    expected = ["surveys", "complaints", "improvements", "supervision", "appraisal"]
    assert sorted(report.figures) == sorted(expected) and complaint.number
    with translation.override(CHINESE):
        for section in reporting.sections():
            for sentence in section.sentences(report.figures[section.code], "overview"):
                officer.sees(sentence)
