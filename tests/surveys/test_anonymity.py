"""An auditor with the whole database tries to join answers to people (docs/adr/0004-anonymity.md) (PRV-03, 06)."""

import logging
from contextlib import closing
from datetime import timedelta

import psycopg2
import pytest
from django.apps import apps
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from core.models import Event
from notifications.models import Message
from surveys import tasks
from surveys.choices import InvitationState
from surveys.database import SCRUBBED
from surveys.models import (
    Answer,
    AnswerText,
    BoxedAnswer,
    Draft,
    Finding,
    Invitation,
    LowAnswer,
    Response,
    SpentMarker,
    WaveKey,
)  # fmt: skip
from surveys.selectors import results
from surveys.services import answering, boxes, invitations, links, waves
from tests.factories import surveys as make

everything = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
SURVEYS = [model._meta.db_table for model in apps.get_app_config("surveys").get_models()]


def sql(query, *values):
    """Asked as the owner of the schema."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall()


def xmins(table):
    return [row[0] for row in sql(f"SELECT xmin::text FROM {table}")]


def asked(n, **fields):
    """An open anonymous wave whose invitations are sent."""
    wave = make.open_wave(n, is_anonymous=True, **fields)
    for holder in wave.people:
        invitations.mark_sent(holder.invitation.pk, 0, timezone.now())
    return wave


def all_answer(wave, n=None):
    """The first ``n`` answer one after the other; the words say who it was."""
    for number, holder in enumerate(wave.people[:n]):
        make.answer(wave, holder, 1 + number % 5, Q10=f"canary {number}")


def dump():
    tables = [row[0] for row in sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return {table: " ".join(row[0] or "" for row in sql(f'SELECT t::text FROM "{table}" t')) for table in tables}


def correlation(found):
    """Rank correlation of the order found with the order of answering."""
    n, order = len(found), sorted(range(len(found)), key=lambda place: found[place])
    ranks = {place: rank for rank, place in enumerate(order)}
    squares = sum((place - ranks[place]) ** 2 for place in range(n))
    return 1 - 6 * squares / (n * (n * n - 1))


# What is stored -----------------------------------------------------------------------------------------


def test_no_foreign_key_leads_from_an_answer_to_a_person():
    allowed = {"surveys.wave", "surveys.question", "surveys.response", "surveys.questionnaireversion"}
    for model in (Answer, AnswerText, BoxedAnswer, SpentMarker):
        targets = {field.related_model._meta.label_lower for field in model._meta.fields if field.related_model}
        assert targets <= allowed
    for model in (BoxedAnswer, SpentMarker, Answer, AnswerText):
        assert not [f for f in model._meta.fields if f.get_internal_type() in ("DateTimeField", "DateField")]


@pytest.mark.django_db
def test_database_refuses_an_anonymous_response_that_holds_more():
    wave = make.open_wave(1, is_anonymous=True)
    plain = {
        "wave": wave,
        "questionnaire_version": wave.questionnaire_version,
        "submitted_on": timezone.localdate(),
    }
    for extra in (
        {"invitation": wave.people[0].invitation}, {"submitted_at": timezone.now()}, {"seg_region": "华东"},
        {"language": "en"}, {"raw": {}}, {"receipt": "ABCD"},
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="holds_nothing_else"), transaction.atomic():
            Response.objects.create(**plain, is_anonymous=True, **extra)
    with pytest.raises(IntegrityError, match="response_mode_of_wave"), transaction.atomic():
        Response.objects.create(**plain, is_anonymous=False, submitted_at=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@everything
def test_answering_writes_two_rows_and_nothing_else(caplog):
    wave = asked(6)
    make.answer(wave, wave.people[0])
    (last,) = sql("SELECT pg_current_xact_id()::text::bigint")[0]
    with caplog.at_level(logging.DEBUG, logger="surveys"):
        make.answer(wave, wave.people[1], Q10="canary")
    written = {
        table: n
        for (table,) in sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        if (n := sql(f'SELECT count(*) FROM "{table}" WHERE xmin::text::bigint > %s', last)[0][0])
    }
    assert written == {"surveys_boxedanswer": 1, "surveys_spentmarker": 1}
    assert caplog.records == []
    assert "canary" not in " ".join(dump().values())


@everything
def test_a_second_answer_is_the_first_one_and_the_receipt_is_stored_nowhere():
    wave = asked(6)
    first, second = make.answer(wave, wave.people[0], 5), make.answer(wave, wave.people[0], 1)
    assert (second.code, second.is_new) == (first.code, False)
    assert BoxedAnswer.objects.count() == SpentMarker.objects.count() == 1
    assert first.code not in " ".join(dump().values())


# Batches ------------------------------------------------------------------------------------------------


@everything
def test_five_always_stay_in_the_box_while_the_wave_is_open():
    wave = asked(13)
    all_answer(wave, 9)
    tasks.empty_boxes()
    assert (BoxedAnswer.objects.count(), Response.objects.count()) == (9, 0)
    make.answer(wave, wave.people[9])
    tasks.empty_boxes()
    assert (BoxedAnswer.objects.count(), Response.objects.count()) == (5, 5)
    assert results.of_wave(wave).valid_n == 5
    assert {stage.key: stage.count for stage in results.funnel(wave)}["answered"] == 10
    tasks.empty_boxes()
    assert BoxedAnswer.objects.count() == 5


@everything
def test_joins_while_the_wave_is_open_fail_without_its_key():
    wave = asked(20)
    all_answer(wave, 14)
    boxes.empty(wave)
    all_answer(wave, 17)
    people = set(xmins("surveys_invitation"))
    for table in (
        "surveys_response",
        "surveys_answer",
        "surveys_answertext",
        "surveys_boxedanswer",
        "surveys_spentmarker",
    ):
        assert not people & set(xmins(table)), table
    assert len(set(xmins("surveys_response"))) == 1  # the batch is one transaction
    assert not set(xmins("surveys_response")) & set(xmins("surveys_boxedanswer"))
    assert set(Invitation.objects.filter(wave=wave).values_list("state", flat=True)) == {"sent"}
    texts, markers = dump(), list(SpentMarker.objects.values_list("marker", flat=True))
    assert not any(
        marker in text for marker in markers for table, text in texts.items() if table != "surveys_spentmarker"
    )
    assert WaveKey.objects.get().key not in " ".join(texts.values())  # only encrypted


@everything
def test_markers_do_not_keep_the_order_of_answering():
    wave = asked(40)
    all_answer(wave)
    boxes.empty(wave)
    order = {row[0]: place for place, row in enumerate(sql("SELECT marker FROM surveys_spentmarker ORDER BY ctid"))}
    found = [order[links.marker_for(wave.link_key, invitation_id=h.invitation.pk)] for h in wave.people]
    assert abs(correlation(found)) < 0.65  # forty in random order exceed this once in 200,000 runs
    assert len(set(xmins("surveys_spentmarker"))) == 1


# After the close ----------------------------------------------------------------------------------------


@everything
def test_joins_after_the_close_fail():
    wave = asked(44)
    all_answer(wave, 20)
    boxes.empty(wave)
    all_answer(wave, 40)
    boxes.empty(wave)
    waves.close(wave, by=wave.owner)
    assert Response.objects.count() == AnswerText.objects.count() == 40
    for table in ("surveys_response", "surveys_answer", "surveys_answertext", "surveys_invitation"):
        assert len(set(xmins(table))) == 1, table  # whole wave to whole wave
    assert {row.submitted_on for row in Response.objects.all()} == {timezone.localdate()}
    assert [model.objects.count() for model in (BoxedAnswer, SpentMarker, WaveKey, Draft, LowAnswer)] == [0] * 5
    for order in ("ctid", "id"):
        words = [row[0] for row in sql(f"SELECT body FROM surveys_answertext ORDER BY {order}")]
        assert abs(correlation([words.index(f"canary {number}") for number in range(40)])) < 0.65
    scores = sql("SELECT a.num FROM surveys_answer a JOIN surveys_question q ON q.id = question_id "
                 "WHERE q.code = 'Q1' ORDER BY a.ctid")  # fmt: skip
    assert [score for (score,) in scores] != [1 + number % 5 for number in range(40)]
    assert results.of_wave(wave).valid_n == 40


@everything
def test_nothing_else_of_the_database_knows_an_answer():
    wave = asked(12)
    before = Message.objects.count()
    all_answer(wave)
    waves.close(wave, by=wave.owner)
    texts = dump()
    assert [table for table, text in texts.items() if "canary" in text] == ["surveys_answertext"]
    assert Message.objects.count() == before
    ids = {str(pk) for pk in Response.objects.values_list("pk", flat=True)}
    assert not [table for table, text in texts.items() for pk in ids
                if pk in text and table not in ("surveys_response", "surveys_answer")]  # fmt: skip
    kinds = set(Event.objects.filter(subject__startswith="surveys.").values_list("kind", flat=True))
    assert kinds <= {
        "created",
        "published",
        "publish",
        "schedule",
        "open",
        "close",
        "invited",
        "finding_proposed",
    }
    assert not Event.objects.filter(subject__in=("surveys.invitation", "surveys.response")).exists()


@everything
def test_has_answered_is_told_apart_from_the_answers():
    wave = asked(8)
    all_answer(wave, 6)
    waves.close(wave, by=wave.owner)
    states = list(wave.invitations.order_by("pk").values_list("state", flat=True))
    assert states == [InvitationState.DONE] * 6 + [InvitationState.EXPIRED] * 2


@everything
def test_fewer_than_five_answers_are_destroyed():
    wave = asked(8)
    all_answer(wave, 4)
    waves.close(wave, by=wave.owner)
    assert not Response.objects.exists() and not AnswerText.objects.exists() and not BoxedAnswer.objects.exists()
    assert not Finding.objects.exists()
    assert wave.transitions.get(kind="answers_destroyed").payload == {"answers": 4}


@everything
def test_files_of_box_markers_and_keys_are_rewritten_after_the_last_older_snapshot(monkeypatch, wait_for):
    """Somebody's running transaction keeps removed rows in the rewritten files; the job comes again and rids them."""
    wave = asked(10)
    all_answer(wave)
    rounds, scrub = [], boxes.scrub

    def then_the_reader_ends():
        scrub()
        rounds.append(boxes.has_leftovers())
        reader.rollback()

    with closing(psycopg2.connect(**connection.get_connection_params())) as reader:
        reader.set_session(isolation_level="REPEATABLE READ")
        reader.cursor().execute("SELECT 1 FROM surveys_wave")
        waves.close(wave, by=wave.owner)
        assert boxes.has_leftovers()
        monkeypatch.setattr(boxes, "scrub", then_the_reader_ends)
        tasks.scrub_boxes.apply()
    assert rounds[0] and len(rounds) > 1  # it came again by itself
    monkeypatch.setattr(boxes, "scrub", scrub)
    # the server's own analyzing may read on for longer than a dozen rounds without pauses take
    wait_for(lambda: tasks.scrub_boxes.apply().successful() and not boxes.has_leftovers())
    for table in SCRUBBED:
        assert sql("SELECT pg_relation_size(%s)", table)[0][0] == 0, table


@everything
def test_reminders_write_down_nobody_who_answered():
    wave = asked(12, reminder_every_days=1)
    Invitation.objects.filter(wave=wave).update(last_sent_at=timezone.now() - timedelta(days=2))
    all_answer(wave, 10)
    boxes.empty(wave)
    tasks.remind_due()
    reminded = set(Message.objects.filter(kind="surveys.reminder").values_list("context__invitation", flat=True))
    assert reminded == {holder.invitation.pk for holder in wave.people[10:]}
    assert set(Invitation.objects.values_list("state", flat=True)) == {"sent"}


@everything
def test_open_link_of_an_anonymous_wave_keeps_no_submit_key():
    wave = make.open_wave(1, is_anonymous=True, is_open_link=True)
    found, key = answering.find_wave(wave.open_code), "7d9f1f0e-6f0d-4a52-9d6a-3b1b7c0c9a11"
    receipt = answering.submit(wave=found, payload=make.payload(wave.questionnaire_version), submit_key=key)
    again = answering.submit(wave=found, payload=make.payload(wave.questionnaire_version), submit_key=key)
    assert (again.code, again.is_new) == (receipt.code, False)
    assert key not in " ".join(dump().values())
