from dataclasses import asdict
from datetime import date, time
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from core.models import Calendar, CalendarVersion, DayOverride
from core.worktime import CalendarError, DayKind, Due, Limit, due, selectors, store
from core.worktime.content import Content, Day, dump_sessions, parse_sessions
from core.worktime.signals import calendar_changed
from tests.core.worktime.calendars import OFFICE, WEEK, at, china

pytestmark = pytest.mark.django_db
HALF = Day(True, (OFFICE[0],), "除夕下午放假", "New Year's Eve, afternoon off")


@pytest.fixture
def company():
    return store.ensure_default_calendar()


@pytest.fixture
def admin():
    return get_user_model().objects.create(username="calendar-admin")


@pytest.fixture
def published():
    """What calendar_changed was sent with."""
    sent = []

    def receive(sender, calendar, version, **kwargs):
        sent.append((calendar.code, version.no))

    calendar_changed.connect(receive)
    yield sent
    calendar_changed.disconnect(receive)


def test_default_calendar_says_what_the_notices_say(company):
    calendar = store.calendar_for()
    expected = china()
    assert (calendar.zone, calendar.years_loaded) == ("Asia/Shanghai", frozenset({2025, 2026}))
    days = [date.fromordinal(n) for n in range(date(2025, 1, 1).toordinal(), date(2027, 1, 1).toordinal())]
    assert [calendar.windows(day) for day in days] == [expected.windows(day) for day in days]
    assert due(calendar, Limit("working_minutes", 240), at("2025-12-31 17:00")) == Due(at("2026-01-04 12:00"), False)
    assert due(calendar, Limit("working_days", 3), at("2026-12-30 17:00")) == Due(at("2027-01-05 18:00"), True)


def test_default_calendar_is_made_once(company, published):
    assert store.ensure_default_calendar() == company
    assert (list(company.versions.values_list("no", flat=True)), published) == ([1], [])


def test_code_and_default_name_the_same_calendar(company):
    assert store.calendar_for("default") == store.calendar_for()
    with pytest.raises(CalendarError, match="night"):
        store.calendar_for("night")
    with pytest.raises(CalendarError, match="version 9"):
        store.calendar_for(version=9)


def test_calendar_is_read_with_one_query_once_known(company, django_assert_num_queries):
    store.calendar_for()
    with django_assert_num_queries(1):
        store.calendar_for()


def test_36_edit_makes_a_new_version_and_the_old_one_still_answers(company, admin, published):
    limit, start = Limit("working_minutes", 120), at("2026-02-13 11:00")
    frozen = due(store.calendar_for(), limit, start)
    version = store.change_day(company, date(2026, 2, 13), HALF, by=admin)
    assert (version.no, version.made_by, version.note_en, published) == (
        2,
        admin,
        "2026-02-13 changed",
        [("default", 2)],
    )
    assert due(store.calendar_for(version=1), limit, start) == frozen == Due(at("2026-02-13 14:00"), False)
    assert due(store.calendar_for(), limit, start) == Due(at("2026-02-14 10:00"), False)
    assert store.calendar_for().version == 2


def test_edit_without_a_difference_publishes_nothing(company, admin, published):
    store.change_day(company, date(2026, 2, 13), HALF, by=admin)
    assert store.change_day(company, date(2026, 2, 13), HALF, by=admin).no == 2
    assert store.clear_day(company, date(2026, 2, 13), by=admin).no == 3
    assert store.clear_day(company, date(2026, 2, 13), by=admin).no == 3
    assert store.content_of(company.versions.get(no=3)) == store.content_of(company.versions.get(no=1))
    assert [no for _code, no in published] == [2, 3]


def test_new_hours_from_a_day_on(company, admin):
    summer = {day: ((time(8, 30), time(12)), (time(14, 30), time(18))) for day in range(5)}
    store.change_week(company, summer, valid_from=date(2026, 7, 1), by=admin)
    calendar = store.calendar_for()
    assert calendar.add(at("2026-06-30 17:00"), 90) == at("2026-07-01 09:00")
    assert calendar.sessions_on(date(2026, 6, 30)) == OFFICE
    assert calendar.sessions_on(date(2026, 9, 20)) == summer[0]
    assert calendar.add(at("2026-06-30 17:00"), 60) == at("2026-06-30 18:00")


def test_year_is_confirmed_by_a_person(company, admin):
    store.confirm_year(company, 2027, by=admin)
    year = store.edition_for()[0].years[2027]
    assert (year.is_confirmed, year.confirmed_by_id) == (True, admin.pk)
    assert not due(store.calendar_for(), Limit("working_days", 3), at("2026-12-30 17:00")).provisional
    assert store.confirm_year(company, 2027, by=admin).no == 2


def test_guess_does_not_replace_a_confirmed_year(company, admin):
    store.change_day(company, date(2027, 2, 11), Day(False), by=admin)
    version = store.confirm_year(company, 2027, by=admin)
    assert store.load_year(company, 2027) == version


def test_announcement_replaces_the_guess_and_leaves_our_own_days(company, admin, monkeypatch):
    store.change_day(company, date(2027, 2, 4), HALF, by=admin)
    official = store.china.YearData(
        2027,
        True,
        "notice",
        {date(2027, 2, 4): "Spring Festival", date(2027, 2, 5): "Spring Festival"},
        {date(2027, 2, 20): "Spring Festival"},
    )
    monkeypatch.setattr(store.china, "year_data", lambda year: official)
    store.load_year(company, 2027, by=admin)
    content, calendar = store.edition_for()
    assert sorted(day for day in content.days if day.year == 2027) == [date(2027, 2, day) for day in (4, 5, 20)]
    assert content.days[date(2027, 2, 4)] == HALF
    assert (content.days[date(2027, 2, 20)].label_zh, content.days[date(2027, 2, 20)].label_en) == (
        "春节调休上班",
        "Make-up day, Spring Festival",
    )
    assert calendar.years_loaded == frozenset({2025, 2026, 2027})
    assert store.load_year(company, 2027, by=admin).no == 3


def test_later_release_replaces_a_provisional_year_by_the_announced_one(company, monkeypatch):
    official = store.china.YearData(2027, True, "notice", {date(2027, 2, 5): "Spring Festival"}, {})
    shipped = store.china.shipped
    monkeypatch.setattr(store.china, "shipped", lambda year: official if year == 2027 else shipped(year))
    store.ensure_default_calendar()
    assert store.calendar_for().years_loaded == frozenset({2025, 2026, 2027})


def test_two_calendars_stand_side_by_side(company, admin):
    desk = Calendar.objects.create(code="night", name_zh="夜班", name_en="Night desk", zone="Europe/London")
    with pytest.raises(DatabaseError), transaction.atomic():
        Calendar.objects.create(code="other", name_zh="另", name_en="Other", is_default=True)
        Calendar.objects.create(code="third", name_zh="三", name_en="Third", is_default=True)
    store.change_week(desk, {4: ((time(22), time(6)),)}, valid_from=None, by=admin)
    assert store.calendar_for("night").add(at("2026-03-06 23:00", "Europe/London"), 420) == at(
        "2026-03-07 06:00", "Europe/London"
    )
    assert store.calendar_for().week == {**WEEK, 5: (), 6: ()}


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        ([["9", "12:00"]], "bad_time"),
        ([["09:00", "25:00"]], "bad_time"),
        ([["09:00", "09:00"]], "empty_session"),
        ([["09:00", "12:00"], ["11:00", "18:00"]], "overlapping_sessions"),
        ([["22:00", "06:00"], ["23:00", "23:30"]], "overlapping_sessions"),
    ],
)
def test_sessions_that_make_no_sense_are_refused(pairs, code):
    with pytest.raises(ValidationError) as caught:
        parse_sessions(pairs)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [["09:00", "12:00"], ["13:00", "18:00"]],
        [["00:00", "00:00"]],
        [["08:00", "12:00"], ["22:00", "06:00"]],
    ],
)
def test_sessions_survive_storing(pairs):
    assert dump_sessions(parse_sessions(pairs)) == pairs


def test_midnight_may_be_written_as_24():
    assert parse_sessions([["00:00", "24:00"]]) == ((time(0), time(0)),)


def test_day_that_works_without_hours_or_rests_with_some_is_refused():
    for wrong in ({"is_working": True, "sessions": ()}, {"is_working": False, "sessions": OFFICE}):
        with pytest.raises(ValueError, match="working day"):
            Day(**wrong)


def test_content_is_not_changed_by_an_edit():
    before = Content().with_week(WEEK)
    copy = asdict(before)
    before.with_day(date(2026, 2, 13), HALF).with_year(2026, store.Year())
    assert asdict(before) == copy


@pytest.mark.parametrize("model", [CalendarVersion, DayOverride])
def test_versions_are_insert_only(company, model):
    row = model.objects.order_by("pk").first()
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.filter(pk=row.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()


def test_year_view_names_and_counts_the_days(company):
    view = selectors.year_view(2026)
    assert (
        view.number,
        view.year.is_confirmed,
        view.working_days,
        [len(month) for month in view.months][:2],
    ) == (2026, True, 248, [31, 28])
    fourteenth, fifteenth = view.months[1][13:15]
    assert (fourteenth.kind, fourteenth.label_zh, fourteenth.sessions) == (
        DayKind.SHIFTED,
        "春节调休上班",
        OFFICE,
    )
    assert (fifteenth.kind, fifteenth.label_en, fifteenth.sessions) == (
        DayKind.HOLIDAY,
        "Spring Festival",
        (),
    )


def test_strip_explains_a_clock(company):
    days = selectors.strip(at("2026-02-12 10:00"), at("2026-02-24 18:00"))
    assert [(day.date.day, day.number) for day in days if day.number] == [(13, 1), (14, 2), (24, 3)]
    assert [(day.is_receipt, day.is_due) for day in (days[0], days[1], days[-1])] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    assert days[3].kind == DayKind.HOLIDAY


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        ("2026-06-01", []),
        ("2026-11-14", []),
        ("2026-11-15", [2027]),
        ("2027-01-01", [2027]),
        ("2027-12-01", [2027, 2028]),
    ],
)
def test_unconfirmed_years_are_missed_from_15_november(company, today, missing):
    assert selectors.unconfirmed_years(date.fromisoformat(today)) == missing


def test_versions_are_listed_newest_first(company, admin):
    store.change_day(company, date(2026, 2, 13), HALF, by=admin)
    assert [(version.no, version.made_by) for version in selectors.versions("default")] == [
        (2, admin),
        (1, None),
    ]


def test_command_loads_and_checks(company):
    out = StringIO()
    call_command("load_calendar", "2024", stdout=out)
    call_command("load_calendar", "2024", "2026", "2027", "--check", stdout=out)
    assert out.getvalue().splitlines() == [
        "2024: confirmed, default version 2", "2024: agrees", "2026: agrees", "2027: agrees",
    ]  # fmt: skip


def test_command_names_the_days_that_differ(company, admin):
    store.change_day(company, date(2026, 2, 14), Day(False), by=admin)
    out = StringIO()
    with pytest.raises(CommandError, match="1 differences"):
        call_command("load_calendar", "--check", stdout=out)
    assert "2026: the calendar differs on 2026-02-14" in out.getvalue()
    with pytest.raises(CommandError, match="night"):
        call_command("load_calendar", calendar="night")
