"""From a published score back to the records (KPI-17), and from a record to the scores that rest on it."""

from datetime import date, datetime, time, timedelta
from unittest import mock

import pytest
from django.utils import timezone

from accounts.choices import Role
from appraisal.choices import CycleState
from appraisal.models import Score
from appraisal.panels import of_case, of_complaint, of_measure
from appraisal.report_sections import charts, collect, headlines, sentences, tables
from appraisal.selectors.evidence import chain
from appraisal.services import cycles, publications
from core import periods
from core.choices import PeriodKind
from improvements.services import measures
from tests.factories import accounts, improvements
from tests.factories import appraisal as make

pytestmark = pytest.mark.django_db
DUE = timezone.make_aware(datetime.combine(date(2026, 5, 20), time(18)))


@pytest.fixture
def crew(who):
    """The cast of improvement at home in the appraised unit."""
    made = improvements.cast()
    made.unit = who.unit
    made.owner, made.colleague = (improvements.person(unit=who.unit) for _number in range(2))
    return made


@pytest.fixture
def measure(crew):
    """A measure from a survey finding, due in the appraised quarter and not handed in."""
    case = improvements.case(crew)
    with mock.patch("django.utils.timezone.now", lambda: DUE - timedelta(days=10)):
        row = improvements.draft(crew, on=case, due_at=DUE)
        return measures.issue(row, by=crew.lead)


@pytest.fixture
def score(who, measure):
    """Published from records, not from given figures."""
    row = make.cycle_at(CycleState.OPEN, who)
    cycles.freeze(row, by=who.officer)
    cycles.begin_scoring(row, by=who.officer)
    make.rate(row, who)
    cycles.show_preview(row, by=who.officer)
    publications.publish(make.end_objections(row), by=who.executive)
    return Score.objects.get(sheet__cycle=row, sheet__unit=who.unit)


def flat(nodes):
    return [part for node in nodes for part in (node, *flat(node.nodes))]


def test_a_score_leads_to_its_measure_finding_and_answers(client, who, measure, score):
    client.force_login(who.executive)
    sheet = client.get(score.sheet.get_absolute_url()).content.decode()
    assert score.get_absolute_url() in sheet  # first click: the evidence
    shown = client.get(score.get_absolute_url()).content.decode()
    finding = measure.case.finding
    for row in (measure, measure.case, finding, finding.wave):  # second click: any record of the chain
        assert f'href="{row.get_absolute_url()}"' in shown


def test_the_chain_names_no_answer_and_nothing_the_reader_may_not_open(who, measure, score):
    fact = score.sheet.facts.get(indicator="measure_completion")
    assert (fact.base_ids, fact.row_ids, fact.row_model) == ([measure.pk], [], "improvements.measure")
    kinds = {node.url.split("/")[1] for node in flat(chain(who.executive, fact).nodes)}
    assert kinds == {"improvements", "surveys"}
    rows = chain(who.employee, fact)
    assert (rows.nodes, rows.total, rows.unseen) == ([], 1, 1)


def test_a_record_shows_the_scores_that_rest_on_it(rf, who, measure, score):
    request = rf.get("/")
    request.user = who.executive
    for panel in (of_measure(request, measure), of_case(request, measure.case)):
        assert score.get_absolute_url() in panel
    request.user = accounts.person(Role.EMPLOYEE, unit=accounts.unit())
    assert of_measure(request, measure) == ""


def test_today_stands_beside_the_frozen_value(client, who, measure, score):
    fact = score.sheet.facts.get(indicator="measure_completion")
    client.force_login(who.executive)
    with mock.patch("appraisal.indicators.fetch", make.fact):
        answer = client.get(fact.get_absolute_url())
    assert (answer.context["fact"].value, answer.context["today"].value) == (0, 80)
    assert Score.objects.get(pk=score.pk).content == score.content


def test_the_report_tells_of_the_newest_publication(who):
    row = make.cycle_at(CycleState.PUBLISHED, who)
    period = periods.containing(PeriodKind.QUARTER, timezone.localdate() + timedelta(days=100))
    data = collect(period)
    assert [one["sheet"] for one in data["units"]] == [sheet.pk for sheet in row.sheets.all()]
    assert charts(data) == []  # a single unit is not compared
    assert [line.value for line in headlines(data)] == ["1", "75.83"]
    ((_title, headers, rows),) = tables(data)
    assert len(headers) == len(rows[0])
    assert sentences(data, "overview") and sentences({}, "overview")
    assert collect(periods.containing(PeriodKind.QUARTER, make.DAY)) == {}


def test_a_complaint_of_another_kind_has_no_panel(rf, who):
    request = rf.get("/")
    request.user = who.executive
    assert of_complaint(request, type("Enquiry", (), {"kind": "enquiry", "pk": 1})()) == ""
