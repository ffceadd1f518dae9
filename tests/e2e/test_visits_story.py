"""A planned visit in Chinese: planned, agreed, booked, received as a calendar entry, held, reported; the plan shows it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.choices import Role
from customers.models import FollowUp, Interaction
from fieldwork.choices import MeetingState, ReportState, VisitPlanState
from fieldwork.models import Meeting, VisitPlan
from tests.e2e import chains
from tests.e2e.desk import Desk
from tests.factories import customers as make
from tests.factories.accounts import unit
from tests.fieldwork.test_ics import text_of, values

pytestmark = pytest.mark.story
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def test_a_planned_visit(smtp, celery_worker_process, live_portal, new_page, wait_for):
    """[VIS-05, VIS-09]"""
    home = chains.house()
    branch = unit("SH", parent=home.head, kind="branch", name_zh="上海分公司", name_en="Shanghai")
    officer = chains.somebody("officer1", "韩雪", Role.SURVEY_OFFICER, home.service)
    visitor = chains.somebody("visitor1", "李雯", Role.DEPARTMENT_USER, branch)
    customer = make.make_customer(unit=branch, code="KH-301", name_zh="江海重工", name_en="Jianghai")
    make.make_contact(customer, name="李静", email="lijing@kehu.example")
    officer, visitor = Desk.of(new_page(), officer), Desk.of(new_page(**PHONE), visitor)
    plan_the_year(officer, home, visitor.user)
    agree(visitor)
    confirm(officer)
    book(visitor)
    the_customer_gets_the_entry(smtp, wait_for)
    say_how_it_went(visitor)
    write_the_report_on_the_phone(visitor)
    the_plan_shows_it(officer)


def plan_the_year(officer, home, visitor):
    today = timezone.localdate()
    officer.go("fieldwork:visit_plan_list").follow("New visit plan")
    officer.fill(year=today.year, unit=home.service.pk, purpose="听取意见，了解近况")
    officer.press("Save")
    officer.follow("New line")
    officer.fill(customer="KH-301", stage="本月", form="on_site", manner="与技术支持部一同", owner=visitor.pk)
    officer.fill(from_on=f"{today:%Y-%m-%d}", to_on=f"{today:%Y-%m-%d}")
    officer.press("Save")
    officer.sees("江海重工")
    officer.follow("Confirm the plan")
    officer.press("Confirm")
    officer.sees("江海重工")  # the branch has not agreed: the page says so
    assert VisitPlan.objects.get().state == VisitPlanState.DRAFT


def agree(visitor):
    visitor.go("fieldwork:visit_plan", VisitPlan.objects.get().pk)
    visitor.press("Agree")
    visitor.says("Agreed.")


def confirm(officer):
    officer.go("fieldwork:visit_plan", VisitPlan.objects.get().pk).follow("Confirm the plan")
    officer.press("Confirm")
    officer.says("Done.")


def book(visitor):
    line = VisitPlan.objects.get().lines.get()
    visitor.go("fieldwork:visit_create", line=line.pk)
    moment = timezone.localtime() + timedelta(minutes=50)
    visitor.fill(
        contact=line.customer.contacts.get().pk,
        starts_at=f"{moment:%Y-%m-%dT%H:%M}",
        minutes=30,
        place="客户培训中心301",
    )
    visitor.press("Book")
    if Meeting.objects.count() == 0:  # a day off: asked once more
        visitor.page.locator("main [name=acknowledge]").check()
        visitor.press("Book")
    visitor.sees("ZF-")


def the_customer_gets_the_entry(smtp, wait_for):
    wait_for(lambda: smtp.to("lijing@kehu.example"))
    (mail,) = smtp.to("lijing@kehu.example")
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    found = values(part.get_content().replace("\r\n", "\n").replace("\n", "\r\n"))
    visit = Meeting.objects.get()
    assert (found["METHOD"], text_of(found["LOCATION"]), found["UID"].partition("@")[0]) == (
        "REQUEST",
        "客户培训中心301",
        str(visit.uid),
    )


def say_how_it_went(visitor):
    visitor.go("fieldwork:meeting", Meeting.objects.get().pk).follow("It took place")
    visitor.fill(note="参观了实训车间")
    visitor.press("Store")
    visitor.says("Stored. The report can be written now, or later from your home page.")
    assert (Meeting.objects.get().state, Interaction.objects.get().customer.code) == (MeetingState.HELD, "KH-301")


def write_the_report_on_the_phone(visitor):
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visitor.press("Submit the report")
    visitor.says("The report is empty. Please write down what was seen and said.")
    visitor.fill(setting="两间教室，缺实训工位", opinion="希望周末开班", secrets="新产线尚未公布", wants_answer=True)
    visitor.press("Submit the report")
    visitor.sees("希望周末开班")
    report = Meeting.objects.get().reports.get()
    assert (report.state, report.follow_up, "新产线" in visitor.page.content()) == (
        ReportState.SUBMITTED,
        FollowUp.objects.get(),
        False,
    )
    visitor.follow("Show against a reason")
    visitor.fill(reason="准备方案")
    visitor.press("Show")
    visitor.sees("新产线尚未公布")


def the_plan_shows_it(officer):
    officer.go("fieldwork:visit_plan", VisitPlan.objects.get().pk, standing="done").sees("江海重工")
    officer.go("fieldwork:visit_plan", VisitPlan.objects.get().pk, standing="missed")
    assert officer.main.get_by_text("江海重工").count() == 0
