"""Sections of periodic reports: each app contributes its own, from its own figures; the report only puts them together."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

from core import exports
from core.exports import xlsx

SECTIONS: dict[str, "Section"] = {}


@dataclass(frozen=True)
class Section:
    """One section of a periodic report.

    ``collect(period, unit) -> dict``: the figures of the period as plain JSON, with n and interval; this is the
    snapshot that the report keeps, and nothing else is read later.
    ``charts(data) -> list[core.charts.Chart]``, ``tables(data) -> list[(title, headers, rows)]``,
    ``headlines(data) -> list[Headline]`` and ``sentences(data, part) -> list[str]`` (part: ``overview``, ``conclusions``,
    ``advice``) speak the active language. ``template`` shows charts, tables and headlines on screen and on paper.
    """

    code: str
    title: str
    order: int
    collect: Callable
    charts: Callable
    tables: Callable
    headlines: Callable
    sentences: Callable
    template: str = "reports/section.html"


@dataclass(frozen=True)
class Headline:
    """A headline number: never bare. ``url`` opens the rows behind it."""

    label: str
    value: str
    unit: str = ""
    base: str = ""
    change: str = ""
    verdict: str = ""
    url: str = ""


@dataclass(frozen=True)
class Figure:
    """One picture of a paper with the number that opens its records in the portal (``F02``)."""

    code: str
    chart: object


def numbered(charts, numbers):
    """The Figures of ``charts``; ``numbers`` counts on over the whole paper."""
    return [Figure(f"F{next(numbers):02d}", chart) for chart in charts]


def workbook(title, sheets):
    """Bytes of a workbook: what it is, then a sheet for each (name, headers, rows)."""
    target = io.BytesIO()
    writer = xlsx.Writer(target)
    writer.about(exports.facts(title))
    for name, headers, rows in sheets:
        writer.table(sheet_name(name), [str(header) for header in headers], iter(rows))
    writer.book.close()
    return target.getvalue()


def sheets_of(figures, tables):
    """(name, headers, rows) of every picture and table."""
    for found in figures:
        yield f"{found.code} {found.chart.title}", *found.chart.table
    for number, (title, headers, rows) in enumerate(tables, 1):
        yield f"T{number:02d} {title}", headers, rows


def sheet_name(text):
    """What a workbook allows as a name."""
    return re.sub(r"[\[\]:*?/\\']", " ", text)[:31]


def add_section(section):
    SECTIONS[section.code] = section


def sections():
    """All sections in the order of the report."""
    return sorted(SECTIONS.values(), key=lambda section: section.order)
