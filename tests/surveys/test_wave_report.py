"""The report of a wave: the same figures on its page, in the PDF and in the workbook, and nothing that may not be shown."""

import io
import re

import openpyxl
import pypdfium2
import pytest
from django.urls import reverse

from accounts.choices import Role
from core.i18n import speaking
from core.models import Event, Job
from surveys import wave_papers
from surveys.choices import Draw
from surveys.selectors import results
from surveys.services import waves
from tests.factories import surveys as make

LANGUAGES = ["zh-hans", "en"]


@pytest.fixture
def officer(db):
    return make.person(Role.SURVEY_OFFICER)


@pytest.fixture
def wave(db):
    """Forty people in two regions; four of them said what they thought."""
    made = make.open_wave(40)
    words = iter(["教室太冷", "讲师很好", "多讲案例", "canary-7 还会再来"])
    scores = (5, 4, 4, 2, 5, 3, 5, 4)
    for number, holder in enumerate(made.people):
        make.answer(made, holder, scores[number % 8], Q6=1 + number % 2, Q9=number % 11, Q10=next(words, None))
    waves.close(made, by=made.owner)
    return made


def text_of(content):
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))


def sheets(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {page.title: [list(row) for row in page.iter_rows(values_only=True)] for page in book}


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_pdf_and_workbook_say_the_same(client, officer, wave, language):
    found = results.of_wave(wave)
    scores = found.headline.scores
    mean, top = f"{scores.mean.mean:.2f}", f"{100 * scores.top.estimate:.1f}"
    interval = f"{scores.mean.low:.2f}–{scores.mean.high:.2f}"
    client.force_login(officer)
    page = client.get(wave.get_absolute_url(), headers={"accept-language": language}).content.decode()
    paper = text_of(wave_papers.make_pdf(wave, language))
    assert [words in page for words in (mean, top, interval)] == [True] * 3
    assert [words in paper for words in (mean, top, interval)] == [True] * 3
    rows = sheets(wave_papers.make_xlsx(wave, language))[{"zh-hans": "数据", "en": "Figures"}[language]]
    assert rows[1][2:] == pytest.approx(
        [40, scores.mean.mean, scores.mean.low, scores.mean.high, scores.top.estimate, scores.top.low, scores.top.high,
         scores.bottom.estimate]
    )  # fmt: skip
    dimensions = [row.scores.mean.mean for row in found.dimensions]
    questions = [row.scores.mean.mean for row in found.questions if row.question.is_scored]
    assert [row[3] for row in rows[2:]] == pytest.approx([*dimensions, *questions])
    assert [f"{value:.2f}" in paper for value in [*dimensions, *questions]] == [True] * len([*dimensions, *questions])


@pytest.mark.parametrize(("language", "title"), [("zh-hans", "调查报告"), ("en", "Survey report")])
def test_the_paper_is_in_one_language_and_names_method_and_words(wave, language, title):
    """[DAT-11]"""
    paper = text_of(wave_papers.make_pdf(wave, language))
    assert title in paper and wave.code in paper and "canary-7" in paper
    assert (
        re.search(r"[一-鿿]", paper.replace("canary-7 还会再来", ""))
        if language == "zh-hans"
        else "Population" in paper
    )


def test_few_answers_give_a_paper_without_figures_or_words(db):
    made = make.open_wave(6)
    for holder in made.people[:4]:
        make.answer(made, holder, 2, Q10="canary-9")
    waves.close(made, by=made.owner)
    paper = text_of(wave_papers.make_pdf(made, "en"))
    rows = sheets(wave_papers.make_xlsx(made, "en"))["Figures"]
    assert "canary-9" not in paper and "2.00" not in paper
    assert {tuple(row[2:]) for row in rows[1:]} == {("fewer than 5 answers", *[None] * 7)}


def test_an_anonymous_wave_has_its_report_too(db):
    made = make.open_wave(12, is_anonymous=True)
    for holder in made.people[:10]:
        make.answer(made, holder, 4, Q6=1, Q10="canary-3")
    waves.close(made, by=made.owner)
    paper = text_of(wave_papers.make_pdf(made, "en"))
    assert "It was anonymous." in paper and "4.00" in paper and "canary-3" in paper
    assert sheets(wave_papers.make_xlsx(made, "en"))["Figures"][1][2:4] == [10, 4]


def test_a_small_stratum_keeps_its_answers_to_itself(db):
    for region, n in (("north", 12), ("west", 4)):
        make.contacts(n, region=region)
    made = make.wave(draw=Draw.STRATIFIED, strata_by="seg_region", sample_n=16)
    waves.schedule(made, by=made.owner)
    waves.open(made, by=made.owner)
    for holder in make.holders(made):
        make.answer(made, holder, 4)
    waves.close(made, by=made.owner)
    with speaking("en"):
        strata = wave_papers.body(made)["strata"]
    assert [(row.value, row.answers, is_shown) for row, is_shown in strata] == [
        ("north", 12, False),
        ("west", 4, False),
    ]
    table = text_of(wave_papers.make_pdf(made, "en")).partition("Stratum")[2]
    assert re.findall(r"north 12 12 (\S+)|west 4 4 (\S+)", table) == [("–", ""), ("", "–")]


def test_it_is_drawn_by_a_job_and_remembered(client, officer, wave, django_capture_on_commit_callbacks):
    client.force_login(officer)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("surveys:wave_report", args=[wave.pk]), {"format": "xlsx"})
    job = Job.objects.get(kind="surveys.wave_report")
    assert answer.status_code == 302 and job.params == {"wave": wave.pk, "format": "xlsx", "language": "zh-hans"}
    assert Event.objects.get(kind="exported").payload == {"what": "report", "format": "xlsx"}
    assert client.post(reverse("surveys:wave_report", args=[wave.pk]), {"format": "exe"}).status_code == 404


def test_a_running_wave_and_other_roles_get_none(client, officer):
    made = make.answered_wave((5,) * 6)
    page = reverse("surveys:wave_report", args=[made.pk])
    client.force_login(officer)
    assert client.post(page, {"format": "pdf"}).status_code == 403
    waves.close(made, by=made.owner)
    client.force_login(make.person(Role.AGENT))
    assert client.post(page, {"format": "pdf"}).status_code == 403
    assert not Job.objects.exists()
