"""Reliability, raking and opinions on page, PDF and workbook (S1h 5.2, SMP-05, ANA-05, 06)."""

import io

import openpyxl
import pypdfium2
import pytest
from django.urls import reverse
from django.utils import translation

from accounts.choices import Role
from core.i18n import speaking
from core.statistics.reliability import cronbach
from core.statistics.weights import rake
from surveys import report_quality, wave_papers
from surveys.selectors import crosstabs, opinions, reliability, results, weighting
from surveys.services import waves
from tests.factories import surveys as make
from tests.surveys.test_crosstabs import NORTH, SOUTH, answered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_language():
    """A page read in English leaves the next test its own language."""
    with translation.override(translation.get_language()):
        yield


ROWS = [(5, 5), (4, 4), (4, 5), (2, 3), (3, 3), (5, 4), (1, 2), (4, 4)]


def rated(rows, **fields):
    """A closed wave; each row are the scores of Q1 and Q2, one dimension; the other questions get the first."""
    wave = make.open_wave(len(rows), **fields)
    for holder, (first, second) in zip(wave.people, rows, strict=True):
        make.answer(wave, holder, first, Q2=second)
    return waves.close(wave, by=wave.owner)


def by_code(wave):
    return {row.code: row for row in reliability.of_wave(wave)}


def dimension_of_two(wave):
    instrument = results.instrument_of(wave.questionnaire_version)
    return instrument.by_code["Q2"].dimension


# Reliability -----------------------------------------------------------------------------------------


def test_alpha_of_a_dimension_is_that_of_its_questions():
    wave = rated(ROWS)
    row = by_code(wave)[dimension_of_two(wave)]
    assert row.n == 8 and not row.is_firm
    assert row.alpha == pytest.approx(cronbach([list(one) for one in ROWS]).alpha)


def test_few_complete_answers_show_no_alpha():
    wave = rated(ROWS[:4])
    assert {(row.level, row.alpha, row.n) for row in reliability.of_wave(wave)} <= {
        ("few", None, None),
        ("single", None, None),
    }


@pytest.mark.parametrize(
    ("alpha", "level"),
    [(0.95, "narrow"), (0.9, "narrow"), (0.85, "good"), (0.7, "fair"), (0.65, "weak"), (0.2, "poor"), (None, "flat")],
)
def test_what_alpha_means(alpha, level):
    assert reliability._level(alpha) == level


# Raking ----------------------------------------------------------------------------------------------


def two_ways(n=6):
    """A wave by region and tier, each of the four combinations answered by ``n``, the population 60 and more."""
    version = make.published()
    for region, tier, people in (
        ("north", "important", 10),
        ("north", "general", 30),
        ("south", "important", 30),
        ("south", "general", 30),
    ):
        make.contacts(people, region=region, tier=tier)
    wave = make.wave(version)
    waves.schedule(wave, by=wave.owner)
    waves.open(wave, by=wave.owner)
    taken = {}
    for holder in make.holders(wave):
        customer = holder.contact.customer
        key = (customer.region, customer.tier)
        if taken.setdefault(key, 0) < n:
            make.answer(wave, holder, 5 if key[0] == "north" else 2 + (taken[key] % 2))
            taken[key] += 1
    return wave


def test_raking_meets_both_margins_and_says_what_it_costs():
    wave = two_ways()
    found = weighting.weighted(wave, ["seg_region", "seg_tier"])
    assert found.is_raked and found.converged and found.trimmed == 0
    margins = {
        label: {row.label: (round(row.wanted, 3), round(row.got, 3)) for row in rows} for label, rows in found.margins
    }
    assert [sorted(rows.values()) for rows in margins.values()] == [[(0.4, 0.4), (0.6, 0.6)]] * 2
    cells = {(region, tier): 6 for region in "ns" for tier in "ab"}
    raked = rake(cells, [{"n": 40, "s": 60}, {"a": 40, "b": 60}])
    assert found.base == raked.base and (found.lightest, found.heaviest) == pytest.approx(
        (min(raked.cells.values()), max(raked.cells.values()))
    )
    overall = next(row for row in found.measures if row.code == "")
    assert overall.mean.mean == pytest.approx(0.4 * 5 + 0.6 * 2.5)
    assert overall.plain == results.of_wave(wave).headline.scores


def test_a_small_combination_is_not_weighted():
    """Four people of one region and tier: totals weighted in two ways would tell what they said."""
    wave = two_ways(n=4)
    assert weighting.weighted(wave, ["seg_region"]).base.n == 16
    with pytest.raises(crosstabs.NotPossible):
        weighting.weighted(wave, ["seg_region", "seg_tier"])


def test_extreme_weights_are_warned_about():
    wave = answered(NORTH + SOUTH, asked={"north": 12, "south": 108})
    found = weighting.weighted(wave, ["seg_region"])
    with speaking("en"):
        said = list(report_quality.warnings(found))
    assert found.lightest < 0.3 and any(line.startswith("Extreme weights") for line in said)
    assert any(f"{found.base.design_effect:.2f}" in line for line in said)


def test_the_page_shows_weighted_beside_unweighted(client):
    wave = two_ways()
    client.force_login(make.person(Role.SURVEY_OFFICER))
    page = client.get(reverse("surveys:wave_weights", args=[wave.pk]), {"by": ["seg_region", "seg_tier", "password"]})
    text = page.content.decode()
    assert page.context["taken"] == ["seg_tier", "seg_region"] or page.context["taken"] == ["seg_region", "seg_tier"]
    assert "3.50" in text and "3.75" in text and f"{page.context['weighted'].base.design_effect:.2f}" in text
    client.force_login(make.person(Role.AGENT))
    assert client.get(reverse("surveys:wave_weights", args=[wave.pk])).status_code == 403


# Papers ----------------------------------------------------------------------------------------------


def said_wave(n):
    made = make.open_wave(n)
    spoken = iter(["教室太冷", "讲师很好", "希望多讲案例", "canary-5 还会再来"])
    for number, holder in enumerate(made.people):
        make.answer(made, holder, 2 + number % 4, Q2=1 + number % 5, Q10=next(spoken, None))
    return waves.close(made, by=made.owner)


def text_of(content):
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_page_pdf_and_workbook_tell_the_same_reliability_and_opinions(client, language):
    wave = said_wave(40)
    client.force_login(make.person(Role.SURVEY_OFFICER))
    page = client.get(wave.get_absolute_url(), headers={"accept-language": language}).content.decode()
    with speaking(language):
        title, _headers, rows = report_quality.reliability_table(wave)
        about, _directions, themes = report_quality.opinions_table(wave)
    paper = text_of(wave_papers.make_pdf(wave, language))
    book = openpyxl.load_workbook(io.BytesIO(wave_papers.make_xlsx(wave, language)))
    sheets = {sheet.title[4:]: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}
    alpha = next(row[3] for row in rows if row[3] != "–")
    assert title in page and alpha in page and alpha in paper
    assert sheets[title[:27]][1:] == rows
    assert about in paper and sheets[about[:27]][1:] == themes
    assert themes[-1][-1] == len(opinions.comments(wave)) == 4


def test_opinions_of_few_people_are_in_no_paper():
    """Nine answers: enough for scores, too few for words or for what they are about."""
    wave = said_wave(9)
    assert not results.of_wave(wave).is_hidden and report_quality.opinions_table(wave) is None
    paper = text_of(wave_papers.make_pdf(wave, "en"))
    assert "canary-5" not in paper and "What the comments are about" not in paper
