"""What surveys give a periodic report: figures kept once, drawn and worded from them alone."""

import json
import re

import pytest

from core import charts
from core.i18n import speaking
from customers.models import Customer
from customers.services import contacts
from surveys import report_figures, report_sections
from surveys.selectors import results
from surveys.selectors.frozen import Groups, ImportanceMap, TrendPoint, WaveResults, thaw
from surveys.services import questionnaires
from surveys.services.snapshots import as_json
from tests.factories import reports as report
from tests.factories import surveys as make

pytestmark = pytest.mark.django_db
PARTS = ("overview", "results", "conclusions", "advice")


def mixed(number):
    """Answers that vary over people; the trainer is always liked, the content seldom."""
    low = 1 + number % 3
    return {"Q1": low, "Q2": low, "Q3": 5 - (number % 7 == 0), "Q4": 5 - (number % 5 == 0), "Q5": 2 + number % 3, "Q6": 1 + number % 3,
            "Q9": number % 11, "Q10": "再多一点练习"}  # fmt: skip


@pytest.fixture
def version():
    return make.published()


@pytest.fixture
def data(version):
    """Two waves of forty people, the second with worse content."""
    make.contacts(20, type="enterprise")
    make.contacts(20, type="government")
    report.closed_wave(
        [{"score": 4} | mixed(n) | {"Q1": 4, "Q2": 4 + n % 2} for n in range(40)], version=version, code="2026-A"
    )
    report.closed_wave([{"score": 4} | mixed(n) for n in range(40)], version=version, code="2026-B")
    return json.loads(json.dumps(report_figures.collect(report.period_now())))


def words(data, language, part):
    with speaking(language):
        return "\n".join(report_sections.sentences(data, part))


def test_period_without_closed_wave_says_so():
    assert report_figures.collect(report.period_now()) == {}
    assert words({}, "en", "overview") == "No survey ended in this period."
    assert [words({}, "en", part) for part in PARTS[1:]] == ["", "", ""]


def test_kept_figures_become_the_same_objects(version):
    make.contacts(35)
    wave = report.closed_wave([{"score": 4} | mixed(n) for n in range(35)], version=version)
    for kind, found in (
        (WaveResults, results.of_wave(wave)), (Groups, results.compare(wave, "seg_tier")), (TrendPoint, results.trend(wave)[-1]),
        (ImportanceMap, results.importance(wave)),
    ):  # fmt: skip
        kept = json.loads(json.dumps(as_json(found)))
        assert as_json(thaw(kind, kept)) == kept
        assert type(thaw(kind, kept)) is type(found)


def test_everything_is_drawn_and_said_from_the_json_alone(data, django_assert_num_queries):
    with django_assert_num_queries(0), speaking("zh-hans"):
        drawn = report_sections.charts(data)
        report_sections.headlines(data), report_sections.tables(data)
        [report_sections.sentences(data, part) for part in PARTS]
    assert {chart.kind for chart in drawn} == {
        "dot_interval", "diverging", "trend_limits", "importance_performance", "funnel", "pareto", "ageing"}  # fmt: skip
    assert all(chart.rows_url and chart.table[1] for chart in drawn)
    assert all(charts.svg(chart).startswith("<svg") for chart in drawn)


def test_collecting_again_after_masters_changed_gives_equal_figures(data, version):
    for customer in Customer.objects.all():
        Customer.objects.filter(pk=customer.pk).update(type="individual", tier="important", name_zh="改名")
        contacts.erase(customer.contacts.get(), by=None)
    questionnaires.retire(version, by=make.person(), reason="不再使用")
    assert json.loads(json.dumps(report_figures.collect(report.period_now()))) == data


def test_a_renamed_unit_keeps_its_old_name_in_the_report(data):
    before = [chart.payload for chart in report_sections.charts(data)]
    unit = make.unit()
    unit.name_zh = unit.name_en = "改名后的部门"
    unit.save()
    assert [chart.payload for chart in report_sections.charts(data)] == before
    assert "改名后的部门" not in json.dumps(report_sections.tables(data), ensure_ascii=False)


def test_both_languages_come_from_the_same_figures(data):
    with speaking("zh-hans"):
        chinese = report_sections.charts(data)
    with speaking("en"):
        english = report_sections.charts(data)
    assert chinese[0].data["rows"][0]["label"] == "Content（中）"
    assert english[0].data["rows"][0]["label"] == "Content"
    values = [[row["value"] for row in chart.data["rows"]] for chart in (chinese[0], english[0])]
    assert values[0] == values[1]
    assert not re.search(r"[一-鿿]", words(data, "en", "results").replace("（中）", ""))


def test_a_real_decline_is_claimed_and_a_steady_dimension_is_not(data):
    said = words(data, "en", "results")
    assert re.search(r"2026-B: .*\n(.*\n)?Against 2026-A these declined: “Content” −2\.\d\d \(", said)
    assert "“Trainer”" not in re.search(r"these declined: (.*)", said)[1]
    assert "Find out what changed in “Content” since the wave before" in words(
        data, "en", "advice"
    ) or "Take up" in words(data, "en", "advice")


def test_equal_waves_prove_nothing(version):
    make.contacts(20)
    for code in ("2026-A", "2026-B"):
        report.closed_wave([3 + n % 3 for n in range(20)], version=version, code=code)
    data = report_figures.collect(report.period_now())
    assert "Against 2026-A no dimension shows a proven change." in words(data, "en", "results")
    assert "is not proven" in words(data, "en", "conclusions")


def test_too_few_answers_show_no_figure(version):
    make.contacts(4)
    report.closed_wave([1, 5, 3, 2], version=version)
    data = report_figures.collect(report.period_now())
    assert "Too few answers came back to show results." in words(data, "en", "overview")
    assert words(data, "en", "results") == ""
    assert [chart.kind for chart in report_sections.charts(data)] == ["ageing"]
    assert data["waves"][0]["results"]["headline"]["scores"] is None


def test_low_answers_are_counted_with_what_became_of_them(data):
    follow_ups = data["follow_ups"]
    assert follow_ups["total"] == len(follow_ups["ages"]) == follow_ups["states"]["open"]
    assert f"{follow_ups['answers']} low answers opened {follow_ups['total']} follow-ups" in words(
        data, "en", "conclusions"
    )
    assert report_figures.collect(report.period_now(), make.unit("XX")) == {}
