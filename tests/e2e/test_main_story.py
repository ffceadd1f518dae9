"""The main job across roles, in Chinese: real browser, mail, worker and PDF.

Own workbook → plan → questionnaire → wave by mail → answers → result → follow-up, call, finding → report.
"""

import io
import re
from datetime import datetime, time, timedelta
from types import SimpleNamespace

import openpyxl
import pypdfium2
import pytest
import xlsxwriter
from django.utils import timezone, translation
from openpyxl.utils import get_column_letter
from playwright.sync_api import expect

from accounts.choices import Role
from core import periods
from core.i18n import CHINESE
from core.models import Job
from customers.choices import FollowUpState
from customers.models import Customer, Interaction
from surveys import tasks
from surveys.choices import FindingState, InvitationState, PlanState, VersionState, WaveState
from surveys.models import Finding, LowAnswer, QuestionnaireVersion, Response, SurveyPlan, Wave
from surveys.models.plan import PARTS
from surveys.selectors.questionnaires import instrument_of
from tests.e2e import chains
from tests.e2e.desk import Desk, zh
from tests.e2e.respondents import PHONE, answer_by_plain_http, link_in
from tests.factories import accounts as make

FOREIGN = 8  # the customer whose contact person reads English
ANSWERS = {2: (5, 4, 9), 3: (5, 4, 10), 4: (5, 4, 8), 5: (4, 3, 9), 6: (5, 4, 10)}  # overall, trainer, 0–10
LOW = (2, 3, 3)  # of the first customer: 满意度“不满意”
ROUND = "四季度客户满意度调查"
SATISFIED, MEAN, BASE = "83.3", "4.33", 6  # 5 of 6 gave 4 or 5; (2+5+5+5+4+5)/6


def mail_of(number):
    return f"lianxi{number}@kehu.example"


# Who is there ------------------------------------------------------------------------------------------


@pytest.fixture
def company(transactional_db):
    """Head office, quality and customer service with the four people of the story."""
    head = make.unit("HQ", kind="head_office", name_zh="知行培训总部", name_en="Head Office")
    quality = make.unit("QA", parent=head, department_type="support", name_zh="质量管理部", name_en="Quality")
    service = make.unit("CS", parent=head)
    keep_quarter_open()
    return SimpleNamespace(
        quality=quality, service=service,
        officer=somebody("officer", "许静文", Role.SURVEY_OFFICER, quality),
        lead=somebody("lead", "陈丽华", Role.LEAD, service),
        agent=somebody("agent", "林小雨", Role.AGENT, service),
        executive=somebody("executive", "周启明", Role.EXECUTIVE, head),
    )  # fmt: skip


def somebody(username, name, role, unit):
    return make.person(role, username=username, unit=unit, password=make.PASSWORD, name_zh=name)


def keep_quarter_open():
    """The books of this quarter close tomorrow, also on the last days of a quarter."""
    quarter = periods.containing("quarter", timezone.localdate())
    quarter.cut_off = max(quarter.cut_off, timezone.now() + timedelta(days=1))
    quarter.save()


@pytest.mark.story
def test_main_job_from_workbook_to_report(company, smtp, celery_worker_process, new_page, wait_for):
    roles = ("officer", "lead", "agent", "executive")
    officer, lead, agent, executive = (Desk.of(new_page(), getattr(company, role)) for role in roles)
    import_customers(officer)
    plan = write_plan(officer, company)
    approve_plan(lead, officer, plan)
    version = design_questionnaire(officer, company)
    publish_questionnaire(lead, officer, version)
    wave = open_wave(officer, plan, version, wait_for)
    links = check_mails(smtp, wave, wait_for)
    answer_on_a_phone(new_page(**PHONE), links[1])
    for number, values in ANSWERS.items():
        answer_without_a_browser(links[number], version, values)
    close_wave(officer, wave)
    figures = read_result(officer, wave)
    follow_up = handle_follow_up(agent, wave)
    finding = make_finding(officer, company, wave, follow_up)
    report = draw_up_report(officer, figures, smtp, wait_for)
    review_report(lead, officer, report)
    issue_report(executive, report, smtp, wait_for)
    read_paper(executive, report, figures, finding)


# Customers ---------------------------------------------------------------------------------------------


RIGHT = (
    "%(n)s row, and it is right. Nothing has been imported yet.",
    "%(n)s rows, and all of them are right. Nothing has been imported yet.",
)


def import_customers(officer):
    """A faulty cell is named, the error workbook corrected and sent again, all rows come in at once."""
    officer.go("imports:start", "customers")
    template = officer.download(lambda: officer.follow("Template"))
    header = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(template)).worksheets[0][1]]
    place = column_of("Branch code", header)
    upload(officer, workbook(header))
    cell = f"{get_column_letter(place + 1)}5"
    officer.sees(cell)
    assert Customer.objects.count() == 0
    rows = officer.download(lambda: officer.follow("My rows with the reasons"))
    returned = openpyxl.load_workbook(io.BytesIO(rows))
    assert returned.worksheets[0][cell].value == "CX"
    assert returned.worksheets[0].cell(1, len(header) + 1).value == zh("What to correct")
    returned.worksheets[0][cell] = "CS"
    corrected = io.BytesIO()
    returned.save(corrected)
    officer.follow("Upload the corrected file")
    upload(officer, corrected.getvalue())
    officer.says(RIGHT[0], plural=RIGHT[1], n=8)
    officer.press("Import %(n)s row", plural="Import %(n)s rows", n=8)
    officer.says("%(n)s row was imported.", plural="%(n)s rows were imported.", n=8)
    assert Customer.objects.count() == 8 and set(Job.objects.values_list("state", flat=True)) == {"done"}
    officer.follow("See what was imported")
    officer.sees("江海重工3")
    speak_english(officer)


def column_of(msgid, header):
    """Where a column of the template stands; optional ones are marked."""
    label = zh(msgid)
    return header.index(label if label in header else zh("%(label)s (optional)", label=label))


def workbook(header):
    """Eight customers below the headings of the template; the fourth names a branch that does not exist."""
    columns = {
        "Customer number": lambda n: f"KH-10{n}",
        "Chinese name": lambda n: f"江海重工{n}",
        "English name": lambda n: f"Jianghai {n}",
        "Type": lambda n: zh("Enterprise"),
        "Region": lambda n: "华东" if n % 2 else "西南",
        "Branch code": lambda n: "CX" if n == 4 else "CS",
        "Contact person": lambda n: f"李静{n}",
        "Phone": lambda n: f"138 0000 100{n}",
        "E-mail": mail_of,
        "Agrees to surveys, said in": lambda n: zh("Contract or enrolment form"),
    }
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("客户")
        sheet.write_row(0, 0, header)
        for msgid, value in columns.items():
            sheet.write_column(1, column_of(msgid, header), [value(number) for number in range(1, 9)])
    return file.getvalue()


def upload(officer, content):
    file = {"name": "客户.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    officer.page.locator("main [name=file]").set_input_files(file)
    officer.press("Check the file")


def speak_english(officer):
    person = Customer.objects.get(code=f"KH-10{FOREIGN}").contacts.get()
    officer.go("customers:contact_edit", person.pk).fill(language="en")
    officer.press("Save")
    officer.page.wait_for_url(re.compile(r"/customers/\d+/"))


# Plan --------------------------------------------------------------------------------------------------


def write_plan(officer, company):
    """Six parts and a dated activity; without them it cannot be handed in."""
    today = timezone.localdate()
    officer.go("surveys:plan_list").follow("New plan")
    officer.fill(year=today.year, unit=company.quality.pk)
    officer.press("Save")
    plan = SurveyPlan.objects.get(pk=officer.pk())
    parts = {f"{part}_zh": f"{label}：按制度执行" for part, label in PARTS.items()}
    officer.fill(basis="客户满意度管理制度", **parts)
    officer.press("Save")
    officer.follow("Add an activity")
    officer.fill(title_zh=ROUND, title_en="Fourth quarter survey", method="mail", expected_n=8)
    officer.fill(starts_on=today, ends_on=today, owner=company.officer.pk)
    officer.press("Save")
    officer.sees(ROUND)
    officer.follow("Hand in for approval")
    officer.press("Hand in")
    officer.says("You wrote this plan; somebody else who approves plans decides on it.")
    officer.lacks("Approve")
    plan.refresh_from_db()
    assert plan.state == PlanState.SUBMITTED and plan.activities.count() == 1
    return plan


def approve_plan(lead, officer, plan):
    lead.go("dashboard:home").open(str(plan))
    lead.follow("Approve")
    lead.press("Approve")
    lead.says("Approved")
    plan.refresh_from_db()
    assert (plan.state, plan.author, plan.approved_by) == (PlanState.APPROVED, officer.user, lead.user)
    assert plan.revisions.get().content["parts"]["goal_zh"] == f"{zh('Goal')}：按制度执行"


# Questionnaire -----------------------------------------------------------------------------------------

OVERALL, TRAINER = "总体来说，您对我们的服务满意吗？", "讲师讲解清楚吗？"
RECOMMEND, FIRST = "愿意把我们推荐给同行吗？", "最该改进的是什么？"
SECTIONS = (("service", "服务与讲师", "Service"), ("words", "推荐与意见", "In your words"))
RATED = {"kind": "rating", "scale": "B", "required": True}
QUESTIONS = (  # section, fields
    (0, RATED | {"title_zh": OVERALL, "title_en": "Overall, how satisfied are you?", "is_overall": True}),
    (0, RATED | {"title_zh": TRAINER, "title_en": "Was the trainer clear?"}),
    (
        1,
        {
            "kind": "scale_0_10",
            "title_zh": RECOMMEND,
            "title_en": "Would you recommend us?",
            "required": True,
        },
    ),
    (1, {"kind": "text", "title_zh": FIRST, "title_en": "What should change first?", "required": False}),
)


def design_questionnaire(officer, company):
    """Two sections and four questions in both languages; its designer cannot publish it."""
    officer.go("surveys:questionnaire_list").follow("New questionnaire")
    officer.fill(code="SERVICE-4", name_zh="季度服务问卷", name_en="Quarterly service")
    officer.fill(unit=company.quality.pk)
    officer.press("Save")
    version = QuestionnaireVersion.objects.get(pk=officer.pk())
    officer.fill(title_zh="请您评价我们的服务", title_en="How is our service?")
    officer.fill(intro_zh="您的意见决定我们先改什么。", intro_en="It decides what we improve first.")
    officer.press("Save")
    for code, title_zh, title_en in SECTIONS:
        officer.follow("Add a section")
        officer.fill(code=code, title_zh=title_zh, title_en=title_en)
        officer.press("Save")
    for section, fields in QUESTIONS:
        officer.main.get_by_role("link", name=zh("Add a question")).nth(section).click()
        officer.fill(**fields)
        officer.press("Save")
        officer.sees(fields["title_zh"])
    officer.follow("Look at it")
    officer.lacks("Publish")
    return version


def publish_questionnaire(lead, officer, version):
    lead.go("dashboard:home").open("季度服务问卷")
    lead.follow("Publish")
    lead.press("Publish")
    lead.lacks("Publish")
    version.refresh_from_db()
    assert (version.state, version.published_by) == (VersionState.PUBLISHED, lead.user)
    designed = [row["kind"] for _section, row in QUESTIONS]
    assert [question.kind for question in instrument_of(version).questions] == designed


# Wave --------------------------------------------------------------------------------------------------


MINUTE = "%Y-%m-%dT%H:%M"
WHY, WHY_ENGLISH = "感谢您选择知行培训，请评价本季度的服务。", "Please rate our service of this quarter."


def open_wave(officer, plan, version, wait_for):
    """Set up from the plan's activity, scheduled; what beat calls every minute opens it in the worker."""
    officer.go("surveys:plan", plan.pk).follow("Set up a wave")
    now = timezone.localtime()
    ends = datetime.combine(now + timedelta(days=14), time(18))
    officer.fill(questionnaire_version=version.pk, opens_at=f"{now:{MINUTE}}", closes_at=f"{ends:{MINUTE}}")
    officer.fill(invitation_zh=WHY, invitation_en=WHY_ENGLISH)
    officer.press("How many is that?")
    officer.says("%(n)s people can be asked, %(mail)s of them by mail.", n=8, mail=8)
    officer.press("Save")
    wave = Wave.objects.get(pk=officer.pk())
    expect(officer.page.get_by_role("heading", level=1)).to_have_text(ROUND)
    officer.follow("Schedule the wave")
    officer.press("Schedule the wave")
    officer.page.wait_for_url(f"**{wave.get_absolute_url()}")
    tasks.turn_waves.delay()
    wait_for(lambda: Wave.objects.get().state == WaveState.OPEN)
    wave.refresh_from_db()
    assert wave.activity == plan.activities.get() and wave.population_n == 8
    return wave


def check_mails(smtp, wave, wait_for):
    """Everybody got one mail in their language, with a way out. Returns {customer number: personal link}."""
    addresses = {number: mail_of(number) for number in range(1, 9)}
    wait_for(lambda: all(smtp.to(address) for address in addresses.values()))
    links = {}
    for number, address in addresses.items():
        (message,) = smtp.to(address)
        text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
        links[number] = link_in(message)
        assert links[number] in html
        assert message["List-Unsubscribe"].strip() == f"<{links[number]}stop/>"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        foreign = number == FOREIGN
        assert (wave.name_en if foreign else wave.name_zh) in message["Subject"]
        assert (WHY_ENGLISH if foreign else WHY) in text
    assert len(set(links.values())) == 8
    wait_for(lambda: set(wave.invitations.values_list("state", flat=True)) == {InvitationState.SENT})
    return links


def answer_on_a_phone(page, link):
    """A dissatisfied customer at 390 px, section by section."""
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("请您评价我们的服务")
    page.get_by_role("link", name=zh("Start answering")).click()
    for question, words in ((OVERALL, "不满意"), (TRAINER, "一般")):
        page.get_by_role("group", name=question).get_by_label(words, exact=True).check()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name=zh("Next section")).click()
    page.get_by_role("group", name=RECOMMEND).get_by_label("3", exact=True).check()
    page.get_by_label(re.compile(FIRST)).fill("报名后两周才有人联系")
    page.get_by_role("button", name=zh("Send my answers")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(zh("Received, thank you"))
    response = Response.objects.get()
    expect(page.get_by_text(response.receipt)).to_be_visible()


def answer_without_a_browser(link, version, values):
    """As any HTTP client would; Chinese is what the portal speaks to it."""
    questions = instrument_of(version).questions
    fields = {question.name: value for question, value in zip(questions, values, strict=False)}
    answer_by_plain_http(link, 2, fields)


def close_wave(officer, wave):
    officer.go("surveys:wave", wave.pk).follow("Close now")
    officer.press("Close now")
    officer.page.wait_for_url(f"**{wave.get_absolute_url()}")
    wave.refresh_from_db()
    assert wave.state == WaveState.CLOSED
    assert wave.invitations.filter(state=InvitationState.EXPIRED).count() == 2


def read_result(officer, wave):
    """Satisfied share and mean with base and interval, which open their answers. Returns what was read."""
    officer.go("surveys:wave", wave.pk)
    share = officer.page.locator(".stat", has_text=zh("Satisfied (4 and 5 of 5)"))
    expect(share.locator(".v")).to_contain_text(SATISFIED)
    interval = re.search(r"(\d+\.\d)–(\d+\.\d)%", share.inner_text())
    assert interval and float(interval[1]) < float(SATISFIED) < float(interval[2])
    expect(share).to_contain_text(str(BASE))
    mean = officer.page.locator(".stat", has_text=zh("Mean, 1–5"))
    expect(mean.locator(".v")).to_have_text(MEAN)
    expect(mean).to_contain_text(f"n={BASE}")
    officer.page.locator("figure svg").first.wait_for()
    share.click()
    officer.sees("江海重工1")
    expect(officer.main.locator("tbody tr")).to_have_count(BASE)
    return SimpleNamespace(share=SATISFIED, interval=interval[0], mean=MEAN, base=BASE, wave=wave)


# Low answer --------------------------------------------------------------------------------------------


def handle_follow_up(agent, wave):
    """The low answer waits in the agent's queue; taken, called about by keyboard alone, finished."""
    follow_up = LowAnswer.objects.get(response__wave=wave).follow_up
    assert (follow_up.customer.code, follow_up.unit.code) == ("KH-101", "CS")
    agent.go("customers:follow_up_list", scope="unit").open(follow_up.title)
    agent.sees(OVERALL)
    agent.press("Take it on")
    agent.says("It is yours now.")
    log_call_by_keyboard(agent.page)
    agent.says("Contacts about this")
    agent.sees("已致歉，课前一周由班主任联系")
    agent.follow("Finish")
    agent.fill(outcome="resolved", note="客户接受改进安排")
    agent.press("Finish")
    agent.says("Reached, resolved")
    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.owner) == (FollowUpState.DONE, agent.user)
    call = Interaction.objects.get()
    assert (call.follow_up, call.contact) == (follow_up, follow_up.contact)
    assert (call.agent, call.direction) == (agent.user, "out")
    return follow_up


def log_call_by_keyboard(page):
    page.keyboard.press("c")
    page.wait_for_url("**/customers/call/?follow_up=*")
    for _step in range(12):  # number, look up, who, channel, direction, what was said
        if page.evaluate("document.activeElement.name") == "summary":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("已致歉，课前一周由班主任联系")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/customers/follow-ups/*/")


def make_finding(officer, company, wave, follow_up):
    """The officer makes a finding of the low answer that was borne out, and confirms it."""
    officer.go("surveys:wave_low", wave.pk)
    officer.press("Make a finding")
    finding = Finding.objects.get(pk=officer.pk())
    origin = officer.main.get_by_role("link", name=zh("its follow-up"))
    expect(origin).to_have_attribute("href", follow_up.get_absolute_url())
    officer.follow("Confirm")
    officer.fill(unit=company.service.pk, note="报名后两周无人联系")
    officer.press("Confirm")
    officer.says("The finding is confirmed.")
    finding.refresh_from_db()
    assert (finding.state, finding.unit, finding.base_n) == (FindingState.CONFIRMED, company.service, BASE)
    assert finding.low_answer.follow_up == follow_up and f"{finding.mean:.2f}" == MEAN
    return finding


# Report ------------------------------------------------------------------------------------------------

ADVICE = "建议客户服务部自下季度起，报名后三个工作日内联系每位学员。"


def draw_up_report(officer, figures, smtp, wait_for):
    """Drawn up in the worker with the figures of the result page; its advice edited; handed in."""
    report = chains.draw_up(officer)
    assert (report.period, report.author) == (periods.containing("quarter", timezone.localdate()), officer.user)
    for figure in (figures.share, figures.mean, figures.interval):
        officer.sees(re.compile(re.escape(figure)))
    officer.go("reports:report_text", report.pk, "advice")
    words = officer.page.locator("main [name=text_zh]").input_value()
    english = officer.page.locator("main [name=text_en]").input_value()
    officer.fill(text_zh=f"{words}\n\n{ADVICE}", text_en=f"{english}\n\nCall every learner within three days.")
    officer.press("Save")
    officer.sees(ADVICE)
    officer.follow("Hand in for review")
    officer.press("Hand in")
    officer.lacks("Confirm the review")
    wait_for(lambda: told(smtp, "lead", "Please review: %(report)s", report))
    return report


def told(smtp, username, subject, report):
    """Mails to one person with that subject."""
    with translation.override(CHINESE):
        wanted = zh(subject, report=report)
    return [mail for mail in smtp.to(f"{username}@company.example") if mail["Subject"].strip() == wanted]


def review_report(lead, officer, report):
    lead.go("reports:report_detail", report.pk).follow("Confirm the review")
    lead.press("Confirm")
    lead.lacks("Confirm the review")
    report.refresh_from_db()
    assert (report.author, report.reviewer) == (officer.user, lead.user)


def issue_report(executive, report, smtp, wait_for):
    """Issued by management; everybody who reads reports gets a mail; reading is recorded."""
    executive.go("reports:report_detail", report.pk).follow("Issue the report")
    executive.press("Issue")
    executive.main.get_by_role("link", name=zh("Open the result")).click(timeout=120_000)  # both languages are printed
    executive.page.get_by_text(zh("Papers as issued")).wait_for()
    report.refresh_from_db()
    assert report.number and report.issued_by == executive.user
    for username in ("officer", "lead", "executive"):
        wait_for(lambda username=username: told(smtp, username, "Issued: %(report)s", report))
    executive.press("I have read it")
    executive.says("Thank you. Your reading is recorded.")
    deliveries = report.deliveries.order_by("user__username")
    assert [(row.user.username, row.read_at is not None) for row in deliveries] == [
        ("executive", True), ("lead", False), ("officer", False)
    ]  # fmt: skip


def read_paper(executive, report, figures, finding):
    """The Chinese PDF says what the result page said."""
    stored = report.files.get(language="zh-hans", format="pdf")
    content = executive.download(lambda: executive.page.get_by_role("link", name=stored.name).click())
    with pypdfium2.PdfDocument(content) as paper:
        text = "".join(page.get_textpage().get_text_bounded() for page in paper)
    said = re.sub(r"\s", "", text)
    read = (figures.share, figures.interval, figures.mean, f"n={figures.base}", figures.wave.code, ROUND)
    for words in (report.number, *read, OVERALL, ADVICE, finding.unit.name_zh):
        assert re.sub(r"\s", "", words) in said, words
