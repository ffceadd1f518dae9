"""Levels of approval as configuration: fixed when a plan is handed in, decided by different people, and the gate (SUR-09)."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from accounts.choices import Role
from accounts.services import people
from core.permissions import allows
from core.workflow import InvalidTransition
from surveys.choices import Asked, Decision, PlanState, WaveState
from surveys.errors import NotReady
from surveys.models import ApprovalLevel, ApprovalRoute, PlanApproval, SurveyPlan, Wave
from surveys.selectors import approval
from surveys.services import entering, plans, routes, waves
from tests.factories import surveys as make

pytestmark = pytest.mark.django_db


def level(asked=Asked.ANYBODY, **more):
    return {"name_zh": "审核", "name_en": "Review", "asked": asked} | more


LEAD_THEN_EXECUTIVE = (
    level(Asked.ROLE, role=Role.LEAD, name_zh="客服主管审核"),
    level(Asked.ROLE, role=Role.EXECUTIVE, name_zh="管理层批准"),
)


@pytest.fixture
def boss():
    return make.person(Role.EXECUTIVE)


def set_route(boss, *levels, unit=None, **more):
    return routes.set_route(unit=unit, levels=list(levels), reason="制度修订", by=boss, **more)


def test_without_a_route_one_person_who_approves_plans_decides():
    plan, lead = make.plan(), make.person(Role.LEAD)
    plans.submit(plan, by=plan.author)
    assert [(row.no, row.asked, row.round_no) for row in approval.of_plan(plan)] == [(1, Asked.ANYBODY, 1)]
    plans.approve(plan, by=lead, comment="同意")
    row = plan.approvals.get()
    assert (plan.state, row.decision, row.by, row.comment) == (PlanState.APPROVED, Decision.APPROVED, lead, "同意")


def test_a_plan_passes_every_level_in_order_and_takes_effect_after_the_last(boss):
    set_route(boss, *LEAD_THEN_EXECUTIVE)
    plan, lead = make.plan(), make.person(Role.LEAD)
    plans.submit(plan, by=plan.author)
    assert (allows(lead, "surveys.decide_plan", plan), allows(boss, "surveys.decide_plan", plan)) == (True, False)
    version = plan.version
    plans.approve(plan, by=lead)
    assert (plan.state, plan.revisions.count(), plan.version) == (PlanState.SUBMITTED, 0, version + 1)
    assert (allows(lead, "surveys.decide_plan", plan), allows(boss, "surveys.decide_plan", plan)) == (False, True)
    plans.approve(plan, by=boss)
    assert (plan.state, plan.approved_by, plan.revisions.get().approved_by) == (PlanState.APPROVED, boss, boss)


def test_the_route_of_a_handed_in_plan_stays_whatever_is_set_meanwhile(boss):
    set_route(boss, *LEAD_THEN_EXECUTIVE)
    plan, _lead = make.plan(), make.person(Role.LEAD)
    plans.submit(plan, by=plan.author)
    set_route(boss, level())
    assert [row.name_zh for row in approval.of_plan(plan)] == ["客服主管审核", "管理层批准"]


def test_a_plan_sent_back_begins_at_the_first_level_again_by_the_route_of_that_day(boss):
    set_route(boss, *LEAD_THEN_EXECUTIVE)
    plan, lead = make.plan(), make.person(Role.LEAD)
    plans.submit(plan, by=plan.author)
    plans.approve(plan, by=lead)
    plans.send_back(plan, by=boss, reason="缺样本量")
    plans.submit(plan, by=plan.author)
    rows = list(plan.approvals.values_list("round_no", "no", "decision"))
    assert rows == [(1, 1, "approved"), (1, 2, "returned"), (2, 1, ""), (2, 2, "")]
    assert allows(lead, "surveys.decide_plan", plan)


def test_nobody_decides_two_levels_and_nobody_the_own_plan(boss):
    set_route(boss, level(), level())
    plan, lead = make.plan(), make.person(Role.LEAD)
    plans.submit(plan, by=plan.author)
    plans.approve(plan, by=lead)
    assert not allows(lead, "surveys.decide_plan", plan)
    with pytest.raises(InvalidTransition):
        plans.approve(plan, by=lead)
    with pytest.raises(InvalidTransition):
        plans.approve(plan, by=plan.author)
    assert plan.state == PlanState.SUBMITTED


def test_the_head_of_the_unit_or_of_the_nearest_above_is_asked(boss):
    manager, plan = make.person(Role.DEPARTMENT_USER), make.plan()
    people.join(manager, plan.unit, by=boss, is_head=True)
    set_route(boss, level(Asked.HEAD), unit=plan.unit)
    other = make.person(Role.DEPARTMENT_USER)
    plans.submit(plan, by=plan.author)
    assert [one for one in (manager, other, boss) if allows(one, "surveys.decide_plan", plan)] == [manager]


def test_a_route_that_asks_only_the_writer_is_refused_at_handing_in(boss):
    plan = make.plan()
    set_route(boss, level(Asked.PERSON, person=plan.author))
    with pytest.raises(NotReady):
        plans.submit(plan, by=plan.author)
    assert SurveyPlan.objects.get(pk=plan.pk).state == PlanState.DRAFT


def test_two_levels_that_ask_the_same_person_are_refused_at_handing_in(boss):
    lead = make.person(Role.LEAD)
    set_route(boss, level(Asked.PERSON, person=lead), level(Asked.PERSON, person=lead))
    plan = make.plan()
    with pytest.raises(NotReady):
        plans.submit(plan, by=plan.author)
    set_route(boss, level(Asked.ROLE, role=Role.LEAD), level(Asked.PERSON, person=lead))
    with pytest.raises(NotReady):
        plans.submit(plan, by=plan.author)  # the only lead is asked by name on the second level
    make.person(Role.LEAD)
    plans.submit(plan, by=plan.author)


def test_the_units_own_route_counts_before_the_companys(boss):
    company = set_route(boss, level())
    assert approval.route_for(make.unit()) == company
    own = set_route(boss, level(), level(), unit=make.unit())
    newer = set_route(boss, level(), unit=make.unit(), filing_days=3)
    assert approval.route_for(make.unit()) == newer
    assert [row.no for row in (company, own, newer)] == [1, 1, 2]


def test_a_plan_is_taken_back_before_it_is_decided(boss):
    plan = make.plan()
    plans.submit(plan, by=plan.author)
    assert not allows(boss, "surveys.take_back_plan", plan)
    plans.take_back(plan, by=plan.author, reason="还要补充")
    plans.submit(plan, by=plan.author)
    assert plan.approvals.count() == 2


def test_the_database_refuses_a_writer_a_second_level_and_a_changed_decision(boss):
    set_route(boss, level(), level())
    plan, lead = make.plan(), make.person(Role.LEAD)
    plans.submit(plan, by=plan.author)
    first, second = plan.approvals.all()
    take = "UPDATE surveys_planapproval SET decision = 'approved', at = now(), by_id = %s WHERE id = %s"
    with pytest.raises(DatabaseError, match="separation of duties"), transaction.atomic():
        raw(take, plan.author_id, first.pk)
    plans.approve(plan, by=lead)
    with pytest.raises(IntegrityError, match="nobody_decides_two_levels"), transaction.atomic():
        raw(take, lead.pk, second.pk)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        raw("UPDATE surveys_planapproval SET comment = 'x' WHERE id = %s", first.pk)
    assert PlanApproval.objects.get(pk=second.pk).decision == ""


@pytest.mark.parametrize("table", ["approvalroute", "approvallevel"])
def test_routes_are_insert_only(boss, table):
    set_route(boss, level())
    with pytest.raises(DatabaseError, match=r"denied|insert-only"), transaction.atomic():
        raw(f"DELETE FROM surveys_{table}")
    assert (ApprovalRoute.objects.count(), ApprovalLevel.objects.count()) == (1, 1)


def raw(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


# The gate ------------------------------------------------------------------------------------------------


def planned_wave(plan):
    wave = make.wave(activity=plan.activities.get(), audience={"nobody": True})
    return wave


def test_nothing_is_sent_or_printed_before_the_plan_is_approved(boss):
    plan = make.plan()
    wave = planned_wave(plan)
    with pytest.raises(NotReady):
        waves.schedule(wave, by=wave.owner)
    Wave.objects.filter(pk=wave.pk).update(state=WaveState.SCHEDULED)
    wave.refresh_from_db()
    with pytest.raises(InvalidTransition):
        waves.open(wave, by=wave.owner)
    waves.open_when_due(wave)
    with pytest.raises(InvalidTransition):
        entering.issue_sheets(wave, count=1, language="zh-hans", by=wave.owner)
    assert Wave.objects.get(pk=wave.pk).state == WaveState.SCHEDULED
    plans.submit(plan, by=plan.author)
    plans.approve(plan, by=boss)
    waves.open_when_due(wave)
    assert wave.state == WaveState.OPEN
    assert entering.issue_sheets(wave, count=1, language="zh-hans", by=wave.owner).count == 1


def test_the_database_opens_no_wave_of_a_plan_that_is_not_approved():
    wave = planned_wave(make.plan())
    with pytest.raises(DatabaseError, match="no approved plan"), transaction.atomic():
        raw("UPDATE surveys_wave SET state = 'open' WHERE id = %s", wave.pk)
    assert Wave.objects.get(pk=wave.pk).state == WaveState.DRAFT


def test_an_activity_approved_before_is_carried_out_while_the_plan_is_revised():
    plan = make.approved_plan()
    wave = planned_wave(plan)
    plans.revise(plan, by=plan.author, reason="新增一项")
    added = plans.add_activity(plan, by=plan.author, title_zh="新", starts_on="2027-05-01", ends_on="2027-05-02", owner=plan.author)  # fmt: skip
    assert (approval.is_approved(wave.activity), approval.is_approved(added)) == (True, False)
    waves.schedule(wave, by=wave.owner)
    waves.open(wave, by=wave.owner)
    assert wave.state == WaveState.OPEN


def test_an_activity_that_is_not_quarterly_says_why():
    plan = make.plan()
    plans.add_activity(plan, by=plan.author, title_zh="年度", starts_on="2027-05-01", ends_on="2027-05-02", owner=plan.author,
                       recurrence="yearly")  # fmt: skip
    with pytest.raises(NotReady) as caught:
        plans.submit(plan, by=plan.author)
    assert len(caught.value.problems) == 1 and "年度" in str(caught.value.problems[0])
    row = plan.activities.get(recurrence="yearly")
    plans.edit_activity(row, by=plan.author, recurrence="quarterly")
    plans.submit(plan, by=plan.author)
    assert plan.state == PlanState.SUBMITTED


# Pages ---------------------------------------------------------------------------------------------------


def test_the_poster_of_an_unapproved_plan_is_refused(client):
    wave = make.wave(activity=make.plan().activities.get(), is_open_link=True, audience={})
    client.force_login(wave.owner)
    assert client.get(reverse("surveys:wave_poster", args=[wave.pk])).status_code == 403
    assert client.get(reverse("surveys:wave_qr", args=[wave.pk, "svg"])).status_code == 403
    wave = make.wave(is_open_link=True, audience={})
    assert client.get(reverse("surveys:wave_poster", args=[wave.pk])).status_code == 200


def test_the_route_is_set_on_its_page_and_every_edition_stays_readable(client, boss):
    client.force_login(boss)
    url = reverse("surveys:route_edit")
    lead = make.person(Role.LEAD)
    data = {
        "unit": "", "filing_days": 10, "reason": "按制度设三级", "level1_name_zh": "客服主管审核", "level1_asked": "role",
        "level1_role": "lead", "level2_name_zh": "业务经理审核", "level2_asked": "head", "level3_name_zh": "批准",
        "level3_asked": "person", "level3_person": lead.pk,
    }  # fmt: skip
    assert client.post(url, data).status_code == 302
    route = ApprovalRoute.objects.get()
    assert [(row.name_zh, row.asked, row.role, row.person) for row in route.levels.all()] == [
        ("客服主管审核", "role", "lead", None), ("业务经理审核", "head", "", None), ("批准", "person", "", lead),
    ]  # fmt: skip
    client.post(url, data | {"reason": "改为一级", "level2_name_zh": "", "level3_name_zh": ""})
    page = client.get(reverse("surveys:route_list")).content.decode()
    assert all(words in page for words in ("按制度设三级", "改为一级", "客服主管审核"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"level1_asked": "role", "level1_role": ""}, "level1_role"),
        ({"level1_asked": "person", "level1_person": ""}, "level1_person"),
        ({"level1_name_zh": "", "level2_name_zh": "批准", "level2_asked": "anybody"}, "level1_name_zh"),
        ({"reason": ""}, "reason"),
        ({"filing_days": 400}, "filing_days"),
    ],
)
def test_a_route_with_a_gap_is_refused_at_its_field(client, boss, wrong, field):
    client.force_login(boss)
    data = {"unit": "", "filing_days": 10, "reason": "r", "level1_name_zh": "审核", "level1_asked": "anybody"} | wrong
    answer = client.post(reverse("surveys:route_edit"), data)
    assert answer.status_code == 200 and field in answer.context["form"].errors
    assert not ApprovalRoute.objects.exists()


def test_a_plan_shows_its_levels_and_who_is_asked_next(client, boss):
    set_route(boss, *LEAD_THEN_EXECUTIVE)
    plan, lead = make.plan(), make.person(Role.LEAD)
    plans.submit(plan, by=plan.author)
    client.force_login(lead)
    client.post(
        reverse("surveys:plan_approve", args=[plan.pk]) + f"?version={plan.version}",
        {"version": plan.version, "reason": "样本量合适"},
    )
    page = client.get(reverse("surveys:plan_approval", args=[plan.pk])).content.decode()
    assert all(words in page for words in ("客服主管审核", "管理层批准", "样本量合适"))
    client.force_login(boss)
    home = client.get("/").content.decode()
    assert str(plan) in home
