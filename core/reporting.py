"""Sections of periodic reports: each app contributes its own, from its own figures; the report only puts them together."""

from collections.abc import Callable
from dataclasses import dataclass

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


def add_section(section):
    SECTIONS[section.code] = section


def sections():
    """All sections in the order of the report."""
    return sorted(SECTIONS.values(), key=lambda section: section.order)
