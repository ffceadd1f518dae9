"""Measures from draft to verification: guards, dates that stay, duties that are apart (IMP-02, 05, 06, 08; S2, S3)."""

import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.models import Contribution
from core.permissions import allows
from core.workflow import InvalidTransition, LostRace
from improvements.choices import ExtensionState, MeasureState
from improvements.models import ExtensionRequest, Measure, Verification
from improvements.selectors import figures
from improvements.services import extensions, measures, verification
from improvements.signals import measure_verified
from improvements.tasks import remind_measures
from improvements.workflows import MEASURE
from notifications.models import Notice
from tests.factories import improvements as make

DAY = timedelta(days=1)


def sql(text, *values):
    """Raw SQL as the application's role, in a transaction of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, values)


def late(who):
    """An issued measure whose due moment has passed."""
    case = make.case(who)
    row = make.draft(who, on=case, figure=None, due_at=timezone.now() + timedelta(seconds=0.6))
    measures.issue(row, by=who.lead)
    time.sleep(max(0, (row.current_due - timezone.now()).total_seconds()) + 0.01)
    return row


# The way to verification ---------------------------------------------------------------------------


def test_a_draft_keeps_the_baseline_of_its_figure(who):
    row = make.draft(who)
    assert (row.no, row.state, row.number) == (1, MeasureState.DRAFT, f"{row.case.number}-1")
    assert (row.baseline_n, row.baseline_count, float(row.baseline_value)) == (20, 8, 0.4)
    assert 0.2 < row.baseline_low < row.baseline_value < row.baseline_high < 0.62
    assert make.draft(who, on=row.case, figure=None).no == 2


def test_issue_needs_another_person_a_task_and_a_day_to_come(who):
    row = make.draft(who, owner=who.lead, tasks=())
    with pytest.raises(InvalidTransition):
        measures.issue(row, by=who.lead)
    measures.edit(row, by=who.colleague, owner=who.owner, tasks=[], figure=None)
    with pytest.raises(InvalidTransition):
        measures.issue(row, by=who.lead)
    measures.edit(row, by=who.colleague, tasks=[(None, "重写")], due_at=timezone.now() - DAY)
    with pytest.raises(InvalidTransition):
        measures.issue(row, by=who.lead)
    measures.edit(row, by=who.colleague, tasks=[(None, "重写")], due_at=timezone.now() + DAY)
    measures.issue(row, by=who.lead)
    assert (row.issued_by, row.state) == (who.lead, MeasureState.ISSUED)
    assert [(notice.user, notice.kind) for notice in Notice.objects.filter(kind="improvements.measure_issued")] == [
        (who.owner, "improvements.measure_issued")
    ]
    with pytest.raises(InvalidTransition):
        measures.edit(row, by=who.colleague, tasks=[], title="改")


def test_handing_in_needs_all_tasks_and_evidence_of_this_cycle(who):
    row = make.measure_at(MeasureState.EXECUTING, who)
    with pytest.raises(InvalidTransition):
        measures.submit(row, by=who.owner, files=[make.evidence()])
    for task in row.tasks.all():
        measures.finish_task(task, by=who.owner)
        measures.finish_task(task, by=who.owner)
    with pytest.raises(InvalidTransition):
        measures.submit(row, by=who.owner)
    measures.submit(row, by=who.owner, comment="完成", files=[make.evidence()])
    assert (row.state, row.submitted_at is not None) == (MeasureState.ACCEPTANCE, True)
    kinds = [event.kind for event in row.transitions]
    assert kinds == ["created", "issue", "begin", "task_done", "submit"]


def test_progress_keeps_difficulties_and_is_never_rewritten(who):
    row = make.measure_at(MeasureState.EXECUTING, who)
    entry = measures.add_progress(row, by=who.owner, text="完成一半", difficulty="讲师出差", remedy="改线上")
    assert (row.progress.get().remedy, row.transitions.count()) == ("改线上", 3)
    with pytest.raises(Exception, match=r"permission denied|insert-only"), transaction.atomic():
        sql("UPDATE improvements_progress SET text = 'x' WHERE id = %s", entry.pk)
    with pytest.raises(InvalidTransition):
        measures.add_progress(make.draft(who, on=row.case), by=who.owner, text="早了")


def test_more_tasks_and_another_owner_while_it_runs(who):
    row = make.measure_at(MeasureState.EXECUTING, who)
    measures.add_tasks(row, by=who.owner, tasks=[(timezone.localdate(), "试讲")])
    assert [task.no for task in row.tasks.all()] == [1, 2]
    measures.assign(row, by=who.lead, owner=who.colleague)
    assert row.owner == who.colleague
    assert Contribution.objects.of(row).filter(user=who.colleague, part="owned").exists()


@pytest.mark.parametrize("state", list(MeasureState))
def test_missing_edges_are_refused(who, state):
    row = make.measure_at(state, who, figure=None) if state != MeasureState.OBSERVING else make.measure_at(state, who)
    assert row.state == state
    for target in set(MeasureState) - set(MEASURE.targets(state)):
        with pytest.raises(InvalidTransition):
            MEASURE.move(row, target, by=who.lead, comment="x")


def test_a_stale_copy_is_refused(who):
    row = make.measure_at(MeasureState.ISSUED, who)
    stale = Measure.objects.get(pk=row.pk)
    measures.begin(row, by=who.owner)
    with pytest.raises(LostRace):
        measures.cancel(stale, by=who.lead, reason="不做了")


# Dates ---------------------------------------------------------------------------------------------


def test_the_database_keeps_both_dates_of_an_issued_measure(who):
    row = make.measure_at(MeasureState.ISSUED, who)
    for column in ("original_due", "current_due"):
        with pytest.raises(IntegrityError):
            sql(f"UPDATE improvements_measure SET {column} = {column} + interval '9 days' WHERE id = %s", row.pk)
    with pytest.raises(IntegrityError):
        sql("DELETE FROM improvements_measure WHERE id = %s", row.pk)


def test_an_approved_extension_moves_the_due_date_and_keeps_the_original(who):
    row = make.measure_at(MeasureState.EXECUTING, who)
    first, later = row.original_due, row.original_due + 10 * DAY
    request = extensions.request(row, by=who.owner, new_due=later, reason="场地装修")
    with pytest.raises(InvalidTransition):
        extensions.request(row, by=who.colleague, new_due=later + DAY, reason="再来")
    extensions.approve(request, by=who.executive, comment="同意")
    row.refresh_from_db()
    assert (row.original_due, row.current_due, row.moved_from) == (first, later, first)
    assert request.state == ExtensionState.APPROVED
    told = Notice.objects.filter(kind__startswith="improvements.extension").values_list("user", "kind")
    assert sorted(told) == sorted(
        [(who.executive.pk, "improvements.extension_asked"), (who.owner.pk, "improvements.extension_decided")]
    )


def test_a_refused_extension_leaves_the_date(who):
    row = make.measure_at(MeasureState.EXECUTING, who)
    request = extensions.request(row, by=who.owner, new_due=row.current_due + DAY, reason="忙")
    with pytest.raises(InvalidTransition):
        extensions.refuse(request, by=who.executive, reason="")
    extensions.refuse(request, by=who.executive, reason="不是客观原因")
    row.refresh_from_db()
    assert (row.moved_from, request.decision) == (None, "不是客观原因")


def test_who_asks_for_an_extension_never_decides_it(who):
    """S3, by the door, by the rule and by raw SQL."""
    row = make.measure_at(MeasureState.EXECUTING, who)
    request = extensions.request(row, by=who.owner, new_due=row.current_due + DAY, reason="场地装修")
    with pytest.raises(InvalidTransition):
        extensions.approve(request, by=who.owner)
    User.objects.filter(pk=who.owner.pk).update(is_superuser=True)
    assert not allows(User.objects.get(pk=who.owner.pk), "improvements.decide_extension", request)
    assert allows(who.executive, "improvements.decide_extension", ExtensionRequest.objects.get())
    with pytest.raises(IntegrityError, match="extension_decided_by_another"):
        sql(
            "UPDATE improvements_extensionrequest SET state = 'approved', decided_at = now(), decided_by_id = %s WHERE id = %s",
            who.owner.pk,
            request.pk,
        )


def test_an_extension_is_asked_for_before_the_day_and_for_later(who):
    row = make.measure_at(MeasureState.ISSUED, who)
    with pytest.raises(InvalidTransition):
        extensions.request(row, by=who.owner, new_due=row.current_due - DAY, reason="早些")
    overdue = late(who)
    assert overdue.is_overdue
    assert list(Measure.objects.overdue()) == [overdue]
    with pytest.raises(InvalidTransition):
        extensions.request(overdue, by=who.owner, new_due=timezone.now() + DAY, reason="晚了")


def test_handed_in_late_stays_overdue_until_verified(who):
    row = late(who)
    measures.begin(row, by=who.owner)
    make.submit(row, who)
    assert row.is_overdue and list(Measure.objects.overdue()) == [row]
    verification.accept(row, by=who.officer, sampled="看了")
    assert not row.is_overdue and not Measure.objects.overdue().exists()


# Separation of duties (S2) ---------------------------------------------------------------------------


def test_the_verifier_is_another_person_of_another_unit(who):
    row = make.measure_at(MeasureState.ACCEPTANCE, who)
    refused = [who.owner, who.colleague, make.person("survey_officer", unit=who.unit)]
    for person in refused:
        with pytest.raises(InvalidTransition):
            verification.accept(row, by=person, sampled="自己看")
    heard = []

    def listen(sender, **facts):
        heard.append((facts["measure"], facts["verification"].by))

    measure_verified.connect(listen)
    try:
        verification.accept(row, by=who.officer, sampled="抽查三门课", comment="属实")
    finally:
        measure_verified.disconnect(listen)
    assert heard == [(row, who.officer)]
    assert (row.state, row.implemented_at is not None) == (MeasureState.OBSERVING, True)


def test_whoever_worked_on_an_earlier_cycle_verifies_no_later_one(who):
    row = make.measure_at(MeasureState.ACCEPTANCE, who)
    verification.send_back(row, by=who.officer, sampled="看了", reason="缺签到表")
    assert (row.state, row.returns, row.submitted_at) == (MeasureState.EXECUTING, 1, None)
    measures.assign(row, by=who.lead, owner=who.colleague)
    make.submit(row, who)
    helper = make.person("survey_officer")
    Contribution.objects.create(subject="improvements.measure", subject_id=row.pk, user=helper, part="executed")
    assert not allows(helper, "improvements.check_measure", row)
    assert allows(who.officer, "improvements.check_measure", row)


@pytest.mark.parametrize("person", ["owner", "colleague", "newcomer"])
def test_the_database_refuses_a_verifier_who_worked_on_it_or_is_of_the_unit(who, person):
    row = make.measure_at(MeasureState.ACCEPTANCE, who)
    someone = make.person(unit=who.unit) if person == "newcomer" else getattr(who, person)
    insert = (
        "INSERT INTO improvements_verification (measure_id, cycle, result, submitted_at, sampled, comment, by_id, at) "
        "VALUES (%s, 1, 'accepted', now(), 'x', '', %s, now())"
    )
    with pytest.raises(IntegrityError, match="verification refused"):
        sql(insert, row.pk, someone.pk)
    sql(insert, row.pk, who.officer.pk)
    assert Verification.objects.count() == 1


def test_the_database_refuses_a_measure_that_nobody_verified(who):
    row = make.measure_at(MeasureState.ACCEPTANCE, who, figure=None)
    with pytest.raises(IntegrityError, match="nobody verified"):
        sql("UPDATE improvements_measure SET state = 'observing', implemented_at = now() WHERE id = %s", row.pk)
    with pytest.raises(IntegrityError, match="nobody verified"):
        sql(
            "UPDATE improvements_measure SET state = 'closed', implemented_at = now(), closed_at = now(), closed_by_id = %s "
            "WHERE id = %s",
            who.officer.pk,
            row.pk,
        )


def test_not_even_a_superuser_closes_the_own_measure(client, who):
    row = make.measure_at(MeasureState.ACCEPTANCE, who, figure=None)
    User.objects.filter(pk=who.owner.pk).update(is_superuser=True)
    client.force_login(User.objects.get(pk=who.owner.pk))
    for step in ("accept", "send-back"):
        facts = {"sampled": "x", "reason": "x", "version": row.version}
        response = client.post(reverse("improvements:measure_step", args=[row.pk, step]), facts)
        assert response.status_code == 403
    row.refresh_from_db()
    assert (row.state, Verification.objects.count()) == (MeasureState.ACCEPTANCE, 0)


def test_the_supervision_group_verifies_and_changes_nothing_else(who):
    from tests.factories import accounts

    row = make.measure_at(MeasureState.ACCEPTANCE, who)
    supervisor = accounts.supervisor("supervisor", "lead")
    acts = ("check_measure", "cancel_measure", "work_on_measure", "edit_measure", "issue_measure", "judge_effect")
    assert {act for act in acts if allows(supervisor, f"improvements.{act}", row)} == {"check_measure"}


def test_without_a_figure_the_verification_closes_it(who):
    row = make.measure_at(MeasureState.CLOSED, who, figure=None)
    assert (row.state, row.closed_by, row.closed_at is not None) == (MeasureState.CLOSED, who.officer, True)


# Reminders, figures, lists ---------------------------------------------------------------------------


def test_reminders_run_twice_and_tell_once(who):
    soon = make.measure_at(MeasureState.ISSUED, who, figure=None, due_at=timezone.now() + 2 * DAY)
    make.draft(who, on=soon.case, figure=None, due_at=timezone.now() + DAY)  # a draft is owed by nobody
    far = make.draft(who, on=soon.case, figure=None, due_at=timezone.now() + 20 * DAY)
    measures.issue(far, by=who.lead)
    assert remind_measures() == remind_measures() == {"done": 1, "failed": 0}
    notice = Notice.objects.get(kind="improvements.measure_due")
    assert (notice.user, notice.context["measure"], notice.context["stage"]) == (who.owner, soon.pk, "soon")


def test_an_overdue_measure_is_told_to_the_head_as_well(who):
    head = make.person(unit=who.unit)
    head.memberships.update(is_head=True)
    late(who)
    remind_measures()
    told = Notice.objects.filter(kind="improvements.measure_due")
    assert {notice.user for notice in told} == {who.owner, head}
    assert {notice.context["stage"] for notice in told} == {"overdue"}


def test_completion_counts_the_hand_in_by_either_date(who):
    today = timezone.localdate()
    done = make.measure_at(MeasureState.CLOSED, who, figure=None)
    on = {"on": done.case, "figure": None}
    moved = make.draft(who, **on, due_at=timezone.now() + 5 * DAY)
    for step in (MeasureState.ISSUED, MeasureState.EXECUTING):
        make.STEPS[step](moved, who)
    request = extensions.request(moved, by=who.owner, new_due=moved.original_due + 60 * DAY, reason="场地装修")
    extensions.approve(request, by=who.executive)
    make.draft(who, **on)  # a draft counts nowhere
    gone = make.draft(who, **on)
    measures.issue(gone, by=who.lead)
    measures.cancel(gone, by=who.lead, reason="重复")
    span = today, today + 40 * DAY
    assert set(figures.measures_due(*span)) == {done, moved}
    assert set(figures.measures_done_in_time(*span)) == {done}
    assert set(figures.measures_due(*span, by="current_due")) == {done}
    assert set(figures.measures_done_in_time(*span, by="current_due")) == {done}
    assert not figures.measures_due(*span, units=[make.unit().pk]).exists()
    numerator, denominator = figures.measures_done_in_time(*span), figures.measures_due(*span)
    assert set(numerator) <= set(denominator)


def test_a_late_hand_in_is_due_and_not_done_in_time(who):
    row = late(who)
    measures.begin(row, by=who.owner)
    make.submit(row, who)
    verification.accept(row, by=who.officer, sampled="看了")
    span = timezone.localdate() - DAY, timezone.localdate()
    assert (figures.measures_due(*span).count(), figures.measures_done_in_time(*span).count()) == (1, 0)
