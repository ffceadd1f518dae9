"""A report as paper: PDF and workbook from the frozen figures, in one language."""

import hashlib
from dataclasses import dataclass
from itertools import chain, count

from django.utils.translation import gettext as _

from core import pdf
from core.i18n import speaking, suffix
from core.periods import label
from core.reporting import numbered, sections, sheets_of, workbook
from reports.choices import Part


@dataclass(frozen=True)
class Paper:
    format: str
    name: str
    content: bytes

    @property
    def sha256(self):
        return hashlib.sha256(self.content).hexdigest()


def short_code(period):
    """26Q3 — begins the detail numbers."""
    return f"{period.starts_on.year % 100:02d}Q{(period.starts_on.month - 1) // 3 + 1}"


def body(report):
    """What a report shows in the active language: [(section, headlines, figures, tables)], figures numbered through."""
    found, numbers = [], count(1)
    for section in sections():
        data = report.figures.get(section.code)
        if not data:
            continue
        figures = numbered(section.charts(data), numbers)
        found.append((section, section.headlines(data), figures, section.tables(data)))
    return found


def texts(report):
    """{part value: paragraphs} in the active language."""
    key = f"text_{suffix()}"
    return {text.part: [p for p in getattr(text, key).split("\n\n") if p.strip()] for text in report.texts.all()}


def context(report):
    return {
        "report": report, "period_label": label(report.period), "code": short_code(report.period), "body": body(report),
        "texts": texts(report), "parts": Part,
    }  # fmt: skip


def make_pdf(report, language):
    """Bytes of the report as PDF in ``language``."""
    with speaking(language):
        return pdf.render(
            "pdf/report.html", context(report), language=language, title=_("Customer satisfaction report"),
            period=label(report.period), number=report.number or _("draft"),
        )  # fmt: skip


def make_xlsx(report, language):
    """Bytes of the workbook: one sheet per table and per picture, values as figures."""
    with speaking(language):
        parts = (sheets_of(figures, tables) for _section, _heads, figures, tables in body(report))
        return workbook(str(report), chain.from_iterable(parts))


def make_all(report, language):
    """The papers that are stored at issue."""
    with speaking(language):
        name = f"{report.number or short_code(report.period)} {report}"
    yield Paper("pdf", f"{name}.pdf", make_pdf(report, language))
    yield Paper("xlsx", f"{name}.xlsx", make_xlsx(report, language))
