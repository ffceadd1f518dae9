"""SUR-01–04."""

import pytest
from django.db import IntegrityError, connection, transaction

from core.workflow import InvalidTransition
from surveys.choices import PlanState
from surveys.errors import NotReady
from surveys.models import PlanRevision, SurveyPlan
from surveys.services import plans
from tests.factories import surveys as make

pytestmark = pytest.mark.django_db


def test_submit_names_every_gap():
    plan = make.plan(filled=False)
    plans.edit(plan, by=plan.author, goal_en="To know")
    with pytest.raises(NotReady) as caught:
        plans.submit(plan, by=plan.author)
    assert len(caught.value.problems) == 6  # five empty parts and no activity
    assert plan.state == PlanState.DRAFT


def test_plan_is_approved_by_another_and_snapshot_kept():
    plan, boss = make.plan(), make.person()
    plans.submit(plan, by=plan.author)
    with pytest.raises(InvalidTransition):
        plans.approve(plan, by=plan.author)
    plans.approve(plan, by=boss)
    revision = plan.revisions.get()
    assert (plan.state, plan.revision_no, revision.no) == (PlanState.APPROVED, 1, 1)
    assert revision.content["parts"]["goal_zh"] == "内容"
    assert len(revision.content["activities"]) == 1


def test_database_refuses_author_as_approver():
    plan = make.plan()
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyPlan.objects.filter(pk=plan.pk).update(approved_by=plan.author, approved_at=plan.created_at)


def test_sent_back_needs_a_reason_and_can_be_submitted_again():
    plan, boss = make.plan(), make.person()
    plans.submit(plan, by=plan.author)
    with pytest.raises(InvalidTransition):
        plans.send_back(plan, by=boss, reason=" ")
    plans.send_back(plan, by=boss, reason="Dates are missing")
    plans.edit(plan, by=plan.author, basis="Complaints of the year")
    plans.submit(plan, by=plan.author)
    assert plan.state == PlanState.SUBMITTED


def test_revision_keeps_the_approved_plan_readable():
    plan, boss, other = make.plan(), make.person(), make.person()
    plans.submit(plan, by=plan.author)
    plans.approve(plan, by=boss)
    with pytest.raises(InvalidTransition):
        plans.edit(plan, by=plan.author, goal_zh="另一个")
    plans.revise(plan, by=boss, reason="New branch")
    plans.edit(plan, by=boss, goal_zh="新目标")
    plans.submit(plan, by=boss)
    with pytest.raises(InvalidTransition):
        plans.approve(plan, by=boss)
    plans.approve(plan, by=other)
    first, second = plan.revisions.order_by("no")
    assert first.content["parts"]["goal_zh"] == "内容"
    assert (second.content["parts"]["goal_zh"], second.reason, second.author) == (
        "新目标",
        "New branch",
        boss,
    )


def test_revisions_are_insert_only():
    plan, boss = make.plan(), make.person()
    plans.submit(plan, by=plan.author)
    plans.approve(plan, by=boss)
    with (
        pytest.raises(Exception, match=r"denied|insert-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE surveys_planrevision SET reason = 'x'")
    assert PlanRevision.objects.get().reason == ""


def test_activity_with_a_wave_stays():
    plan = make.plan()
    activity = plan.activities.get()
    make.wave(activity=activity)
    with pytest.raises(InvalidTransition):
        plans.remove_activity(activity, by=plan.author)
