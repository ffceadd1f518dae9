"""Figures of the ledger for reports and appraisal: cohorts by local days, with their base."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from complaints import report_sections
from complaints.report_figures import collect
from complaints.selectors import figures
from core import periods
from core.reporting import SECTIONS
from tests.factories import customers as make
from tests.factories.complaints import complaint_at, decide, make_complaint, suggestion_at

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 2)


def at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def test_received_counts_local_days_without_what_was_not_ours(crew):
    first = make_complaint(crew.agent, received_at=at(DAY, 0))
    last = make_complaint(crew.agent, received_at=at(DAY, 23, 59))
    make_complaint(crew.agent, received_at=at(DAY + timedelta(days=1), 0))
    make_complaint(crew.agent, kind="enquiry", received_at=at(DAY, 10))
    complaint_at("declined", crew, received_at=at(DAY, 10))
    complaint_at("voided", crew, received_at=at(DAY, 10))
    withdrawn = complaint_at("withdrawn", crew, received_at=at(DAY, 10))
    assert set(figures.complaints_received(DAY, DAY)) == {first, last, withdrawn}


def test_of_units_only_theirs(crew):
    mine = complaint_at("assigned", crew)
    make_complaint(crew.agent)
    today = timezone.localdate()
    assert list(figures.complaints_received(today, today, [crew.department])) == [mine]
    assert list(figures.complaints_received(today, today, [crew.desk.pk])) == []


def test_the_base_of_the_rate_are_services_of_the_days_and_units(crew):
    customer = make.make_customer(unit=crew.desk)
    inside = make.make_service(customer, unit=crew.department, happened_on=DAY)
    make.make_service(customer, unit=crew.department, happened_on=DAY + timedelta(days=1))
    make.make_service(customer, unit=crew.desk, happened_on=DAY)
    assert list(figures.cases_served(DAY, DAY, [crew.department])) == [inside]


def test_adopted_is_a_part_of_decided_and_deferred_is_neither(crew):
    rows = {outcome: suggestion_at(outcome, crew) for outcome in ("adopted", "partly", "not_adopted")}
    suggestion_at("evaluating", crew)
    deferred = suggestion_at("evaluating", crew)
    today = timezone.localdate()
    decide(deferred, crew, "deferred", review_on=today + timedelta(days=9))
    decided = set(figures.suggestions_decided(today, today))
    adopted = set(figures.suggestions_adopted(today, today, [crew.department]))
    assert decided == set(rows.values())
    assert adopted == {rows["adopted"], rows["partly"]} < decided
    assert figures.suggestions_decided(today + timedelta(days=1), today + timedelta(days=1)).count() == 0


def test_first_cycles_due_leave_out_what_was_withdrawn_in_time(crew):
    received = at(DAY, 10)
    kept = make_complaint(crew.agent, received_at=received).cycle
    complaint_at("withdrawn", crew, received_at=received)
    due = timezone.localdate(kept.result_due)
    assert list(figures.first_cycles_due(due, due)) == [kept]
    assert list(figures.first_cycles_due(DAY, DAY)) == []


@pytest.fixture
def quarter(crew):
    """The period of now, so that what services do falls into it, with a known set of records."""
    complaint_at("closed", crew)
    complaint_at("replied", crew, verdict="not")
    complaint_at("accepted", crew)
    suggestion_at("adopted", crew)
    make_complaint(crew.agent, kind="praise")
    complaint_at("voided", crew)
    period = periods.of("quarter", timezone.localdate())
    since, until = periods.bounds(period)
    if not since <= timezone.now() < until:
        period = periods.of("quarter", timezone.localdate() + timedelta(days=10))
    return period


def test_the_section_collects_counts_shares_and_ages(crew, quarter):
    data = collect(quarter)
    assert data["kinds"] == {"complaint": 3, "suggestion": 1, "praise": 1}
    assert data["verdicts"] == {"justified": 1, "not": 1}
    assert data["call_backs"] == {"due": 2, "reached": 1, "resolved": 1, "scores": [5]}
    assert data["decisions"] == {"adopted": 1}
    assert data["categories"] == {"service": 3}
    assert data["ages"] == [[0, False]] * 3
    assert collect(quarter, unit=crew.department)["kinds"] == {"complaint": 2, "suggestion": 1}


def test_timeliness_counts_what_fell_due(crew):
    late = make_complaint(crew.agent, received_at=at(DAY, 9, 30))
    complaint_at("withdrawn", crew, received_at=at(DAY, 9, 30))
    found = collect(periods.of("quarter", DAY))["clocks"]
    assert found == {"response": {"due": 1, "kept": 0}, "result": {"due": 1, "kept": 0}}
    assert late.cycle.response_due < timezone.now()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_section_speaks_from_kept_figures_alone(crew, quarter, language):
    import json

    data = json.loads(json.dumps(collect(quarter)))
    with translation.override(language):
        charts = report_sections.charts(data)
        tables = report_sections.tables(data)
        headlines = list(report_sections.headlines(data))
        said = [report_sections.sentences(data, part) for part in ("overview", "conclusions", "advice")]
    assert [chart.kind for chart in charts] == ["bars", "ageing"]
    assert [len(rows) for _title, _headers, rows in tables][-3:] == [2, 3, 1]
    assert all(headline.base for headline in headlines)
    assert [bool(sentences) for sentences in said] == [True, True, True]
    assert SECTIONS["complaints"].order == 20


def test_a_silent_ledger_has_no_section(db):
    data = collect(periods.of("quarter", DAY))
    assert (data, report_sections.charts({}), report_sections.tables({}), list(report_sections.headlines({}))) == (
        {},
        [],
        [],
        [],
    )
    assert report_sections.sentences({}, "overview") == []
