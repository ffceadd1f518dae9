"""Figures are counted from strings of codes; the rows of answers stay the record, and both say the same."""

import random
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from surveys.choices import QuestionKind as Kind
from surveys.coding import encode
from surveys.instrument import NA, parse
from surveys.models import Answer, Response
from surveys.replies import Row, rows
from surveys.selectors import corrections as trail
from surveys.selectors import counts, results
from surveys.selectors.questionnaires import instrument_of
from surveys.services import corrections, waves
from tests.factories import surveys as make
from tests.surveys import counted_by_rows as plain
from tests.surveys.asking import open_wave, question, words
from tests.surveys.routes import branched


def assert_coded(wave):
    """Every response of ``wave`` is coded as its rows of answers say."""
    instrument = instrument_of(wave.questionnaire_version)
    for response in wave.responses.all():
        given = Answer.objects.filter(response=response).values_list(
            "question", "slot", "option", "num", "score5", "is_na", "amount"
        )
        assert bytes(response.codes) == encode(instrument, [Row(*row) for row in given])


def assert_counted_alike(wave):
    """Every figure of ``wave`` equals the one counted row by row."""
    pk, instrument = wave.pk, instrument_of(wave.questionnaire_version)
    ranked = [one.id for one in instrument.questions if one.kind == Kind.RANKING]
    divided = [one for one in instrument.questions if one.kind in (Kind.SINGLE, Kind.YES_NO)]
    buckets, regions = results.buckets_of(instrument), wave.responses.values_list("seg_region", flat=True).distinct()
    for segment in (None, *({"seg_region": region} for region in regions)):
        coded, by_rows = counts.Coded([pk], segment=segment), {"segment": segment, "has_excluded": True}
        mine, theirs = coded.distributions(), plain.distributions(pk, **by_rows)
        assert {key: tally for key, tally in mine.items() if tally.values or tally.na} == dict(theirs)
        multiple = {key: n for key, n in coded.respondents().items() if n}
        several = {one.id for one in instrument.questions if one.kind in Kind.several()}
        assert multiple == {key: n for key, n in plain.respondents(pk, **by_rows).items() if key in several}
        assert coded.rankings(ranked) == plain.rankings(pk, ranked, **by_rows)
        alike(counts.composites([pk], buckets, segment=segment), plain.composites([pk], buckets, segment=segment))
    alike(counts.composites([pk], buckets, by="seg_region"), plain.composites([pk], buckets, by="seg_region"))
    for one in divided:
        alike(counts.composites([pk], buckets, question=one.id), plain.composites([pk], buckets, question=one.id))
        assert counts.group_sizes(pk, question=one.id) == plain.group_sizes(pk, one.id)
        for row in instrument.questions:
            if row.kind in (Kind.RATING, Kind.SINGLE, Kind.YES_NO, Kind.SCALE):
                assert counts.cross(pk, row.id, question=one.id) == plain.cross(pk, row.id, question=one.id)
                assert counts.cross(pk, row.id, by="seg_region") == plain.cross(pk, row.id, by="seg_region")
    assert sorted(counts.Coded([pk]).totals()) == sorted(plain.totals(pk))


def alike(mine, theirs):
    """The same groups, buckets and whole numbers; means to the last digits that a float holds."""
    mine, theirs = ({key: found for key, found in part.items() if found} for part in (mine, theirs))
    assert mine.keys() == theirs.keys()
    for key, buckets in mine.items():
        assert buckets.keys() == theirs[key].keys()
        for bucket, scores in buckets.items():
            other = theirs[key][bucket]
            assert (scores.n, scores.top, scores.bottom) == (other.n, other.top, other.bottom)
            assert (scores.mean.mean, scores.mean.sd) == pytest.approx((other.mean.mean, other.mean.sd), abs=1e-9)


def answers_of(wave, n, seed=7):
    """``n`` answers to ``wave``, drawn anew each time alike, with gaps and "does not apply"."""
    rng, instrument = random.Random(seed), instrument_of(wave.questionnaire_version)
    for _one in range(n):
        payload = {}
        for one in instrument.questions:
            values = [choice.value for choice in one.choices]
            if not one.required and rng.random() < 0.3:
                continue
            if one.na and rng.random() < 0.3:
                payload[one.uid] = NA
            elif one.kind == Kind.MULTIPLE:
                payload[one.uid] = rng.sample(values, 2)
            elif one.kind == Kind.RANKING:
                payload[one.uid] = rng.sample(values, one.places)
            elif one.kind == Kind.NUMBER:
                payload[one.uid] = str(rng.randint(1, 9))
            elif one.kind in Kind.as_words():
                payload[one.uid] = "2026-03-15" if one.kind == Kind.DATE else "words"
            else:
                payload[one.uid] = rng.choice(values)
        yield payload


@pytest.mark.parametrize("definition", [make.definition, branched])
def test_figures_from_codes_equal_those_counted_row_by_row(db, definition):
    wave = make.open_wave(24, version=make.published(definition()))
    for place, (person, payload) in enumerate(zip(wave.people, answers_of(wave, 24), strict=True)):
        make.submit(wave, person, payload)
        Response.objects.filter(wave=wave, pk=newest(wave)).update(is_valid=place % 6 > 0)
    assert wave.responses.filter(is_valid=False).count() == 4
    assert_coded(wave)
    assert_counted_alike(wave)


def newest(wave):
    return wave.responses.order_by("-submitted_at").values_list("pk", flat=True)[0]


def test_a_correction_is_coded_too(db):
    wave = make.answered_wave([4, 4, 4, 4, 4, 2])
    response = wave.responses.first()
    values, _rows = trail.of_response(response)
    low = {uid: 1 if value in (2, 4) else value for uid, value in values.items()}
    corrections.correct(response, low, reason="misread", by=make.person())
    assert_coded(wave)
    assert_counted_alike(wave)


def test_codes_change_with_a_correction_only(db):
    wave = make.answered_wave([4] * 5)
    response = wave.responses.first()
    with pytest.raises(DatabaseError, match="codes change with a correction only"), transaction.atomic():
        Response.objects.filter(pk=response.pk).update(codes=b"\1" * len(response.codes))
    assert_coded(wave)


def test_an_anonymous_wave_is_coded_when_its_box_is_emptied(db):
    wave = make.open_wave(12, is_anonymous=True)
    for person in wave.people:
        make.answer(wave, person, 5)
    waves.close(wave, by=wave.owner)
    assert wave.responses.count() == 12
    assert_coded(wave)
    assert_counted_alike(wave)


def many_choices(count):
    options = [{"code": n, "label": words(f"门店{n}", f"Shop {n}")} for n in range(1, count + 1)]
    shop = question("shop", "single", words("哪家门店？", "Which shop?"), options=options)
    return {
        "title": words("门店", "Shops"), "intro": None,
        "sections": [{"code": "all", "title": words("门店", "Shops"), "questions": [shop]}],
    }  # fmt: skip


@pytest.mark.parametrize(("choices", "width"), [(253, 1), (254, 2), (300, 2)])
def test_more_choices_than_a_byte_holds_take_two(choices, width):
    instrument = parse(many_choices(choices), ids={"shop": 7})
    assert instrument.layout[1] == width
    assert encode(instrument, [Row(7, option=choices)]) == choices.to_bytes(width, "big")
    assert encode(instrument, [Row(7, is_na=True)]) == b"\xff" * width
    assert encode(instrument, []) == bytes(width)


def test_two_bytes_are_counted_like_one(db):
    wave = open_wave(many_choices(300), invited=0)
    for shop in (1, 256, 300, 300, 256, 300):
        make.submit(wave, None, {"shop": shop})
    assert_coded(wave)
    assert_counted_alike(wave)


def test_numbers_leave_a_mark_and_words_nothing(db):
    instrument = parse(branched(), ids={one.uid: place for place, one in enumerate(parse(branched()).questions, 1)})
    values = {"all": 5, "cost": Decimal("12.50"), "idea": "words", "since": "2026-03-15"}
    column = instrument.layout[0][instrument.by_uid["cost"].id]
    assert encode(instrument, rows(instrument, values)[0])[column.start] == 1
    assert {instrument.by_uid["idea"].id, instrument.by_uid["since"].id}.isdisjoint(instrument.layout[0])


def test_a_questionnaire_of_words_alone_has_figures_of_nothing(db):
    content = many_choices(2)
    content["sections"][0]["questions"] = [question("idea", "text", words("还有什么？", "Anything?"))]
    wave = open_wave(content, invited=0)
    for _one in range(5):
        make.submit(wave, None, {"idea": "words"})
    with translation.override("en"):
        found = results.of_wave(wave)
    assert (found.valid_n, found.headline.scores, found.questions) == (5, None, ())
