"""The calendars in force: read by version, changed only by publishing a new version."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache, partial
from time import monotonic

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.i18n import both
from core.models import Calendar, CalendarVersion, CalendarYear, DayOverride, WeekPattern
from core.worktime import china
from core.worktime.content import Content, Day, Year, dump_sessions, parse_sessions
from core.worktime.engine import CalendarError, Sessions, Week, WorkCalendar
from core.worktime.signals import calendar_changed

DEFAULT = "default"
OFFICE: Sessions = ((time(9), time(12)), (time(13), time(18)))
OFFICE_WEEK: Week = dict.fromkeys(range(5), OFFICE)
TRUSTED_SECONDS = 1

_in_force: dict = {}


# ── reading ──


def calendar_for(code: str | None = None, *, version: int | None = None) -> WorkCalendar:
    """The working calendar ``code`` (none: the default one), newest version or the one asked for. One query.

    CalendarError when there is no such calendar or version.
    """
    return edition_for(code, version=version)[1]


def calendar_in_force() -> WorkCalendar:
    """The default calendar, outside a transaction as this process saw it at most a second ago: for what comes in a rush
    and keeps the version it was computed with.
    """
    if connection.in_atomic_block:
        return calendar_for()
    if monotonic() > _in_force.get("until", 0):
        _in_force.update(calendar=calendar_for(), until=monotonic() + TRUSTED_SECONDS)
    return _in_force["calendar"]


def edition_for(code: str | None = None, *, version: int | None = None) -> tuple[Content, WorkCalendar]:
    """What the version says and the calendar it makes."""
    which = Q(calendar__code=code) if code else Q(calendar__is_default=True)
    if version is not None:
        which &= Q(no=version)
    found = (
        CalendarVersion.objects.filter(which).order_by("-no").values_list("pk", "made_at", "no", "calendar__zone")[:1]
    )
    if not found:
        raise CalendarError(f"There is no working calendar {code or DEFAULT}, version {version or 'any'}.")
    return _edition(*found[0])


@lru_cache(maxsize=32)
def _edition(pk: int, made_at: datetime, no: int, zone: str) -> tuple[Content, WorkCalendar]:
    """Built once, as versions never change; ``made_at`` tells apart databases that gave the same key."""
    content = content_of(CalendarVersion.objects.get(pk=pk))
    return content, content.calendar(zone, no)


def content_of(version: CalendarVersion | None) -> Content:
    if version is None:
        return Content()
    weeks: dict = {}
    for row in version.week_patterns.all():
        weeks.setdefault(row.valid_from, {})[row.weekday] = parse_sessions(row.sessions)
    days = {
        row.date: Day(
            row.is_working,
            None if row.sessions is None else parse_sessions(row.sessions),
            row.label_zh,
            row.label_en,
            row.source,
        )
        for row in version.overrides.all()
    }
    years = {
        row.year: Year(row.state, row.source, row.confirmed_by_id, row.confirmed_at) for row in version.years.all()
    }
    return Content(weeks, days, years)


# ── changing ──


def publish_version(calendar: Calendar, change, *, by, note="") -> CalendarVersion:
    """Publish ``change(current content)`` as the next version; without a difference the current one stays.

    ``note`` says what changed, as a lazy text: it is kept in both languages.

    ``by`` is None only for what the program itself loads. Sends ``calendar_changed`` in the same transaction.
    """
    db = calendar._state.db
    with transaction.atomic(using=db):
        Calendar.objects.using(db).select_for_update().get(pk=calendar.pk)
        current = calendar.versions.using(db).order_by("-no").first()
        before = content_of(current)
        after = change(before)
        if current and after == before:
            return current
        said = both(note)
        version = CalendarVersion.objects.using(db).create(
            calendar=calendar,
            no=current.no + 1 if current else 1,
            note_zh=said["zh"],
            note_en=said["en"],
            made_by=by,
        )
        _write(version, after, db)
        calendar_changed.send(Calendar, calendar=calendar, version=version)
    return version


def _write(version: CalendarVersion, content: Content, db: str) -> None:
    WeekPattern.objects.using(db).bulk_create(
        WeekPattern(version=version, valid_from=first, weekday=weekday, sessions=dump_sessions(sessions))
        for first, week in content.weeks.items()
        for weekday, sessions in week.items()
    )
    DayOverride.objects.using(db).bulk_create(
        DayOverride(
            version=version, date=day, is_working=it.is_working, sessions=dump_sessions(it.sessions),
            label_zh=it.label_zh, label_en=it.label_en, source=it.source,
        )
        for day, it in content.days.items()
    )  # fmt: skip
    CalendarYear.objects.using(db).bulk_create(
        CalendarYear(
            version=version, year=year, state=it.state, source=it.source,
            confirmed_by_id=it.confirmed_by_id, confirmed_at=it.confirmed_at,
        )
        for year, it in content.years.items()
    )  # fmt: skip


def change_day(calendar: Calendar, day: date, what: Day, *, by) -> CalendarVersion:
    """Make a day a rest day, a working day, or one with its own hours."""
    note = format_lazy(_("{day} changed"), day=day)
    return publish_version(calendar, lambda content: content.with_day(day, what), by=by, note=note)


def clear_day(calendar: Calendar, day: date, *, by) -> CalendarVersion:
    """Give a day back to its week."""
    note = format_lazy(_("{day} as every week again"), day=day)
    return publish_version(calendar, lambda content: content.with_day(day, None), by=by, note=note)


def change_week(calendar: Calendar, week: Week, *, valid_from: date | None, by) -> CalendarVersion:
    """New hours for the week, from a day on (None: from the beginning)."""
    note = format_lazy(_("Working hours from {day}"), day=valid_from) if valid_from else _("Working hours")
    return publish_version(calendar, lambda content: content.with_week(week, valid_from), by=by, note=note)


def confirm_year(calendar: Calendar, year: int, *, by) -> CalendarVersion:
    """State that a year's days, as they stand, are the announced ones."""

    def change(content):
        known = content.years.get(year, Year())
        if known.is_confirmed:
            return content
        return content.with_year(year, Year(CalendarYear.State.CONFIRMED, known.source, by.pk, timezone.now()))

    return publish_version(calendar, change, by=by, note=format_lazy(_("{year} confirmed"), year=year))


def load_year(calendar: Calendar, year: int, *, by=None) -> CalendarVersion:
    """Take over the public holidays of a year, provisional until it is announced; our own decisions stay.

    A confirmed year is never replaced by a guess. CalendarError when the sources differ, naming the days.
    """
    note = format_lazy(_("Public holidays of {year}"), year=year)
    return publish_version(calendar, partial(_with_year_data, data=china.year_data(year), by=by), by=by, note=note)


def _with_year_data(content: Content, data: china.YearData, by=None) -> Content:
    known = content.years.get(data.year, Year())
    if known.is_confirmed and not data.is_official:
        return content
    official = DayOverride.Source.OFFICIAL
    kept = {day: it for day, it in content.days.items() if day.year != data.year or it.source != official}
    rest = {day: Day(False, None, china.FESTIVALS[name], name, official) for day, name in data.rest.items()}
    work = {
        day: Day(True, None, f"{china.FESTIVALS[name]}调休上班", f"Make-up day, {name}", official)
        for day, name in data.work.items()
    }
    if not data.is_official:
        year = Year(source=data.source)
    elif known.is_confirmed:
        year = Year(known.state, data.source, known.confirmed_by_id, known.confirmed_at)
    else:
        year = Year(CalendarYear.State.CONFIRMED, data.source, by and by.pk, timezone.now())
    return Content(content.weeks, {**rest, **work, **kept}, {**content.years, data.year: year})


def ensure_default_calendar(*, using: str = "default") -> Calendar:
    """The calendar every installation has: office hours in Shanghai and the shipped years. Safe to repeat.

    A later release that ships a year as announced replaces the provisional one.
    """
    names = {"name_zh": "公司工作日历", "name_en": "Company calendar", "is_default": True}
    calendar, _is_new = Calendar.objects.using(using).get_or_create(code=DEFAULT, defaults=names)

    def change(content):
        if not content.weeks:
            content = content.with_week(OFFICE_WEEK)
        for data in map(china.shipped, china.shipped_years()):
            known = content.years.get(data.year, Year())
            if not known.is_confirmed and (data.is_official or data.year not in content.years):
                content = _with_year_data(content, data)
        return content

    publish_version(calendar, change, by=None, note=_("Working hours and public holidays as shipped"))
    return calendar
