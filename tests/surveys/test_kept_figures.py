"""Figures of large waves are kept for a minute, and never longer than what people decided."""

from dataclasses import replace

import pytest
from django.utils import translation

from accounts.choices import Role
from surveys.models import Response
from surveys.selectors import corrections as trail
from surveys.selectors import kept, results
from surveys.selectors.kept import Kept
from surveys.services import checks, corrections
from tests.factories import surveys as make


@pytest.fixture
def wave(db):
    made = make.open_wave(9)
    for holder in made.people[:7]:
        make.answer(made, holder, 4, Q6=1)
    return made


@pytest.fixture
def _large(monkeypatch):
    monkeypatch.setattr(kept, "LARGE", 6)


def mean(wave):
    return Kept(wave)(results.of_wave).headline.scores.mean


@pytest.mark.usefixtures("_large")
def test_a_new_answer_waits_and_a_decision_does_not(wave):
    officer, lead = make.person(Role.SURVEY_OFFICER), make.person(Role.LEAD)
    assert (mean(wave).n, mean(wave).mean) == (7, 4)
    make.answer(wave, wave.people[7], 1)
    assert mean(wave).n == 7
    first = Response.objects.filter(wave=wave).earliest("submitted_at")
    values, _rows = trail.of_response(first)
    corrections.correct(
        first, {uid: 2 if value == 4 else value for uid, value in values.items()}, reason="x", by=officer
    )
    assert mean(wave).n == 8
    check = checks.of(first, by=officer)
    checks.doubt(check, by=officer, reason="x")
    checks.leave_out(check, by=lead)
    assert mean(wave).n == 7


@pytest.mark.usefixtures("_large")
def test_kept_and_counted_are_equal_in_each_language(wave):
    for language in ("zh-hans", "en"):
        with translation.override(language):
            for act, arguments in (
                (results.of_wave, ()), (results.trend, ()), (results.importance, ()), (results.compare, ("seg_region",)),
            ):  # fmt: skip
                first, again = (Kept(wave)(act, *arguments) for _turn in range(2))
                counted = act(wave, *arguments)
                if act is results.of_wave:
                    first, again, counted = (replace(row, as_of=None) for row in (first, again, counted))
                assert first == again == counted


def test_a_small_wave_is_always_counted(wave):
    assert mean(wave).n == 7
    make.answer(wave, wave.people[7], 1)
    assert mean(wave).n == 8


@pytest.mark.usefixtures("_large")
def test_without_a_cache_they_are_counted(wave, settings):
    settings.CACHES = settings.CACHES | {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    assert (mean(wave).n, mean(wave).n) == (7, 7)
