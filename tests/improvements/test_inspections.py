"""Inspections: four focus items with verdicts and the records behind them, observations, and that they stay as concluded."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.choices import Role
from core.models import Event
from core.permissions import allows
from core.workflow import InvalidTransition, LostRace
from improvements.choices import MeasureState
from improvements.choices_supervision import Focus, Verdict
from improvements.models import Inspection, Observation
from improvements.selectors import checklists
from improvements.services import cases, inspections
from tests.factories import improvements as base
from tests.factories import improvements_supervision as make


@pytest.fixture
def who(db):
    return make.cast()


def refused(sql, *values):
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(error.value)


def test_an_inspection_has_its_number_and_four_items(who):
    row = make.inspection(who)
    assert row.number == f"DC-{timezone.localdate().year}-000001"
    assert [item.focus for item in row.items.all()] == ["plan", "data", "voices", "measures"]
    assert (row.state, row.led_by) == ("open", who.lead)


def test_every_item_owes_a_verdict_before_the_end(who):
    row = make.inspection(who)
    with pytest.raises(InvalidTransition):
        inspections.conclude(row, by=who.lead, summary="x")
    make.judge_all(row, who)
    inspections.conclude(row, by=who.second, summary="总体有序")
    row.refresh_from_db()
    assert (row.state, row.summary, row.concluded_by) == ("concluded", "总体有序", who.second)
    kinds = list(Event.objects.of(row).values_list("kind", flat=True))
    assert kinds == ["created", "judged", "judged", "judged", "judged", "conclude"]


def test_the_records_that_were_looked_at_are_kept_as_they_were_called(who):
    unit_cast = base.cast()
    measure = base.measure_at(MeasureState.EXECUTING, unit_cast)
    row = make.inspection(who, unit=unit_cast.unit, ends_on=timezone.localdate() + 60 * make.DAY)
    found = checklists.records(who.lead, row, Focus.MEASURES)
    assert [one.key for one in found] == [f"improvements.measure:{measure.pk}"]
    item = row.items.get(focus=Focus.MEASURES)
    inspections.judge(item, by=who.lead, verdict=Verdict.PARTLY, note="抽查1项", records=found)
    inspections.judge(item, by=who.lead, verdict=Verdict.FAILS, note="没有证据", records=found)
    kept = item.records.get()
    assert (kept.number, kept.title, kept.url) == (measure.number, measure.title, measure.get_absolute_url())
    assert checklists.records(who.lead, make.inspection(who), Focus.MEASURES) == []
    inspections.judge(item, by=who.lead, verdict=Verdict.FAILS, note="没有证据")
    assert not item.records.exists()


@pytest.mark.parametrize("focus", Focus.values)
def test_every_focus_offers_records(who, focus):
    base.closed_wave()
    row = make.inspection(who, unit=None)
    assert isinstance(checklists.records(who.lead, row, focus), list)
    assert bool(checklists.records(who.lead, row, Focus.DATA))


def test_upper_apps_add_their_records(who, monkeypatch):
    monkeypatch.setitem(
        checklists.PROVIDERS, "plan", [lambda user, row: [checklists.Record("a:1", "1", "课程", "/a/1/")]]
    )
    assert [one.title for one in checklists.records(who.lead, make.inspection(who), Focus.PLAN)] == ["课程"]


def test_observations_are_put_right_and_taken_back_while_it_is_under_way(who):
    row = make.inspection(who)
    first, second = make.observation(row, who), make.observation(row, who)
    inspections.revise(first, by=who.second, title="答疑超时", severity="minor")
    inspections.drop(second, by=who.lead, reason="记录后来补齐")
    assert [one.number for one in row.observations.all()] == [f"{row.number}-1"]
    said = Event.objects.of(row).get(kind="observation_dropped").comment
    assert said == f"{row.number}-2 答疑超时未升级: 记录后来补齐"


def test_a_concluded_inspection_stays(who):
    (seen,) = make.settled(who)
    row = seen.inspection
    item = row.items.first()
    for act in (
        lambda: inspections.edit(row, by=who.lead, title="x"),
        lambda: inspections.judge(item, by=who.lead, verdict="fails", note="x"),
        lambda: make.observation(row, who),
        lambda: inspections.revise(seen, by=who.lead, title="x"),
        lambda: inspections.drop(seen, by=who.lead, reason="x"),
    ):
        with pytest.raises(InvalidTransition):
            act()
    for sql in (
        "UPDATE improvements_inspection SET summary = 'x' WHERE id = %s",
        "UPDATE improvements_inspection SET state = 'open' WHERE id = %s",
        "DELETE FROM improvements_inspection WHERE id = %s",
        "UPDATE improvements_focusitem SET verdict = 'fails' WHERE inspection_id = %s",
        "DELETE FROM improvements_focusitem WHERE inspection_id = %s",
        "UPDATE improvements_observation SET severity = 'minor' WHERE inspection_id = %s",
        "DELETE FROM improvements_observation WHERE inspection_id = %s",
    ):
        assert "refused" in refused(sql, row.pk)
    refused(
        "INSERT INTO improvements_inspectedrecord (item_id, key, number, title, url) VALUES (%s, 'x', '', 'x', '/')",
        item.pk,
    )


def test_two_inspectors_on_one_item_see_each_other(who):
    row = make.inspection(who)
    seen = row.version
    item = row.items.first()
    item.inspection = row
    inspections.judge(item, by=who.lead, verdict="conforms", note="x")
    again = Inspection.objects.get(pk=row.pk).items.first()
    with pytest.raises(LostRace):
        inspections.judge(again, by=who.second, verdict="fails", note="y", expected_version=seen)


def test_only_the_supervision_group_inspects(who):
    row = make.inspection(who)
    role_only = base.person(Role.SUPERVISOR)
    able = [
        user for user in (who.lead, who.second, who.head, who.executive, role_only)
        if allows(user, "improvements.conduct_inspection", row)
    ]  # fmt: skip
    assert able == [who.lead, who.second]
    assert not allows(role_only, "improvements.begin_inspection")
    assert not allows(role_only, "improvements.draft_notice")


def test_the_unit_sees_what_is_concluded_and_others_do_not(who):
    running = make.inspection(who)
    make.observation(running, who)
    (seen,) = make.settled(who)
    for user in (who.head, who.executor, who.executive):
        assert list(Inspection.objects.visible_to(user)) == [seen.inspection]
        assert list(Observation.objects.visible_to(user)) == [seen]
    assert Inspection.objects.visible_to(who.lead).count() == 2
    assert not Inspection.objects.visible_to(who.other).exists()
    assert not Observation.objects.visible_to(who.other).exists()


def test_an_observation_becomes_an_improvement_case(who):
    (seen,) = make.settled(who)
    lead = base.person(Role.LEAD)
    case = cases.open_case(by=lead, observation=seen, unit=who.unit, title=seen.title, problem=seen.text)
    assert (case.origin, case.origin_name, case.name) == (seen, "observation", seen.title)
