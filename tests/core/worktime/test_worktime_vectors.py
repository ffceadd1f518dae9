"""The agreed cases of working time, by number."""

from datetime import date, time, timedelta

import pytest

from core.worktime.engine import CalendarError, WorkCalendar
from core.worktime.limits import Due, Limit, LimitKind, due, elapsed, remaining
from tests.core.worktime.calendars import at, brute_add, brute_between, said

HOURS = [
    (1, "2026-03-02 09:30", 2, "2026-03-02 11:30"),
    (2, "2026-03-02 11:30", 1, "2026-03-02 13:30"),
    (3, "2026-03-02 11:00", 1, "2026-03-02 12:00"),
    (4, "2026-03-02 12:30", 1, "2026-03-02 14:00"),
    (5, "2026-03-06 18:00", 4, "2026-03-09 14:00"),
    (6, "2026-02-13 17:00", 4, "2026-02-14 12:00"),
    (7, "2026-02-14 17:00", 4, "2026-02-24 12:00"),
    (8, "2026-02-20 10:00", 8, "2026-02-24 18:00"),
    (9, "2026-02-27 16:00", 12, "2026-03-02 11:00"),
    (10, "2025-12-31 17:00", 4, "2026-01-04 12:00"),
    (11, "2026-09-30 15:00", 16, "2026-10-09 15:00"),
    (12, "2026-09-30 15:00", 24, "2026-10-10 15:00"),
    (13, "2026-09-18 17:00", 4, "2026-09-20 12:00"),
    (14, "2026-04-30 17:00", 4, "2026-05-06 12:00"),
    (15, "2026-05-08 16:00", 10, "2026-05-09 18:00"),
]
DAYS = [
    (16, "2026-02-12", LimitKind.WORKING_DAYS, 7, "2026-02-28"),
    (17, "2026-02-14", LimitKind.WORKING_DAYS, 7, "2026-03-03"),
    (18, "2026-09-30", LimitKind.WORKING_DAYS, 3, "2026-10-10"),
    (19, "2025-12-30", LimitKind.WORKING_DAYS, 3, "2026-01-05"),
    (20, "2026-02-12", LimitKind.WORKING_DAYS, 45, "2026-04-23"),
    (21, "2026-02-01", LimitKind.CALENDAR_DAYS, 15, "2026-02-24"),
    (22, "2026-09-18", LimitKind.CALENDAR_DAYS, 15, "2026-10-08"),
]
TWICE = [("2026-03-02 11:00", "2026-03-02 15:00"), ("2026-03-02 14:00", "2026-03-02 15:00")]
PAUSED = [
    (23, "2026-03-02 10:00", 8, [("2026-03-02 11:00", "2026-03-02 15:00")], 3, "2026-03-03 14:00"),
    (24, "2026-03-06 15:00", 8, [("2026-03-06 18:00", "2026-03-09 09:00")], 0, "2026-03-09 15:00"),
    (25, "2026-03-06 15:00", 8, [("2026-03-06 16:00", "2026-03-09 10:00")], 3, "2026-03-09 18:00"),
    (26, "2026-02-13 15:00", 8, [("2026-02-13 16:00", "2026-02-24 10:00")], 11, "2026-02-24 18:00"),
    (27, "2026-03-02 09:00", 12, [("2026-03-02 18:00", "2026-03-03 09:00")], 0, "2026-03-03 14:00"),
    (32, "2026-03-02 10:00", 8, TWICE, 3, "2026-03-03 14:00"),
]  # fmt: skip


def working(hours):
    return Limit(LimitKind.WORKING_MINUTES, hours * 60)


def spans(pauses):
    return [(at(begin), at(end)) for begin, end in pauses]


@pytest.mark.parametrize(("no", "start", "hours", "expected"), HOURS, ids=lambda value: str(value))
def test_working_hours_end_when_expected_and_as_counted_minute_by_minute(calendar, no, start, hours, expected):
    assert said(due(calendar, working(hours), at(start)).at) == expected
    assert said(brute_add(calendar, at(start), hours * 60)) == expected
    assert calendar.between(at(start), at(expected)) == hours * 60


@pytest.mark.parametrize(("no", "received", "kind", "days", "expected"), DAYS)
@pytest.mark.parametrize("clock", ["00:00", "10:15", "23:59"])
def test_days_end_at_close_of_business_whatever_the_hour_of_receipt(
    calendar, clock, no, received, kind, days, expected
):
    assert due(calendar, Limit(kind, days), at(f"{received} {clock}")) == Due(at(f"{expected} 18:00"), False)


@pytest.mark.parametrize(("no", "start", "hours", "pauses", "moved", "expected"), PAUSED)
def test_pause_moves_due_by_its_working_time(calendar, no, start, hours, pauses, moved, expected):
    paused = due(calendar, working(hours), at(start), spans(pauses)).at
    assert said(paused) == expected
    assert calendar.between(due(calendar, working(hours), at(start)).at, paused) == moved * 60


def test_28_clocks_go_forward(round_the_clock):
    assert (
        said(round_the_clock.add(at("2026-03-28 20:00", "Europe/London"), 480), "Europe/London") == "2026-03-29 05:00"
    )


def test_29_clocks_go_back(round_the_clock):
    assert (
        said(round_the_clock.add(at("2026-10-24 20:00", "Europe/London"), 480), "Europe/London") == "2026-10-25 03:00"
    )


def test_30_weekend_with_a_clock_change(london):
    assert said(london.add(at("2026-03-27 16:00", "Europe/London"), 240), "Europe/London") == "2026-03-30 12:00"


@pytest.mark.parametrize("minutes", [1, 59, 60, 1439, 1440, 1441, 44_640])
def test_31_round_the_clock_loses_no_minute(round_the_clock, minutes):
    start = at("2026-03-28 23:59", "Europe/London")
    assert round_the_clock.add(start, minutes) - start == timedelta(minutes=minutes)
    assert round_the_clock.between(start, round_the_clock.add(start, minutes)) == minutes


def test_33_pause_after_the_breach_moves_due_and_the_stored_breach_stands(calendar):
    start, breach = at("2026-03-02 10:00"), due(calendar, working(2), at("2026-03-02 10:00"))
    assert said(breach.at) == "2026-03-02 12:00"
    pause = spans([("2026-03-02 14:00", "2026-03-02 16:00")])
    assert said(due(calendar, working(2), start, pause).at) == "2026-03-02 15:00"
    assert said(breach.at) == "2026-03-02 12:00"
    over = [
        remaining(calendar, working(2), start, at(f"2026-03-02 {clock}"), pause)
        for clock in ("14:00", "15:30", "16:00")
    ]
    assert [(rest.minutes, rest.is_stopped) for rest in over] == [(-60, True), (-60, True), (-60, False)]


def test_34_tighter_limit_mid_way_keeps_the_pauses(calendar):
    start, pause = at("2026-03-02 09:00"), spans([("2026-03-02 10:00", "2026-03-02 12:00")])
    assert said(due(calendar, working(16), start, pause).at) == "2026-03-04 11:00"
    assert said(due(calendar, working(2), start, pause).at) == "2026-03-02 14:00"
    assert remaining(calendar, working(2), start, at("2026-03-02 15:00"), pause).minutes == -60


def test_35_empty_calendar_is_an_error_not_a_loop():
    empty = WorkCalendar("Asia/Shanghai", {})
    for kind in (LimitKind.WORKING_MINUTES, LimitKind.WORKING_DAYS, LimitKind.CALENDAR_DAYS):
        with pytest.raises(CalendarError):
            due(empty, Limit(kind, 1), at("2026-03-02 10:00"))
    assert empty.between(at("2026-03-02 10:00"), at("2026-03-09 10:00")) == 0


@pytest.mark.parametrize("kind", LimitKind)
@pytest.mark.parametrize("start", ["2026-03-02 10:00", "2026-03-01 03:00"])
def test_35_zero_is_the_start_itself_and_negative_is_refused(calendar, kind, start):
    assert due(calendar, Limit(kind, 0), at(start)).at == at(start)
    with pytest.raises(ValueError, match="negative"):
        Limit(kind, -1)
    with pytest.raises(ValueError, match="negative"):
        calendar.add(at(start), -1)


def test_35_year_not_loaded_is_provisional(calendar):
    start = at("2026-12-31 10:00")
    assert due(calendar, working(7), start) == Due(at("2026-12-31 18:00"), provisional=False)
    assert due(calendar, working(8), start) == Due(at("2027-01-01 10:00"), provisional=True)
    assert due(calendar, Limit(LimitKind.WORKING_DAYS, 1), start).provisional
    assert due(calendar, Limit(LimitKind.CALENDAR_DAYS, 1), start).provisional
    assert due(calendar, Limit(LimitKind.ELAPSED_HOURS, 48), start) == Due(at("2027-01-02 10:00"), provisional=False)


def test_37_reopening_begins_a_new_clock_and_leaves_the_old_one(calendar):
    first = due(calendar, working(8), at("2026-03-02 10:00"))
    used = elapsed(calendar, working(8), at("2026-03-02 10:00"), at("2026-03-02 17:00"))
    again = due(calendar, working(8), at("2026-03-12 17:00"))
    assert (said(first.at), used, said(again.at)) == ("2026-03-03 10:00", 360, "2026-03-13 17:00")


def test_38_half_day_ends_at_noon(half_day):
    assert said(half_day.add(at("2026-02-13 11:00"), 120)) == "2026-02-14 10:00"
    assert said(half_day.add_working_days(at("2026-02-12 10:00"), 1)) == "2026-02-13 12:00"


def test_38_night_desk_belongs_to_the_day_it_starts_on(night_desk):
    """Friday 13 February works: its night runs into Saturday. No night starts before the 24th."""
    assert said(night_desk.add(at("2026-02-13 23:00"), 7 * 60)) == "2026-02-14 06:00"
    assert said(night_desk.add(at("2026-02-13 23:00"), 7 * 60 + 1)) == "2026-02-24 22:01"
    assert night_desk.between(at("2026-02-14 00:00"), at("2026-02-24 22:00")) == 360
    assert said(night_desk.add_working_days(at("2026-02-12 10:00"), 1)) == "2026-02-14 06:00"


def test_38_night_over_the_year_end_is_counted_once(night_desk):
    start, end = at("2025-12-31 21:00"), at("2026-01-06 09:00")
    assert night_desk.between(start, end) == brute_between(night_desk, start, end)
    assert night_desk.between(at("2026-01-01 03:00"), end) == brute_between(night_desk, at("2026-01-01 03:00"), end)
    assert said(night_desk.add(at("2026-01-01 03:00"), 60)) == "2026-01-01 04:00"


def test_gap_of_400_days_is_refused_and_a_shorter_one_is_not():
    only = {date(2026, 1, 5): ((time(9), time(10)),), date(2027, 2, 5): ((time(9), time(10)),)}
    sparse = WorkCalendar("Asia/Shanghai", {}, only)
    assert said(sparse.add(at("2026-01-05 09:30"), 60)) == "2027-02-05 09:30"
    with pytest.raises(CalendarError):
        sparse.add(at("2026-01-05 09:30"), 91)
    with pytest.raises(CalendarError):
        sparse.add(at("2024-11-01 09:30"), 1)
    with pytest.raises(CalendarError):
        sparse.nth_working_day(date(2026, 1, 5), 2)
