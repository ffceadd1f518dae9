"""A finding in Chinese, until a measure was carried out, verified by another, and proven by the next wave."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from accounts.choices import Role
from improvements.choices import CaseState, MeasureState
from improvements.models import ImprovementCase, Measure
from tests.e2e import chains
from tests.e2e.desk import Desk
from tests.factories import improvements as improvement_factory

pytestmark = pytest.mark.story


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
    owner.go("dashboard:home").open(measure.title)
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


def verify_measure(officer, owner, measure, leads_to=MeasureState.OBSERVING):
    """One with a figure is observed until the figure has moved; one without is closed by it."""
    officer.go("improvements:measure", measure.pk).follow("Found carried out")
    officer.fill(sampled="抽查三门课的教材")
    officer.press("Confirm")
    officer.lacks("Close the measure")
    measure.refresh_from_db()
    assert measure.state == leads_to
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
