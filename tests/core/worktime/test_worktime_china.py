from datetime import date, timedelta

import pytest

from core.worktime import china
from core.worktime.engine import CalendarError
from tests.core.worktime.calendars import HOLIDAYS, SHIFTED


@pytest.mark.parametrize("year", [2025, 2026])
def test_shipped_days_are_those_of_the_notice(year):
    data = china.shipped(year)
    rest = {date.fromisoformat(first) + timedelta(n) for first, days in HOLIDAYS for n in range(days)}
    assert set(data.rest) == {day for day in rest if day.year == year}
    assert set(data.work) == {date.fromisoformat(day) for day in SHIFTED if day.startswith(str(year))}
    assert data.is_official


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_shipped_days_are_those_of_the_packages(year):
    assert china.shipped(year) == china.drawn_up(year)


def test_year_not_announced_has_the_statutory_days_and_says_so():
    data = china.shipped(2027)
    assert (data.is_official, data.work) == (False, {})
    assert {
        date(2027, 1, 1),
        date(2027, 2, 5),
        date(2027, 6, 9),
        date(2027, 9, 15),
        date(2027, 10, 3),
    } <= set(data.rest)
    assert china.FESTIVALS[data.rest[date(2027, 2, 5)]] == "春节"


@pytest.mark.parametrize("year", [2019, 2020, 2023, 2024, 2025, 2026])
def test_sources_agree_on_every_day(year):
    assert china.differences(year) == []


def test_sources_that_differ_are_refused_by_day(monkeypatch):
    import chinese_calendar

    said = chinese_calendar.is_workday
    monkeypatch.setattr(
        chinese_calendar, "is_workday", lambda day: said(day) != (day in (date(2024, 5, 3), date(2024, 7, 1)))
    )
    with pytest.raises(CalendarError, match=r"2024 on 2024-05-03, 2024-07-01\."):
        china.year_data(2024)


def test_shipped_years_need_no_package(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "chinese_calendar", None)
    monkeypatch.setitem(__import__("sys").modules, "holidays", None)
    assert [china.year_data(year).is_official for year in (2025, 2026, 2027)] == [True, True, False]
    with pytest.raises(CalendarError, match="2028"):
        china.year_data(2028)


def test_write_draws_up_the_same_file(tmp_path, monkeypatch):
    before = china.FILE.read_text(encoding="utf-8")
    monkeypatch.setattr(china, "FILE", tmp_path / "china.json")
    china.write([2025, 2026, 2027])
    assert china.FILE.read_text(encoding="utf-8") == before
