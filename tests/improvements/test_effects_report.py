"""The section of periodic reports: kept figures say the same years later, every number opens its rows."""

import json

from django.utils import timezone
from django.utils.translation import override

from core import periods
from core.choices import PeriodKind
from core.models import Period
from improvements import report_sections as section
from improvements.choices import MeasureState
from tests.factories import improvements as make


def this_time():
    """A period whose books are open now, whatever the day."""
    today = timezone.localdate()
    earlier, later = today - 200 * make.DAY, today + 200 * make.DAY
    now = Period(kind=PeriodKind.YEAR, starts_on=earlier, ends_on=later, cut_off=timezone.now() + 200 * make.DAY)
    return now


def test_the_section_counts_both_dates_and_tells_the_effects(who, monkeypatch):
    make.measure_at(MeasureState.CLOSED, who)
    make.measure_at(MeasureState.EXECUTING, make.cast())
    since = timezone.now() - 200 * make.DAY
    monkeypatch.setattr(section, "bounds", lambda period: (since, period.cut_off))
    data = json.loads(json.dumps(section.collect(this_time())))
    assert data["due"]["original_due"] == data["due"]["current_due"] == {"due": 2, "done": 1}
    assert [row["verdict"] for row in data["effects"]] == ["improved"]
    assert len(data["open"]) == 1
    for language in ("zh-hans", "en"):
        with override(language):
            shown = list(section.headlines(data))
            assert [headline.value for headline in shown] == ["50.0", "50.0", "1"]
            assert all(headline.url for headline in shown)
            assert [len(rows) for _title, _headers, rows in section.tables(data)] == [2, 1]
            assert len(section.charts(data)) == 1
            assert all(section.sentences(data, part) for part in ("overview", "conclusions"))


def test_nothing_to_say_is_said(db):
    period = periods.containing(PeriodKind.QUARTER, timezone.localdate())
    assert section.collect(period) == {}
    assert (list(section.headlines({})), section.charts({}), section.tables({})) == ([], [], [])
    assert len(section.sentences({}, "overview")) == 1
