"""PRV-05; ANA-07."""

import copy
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.statistics.results import Verdict
from surveys.models import Response, ResultSnapshot, Wave
from surveys.selectors import charts, results
from surveys.services import answering, invitations, questionnaires, snapshots, waves
from tests.factories import surveys as make

pytestmark = pytest.mark.django_db
COUNTS = {5: 12, 4: 18, 3: 6, 2: 2, 1: 2}  # 40 answers
SCORES = [score for score, count in COUNTS.items() for _one in range(count)]


@pytest.fixture(autouse=True)
def _one_field(settings):
    settings.SUPPRESSION_SCORES, settings.SUPPRESSION_TEXTS = 5, 10


def closed(scores, version=None, days_ago=0, **fields):
    """A closed wave that ended so long ago."""
    wave = make.answered_wave(scores, version=version, **fields)
    waves.close(wave, by=wave.owner)
    ended = timezone.now() - timedelta(days=days_ago)
    Wave.objects.filter(pk=wave.pk).update(opens_at=ended - timedelta(days=9), closes_at=ended)
    wave.refresh_from_db()
    return wave


def by_code(found):
    return {row.question.code: row for row in found.questions}


# Figures against hand-computed ones -------------------------------------------------------------------


def test_headline_and_distribution():
    """[ANA-01, ANA-20]"""
    found = results.of_wave(make.answered_wave(SCORES))
    scores, row = found.headline.scores, by_code(found)["Q2"]
    assert found.headline.question.code == "Q5"
    assert (scores.n, scores.mean.mean, scores.top.count) == (40, 3.9, 30)
    assert scores.mean.sd == pytest.approx(1.0573, abs=1e-4)
    assert (scores.mean.low, scores.mean.high) == (
        pytest.approx(3.5619, abs=1e-3),
        pytest.approx(4.2381, abs=1e-3),
    )
    assert (scores.top.low, scores.top.high) == (
        pytest.approx(0.5981, abs=1e-4),
        pytest.approx(0.8581, abs=1e-4),
    )
    assert [(cell.choice.value, cell.share.count) for cell in row.cells] == list(COUNTS.items())
    assert (row.n, row.na, row.scores.bottom.count) == (40, 0, 4)


def test_not_applicable_is_no_answer():
    wave = make.open_wave(7)
    for number, holder in enumerate(wave.people):
        make.answer(wave, holder, 4, Q1="na" if number < 2 else 4)
    row = by_code(results.of_wave(wave))["Q1"]
    assert (row.n, row.na, row.scores.mean.mean) == (5, 2, 4)


def test_a_dimension_is_the_mean_of_each_respondents_own_mean():
    """[ANA-02]"""
    wave = make.open_wave(5)
    for holder, (first, second) in zip(wave.people, [(5, 3), (4, 4), (5, 5), (3, 3), (2, 1)], strict=True):
        make.answer(wave, holder, 4, Q1=first, Q2=second)
    content = next(row for row in results.of_wave(wave).dimensions if row.code == "content")
    assert (content.scores.n, content.scores.mean.mean) == (5, pytest.approx(3.5))  # 4, 4, 5, 3, 1.5
    assert (content.scores.top.count, content.scores.bottom.count) == (3, 1)


def test_the_regulations_sum_over_all_five_point_questions():
    """[QST-16, QST-17, ANA-08]"""
    wave = make.open_wave(7)
    for holder, first, second in zip(wave.people, (5, 5, 5, 5, 5, 3, 1), (4, 4, 4, 4, 4, 1, 2), strict=True):
        make.answer(wave, holder, first, Q2=second)
    found = results.of_wave(wave)
    rest = [sum(row.cells[place].share.count for row in found.questions[2:5]) for place in range(5)]
    assert rest == [15, 0, 3, 0, 3]  # the other three were answered as the first
    assert found.option_counts == [5 + 15, 5, 1 + 3, 1, 2 + 3]
    assert (found.satisfaction.n, found.satisfaction.total) == (35, 100 + 20 + 12 + 2 + 5)
    assert (found.satisfaction.mean, found.satisfaction.percent) == (pytest.approx(139 / 35), pytest.approx(139 / 175))


def test_without_figures_there_is_no_sum():
    assert results.of_wave(make.answered_wave([5, 4, 3])).satisfaction is None


def test_choices_yes_no_and_nps():
    wave = make.open_wave(6)
    for number, holder in enumerate(wave.people):
        make.answer(wave, holder, 4, Q6=1 + number % 2, Q7=[1, 2] if number else [3], Q8=number % 2,
                    Q9=[10, 9, 8, 7, 6, 0][number])  # fmt: skip
    rows = by_code(results.of_wave(wave))
    assert [cell.share.count for cell in rows["Q6"].cells] == [3, 3, 0]
    assert [(cell.share.count, cell.share.n) for cell in rows["Q7"].cells] == [(5, 6), (5, 6), (1, 6)]
    assert [(cell.choice.value, cell.share.count) for cell in rows["Q8"].cells] == [(1, 3), (0, 3)]
    nps = rows["Q9"].nps
    assert (nps.promoters, nps.passives, nps.detractors, nps.estimate) == (2, 2, 2, 0)


def test_other_scales_count_on_the_five_point_basis():
    definition = make.definition()
    definition["sections"][0]["questions"][1] |= {"scale": "S4", "points": make.LIBRARY["S4"][3]}
    wave = make.open_wave(5, version=make.published(definition))
    for holder in wave.people:
        make.answer(wave, holder, 4)  # the best of four points
    row = by_code(results.of_wave(wave))["Q2"]
    assert (row.scores.mean.mean, row.cells[0].choice.value, row.cells[0].share.count) == (5, 4, 5)


def test_bands_of_a_form_with_a_total():
    """[ANA-09]"""
    definition = make.definition()
    definition["total"] = {"full_mark": 25, "bands": [
        {"from": 20, "label": make.both("Satisfied")}, {"from": 0, "label": make.both("Not")}]}  # fmt: skip
    wave = make.answered_wave([5, 4, 4, 3, 3], version=make.published(definition))
    assert [band.share.count for band in results.of_wave(wave).bands] == [3, 2]  # totals 25, 20, 20, 15, 15


def test_excluded_responses_count_nowhere():
    wave = make.answered_wave([5] * 6)
    Response.objects.filter(pk=wave.responses.first().pk).update(is_valid=False)
    found = results.of_wave(wave)
    assert (found.valid_n, found.excluded_n, found.headline.scores.n, by_code(found)["Q1"].n) == (5, 1, 5, 5)


# Small groups -----------------------------------------------------------------------------------------


def test_fewer_than_five_answers_show_nothing():
    found = results.of_wave(make.answered_wave([5, 4, 3, 2]))
    assert (found.is_hidden, found.headline.scores, found.valid_n) == (True, None, 4)
    assert all(row.is_hidden and row.n is None for row in found.questions)


def test_a_small_group_takes_another_with_it():
    wave = two_regions(6, 3)
    make_region(wave, "西部", 7)
    found = results.compare(wave, "seg_region")
    shown = {row.label: (row.n, row.hidden) for row in found.rows}
    assert shown == {"华东": (None, True), "华北": (None, True), "西部": (7, False)}
    assert found.total.n == 16


def make_region(wave, region, n, score=4):
    for _one in range(n):
        (contact,) = make.contacts(1, region=region)
        invitations.invite(wave, [contact.pk], by=None)
        make.answer(wave, make.holders(wave)[-1], score)


def two_regions(first, second, scores=(4, 4)):
    wave = make.open_wave(1)
    make_region(wave, "华东", first, scores[0])
    make_region(wave, "华北", second, scores[1])
    return wave


def test_a_filter_gives_nothing_that_the_total_would_give_away():
    wave = two_regions(6, 3)
    assert results.of_wave(wave, segment={"seg_region": "华北"}).is_hidden
    assert results.of_wave(wave, segment={"seg_region": "华东"}).is_hidden
    with pytest.raises(ValueError, match="one filter"):
        results.of_wave(wave, segment={"seg_region": "华东", "seg_tier": "general"})


def test_a_filter_counts_its_group_only():
    found = results.of_wave(two_regions(6, 5, (5, 3)), segment={"seg_region": "华北"})
    assert (found.valid_n, found.headline.scores.mean.mean, found.headline.change) == (5, 3, None)


def test_words_need_ten_respondents():
    wave = make.open_wave(10)
    for holder in wave.people[:9]:
        make.answer(wave, holder, Q10="很好")
    (found,) = results.texts(wave)
    assert (found.is_hidden, found.rows, found.n) == (True, (), None)
    make.answer(wave, wave.people[9], Q10="不错")
    (found,) = results.texts(wave)
    assert (found.n, {row.body for row in found.rows}) == (10, {"很好", "不错"})


# Groups and time --------------------------------------------------------------------------------------


def test_groups_that_differ_and_those_that_do_not():
    """[ANA-03]"""
    wave = make.open_wave(1)
    for region, scores in (("甲", [5, 4] * 6), ("乙", [5, 4, 4] * 4), ("丙", [1, 2] * 6)):
        for score in scores:
            make_region(wave, region, 1, score)
    found = results.compare(wave, "seg_region")
    assert [row.label for row in found.rows] == ["甲", "乙", "丙"]
    assert found.runs == (("甲", "乙"),)
    assert found.p < 0.001
    assert found.rows[2].dimensions["trainer"].mean.mean == 1.5


def test_groups_by_an_answer_work_without_names():
    wave = make.open_wave(10, is_anonymous=True)
    for number, holder in enumerate(wave.people):
        make.answer(wave, holder, 5 if number < 5 else 3, Q6=1 if number < 5 else 2)
    waves.close(wave, by=wave.owner)
    question = next(row.question for row in results.of_wave(wave).questions if row.question.code == "Q6")
    found = results.compare_by_question(wave, question)
    assert [(row.value, row.n, row.scores.mean.mean) for row in found.rows] == [("1", 5, 5), ("2", 5, 3)]
    assert results.segments_in_use(wave) == []


def test_change_to_the_wave_before():
    version = make.published()
    closed([4, 3, 3, 4, 3] * 4, version, days_ago=90)
    found = results.of_wave(closed([5, 4, 5, 4, 5] * 4, version))
    assert found.headline.change.mean.estimate == pytest.approx(1.2)
    assert found.headline.change.mean.verdict == found.headline.change.top.verdict == Verdict.IMPROVED
    assert found.dimensions[0].change.mean.verdict == Verdict.IMPROVED


def test_trend_breaks_at_a_version_that_does_not_compare(django_assert_num_queries):
    """[ANA-15]"""
    version = make.published()
    closed([4] * 5, version, days_ago=180)
    changed = copy.deepcopy(version.definition)
    changed["sections"][2]["questions"][0]["points"] = make.LIBRARY["S4"][3]
    draft = questionnaires.new_version(version.questionnaire, by=make.person())
    questionnaires.edit_draft(draft, definition=changed, by=draft.author)
    second = questionnaires.publish(draft, by=make.person())
    closed([3] * 5, second, days_ago=90)
    last = closed([2] * 3 + [3] * 2, second)
    results.trend(last)
    with django_assert_num_queries(3):
        points = results.trend(last)
    assert [point.breaks for point in points] == [False, True, False]
    assert [point.wave.version_no for point in points] == [1, 2, 2]
    assert results.previous_wave(last).code == points[1].wave.code
    assert charts.trend(points, target=4).data["breaks"][0]["before"] == 1


def test_importance_needs_a_base():
    """[ANA-04]"""
    assert results.importance(make.answered_wave(SCORES[:20])) is None
    wave = make.open_wave(40)
    for number, holder in enumerate(wave.people):
        score = 1 + number % 5
        make.answer(wave, holder, score, Q3=1 + (number * 7) % 5, Q4=1 + (number * 3) % 4)
    found = results.importance(wave, resamples=50)
    assert {point.name for point in found.points} == {"content", "trainer"}
    assert max(found.points, key=lambda point: point.importance.estimate).name == "content"


def test_funnel():
    wave = make.open_wave(5)
    for holder in wave.people[:4]:
        invitations.mark_sent(holder.invitation.pk, 0, timezone.now())
    invitations.mark_bounced(wave.people[0].invitation.pk)
    make.answer(wave, wave.people[1])
    uid = answering.instrument_for(wave).questions[0].uid
    answering.save_answer(wave.people[2].invitation, uid=uid, value=3, rev=0)
    assert {stage.key: stage.count for stage in results.funnel(wave)} == {
        "invited": 5, "delivered": 3, "opened": None, "started": 2, "answered": 1, "valid": 1,
    }  # fmt: skip


# Cost, snapshots, pictures ----------------------------------------------------------------------------


def test_number_of_queries_does_not_grow(django_assert_num_queries):
    small, large = make.answered_wave([4] * 5), make.answered_wave([4] * 15)
    for wave in (small, large):
        wave = Wave.objects.select_related("questionnaire_version").get(pk=wave.pk)
        results.of_wave(wave)
        with django_assert_num_queries(3):  # responses, series, answers
            results.of_wave(wave)


def test_a_snapshot_is_frozen_and_can_be_repeated():
    wave = closed(SCORES)
    first, second = snapshots.take(wave), snapshots.take(wave)
    assert first.dataset_sha256 == second.dataset_sha256
    assert first.numbers | {"as_of": ""} == second.numbers | {"as_of": ""}
    assert first.numbers["headline"]["scores"]["mean"]["mean"] == 3.9
    Response.objects.filter(pk=wave.responses.first().pk).update(is_valid=False)
    assert snapshots.take(wave).dataset_sha256 != first.dataset_sha256
    with pytest.raises(Exception, match=r"denied|insert-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE surveys_resultsnapshot SET numbers = '{}'")
    assert ResultSnapshot._meta.verbose_name


def test_every_picture_fits_its_kind():
    version = make.published()
    closed([4, 3, 3, 4, 3] * 4, version, days_ago=90)
    wave = closed(SCORES, version)
    found = results.of_wave(wave)
    pictures = [
        charts.dimensions(found),
        *charts.distributions(found),
        charts.groups(results.compare(wave, "seg_region")),
        charts.trend(results.trend(wave), target=wave.target_score),
        charts.funnel(results.funnel(wave)),
        *(charts.question(row) for row in found.questions),
    ]
    assert all(picture.payload["data"] for picture in pictures)
    assert pictures[1].table[1][0][1:6] == [2, 2, 6, 18, 12]
