"""The papers: PDF and workbook say in both languages what the kept figures say."""

import io
import re

import openpyxl
import pypdfium2
import pytest

from core.i18n import speaking
from core.reporting import sections
from reports import papers
from tests.factories import reports as make

pytestmark = pytest.mark.django_db
SCORES = [5, 4, 4, 3, 5, 4, 2, 5, 4, 5, 3, 4]


def text_of(content):
    """Text of all pages without line ends, as PDF readers give it."""
    pages = pypdfium2.PdfDocument(content)
    return re.sub(r"\s+", "", "".join(page.get_textpage().get_text_range() for page in pages)), len(pages)


@pytest.mark.parametrize(("language", "title"), [("zh-hans", "客户满意度报告"), ("en", "Customer satisfaction report")])
def test_pdf_says_what_the_figures_say(language, title):
    report = make.draft(SCORES)
    text, pages = text_of(papers.make_pdf(report, language))
    with speaking(language):
        [section] = [section for section in sections() if section.code == "surveys"]
        heads = section.headlines(report.figures["surveys"])
        drawn = section.charts(report.figures["surveys"])
        said = [line for paragraphs in papers.texts(report).values() for line in paragraphs]
    for expected in (title, *(head.value for head in heads), *(chart.title for chart in drawn), *said):
        assert re.sub(r"\s+", "", str(expected)) in text
    assert f"{papers.short_code(report.period)}-F01" in text
    assert 4 <= pages <= 16


def test_first_page_is_the_cover():
    report = make.draft(SCORES)
    first = pypdfium2.PdfDocument(papers.make_pdf(report, "zh-hans"))[0].get_textpage().get_text_range()
    assert "客户满意度报告" in first and "统计截止" in first


def test_workbook_holds_every_table_as_numbers():
    report = make.draft(SCORES)
    book = openpyxl.load_workbook(io.BytesIO(papers.make_xlsx(report, "en")))
    with speaking("en"):
        body = papers.body(report)
    figures = [found for _section, _heads, drawn, _tables in body for found in drawn]
    assert {name.split(" ")[0] for name in book.sheetnames} >= {found.code for found in figures}
    values = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert len(SCORES) in values
    assert 4.0 in values
