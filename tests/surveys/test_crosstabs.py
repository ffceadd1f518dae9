"""Cross-tables and weights: the counts, the test, what is hidden, and nothing a reader may not see (ANA-05, 11; SMP-05)."""

import pytest
from django.urls import reverse

from accounts.choices import Role
from core.statistics.crosstab import crosstab
from core.statistics.weights import weighted_mean
from surveys.selectors import crosstabs, results, weighting
from surveys.selectors.questionnaires import instrument_of
from surveys.services import waves
from tests.factories import surveys as make

# (region, score, choice of Q6) of each respondent: the north is content, the south is not
NORTH = [("north", 5, 1)] * 9 + [("north", 4, 1)] * 3
SOUTH = [("south", 2, 2)] * 6 + [("south", 4, 1)] * 2
WEST = [("west", 3, 2)] * 2


@pytest.fixture
def officer(db):
    return make.person(Role.SURVEY_OFFICER)


def answered(people, *, asked=None, **fields):
    """A wave answered by ``people``; ``asked`` {region: invited} are more than they."""
    version = make.published()
    for region, n in (asked or {}).items():
        make.contacts(n, region=region)
    for region in {region for region, _score, _choice in people} - set(asked or {}):
        make.contacts(sum(row[0] == region for row in people), region=region)
    wave = make.wave(version, **fields)
    waves.schedule(wave, by=wave.owner)
    waves.open(wave, by=wave.owner)
    holders = {}
    for holder in make.holders(wave):
        holders.setdefault(holder.contact.customer.region, []).append(holder)
    for region, score, choice in people:
        make.answer(wave, holders[region].pop(), score, Q6=choice)
    return wave


def uid(wave, code):
    return instrument_of(wave.questionnaire_version).by_code[code].uid


def table(wave, code, by):
    instrument = instrument_of(wave.questionnaire_version)
    return crosstabs.table(wave, instrument.by_code[code], by)


def shown(found):
    """{column label: {value: count or None}}."""
    return {
        column.label: {row.choice.value: row.cells[place] and row.cells[place].share.count for row in found.rows}
        for place, column in enumerate(found.columns)
    }


def test_counts_shares_and_test_by_a_group(db):
    """[ANA-20]"""
    wave = answered(NORTH + SOUTH)
    found = table(wave, "Q5", "seg_region")
    assert shown(found) == {"north": {5: 9, 4: 3, 3: 0, 2: 0, 1: 0}, "south": {5: 0, 4: 2, 3: 0, 2: 6, 1: 0}}
    assert [(column.label, column.n) for column in found.columns] == [("north", 12), ("south", 8)]
    assert [round(row.total.estimate, 2) for row in found.rows] == [0.45, 0.25, 0, 0.3, 0]
    expected = crosstab([[9, 0], [3, 2], [0, 0], [0, 6], [0, 0]])
    assert (found.n, found.test) == (20, expected)
    marks = [[cell.mark for cell in row.cells] for row in found.rows]
    assert marks[:2] == [["above", "below"], ["", ""]]


def test_by_another_question_and_without_who_did_not_answer_it(db):
    wave = answered([*NORTH, *[("north", 1, None)] * 5])
    found = table(wave, "Q5", uid(wave, "Q6"))
    assert shown(found) == {
        "Public course（中）": {5: 9, 4: 3, 3: 0, 2: 0, 1: 0}, "未答": {5: 0, 4: 0, 3: 0, 2: 0, 1: 5}
    }  # fmt: skip


def test_a_small_group_and_what_would_give_it_away_are_hidden(db):
    wave = answered(NORTH + SOUTH + WEST)
    found = table(wave, "Q5", "seg_region")
    assert [(column.label, column.n) for column in found.columns] == [("north", 12), ("south", None), ("west", None)]
    assert {label: set(cells.values()) for label, cells in shown(found).items()}["west"] == {None}
    assert found.n == 22 and found.test.p is None


def test_a_wave_with_too_few_answers_shows_nothing(db):
    assert table(answered(NORTH[:4]), "Q5", "seg_region") is None


def test_weights_bring_the_population_back(db):
    """North answered twice as often as south, which is four times as large."""
    wave = answered(NORTH + SOUTH, asked={"north": 20, "south": 80})
    found = weighting.weighted(wave, ["seg_region"])
    ((_label, margins),) = found.margins
    assert [(row.label, row.population, row.answers, round(row.weight, 3)) for row in margins] == [
        ("south", 80, 8, 2.0), ("north", 20, 12, 0.333),
    ]  # fmt: skip
    overall = next(row for row in found.measures if row.code == "")
    values = [score for _region, score, _choice in NORTH + SOUTH]
    weights = [20 / 12 / 5] * 12 + [80 / 8 / 5] * 8
    expected = weighted_mean(values, weights)
    assert (overall.mean.mean, overall.mean.low) == pytest.approx((expected.mean, expected.low))
    assert overall.plain == results.of_wave(wave).headline.scores
    assert overall.top.estimate == pytest.approx(0.2 * 1 + 0.8 * 0.25)
    assert round(overall.top.n_eff, 1) == round(found.base.n_eff, 1) == 12.0


def test_nothing_is_weighted_by_a_division_with_a_hidden_group(db):
    wave = answered(NORTH + SOUTH + WEST)
    with pytest.raises(crosstabs.NotPossible, match="west"):
        weighting.weighted(wave, ["seg_region"])


def test_the_page_says_it_in_words_and_numbers(client, officer, django_assert_num_queries):
    wave = answered(NORTH + SOUTH, asked={"north": 20, "south": 80})
    client.force_login(officer)
    page = reverse("surveys:wave_tables", args=[wave.pk])
    client.get(page)
    with django_assert_num_queries(10):
        html = client.get(page, {"q": uid(wave, "Q5"), "by": "seg_region"}).content.decode()
    assert "75.0%" in html and "p &lt; 0.001" in html
    assert client.get(page, {"q": "forged", "by": "seg_tier"}).status_code == 200


def test_who_may_not_see_results_sees_no_table(client, officer):
    wave = answered(NORTH)
    client.force_login(make.person(Role.AGENT))
    assert client.get(reverse("surveys:wave_tables", args=[wave.pk])).status_code == 403


def test_anonymous_answers_divide_by_their_own_questions_only(client, officer):
    people = [("north", 5, 1)] * 6 + [("north", 2, 2)] * 6
    wave = answered(people, is_anonymous=True)
    waves.close(wave, by=wave.owner)
    instrument = instrument_of(wave.questionnaire_version)
    assert [key for key, _label in crosstabs.divisions(wave, instrument)] == [uid(wave, "Q6"), uid(wave, "Q8")]
    assert crosstabs.weightable(wave) == []
    assert shown(table(wave, "Q5", uid(wave, "Q6")))["In-house（中）"][2] == 6
    client.force_login(officer)
    assert client.get(reverse("surveys:wave_tables", args=[wave.pk]), {"by": "seg_region"}).status_code == 200
