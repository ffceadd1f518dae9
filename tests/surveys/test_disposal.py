"""Material past its date: listed, proposed, approved by somebody else, removed in batches that survive a kill (PRV-07, SEC-08)."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from core import jobs
from core.jobs import keep_file
from core.models import Job
from core.permissions import allows
from core.workflow import InvalidTransition
from customers.models import ContactPerson, FollowUp
from notifications.models import Notice
from surveys.choices import CustodyState, DisposalState
from surveys.jobs import start_disposal, start_export
from surveys.models import (
    Answer,
    AnswerCorrection,
    AnswerText,
    Custody,
    Disposal,
    DisposalItem,
    Finding,
    Invitation,
    LowAnswer,
    Opinion,
    Response,
    ResponseCheck,
    ResultSnapshot,
    Wave,
)
from surveys.selectors import corrections as answers_of
from surveys.selectors import custody as selector
from surveys.selectors import results
from surveys.services import checks, corrections, custody, disposals, findings, waves
from surveys.services import opinions as opinion_service
from tests.factories import surveys as make

OLD = timedelta(days=4 * 365)
MATERIAL = (Response, Answer, AnswerText, Opinion, AnswerCorrection, ResponseCheck, LowAnswer)


def past(scores=(5, 4, 2, 4, 5, 1), **fields):
    """A wave that closed four years ago, with everything that can be said about its answers."""
    wave = make.open_wave(len(scores), **fields)
    for holder, score in zip(wave.people, scores, strict=True):
        make.answer(wave, holder, score, Q10="教室太冷")
    if not wave.is_anonymous:
        response = wave.responses.order_by("pk").first()
        values, _trail = answers_of.of_response(response)
        uid = next(uid for uid, value in values.items() if value in (1, 2, 4, 5))
        corrections.correct(response, values | {uid: 3}, reason="录入有误", by=make.person(Role.LEAD))
        text = AnswerText.objects.filter(wave=wave).order_by("pk").first()
        opinion_service.classify(wave, {str(text.pk): ("problem", "place")}, by=make.person(Role.LEAD))
    waves.close(wave, by=wave.owner)
    ago = timezone.now() - OLD
    Wave.objects.filter(pk=wave.pk).update(
        opens_at=ago - timedelta(days=14), closes_at=ago, opened_at=ago - timedelta(days=14), closed_at=ago
    )
    Custody.objects.filter(wave=wave).update(
        since=timezone.localdate(ago), due_on=timezone.localdate(ago) + timedelta(days=3 * 365 + 1)
    )
    return Wave.objects.get(pk=wave.pk)


def listed():
    disposals.list_due()
    return Disposal.objects.get(state=DisposalState.LISTED)


def approved():
    """A list approved by two people; ``.admin`` proposed it."""
    row, admin = listed(), make.person(Role.ADMINISTRATOR)
    disposals.propose(row, by=admin)
    disposals.approve(row, by=make.person(Role.EXECUTIVE))
    row.admin = admin
    return row


def counts(wave):
    return {name: n for name, n in selector.rows_held(wave.pk).items() if n}


def refused(statement, *values):
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(error.value)


# The list ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_night_lists_what_is_past_its_date_once_and_deletes_nothing():
    wave, young = past(), make.answered_wave([4] * 5)
    waves.close(young, by=young.owner)
    admin, before = make.person(Role.ADMINISTRATOR), counts(wave)
    assert [disposals.list_due(), disposals.list_due()] == [1, 0]
    row = Disposal.objects.get()
    assert (row.state, [line.custody.wave for line in row.items.all()]) == (DisposalState.LISTED, [wave])
    assert row.items.get().held == selector.rows_held(wave.pk) and counts(wave) == before
    assert Notice.objects.filter(user=admin, kind="surveys.disposal_listed").count() == 1


@pytest.mark.django_db
def test_who_needs_material_longer_takes_it_off_the_list():
    wave, other = past(), past()
    row, admin = listed(), make.person(Role.ADMINISTRATOR)
    custody.hold(wave.custody, by=admin, reason="审计")
    assert [line.custody.wave for line in row.items.all()] == [other]
    assert disposals.list_due() == 0
    disposals.propose(row, by=admin)
    with pytest.raises(InvalidTransition, match=row.number):
        custody.hold(other.custody, by=admin, reason="太晚")
    disposals.send_back(row, by=make.person(Role.EXECUTIVE), reason="还要用")
    custody.hold(other.custody, by=admin, reason="还要用")
    with pytest.raises(InvalidTransition):
        disposals.propose(row, by=admin)  # nothing stands on it


@pytest.mark.django_db
def test_two_people_decide():
    past()
    row, admin, lead = listed(), make.person(Role.ADMINISTRATOR), make.person(Role.LEAD)
    assert allows(admin, "surveys.propose_disposal", row) and allows(lead, "surveys.propose_disposal", row)
    disposals.propose(row, by=lead)
    assert not allows(lead, "surveys.approve_disposal_of", row)
    with pytest.raises(InvalidTransition):
        disposals.approve(row, by=lead)
    boss = make.person(Role.EXECUTIVE)
    assert allows(boss, "surveys.approve_disposal_of", row)
    disposals.approve(row, by=boss)
    assert row.list_sha256 == disposals.fingerprint(row) and len(row.list_sha256) == 64
    disposals.take_back(row, by=boss, reason="诉讼")
    assert (row.state, row.approved_by, row.list_sha256) == (DisposalState.LISTED, None, "")


# Carrying out ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_goes_and_what_stays():
    wave, other = past(), make.answered_wave([1, 5, 5, 5, 5])
    low = LowAnswer.objects.filter(response__wave=wave).first()
    finding = findings.propose_from(low, by=wave.owner)
    export = start_export(wave, by=wave.owner)
    keep_file(export, "answers.zip", ContentFile(b"x"))
    export.save()
    figures, others = results.of_wave(wave), counts(other)
    held = counts(wave)
    assert {"answers", "responses", "texts", "opinions", "corrections", "low_answers", "invitations"} <= set(held)
    row = approved()
    run = start_disposal(row, by=row.admin)
    jobs.run(run.pk)
    run.refresh_from_db()
    row.refresh_from_db()
    assert (run.state, row.state) == ("done", DisposalState.DONE)
    line = row.items.get()
    assert line.removed == held | {"files": 1} and line.done_at
    assert counts(wave) == {} and counts(other) == others
    assert not Job.objects.get(pk=export.pk).file
    wave.custody.refresh_from_db()
    assert wave.custody.state == CustodyState.DISPOSED and wave.custody.disposed_at
    assert (
        not Invitation.objects.filter(wave=wave).exclude(contact=None, customer=None, token_hash=None, note="").exists()
    )
    assert Invitation.objects.filter(wave=wave).count() == 6 and ContactPerson.objects.count() == 11
    after = results.of_wave(Wave.objects.get(pk=wave.pk))
    assert (after.valid_n, after.headline.scores) == (figures.valid_n, figures.headline.scores)
    assert [part.scores for part in after.dimensions] == [part.scores for part in figures.dimensions]
    assert Finding.objects.get(pk=finding.pk).low_answer is None
    repeated = FollowUp.objects.filter(source="surveys.response")
    gone = repeated.filter(title=selector.GONE).values_list("title_en", "detail", "detail_en")
    assert set(gone) == {("The answers were disposed of", "", "")}
    assert not repeated.filter(title__contains=wave.code).exists()
    assert repeated.filter(title__contains=other.code).exists()


@pytest.mark.django_db
def test_a_killed_run_is_taken_up_where_it_stopped():
    wave = past()
    held, row = counts(wave), approved()
    disposals.carry_out(row, by=row.admin)
    line = row.items.get()
    disposals.begin(line, by=row.admin)
    first = disposals.step(line, most=2)  # and the worker dies
    assert first["responses"] == 2 and counts(wave)["responses"] == held["responses"] - 2
    frozen = results.of_wave(wave)
    assert frozen.valid_n == 6  # half of them are gone, the result is whole
    for _run in range(2):  # the next worker, and one that comes too late
        disposals.run(Disposal.objects.get(pk=row.pk))
    line.refresh_from_db()
    assert line.removed == held and counts(wave) == {}
    assert ResultSnapshot.objects.filter(wave=wave).count() == 1
    assert Disposal.objects.get(pk=row.pk).state == DisposalState.DONE
    assert wave.custody.transitions.filter(to_state=CustodyState.DISPOSED).count() == 1


@pytest.mark.django_db
def test_an_anonymous_wave_and_a_cancelled_one_go_as_well():
    hidden = past(is_anonymous=True)
    row = approved()
    disposals.carry_out(row, by=row.admin)
    disposals.run(row)
    assert counts(hidden) == {} and results.of_wave(hidden).valid_n == 6


@pytest.mark.django_db
def test_a_list_that_changed_after_its_approval_is_not_carried_out():
    past()
    row = approved()
    row.list_sha256 = "0" * 64
    with pytest.raises(InvalidTransition):
        disposals.carry_out(row, by=row.admin)


@pytest.mark.django_db
def test_the_trend_keeps_the_point_of_a_wave_that_is_gone():
    version = make.published()
    old = past(version=version)
    new = make.answered_wave([4] * 5, version=version)
    before = [point.scores for point in results.trend(new)]
    row = approved()
    disposals.carry_out(row, by=row.admin)
    disposals.run(row)
    assert counts(old) == {} and len(before) == 2
    assert [point.scores for point in results.trend(new)] == before


# What the database refuses -----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("model", MATERIAL)
def test_the_application_cannot_delete_material_outside_an_approved_list(model):
    wave = past()
    row = approved()  # approved, but not begun: still nothing
    assert model.objects.exists()
    told = refused(f"DELETE FROM {model._meta.db_table}")
    assert "kept" in told or "insert-only" in told or "violates foreign key" in told or "permission denied" in told
    assert counts(wave) == {name: n for name, n in row.items.get().held.items() if n}


@pytest.mark.django_db
def test_nobody_gets_round_the_two_people():
    wave = past()
    row = listed()
    line = row.items.get()
    person = make.person().pk
    assert "no disposal list" in refused("SELECT surveys_dispose(%s, 500)", line.pk)
    assert "cannot go from" in refused("UPDATE surveys_disposal SET state = 'running' WHERE id = %s", row.pk)
    assert "begin as listed" in refused(
        "INSERT INTO surveys_disposal (created_at, updated_at, version, state, listed_on, remark, list_sha256, proposed_by_id,"
        " proposed_at, approved_by_id, approved_at) VALUES (now(), now(), 0, 'running', now(), '', 'x', %s, now(), %s, now())",
        person, wave.owner_id,
    )  # fmt: skip
    assert "no disposal list" in refused("UPDATE surveys_custody SET state = 'disposing' WHERE wave_id = %s", wave.pk)
    disposals.propose(row, by=make.person(Role.ADMINISTRATOR))
    assert "approved_by_another" in refused(
        "UPDATE surveys_disposal SET state = 'approved', approved_by_id = proposed_by_id, approved_at = now(), list_sha256 = 'x'"
    )
    for statement in ("UPDATE surveys_disposalitem SET held = '{}'", "DELETE FROM surveys_disposalitem"):
        assert "of a line refused" in refused(statement)
    assert "stay" in refused("DELETE FROM surveys_disposal")


@pytest.mark.django_db
def test_a_running_list_opens_its_own_waves_only():
    gone, kept = past(), make.answered_wave([5] * 5)
    row = approved()
    disposals.carry_out(row, by=row.admin)
    disposals.begin(row.items.get(), by=row.admin)
    assert "kept" in refused("DELETE FROM surveys_answer WHERE wave_id = %s", kept.pk)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM surveys_opinion WHERE wave_id = %s", [gone.pk])
        assert cursor.rowcount == 1


@pytest.mark.django_db
def test_corrections_and_shuffles_go_on_working():
    wave = make.answered_wave([4] * 5)
    response = wave.responses.first()
    checks.examine(wave, by=wave.owner)
    assert "kept" in refused("DELETE FROM surveys_answer WHERE response_id = %s", response.pk)
    values, _trail = answers_of.of_response(response)
    uid = next(uid for uid, value in values.items() if value == 4)
    corrections.correct(response, values | {uid: 2}, reason="录入有误", by=make.person(Role.LEAD))
    hidden = make.answered_wave([4] * 6, is_anonymous=True)
    waves.close(hidden, by=hidden.owner)
    assert hidden.responses.count() == 6
    assert "kept" in refused("DELETE FROM surveys_answer WHERE wave_id = %s", hidden.pk)


# Pages -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_pages_go_from_the_list_to_its_end():
    wave = past()
    row = listed()
    admin, boss = Client(), Client()
    admin.force_login(make.person(Role.ADMINISTRATOR))
    boss.force_login(make.person(Role.EXECUTIVE))

    def act(client, name):
        row.refresh_from_db()
        url = reverse("surveys:disposal_act", args=[row.pk, name])
        page = client.get(url, {"version": row.version})
        return page.status_code, client.post(url, {"version": row.version}).status_code

    assert act(admin, "approve") == (403, 403)
    assert act(admin, "propose") == (200, 302)
    assert act(admin, "approve") == (403, 403)
    assert act(boss, "approve") == (200, 302)
    assert act(boss, "carry-out") == (403, 403)
    assert act(admin, "carry-out") == (200, 302)
    jobs.run(Job.objects.get(kind="surveys.dispose").pk)
    shown = boss.get(row.get_absolute_url()).content.decode()
    assert wave.code in shown and row.__class__.objects.get(pk=row.pk).list_sha256[:16] in shown
    assert admin.get(reverse("surveys:disposal_list")).status_code == 200
    page = boss.get(wave.get_absolute_url())
    assert page.status_code == 200 and page.context["results"].valid_n == 6
    assert DisposalItem.objects.get().done_at
