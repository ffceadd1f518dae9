"""Public holidays and make-up working days of the Chinese mainland, one year at a time.

Known years come with the program (``china.json``), so a running portal needs no package for them. The file is
drawn up from ``chinesecalendar`` and checked day by day against ``holidays``; newer years are drawn up on
the spot.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from core.worktime.engine import CalendarError

FILE = Path(__file__).with_name("china.json")
NOTICE = "国务院办公厅关于{year}年部分节假日安排的通知"
GUESS = "按法定节日推算，放假安排尚未公布"
FESTIVALS = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-Sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-Autumn Festival": "中秋节",
    "National Day": "国庆节",
}
BY_NAME = {name.casefold(): name for name in FESTIVALS} | {zh: name for name, zh in FESTIVALS.items()}
BY_NAME["农历除夕"] = "Spring Festival"


@dataclass(frozen=True, slots=True)
class YearData:
    """Days that rest and weekend days that work, each with its festival; official, or inferred."""

    year: int
    is_official: bool
    source: str
    rest: dict[date, str]
    work: dict[date, str]


def year_data(year: int) -> YearData:
    """The best there is: shipped and official, else drawn up from the packages, else the shipped guess.

    CalendarError when the packages contradict each other, or nothing at all is known.
    """
    known = shipped(year)
    if known and known.is_official:
        return known
    try:
        return drawn_up(year)
    except ImportError:
        if known:
            return known
        raise CalendarError(f"Nothing is known about the holidays of {year}.") from None


def shipped_years() -> list[int]:
    return sorted(map(int, json.loads(FILE.read_text(encoding="utf-8"))))


def shipped(year: int) -> YearData | None:
    entry = json.loads(FILE.read_text(encoding="utf-8")).get(str(year))
    if entry is None:
        return None
    rest, work = (
        {date.fromisoformat(day): name for name, days in entry[part].items() for day in days}
        for part in ("rest", "work")
    )
    return YearData(year, entry["official"], entry["source"], rest, work)


def drawn_up(year: int) -> YearData:
    """From the packages. ImportError without them, CalendarError naming the days on which they differ."""
    import chinese_calendar  # at run time only for years that are not shipped

    try:
        chinese_calendar.is_workday(date(year, 12, 31))
    except NotImplementedError:
        return _guess(year)
    if days := differences(year):
        raise CalendarError(f"The sources differ for {year} on {', '.join(map(str, days))}.")
    rest, work = {}, {}
    for day in _days_of(year):
        rests, name = chinese_calendar.get_holiday_detail(day)
        if name:
            (rest if rests else work)[day] = BY_NAME[name.casefold()]
    return YearData(year, True, NOTICE.format(year=year), rest, work)


def differences(year: int) -> list[date]:
    """Days that one package calls working and the other not."""
    import chinese_calendar
    import holidays

    other = holidays.country_holidays("CN", years=year)
    return [day for day in _days_of(year) if chinese_calendar.is_workday(day) != other.is_working_day(day)]


def _guess(year: int) -> YearData:
    """Statutory days only: no make-up days, no bridges, so nothing here is final."""
    import holidays

    names = holidays.country_holidays("CN", years=year, language="zh_CN")
    rest = {
        day: BY_NAME[name.split("; ")[0].removesuffix("（补假）")]
        for day, name in sorted(names.items())
        if day.year == year
    }
    return YearData(year, False, GUESS, rest, {})


def write(years: list[int]) -> None:
    """Draw up the shipped file again."""
    entries = {str(year): _entry(drawn_up(year)) for year in sorted(years)}
    text = json.dumps(entries, ensure_ascii=False, indent=1)
    on_one_line = re.sub(r"\[[^\]]*\]", lambda days: " ".join(days[0].split()), text)
    FILE.write_text(on_one_line + "\n", encoding="utf-8")


def _entry(data: YearData) -> dict:
    def by_festival(days):
        return {name: [str(day) for day in days if days[day] == name] for name in dict.fromkeys(days.values())}

    return {
        "official": data.is_official,
        "source": data.source,
        "rest": by_festival(data.rest),
        "work": by_festival(data.work),
    }


def _days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
