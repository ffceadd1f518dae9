"""Correcting single values before the results are confirmed: original, new, who and why are kept (DAT-05)."""

import csv
import io
import zipfile

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.choices import Role
from core.workflow import LostRace
from surveys import exports
from surveys.models import AnswerCorrection, AnswerText, LowAnswer, Response
from surveys.selectors import corrections as kept
from surveys.selectors import results
from surveys.selectors.questionnaires import instrument_of
from surveys.services import answering, corrections, waves
from tests.factories import surveys as make


@pytest.fixture
def officer(db):
    return make.person(Role.SURVEY_OFFICER)


@pytest.fixture
def wave(db):
    """Six answers; the first says 5 throughout and leaves words."""
    made = make.open_wave(6)
    for place, holder in enumerate(made.people):
        make.answer(made, holder, 5 if place == 0 else 4, Q6=1, Q10="canary words" if place == 0 else None)
    return made


@pytest.fixture
def first(wave):
    return Response.objects.get(raw__contains={uid(wave, "Q10"): "canary words"})


def uid(wave, code):
    return instrument_of(wave.questionnaire_version).by_code[code].uid


def fixed(response, wave, **changes):
    """The payload of ``response`` as it counts, with ``changes`` by question code."""
    values, _trail = kept.of_response(response)
    return values | {uid(wave, code): value for code, value in changes.items()}


def test_a_correction_changes_figures_words_and_export_and_keeps_what_was_sent(wave, first, officer):
    sent, before = dict(first.raw), results.of_wave(wave)
    made = corrections.correct(
        first, fixed(first, wave, Q5=1, Q10="what they said"), reason="纸质问卷上是1分", by=officer
    )
    assert [(row.question.code, row.before, row.after, row.reason, row.by) for row in made] == [
        ("Q5", 5, 1, "纸质问卷上是1分", officer), ("Q10", "canary words", "what they said", "纸质问卷上是1分", officer),
    ]  # fmt: skip
    first.refresh_from_db()
    assert first.raw == sent
    after = results.of_wave(wave)
    assert (before.headline.scores.mean.mean, after.headline.scores.mean.mean) == pytest.approx((25 / 6, 21 / 6))
    assert after.valid_n == before.valid_n
    assert [row.body for row in AnswerText.objects.filter(response=first)] == ["what they said"]
    target = io.BytesIO()
    exports.write(target, wave, instrument_of(wave.questionnaire_version))
    with zipfile.ZipFile(target) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("answers.csv").decode("utf-8-sig"))))
    (mine,) = [row for row in rows if row["receipt"] == first.receipt]
    assert (mine["Q5"], mine["Q10"]) == ("1", "what they said")
    event = first.check_row.transitions.get(kind="corrected")
    assert (event.comment, event.payload, event.by) == ("纸质问卷上是1分", {"questions": ["Q5", "Q10"]}, officer)


def test_a_newly_low_value_is_followed_up(wave, first, officer):
    assert not LowAnswer.objects.filter(response=first).exists()
    corrections.correct(first, fixed(first, wave, Q1=1), reason="x", by=officer)
    low = LowAnswer.objects.get(response=first)
    assert (low.question.code, low.score5) == ("Q1", 1)
    assert low.follow_up.customer == first.invitation.customer


def test_corrected_twice_the_last_counts_and_both_stay(wave, first, officer):
    corrections.correct(first, fixed(first, wave, Q5=1), reason="one", by=officer)
    with pytest.raises(LostRace):
        corrections.correct(first, fixed(first, wave, Q5=2), reason="two", by=officer, seen=0)
    corrections.correct(first, fixed(first, wave, Q5=3), reason="two", by=officer, seen=1)
    values, trail = kept.of_response(first)
    assert values[uid(wave, "Q5")] == 3
    assert [(row.before, row.after) for rows in trail.values() for row in rows] == [(5, 1), (1, 3)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"Q5": 9}, "Q5"), ({"Q5": None}, "Q5"), ({}, "没有改动")],
)
def test_what_does_not_fit_changes_nothing(wave, first, officer, change, sentence):
    with pytest.raises(answering.Invalid) as refused:
        corrections.correct(first, fixed(first, wave, **change), reason="x", by=officer)
    assert sentence in " ".join([*refused.value.errors.values()]) or uid(wave, "Q5") in refused.value.errors
    assert not AnswerCorrection.objects.exists()


def test_confirmed_results_are_not_corrected(wave, first, officer):
    waves.close(wave, by=officer)
    corrections.correct(first, fixed(first, wave, Q5=2), reason="x", by=officer)
    waves.confirm_results(wave, by=officer)
    with pytest.raises(answering.Invalid, match="确认"):
        corrections.correct(first, fixed(first, wave, Q5=3), reason="x", by=officer, seen=1)


@pytest.mark.parametrize("statement", ["UPDATE {} SET reason = 'y'", "DELETE FROM {}"])
def test_the_trail_is_never_rewritten(wave, first, officer, statement):
    corrections.correct(first, fixed(first, wave, Q5=1), reason="x", by=officer)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format("surveys_answercorrection"))


def test_the_page_puts_a_value_right_and_shows_the_trail(client, wave, first, officer):
    page = reverse("surveys:response_correct", args=[first.pk])
    form = {f"q_{key}": value for key, value in first.raw.items()} | {"seen": 0}
    client.force_login(officer)
    assert client.get(page).content.decode().count("checked") >= 5
    assert client.post(page, form | {f"q_{uid(wave, 'Q5')}": 1, "reason": ""}).status_code == 422
    assert client.post(page, form | {"reason": "同原来一样"}).status_code == 422
    assert client.post(page, form | {f"q_{uid(wave, 'Q5')}": 1, "reason": "录音里说的是1分"}).status_code == 302
    shown = client.get(reverse("surveys:response", args=[first.pk])).content.decode()
    assert "录音里说的是1分" in shown and "<del>" in shown
    stale = client.post(page, form | {f"q_{uid(wave, 'Q5')}": 2, "reason": "x"})
    assert stale.status_code == 422 and f"此后已改为：很不满意（{officer}）" in stale.content.decode()
    assert AnswerCorrection.objects.count() == 1


def test_other_roles_and_anonymous_waves_correct_nothing(client, first, officer):
    client.force_login(make.person(Role.AGENT))
    assert client.get(reverse("surveys:response_correct", args=[first.pk])).status_code in (403, 404)
