"""A quarter in Chinese: frozen, rated, objected to, published, followed back to a record; and the report with every section."""

from decimal import Decimal

import pytest
from django.utils import translation
from playwright.sync_api import expect

from accounts.choices import Role
from appraisal.choices import CycleState
from appraisal.models import Appeal, Score, ScoreSheet
from appraisal.selectors.results import result_of
from core import reporting
from core.i18n import CHINESE
from tests.e2e import chains
from tests.e2e.desk import Desk
from tests.factories import appraisal as appraisal_factory
from tests.factories import complaints as complaint_factory

pytestmark = pytest.mark.story


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
    report = chains.draw_up(officer)
    expected = ["surveys", "published", "complaints", "improvements", "supervision", "appraisal"]
    assert sorted(report.figures) == sorted(expected) and complaint.number
    with translation.override(CHINESE):
        for section in reporting.sections():
            for sentence in section.sentences(report.figures[section.code], "overview"):
                officer.sees(sentence)
