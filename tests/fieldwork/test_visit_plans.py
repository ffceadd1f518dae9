"""The visit plan of a year: agreed with the branches, confirmed, compared with what was visited (VIS-03, 04, 06)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.imports.schema import Context, Row
from core.models import Event
from core.workflow import InvalidTransition
from fieldwork import home
from fieldwork.choices import LineStanding, VisitForm, VisitPlanState
from fieldwork.imports import VisitPlanImport
from fieldwork.models import VisitPlan, VisitPlanLine
from fieldwork.selectors import visits
from fieldwork.services import meetings, visit_plans
from tests.factories import customers as make
from tests.factories import meetings as made

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db):
    return made.officer()


def today():
    return timezone.localdate()


def test_a_branch_says_yes_to_its_customers_before_the_plan_holds(officer):
    """[SUR-31]"""
    plan = made.plan(officer)
    line = made.line(plan, officer)
    with pytest.raises(InvalidTransition, match=line.customer.name):
        visit_plans.confirm(plan, by=officer)
    branch = made.visitor(line.unit)
    assert [one.title for one in home.visits_due(branch)] == [line.customer.name]
    visit_plans.agree(line, by=branch)
    assert list(home.visits_due(branch)) == []
    visit_plans.confirm(plan, by=officer)
    assert (plan.state, plan.confirmed_by) == (VisitPlanState.CONFIRMED, officer)


def test_what_was_agreed_is_asked_anew_when_it_changes(officer):
    plan = made.plan(officer)
    line = made.line(plan, officer)
    visit_plans.agree(line, by=made.visitor(line.unit))
    visit_plans.change_line(line, by=officer, manner="与技术支持部一同")
    assert line.needs_agreement


def test_head_offices_own_customers_need_no_yes(officer):
    plan = made.plan(officer)
    made.line(plan, officer, of=made.customer(unit=plan.unit))
    assert visit_plans.confirm(plan, by=officer).state == VisitPlanState.CONFIRMED


def test_a_department_of_head_office_needs_no_yes_for_head_offices_customers(officer):
    head = make.make_unit("HQ")
    plan = made.plan(officer, unit=make.make_unit("QA", parent=head))
    own = made.line(plan, officer, of=made.customer(unit=head))
    branch = made.line(plan, officer, of=made.customer(unit=make.make_unit("SH", parent=head)))
    assert [own.needs_agreement, branch.needs_agreement] == [False, True]
    assert list(VisitPlanLine.objects.to_agree()) == [branch]


def test_an_empty_plan_and_a_confirmed_one(officer):
    plan = made.plan(officer)
    with pytest.raises(InvalidTransition):
        visit_plans.confirm(plan, by=officer)
    made.confirmed(officer, on=plan)
    line = plan.lines.get()
    for act in (
        lambda: made.line(plan, officer),
        lambda: visit_plans.change_line(line, by=officer, stage="二"),
        lambda: visit_plans.remove_line(line, by=officer, comment="重复"),
    ):
        with pytest.raises(InvalidTransition):
            act()
    visit_plans.revise(plan, by=officer, comment="客户调整")
    visit_plans.remove_line(plan.lines.select_related("plan").get(), by=officer, comment="重复")
    assert (plan.lines.count(), Event.objects.of(plan).filter(kind="line_removed", comment="重复").count()) == (0, 1)


def test_one_plan_a_year_and_unit(officer):
    made.plan(officer)
    with pytest.raises(IntegrityError, match="visit_plan_once_a_year"), transaction.atomic():
        made.plan(officer)


def test_planned_against_visited(officer):
    first, last = date(today().year, 1, 1), date(today().year, 12, 31)
    past, ahead = today() - timedelta(days=1), today() + timedelta(days=1)
    plan = made.plan(officer)
    rows = {
        LineStanding.DONE: made.line(plan, officer, first=first, last=last),
        LineStanding.BOOKED: made.line(plan, officer, first=first, last=last),
        LineStanding.DUE: made.line(plan, officer, first=today(), last=today()),
        LineStanding.MISSED: made.line(plan, officer, first=past, last=past),
        LineStanding.AHEAD: made.line(plan, officer, first=ahead, last=ahead),
    }
    visitor = made.visitor()
    done = made.visit(visitor, of=rows[LineStanding.DONE].customer, plan_line=rows[LineStanding.DONE])
    made.held(done, visitor)
    made.visit(visitor, of=rows[LineStanding.BOOKED].customer, plan_line=rows[LineStanding.BOOKED])
    lines = VisitPlanLine.objects.with_standing()
    assert {line.pk: visits.standing_of(line, today()) for line in lines} == {
        line.pk: one for one, line in rows.items()
    }
    for standing, line in rows.items():
        assert list(VisitPlanLine.objects.standing(standing, today())) == [line]
    assert visits.totals(lines, today()) == {
        "done": 1, "booked": 1, "ahead": 1, "due": 1, "missed": 1, "all": 5,
        "due_by_now": sum(line.to_on < today() for line in rows.values()),
    }  # fmt: skip
    (counted,) = visits.plans(officer)
    assert (counted.lines_n, counted.visited_n, counted.missed_n) == (5, 1, 1)


def test_a_missed_or_cancelled_visit_leaves_its_line_open(officer):
    plan = made.confirmed(officer)
    line, visitor = plan.lines.get(), made.visitor()
    visit = made.visit(visitor, of=line.customer, plan_line=line)
    meetings.cancel(visit, by=visitor, comment="客户停产")
    assert visits.standing_of(VisitPlanLine.objects.with_standing().get(), today()) == LineStanding.DUE


def test_what_is_near_its_last_day_is_due_from_who_visits(officer):
    visitor = made.visitor()
    plan = made.confirmed(officer, {"owner": visitor})
    assert [one.url for one in home.visits_due(visitor)] == [
        f"{reverse('fieldwork:visit_create')}?line={plan.lines.get().pk}"
    ]
    assert [one.act for one in home.visits_due(officer)] == []  # it is somebody's already
    made.visit(visitor, of=plan.lines.get().customer, plan_line=plan.lines.get(), starts_at=made.in_days(20))
    assert list(home.visits_due(visitor)) == []


# The pages -----------------------------------------------------------------------------------------------


def test_from_the_new_plan_to_the_branches_yes_on_the_pages(client, officer):
    client.force_login(officer)
    unit, customer, year = make.make_unit("HQ"), made.customer(), today().year
    client.post(reverse("fieldwork:visit_plan_create"), {"year": year, "unit": unit.pk, "purpose": "听取意见"})
    plan = VisitPlan.objects.get()
    again = client.post(reverse("fieldwork:visit_plan_create"), {"year": year, "unit": unit.pk})
    assert (again.status_code, VisitPlan.objects.count()) == (422, 1)
    fields = {"customer": customer.name_zh, "stage": "上半年", "from_on": f"{year}-03-01", "to_on": f"{year}-03-31", "form": "joint",
              "manner": "与技术支持部一同"}  # fmt: skip
    address = reverse("fieldwork:visit_line_create", args=[plan.pk])
    assert client.post(address, fields | {"to_on": f"{year}-02-01"}).status_code == 422
    assert client.post(address, fields | {"to_on": f"{year + 1}-02-01"}).status_code == 422
    client.post(address, fields)
    assert client.post(address, fields).status_code == 422  # twice
    line = plan.lines.get()
    assert (line.customer, line.unit, line.form) == (customer, customer.unit, VisitForm.JOINT)
    assert client.post(reverse("fieldwork:visit_line_agree", args=[line.pk])).status_code == 403  # not of the branch
    client.force_login(made.visitor(customer.unit))
    assert customer.name_zh in client.get(plan.get_absolute_url()).content.decode()
    client.post(reverse("fieldwork:visit_line_agree", args=[line.pk]))
    client.force_login(officer)
    client.post(reverse("fieldwork:visit_plan_confirm", args=[plan.pk]), {"version": plan.version})
    plan.refresh_from_db()
    assert plan.state == VisitPlanState.CONFIRMED
    page = client.get(f"{plan.get_absolute_url()}?standing=missed")
    assert page.status_code == 200


def test_who_sees_a_plan(officer):
    plan = made.confirmed(officer)
    line = plan.lines.get()
    assert VisitPlan.objects.visible_to(made.visitor(line.unit)).count() == 1
    assert VisitPlan.objects.visible_to(made.visitor(make.make_unit("SH"))).count() == 0


def test_the_booking_form_takes_over_the_line(client, officer):
    plan = made.confirmed(officer, {"form": VisitForm.JOINT, "purpose": "听取对本期项目的意见"})
    client.force_login(officer)
    page = client.get(f"{reverse('fieldwork:visit_create')}?line={plan.lines.get().pk}").content.decode()
    assert ("听取对本期项目的意见" in page, '<option value="joint" selected>' in page) == (True, True)


def rows_of(*values):
    given = {"stage": "", "form": VisitForm.ON_SITE, "manner": "", "owner": None, "purpose": "", "to_on": None}
    return [Row(number=number, values=given | one) for number, one in enumerate(values, 2)]


def test_a_spreadsheet_fills_the_plan(officer):
    plan, customer, year = made.plan(officer), made.customer(), today().year
    good = {"year": year, "plan": plan.unit.code, "customer": customer.code, "from_on": date(year, 2, 1)}
    schema, context = VisitPlanImport(), Context(by=officer)
    rows = rows_of(
        good, good | {"from_on": date(year - 1, 2, 1)}, good | {"plan": "BJ"}, good | {"to_on": date(year, 1, 1)}
    )
    for row in rows:
        schema.clean_row(row, context)
    schema.resolve(rows, context)
    assert [[name for name, _reason in row.errors] for row in rows] == [[], ["from_on", "to_on"], ["plan"], ["to_on"]]

    class Progress:
        def step(self):
            pass

    assert schema.commit(rows[:1], by=officer, progress=Progress()) == {"url": plan.get_absolute_url()}
    line = plan.lines.get()
    assert (line.customer, line.from_on, line.to_on.month, (line.to_on + timedelta(days=1)).month) == (
        customer,
        date(year, 2, 1),
        2,
        3,
    )
    again = rows_of(good)
    schema.clean_row(again[0], context)
    schema.resolve(again, context)
    assert [name for name, _reason in again[0].errors] == ["customer"]


@pytest.mark.parametrize("n", [1, 3])
def test_the_plan_takes_the_same_number_of_queries(client, officer, django_assert_num_queries, n):
    plan = made.confirmed(officer, *({} for _one in range(n)))
    client.force_login(officer)
    client.get(plan.get_absolute_url())
    with django_assert_num_queries(13):
        client.get(plan.get_absolute_url())
