"""A survey from its yearly plan to its report, in Chinese: a form of 300 points taken from the library, drawn by strata, printed,
entered from paper and by telephone, answered by QR code and mail, checked by two people, banded, analysed, reported.
"""

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.choices import Role
from surveys import serials, tasks
from surveys.choices import CheckState, ResponseMode, WaveState
from surveys.models import PaperBatch, QuestionnaireVersion, Response, ResponseCheck, SurveyPlan, Wave
from surveys.models.plan import PARTS
from surveys.selectors import results
from surveys.selectors.questionnaires import instrument_of
from tests.e2e import chains
from tests.e2e.desk import Desk, zh
from tests.e2e.respondents import answer_by_plain_http, link_in
from tests.factories import surveys as make

pytestmark = pytest.mark.story

REGIONS = {"华东": 8, "华南": 4}
MINUTE = "%Y-%m-%dT%H:%M"


def test_a_form_of_300_points_by_every_way(smtp, celery_worker_process, live_portal, new_page, wait_for):
    """[CHN-01, CHN-02, CHN-15]"""
    home = chains.house()
    home.officer = chains.somebody("officer", "许静文", Role.SURVEY_OFFICER, home.head)
    for region, count in REGIONS.items():
        make.contacts(count, region=region)
    officer, lead, agent = (Desk.of(new_page(), getattr(home, role)) for role in ("officer", "lead", "agent"))
    activity = plan_the_year(officer, lead, home)
    version = take_over(officer, home)
    lead.go("surveys:version", version.pk).follow("Publish")
    lead.press("Publish")
    wave = open_wave(officer, version, home, activity, wait_for)
    print_sheets(officer, wave)
    enter_sheet(officer, wave, 1, "2" * 10)  # ten times 24: 240
    enter_sheet(officer, wave, 2, "5" * 10)  # ten times 6
    officer.go("surveys:entry_form", wave.pk, serial=serials.write(1))
    officer.sees(home.officer.name_zh)
    enter_call(agent, wave)
    answer(f"{live_portal.url}/q/{wave.open_code}/", version, [24] * 10)
    answer_mails(smtp, wave, version, wait_for)
    doubt_and_leave_out(officer, lead, wave)
    officer.go("surveys:wave", wave.pk).follow("Close now")
    officer.press("Close now")
    see_the_bands(officer, wave)
    officer.follow("Confirm results")
    officer.press("Confirm results")
    officer.page.wait_for_url(f"**{wave.get_absolute_url()}")
    assert Wave.objects.get().state == WaveState.CONFIRMED
    analyse(officer, wave)
    read_the_report(officer, wave)
    see_the_plan_carried_out(officer, activity)


def plan_the_year(officer, lead, home):
    """Six parts and one activity, handed in by the officer and approved by the lead."""
    today = timezone.localdate()
    officer.go("surveys:plan_list").follow("New plan")
    officer.fill(year=today.year, unit=home.head.pk)
    officer.press("Save")
    plan = SurveyPlan.objects.get(pk=officer.pk())
    officer.fill(basis="客户满意度管理制度", **{f"{part}_zh": f"{label}：按制度执行" for part, label in PARTS.items()})
    officer.press("Save")
    officer.follow("Add an activity")
    officer.fill(title_zh="年度回访抽样", title_en="Yearly sample", method="paper", expected_n=6, owner=officer.user.pk)
    officer.fill(starts_on=today, ends_on=today + timedelta(days=14))
    officer.press("Save")
    officer.sees("年度回访抽样")
    officer.follow("Hand in for approval")
    officer.press("Hand in")
    officer.says("You wrote this plan; somebody else who approves plans decides on it.")
    lead.go("surveys:plan", plan.pk).follow("Approve")
    lead.press("Approve")
    lead.says("Approved")
    return plan.activities.get()


def take_over(officer, home):
    officer.go("surveys:questionnaire_library").open("REPAIR-300")
    officer.page.wait_for_url("**/REPAIR-300")
    officer.fill(code="HF-300", unit=home.head.pk)
    officer.press("Make a draft")
    version = QuestionnaireVersion.objects.get(pk=officer.pk())
    frame = officer.page.frame_locator("iframe")
    expect(frame.get_by_role("group", name="故障诊断准确")).to_be_visible()
    return version


def open_wave(officer, version, home, activity, wait_for):
    """A stratified sample whose precision is looked at before anybody is asked."""
    now = timezone.localtime()
    ends = datetime.combine(now + timedelta(days=14), time(18))
    officer.go("surveys:wave_create", activity=activity.pk)
    officer.fill(
        name_zh="回访抽样", name_en="Sample", questionnaire_version=version.pk, unit=home.head.pk, is_open_link=True
    )
    officer.fill(opens_at=f"{now:{MINUTE}}", closes_at=f"{ends:{MINUTE}}")
    officer.fill(draw="stratified", sample_n=6, strata_by="seg_region", strata_least=2, expected_rate=50)
    officer.press("Save")
    wave = Wave.objects.get(pk=officer.pk())
    officer.follow("Precision")
    officer.sees("华南")
    rows = officer.main.locator("tbody tr").all_inner_texts()
    assert [row.split("\t")[:4] for row in rows] == [["华东", "8", "4", "2"], ["华南", "4", "2", "1"]]
    officer.go("surveys:wave", wave.pk).follow("Schedule the wave")
    officer.press("Schedule the wave")
    officer.page.wait_for_url(f"**{wave.get_absolute_url()}")
    tasks.turn_waves.delay()
    wait_for(lambda: Wave.objects.get().state == WaveState.OPEN)
    assert [(row["value"], row["drawn"]) for row in Wave.objects.get().frame] == [("华东", 4), ("华南", 2)]
    return Wave.objects.get()


def print_sheets(officer, wave):
    officer.go("surveys:wave_entry", wave.pk).fill(count=3)
    officer.press("Print")
    file = officer.main.locator("a[href$='/file']")
    file.wait_for(timeout=60_000)
    paper = chains.paper_text(officer.download(file.click))
    assert [serials.write(number) in paper for number in (1, 2, 3)] == [True] * 3
    assert paper.count("满分300分") == 3 and PaperBatch.objects.get().count == 3


def enter_sheet(officer, wave, number, digits):
    """By the keyboard alone, once the serial is typed."""
    officer.go("surveys:wave_entry", wave.pk).fill(serial=serials.write(number))
    officer.press("Enter its answers")
    officer.sees(serials.write(number))
    wait_for_the_keyboard(officer)
    officer.page.keyboard.type(digits)
    officer.page.keyboard.press("Control+Enter")
    officer.page.wait_for_url("**/entry/")


def wait_for_the_keyboard(desk):
    """The script has put the focus on the first question."""
    expect(desk.page.locator("main [data-q] input").first).to_be_focused()


def enter_call(agent, wave):
    """A customer says the answers on the phone: five times 30, five times 18."""
    agent.go("surveys:wave_entry", wave.pk).main.locator("a[href*='invitation=']").first.click()
    wait_for_the_keyboard(agent)
    agent.fill(is_proxy=True)
    agent.page.locator("main [name^=q_]").first.focus()
    agent.page.keyboard.type("1" * 5 + "3" * 5)
    agent.press("Store the answers")
    agent.page.wait_for_url("**/entry/")
    response = Response.objects.get(mode=ResponseMode.PHONE)
    assert (response.entered_by, response.is_proxy, response.invitation.wave) == (agent.user, True, wave)


def answer(link, version, points):
    questions = [question for question in instrument_of(version).questions if question.is_scored]
    answer_by_plain_http(link, 2, {question.name: value for question, value in zip(questions, points, strict=True)})


def answer_mails(smtp, wave, version, wait_for):
    """Three of those who got a mail: 300, 300 and 210 points."""
    waiting = wave.invitations.filter(response=None).select_related("contact").order_by("pk")
    addresses = [row.contact.email for row in waiting[:3]]
    wait_for(lambda: all(smtp.to(address) for address in addresses), seconds=60)
    for address, points in zip(addresses, ([30] * 10, [30] * 10, [24] * 5 + [18] * 5), strict=True):
        answer(link_in(smtp.to(address)[0]), version, points)


def doubt_and_leave_out(officer, lead, wave):
    bad = Response.objects.filter(mode=ResponseMode.PAPER).order_by("-submitted_at").first()
    officer.go("surveys:wave_checks", wave.pk).press("Look for marks now")
    expect(officer.main.locator("td", has_text=zh("the same answer throughout")).first).to_be_visible()
    officer.go("surveys:response", bad.pk).follow("Doubt")
    officer.fill(reason="同一人连填，客户否认填写")
    officer.press("Doubt")
    officer.says("In doubt")
    officer.lacks("Leave out")
    lead.go("surveys:response", bad.pk).follow("Leave out")
    lead.press("Leave out")
    lead.says("Left out")
    check = ResponseCheck.objects.get(response=bad)
    assert (check.state, check.doubted_by, check.decided_by) == (CheckState.REJECTED, officer.user, lead.user)


def see_the_bands(officer, wave):
    """240, 240, 240, 300, 300 satisfied; 210 basically; the sheet that was left out counts nowhere."""
    officer.page.wait_for_url(f"**{wave.get_absolute_url()}")
    shares = {band.label["zh"]: band.share.count for band in results.of_wave(Wave.objects.get()).bands}
    assert shares == {"满意": 5, "基本满意": 1, "不满意": 0}
    officer.says("Forms by their total")
    officer.sees("83.3")


def analyse(officer, wave):
    """What divides the answers, what stands behind the whole, and comments of so few that nobody may read them."""
    officer.go("surveys:wave_tables", wave.pk).says("Answers")
    question = instrument_of(wave.questionnaire_version).questions[1]
    officer.fill(q=question.uid, by="seg_region")
    officer.press("Show")
    expect(officer.main.get_by_role("heading", name=question.title)).to_be_visible()
    officer.go("surveys:wave_opinions", wave.pk)
    officer.says("Fewer than ten answers: words are not shown, so that nobody can be recognised.")


def read_the_report(officer, wave):
    """The paper says the same numbers as the page: six answers count, five of them satisfied."""
    officer.go("surveys:wave", wave.pk).press("Report")
    file = officer.main.locator("a[href$='/file']")
    file.wait_for(timeout=60_000)
    paper = chains.paper_text(officer.download(file.click))
    assert [words in paper for words in ("回访抽样", "83.3%", "基本满意")] == [True] * 3


def see_the_plan_carried_out(officer, activity):
    officer.go("surveys:plan", activity.plan_id).sees("年度回访抽样")
    assert activity.waves.get().state == WaveState.CONFIRMED
