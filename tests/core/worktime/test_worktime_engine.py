from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.worktime.engine import REST, USUAL, DayKind, WorkCalendar
from core.worktime.limits import Due, Limit, LimitKind, due, elapsed, merged, remaining, reminder_at
from tests.core.worktime.calendars import OFFICE, WEEK, at, brute_add, brute_between, china, said

CHINA = china()
SHIFTS = {
    0: ((time(8, 30), time(11, 45)), (time(22), time(6))),
    1: ((time(8), time(9)),),
    4: ((time(20), time(4, 15)),),
    5: ((time(0), time(0)),),
}
SHIFT_WORK = WorkCalendar(
    "Europe/London", SHIFTS, {date(2026, 3, 30): REST, date(2026, 4, 2): USUAL}, frozenset({2026})
)
CALENDARS = st.sampled_from([CHINA, SHIFT_WORK])


def moments(first="2025-01-01", last="2026-11-30"):
    """Aware moments, to the microsecond."""
    return st.timedeltas(timedelta(0), at(last) - at(first)).map(lambda later: at(first) + later)


MOMENTS = moments()
MINUTES = st.integers(0, 20_000)
LIMITS = st.builds(Limit, st.sampled_from(LimitKind), st.integers(0, 40), st.booleans())
PAUSES = st.lists(
    st.tuples(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=20))).map(lambda pair: (pair[0], pair[0] + pair[1])),
    max_size=3,
)


@given(CALENDARS, MOMENTS, MINUTES)
def test_t4_between_undoes_add(calendar, start, minutes):
    assert calendar.between(start, calendar.add(start, minutes)) == minutes


@given(CALENDARS, MOMENTS, MINUTES, MINUTES)
def test_t4_adding_twice_is_adding_the_sum(calendar, start, first, second):
    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, first + second)


@given(CALENDARS, LIMITS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=30)), PAUSES)
def test_t4_due_never_falls_as_start_grows(calendar, limit, start, later, pauses):
    assert due(calendar, limit, start, pauses).at <= due(calendar, limit, start + later, pauses).at


def test_t4_holds_for_no_days_at_all_as_well():
    start, pause = at("2026-03-02 00:00"), [(at("2026-03-02 00:00"), at("2026-03-03 00:00"))]
    for kind in (LimitKind.WORKING_DAYS, LimitKind.CALENDAR_DAYS):
        assert due(CHINA, Limit(kind, 0), start, pause).at == start


def test_a_pause_after_a_reminder_does_not_move_it():
    start, limit = at("2026-03-02 09:00"), Limit(LimitKind.WORKING_MINUTES, 480)
    pause = [(at("2026-03-02 15:00"), at("2026-03-02 17:00"))]
    found = [said(reminder_at(CHINA, limit, start, percent, pause)) for percent in (50, 80, 100, 120)]
    assert found == ["2026-03-02 14:00", "2026-03-03 09:24", "2026-03-03 11:00", "2026-03-03 13:36"]


@given(CALENDARS, LIMITS, MOMENTS, PAUSES)
def test_pauses_never_bring_due_forward_and_their_order_and_repetition_do_not_matter(calendar, limit, start, pauses):
    moved = due(calendar, limit, start, pauses)
    assert moved.at >= due(calendar, limit, start).at
    assert moved == due(calendar, limit, start, [*reversed(pauses), *pauses])


@given(CALENDARS, MOMENTS, MINUTES, PAUSES)
def test_used_and_left_make_the_limit(calendar, start, minutes, pauses):
    limit, now = Limit(LimitKind.WORKING_MINUTES, minutes), start + timedelta(days=9)
    rest = remaining(calendar, limit, start, now, pauses)
    assert rest.minutes + elapsed(calendar, limit, start, now, pauses) == pytest.approx(minutes, abs=1e-6)


@settings(max_examples=60)
@given(CALENDARS, moments("2026-03-20", "2026-04-20"), st.integers(0, 3000))
def test_add_and_between_agree_with_walking_minute_by_minute(calendar, start, minutes):
    start = start.replace(second=0, microsecond=0)
    end = calendar.add(start, minutes)
    assert end == brute_add(calendar, start, minutes)
    assert calendar.between(start, end) == brute_between(calendar, start, end)


@given(CALENDARS, st.dates(date(2025, 1, 1), date(2026, 11, 1)), st.integers(1, 60))
def test_nth_working_day_is_the_nth_counted(calendar, day, n):
    last = calendar.nth_working_day(day, n)
    assert calendar.is_working_day(last)
    assert calendar.working_days_between(day, last) == n
    assert calendar.working_days_between(day, last - timedelta(days=1)) == n - 1


def test_seconds_are_kept():
    start = at("2026-03-02 11:59:30.5")
    assert CHINA.add(start, 1) == at("2026-03-02 13:00:30.5")
    assert CHINA.between(start, at("2026-03-02 13:00:00")) == 29.5 / 60


@pytest.mark.parametrize("year", [2025, 2026])
def test_year_has_248_working_days(year):
    assert CHINA.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == 248


@pytest.mark.parametrize(
    ("day", "kind"),
    [("2026-02-13", DayKind.WORK), ("2026-02-14", DayKind.SHIFTED), ("2026-02-15", DayKind.HOLIDAY),
     ("2026-02-16", DayKind.HOLIDAY), ("2026-03-01", DayKind.REST), ("2026-02-24", DayKind.SHORT)],
)  # fmt: skip
def test_kind_of_a_day(day, kind):
    assert china({date(2026, 2, 24): (OFFICE[1],)}).kind_of(date.fromisoformat(day)) == kind


def test_a_year_computes_each_day_once_for_a_thousand_rows(monkeypatch):
    computed, windows = [], WorkCalendar.windows
    monkeypatch.setattr(WorkCalendar, "windows", lambda self, day: computed.append(day) or windows(self, day))
    calendar, limit = china(), Limit(LimitKind.WORKING_MINUTES, 960)
    for row in range(1000):
        start = at("2026-01-05 09:00") + timedelta(hours=7 * row)
        due(calendar, limit, start, [(start + timedelta(hours=2), start + timedelta(hours=30))])
        elapsed(calendar, limit, start, start + timedelta(days=12))
    assert len(computed) == len(set(computed)) == 365


def test_new_hours_count_from_their_first_day():
    summer = {day: ((time(8), time(12)),) for day in range(5)}
    calendar = WorkCalendar(
        "Asia/Shanghai", WEEK, {date(2026, 7, 4): USUAL}, frozenset({2026}), 3, ((date(2026, 7, 1), summer),)
    )
    assert said(calendar.add(at("2026-06-30 17:00"), 120)) == "2026-07-01 09:00"
    assert calendar.sessions_on(date(2026, 7, 4)) == summer[0]
    assert calendar.minutes_per_day == 240


def test_sessions_that_overlap_the_next_day_are_counted_once():
    calendar = WorkCalendar("Asia/Shanghai", {0: ((time(22), time(6)),), 1: ((time(5), time(12)),)})
    assert calendar.between(at("2026-03-02 00:00"), at("2026-03-04 00:00")) == 14 * 60


def test_session_in_the_hour_that_does_not_exist_overlaps_nothing():
    """On 29 March 2026 London has no 01:00-02:00."""
    calendar = WorkCalendar("Europe/London", {6: ((time(1, 15), time(1, 45)), (time(2), time(3)))})
    (_, first_end), (second_start, _) = calendar.windows(date(2026, 3, 29))
    assert first_end <= second_start


def test_next_open_and_is_open():
    assert said(CHINA.next_open(at("2026-02-14 18:00"))) == "2026-02-24 09:00"
    assert CHINA.is_open(at("2026-02-14 17:59")) and not CHINA.is_open(at("2026-02-14 18:00"))
    assert CHINA.is_open(at("2026-02-14 13:00")) and not CHINA.is_open(at("2026-02-14 12:30"))


def test_calendar_days_with_weekends_as_ordinary_days():
    limit = Limit(LimitKind.CALENDAR_DAYS, 2, weekends_rest=False)
    assert said(due(CHINA, limit, at("2026-03-05 10:00")).at) == "2026-03-08 00:00"  # Saturday, to its end
    assert said(due(CHINA, limit, at("2026-02-13 10:00")).at) == "2026-02-24 18:00"  # a holiday moves it
    assert said(due(CHINA, Limit(LimitKind.CALENDAR_DAYS, 2), at("2026-03-05 10:00")).at) == "2026-03-09 18:00"


def test_pause_moves_limits_in_days_by_the_days_after_the_one_it_began_on():
    pauses = [(at("2026-03-03 10:00"), at("2026-03-05 15:00"))]
    assert said(due(CHINA, Limit(LimitKind.WORKING_DAYS, 3), at("2026-03-02 10:00"), pauses).at) == "2026-03-09 18:00"
    assert said(due(CHINA, Limit(LimitKind.CALENDAR_DAYS, 7), at("2026-03-02 10:00"), pauses).at) == "2026-03-11 18:00"
    assert said(due(CHINA, Limit(LimitKind.ELAPSED_HOURS, 24), at("2026-03-02 10:00"), pauses).at) == "2026-03-05 15:00"


def test_open_pause_stops_the_clock():
    start, pauses, limit = (
        at("2026-03-02 10:00"),
        [(at("2026-03-02 11:00"), None)],
        Limit(LimitKind.WORKING_MINUTES, 480),
    )
    assert due(CHINA, limit, start, pauses) == Due(None, provisional=False)
    assert reminder_at(CHINA, limit, start, 80, pauses) is None
    for now in ("2026-03-02 11:00", "2026-03-02 17:00", "2026-03-20 10:00"):
        rest = remaining(CHINA, limit, start, at(now), pauses)
        assert (rest.minutes, rest.is_stopped) == (420, True)
        assert elapsed(CHINA, limit, start, at(now), pauses) == 60


def test_stopped_clock_in_days_stays_as_it_was():
    start, pauses, limit = (
        at("2026-03-02 10:00"),
        [(at("2026-03-03 10:00"), None)],
        Limit(LimitKind.WORKING_DAYS, 3),
    )
    left = {
        remaining(CHINA, limit, start, at(now), pauses).minutes
        for now in ("2026-03-03 10:00", "2026-03-03 17:00", "2026-03-12 09:00")
    }
    assert left == {23 * 60}


def test_remaining_counts_as_the_limit_counts():
    start, now = at("2026-03-06 17:00"), at("2026-03-07 17:00")
    day = remaining(CHINA, Limit(LimitKind.ELAPSED_HOURS, 25), start, now)
    working = remaining(CHINA, Limit(LimitKind.WORKING_DAYS, 1), start, now)
    assert (day.minutes, day.minutes_per_day, day.is_over) == (60, 1440, False)
    assert (working.minutes, working.minutes_per_day) == (480, 480)
    assert remaining(CHINA, Limit(LimitKind.ELAPSED_HOURS, 20), start, now).is_over


def test_reminders_come_in_working_time_and_the_last_one_at_due():
    start, limit = at("2026-03-06 16:00"), Limit(LimitKind.WORKING_DAYS, 2)
    assert [said(reminder_at(CHINA, limit, start, percent)) for percent in (50, 100)] == [
        "2026-03-09 17:00",
        "2026-03-10 18:00",
    ]
    night = reminder_at(CHINA, Limit(LimitKind.ELAPSED_HOURS, 24), start, 50)
    assert said(night) == "2026-03-09 09:00"
    pause = [(at("2026-03-09 09:00"), at("2026-03-09 12:00"))]
    assert said(reminder_at(CHINA, Limit(LimitKind.WORKING_MINUTES, 480), start, 100, pause)) == "2026-03-10 10:00"


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        CHINA.add(at("2026-03-02 10:00").replace(tzinfo=None), 1)
    with pytest.raises(ValueError, match="before"):
        CHINA.between(at("2026-03-02 10:00"), at("2026-03-02 09:00"))
    with pytest.raises(ValueError, match="before"):
        CHINA.working_days_between(date(2026, 3, 2), date(2026, 3, 1))
    with pytest.raises(ValueError, match="before it begins"):
        merged([(at("2026-03-02 10:00"), at("2026-03-02 09:00"))], at("2026-03-01 00:00"), at("2026-03-09 00:00"))
    with pytest.raises(ValueError, match="fortnights"):
        Limit("fortnights", 1)
