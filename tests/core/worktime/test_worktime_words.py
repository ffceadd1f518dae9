import pytest
from django.utils import translation

from core.worktime import DayKind, Limit, LimitKind, Remaining, words
from core.worktime.words import left, limit_text, remaining_text, sessions_text, span
from tests.core.worktime.calendars import OFFICE


def both(text):
    """A lazy text as a Chinese and an English reader see it."""
    with translation.override("zh-hans"):
        chinese = str(text)
    with translation.override("en"):
        return chinese, str(text)


@pytest.mark.parametrize(
    ("minutes", "chinese", "english"),
    [
        (390, "还有6.5小时", "6.5 h left"),
        (-90, "超1.5小时", "1.5 h over"),
        (4 * 480 + 360, "还有4天6小时", "4 d 6 h left"),
        (2 * 480, "还有2天", "2 d left"),
        (2 * 480 - 1, "还有15.9小时", "15.9 h left"),
        (72, "还有1.2小时", "1.2 h left"),
        (59.9, "还有59分钟", "59 min left"),
        (0, "还有0分钟", "0 min left"),
        (-3 * 480 - 5, "超3天", "3 d over"),
    ],
)
def test_time_left_is_said_in_both_languages(minutes, chinese, english):
    assert both(left(minutes)) == (chinese, english)


def test_stopped_clock_says_so():
    assert both(left(390, is_stopped=True)) == ("钟已停，剩6.5小时", "clock stopped, 6.5 h left")
    assert both(left(-390, is_stopped=True)) == ("钟已停，已超6.5小时", "clock stopped, 6.5 h over")


def test_days_are_as_long_as_the_clock_counts_them():
    assert both(span(3000, 1440)) == ("2天2小时", "2 d 2 h")
    assert both(remaining_text(Remaining(3000, 1440, False))) == ("还有2天2小时", "2 d 2 h left")


@pytest.mark.parametrize(
    ("limit", "chinese", "english"),
    [
        (Limit(LimitKind.ELAPSED_HOURS, 24), "24小时", "24 hours"),
        (Limit(LimitKind.WORKING_MINUTES, 30), "30个工作分钟", "30 working minutes"),
        (Limit(LimitKind.WORKING_MINUTES, 240), "4个工作小时", "4 working hours"),
        (Limit(LimitKind.WORKING_DAYS, 3), "3个工作日", "3 working days"),
        (Limit(LimitKind.WORKING_DAYS, 1), "1个工作日", "1 working day"),
        (Limit(LimitKind.CALENDAR_DAYS, 15), "15个自然日", "15 calendar days"),
    ],
)
def test_limit_is_said_as_a_promise(limit, chinese, english):
    assert both(limit_text(limit)) == (chinese, english)


def test_sessions_are_said_as_hours():
    assert both(sessions_text(OFFICE)) == ("09:00–12:00，13:00–18:00", "09:00–12:00, 13:00–18:00")
    assert both(sessions_text(())) == ("不上班", "closed")


def test_every_kind_has_a_name():
    assert set(words.LIMIT_KINDS) == set(LimitKind)
    assert set(words.DAY_KINDS) == set(DayKind)
    assert [value for value, _label in words.LIMIT_CHOICES] == [kind.value for kind in LimitKind]
