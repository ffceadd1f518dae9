from datetime import date, time

import pytest
from hypothesis import settings

from core.worktime.engine import USUAL, WorkCalendar
from tests.core.worktime.calendars import OFFICE, WEEK, china

settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")


@pytest.fixture
def calendar():
    """The Chinese working calendar of 2025 and 2026, 09:00-12:00 and 13:00-18:00."""
    return china()


@pytest.fixture
def half_day():
    """The same with the afternoon of 13 February 2026 off."""
    return china({date(2026, 2, 13): (OFFICE[0],)})


@pytest.fixture
def night_desk():
    """22:00-06:00 from Monday to Friday, with the Chinese holidays."""
    night = ((time(22), time(6)),)
    rest = {day: sessions for day, sessions in china().overrides.items() if sessions is not USUAL}
    return WorkCalendar("Asia/Shanghai", dict.fromkeys(WEEK, night), rest, frozenset({2025, 2026}))


@pytest.fixture
def round_the_clock():
    return WorkCalendar("Europe/London", {day: ((time(0), time(0)),) for day in range(7)}, {}, frozenset({2025, 2026}))


@pytest.fixture
def london():
    return WorkCalendar("Europe/London", {day: ((time(9), time(17)),) for day in range(5)}, {}, frozenset({2025, 2026}))
