"""The calendar page: a year, a shifted day, new hours, confirming a year."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.choices import Role
from core.worktime.selectors import year_view
from core.worktime.store import calendar_for
from tests.factories.accounts import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(person(Role.ADMINISTRATOR))
    return client


def test_a_year_shows_its_working_days_and_the_made_up_saturday(admin):
    page = admin.get(reverse("core:calendar", args=[2026])).content.decode()
    assert "248" in page
    assert year_view(2026).working_days == 248
    assert 'class="day is-shifted wd6" title="2026年2月14日' in page


def test_a_half_day_is_entered_by_its_hours(admin):
    fields = {"day": "2026-03-06", "kind": "work", "hours": "09:00-12:00", "label_zh": "半天", "label_en": "Half day"}
    assert admin.post(reverse("core:calendar_day"), fields).url == reverse("core:calendar", args=[2026])
    sessions = calendar_for().sessions_on(date(2026, 3, 6))
    assert [(str(start), str(end)) for start, end in sessions] == [("09:00:00", "12:00:00")]
    admin.post(reverse("core:calendar_day"), {"day": "2026-03-06", "kind": "week"})
    assert len(calendar_for().sessions_on(date(2026, 3, 6))) == 2


@pytest.mark.parametrize("hours", ["nine to five", "09:00", "12:00-09:60", "09:00-12:00-13:00"])
def test_unreadable_hours_are_named_and_nothing_changes(admin, hours):
    before = calendar_for().version
    answer = admin.post(reverse("core:calendar_day"), {"day": "2026-03-06", "kind": "work", "hours": hours})
    assert (answer.status_code, calendar_for().version) == (200, before)
    assert "id_hours" in answer.content.decode()


def test_new_hours_hold_from_their_day(admin):
    fields = {"valid_from": "2026-06-01"} | {f"day{n}": "10:00-16:00" for n in range(5)}
    assert admin.post(reverse("core:calendar_week"), fields).status_code == 302
    assert calendar_for().between(*_whole(date(2026, 6, 2))) == 360
    assert calendar_for().between(*_whole(date(2026, 5, 29))) == 480


def _whole(day):
    from datetime import datetime, time, timedelta

    from django.utils.timezone import make_aware

    start = make_aware(datetime.combine(day, time.min))
    return start, start + timedelta(days=1)


def test_a_provisional_year_is_confirmed_by_a_person(admin):
    assert not year_view(2027).year.is_confirmed
    admin.post(reverse("core:calendar_year", args=[2027]), {"act": "confirm"})
    assert year_view(2027).year.is_confirmed


def test_everybody_looks_only_the_administrator_changes(client):
    client.force_login(person(Role.AGENT))
    assert client.get(reverse("core:calendar_now")).status_code == 200
    assert client.post(reverse("core:calendar_day"), {"day": "2026-03-06", "kind": "rest"}).status_code == 403
