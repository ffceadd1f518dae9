import asyncio
import json
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation

from core import charts
from core.charts import Chart, ChartFailed, svg
from tests.core.chart_samples import MAKERS, NAMES, chart

SVG = "{http://www.w3.org/2000/svg}"
KINDS = list(charts.KINDS)


def texts(drawn):
    return [node.text for node in ElementTree.fromstring(drawn).iter(f"{SVG}text")]


def place(node):
    moved = [float(value) for value in re.findall(r"-?[\d.]+", node.get("transform", "translate(0 0)"))]
    return float(node.get("x", 0)) + moved[0], float(node.get("y", 0)) + moved[1]


@pytest.fixture(autouse=True)
def _chinese():
    with translation.override("zh-hans"):
        yield


def test_every_kind_has_a_builder_and_a_sample():
    names = charts._engine().v8.eval("JSON.stringify(portalCharts.kinds)")
    assert sorted(json.loads(names)) == sorted(KINDS) == sorted(MAKERS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 4, 20])
@pytest.mark.parametrize("width", [330, 656])
def test_a_picture_is_whole_and_fits(kind, count, width):
    drawn = svg(chart(kind, count), width=width)
    root = ElementTree.fromstring(drawn)
    assert int(root.get("width")) == width
    assert int(root.get("height")) >= 36
    assert "NaN" not in drawn
    assert "undefined" not in drawn
    assert "Infinity" not in drawn
    for node in root.iter(f"{SVG}text"):
        x, y = place(node)
        assert -1 <= x <= width + 1, node.text
        assert -1 <= y <= int(root.get("height")) + 1, node.text


@pytest.mark.parametrize("kind", KINDS)
def test_svg_passes_a_strict_policy(kind):
    drawn = svg(chart(kind))
    assert not re.search(r"style|class=|<script|javascript:|on\w+=|url\(|href", drawn)


@pytest.mark.parametrize("kind", KINDS)
def test_no_data_says_so_calmly(kind):
    data = MAKERS[kind](1) | {charts.KINDS[kind]: []}
    assert texts(svg(Chart(kind, data, title="空"))) == ["这段时间没有数据。"]


def test_the_numbers_of_the_data_are_the_numbers_of_the_picture():
    words = texts(svg(chart("dot_interval")))
    assert [word for word in words if word in ("89.5%", "88.5%", "87.5%", "86.5%")] == [
        "89.5%",
        "88.5%",
        "87.5%",
        "86.5%",
    ]
    assert "n=858" in words
    assert "+4.5（+1.2至+7.8）" in words
    assert "同一方括号内不分先后" in words


def test_a_small_group_shows_its_reason_and_no_number():
    data = {
        "unit": "%",
        "rows": [
            {"label": "甲", "value": 77.7, "low": 70, "high": 80, "n": 3, "suppressed": "少于5份，不显示"},
            *MAKERS["dot_interval"](1)["rows"][:1],
        ],
    }
    words = texts(svg(Chart("dot_interval", data, title="x")))
    assert "少于5份，不显示" in words
    assert "77.7%" not in words


def test_long_names_break_and_end_in_an_ellipsis():
    words = texts(svg(chart("ageing"), width=330))
    assert NAMES[0] in words
    assert any(word.endswith("…") for word in words)


def test_pareto_folds_what_has_no_room():
    words = texts(svg(chart("pareto", 20), width=330))
    assert "其他" in words
    assert "100%" in words


def test_the_words_follow_the_language():
    assert "不分先后" in " ".join(texts(svg(chart("dot_interval"))))
    with translation.override("en"):
        assert "no proven order" in " ".join(texts(svg(chart("dot_interval"))))


def test_markup_in_a_label_stays_text():
    evil = "<script>alert(1)</script>&\"'{x|y}"
    drawn = svg(Chart("bars", {"rows": [{"label": evil, "values": [1]}]}, title="x"))
    assert "<script" not in drawn
    assert "".join(texts(drawn)).startswith("<script>alert(1)</script>&")


def test_same_data_same_picture():
    assert svg(chart("diverging")) == svg(chart("diverging"))


def test_unknown_kinds_and_missing_data_are_refused():
    with pytest.raises(ValueError, match="unknown kind"):
        Chart("gauge", {"rows": []}, title="x")
    with pytest.raises(ValueError, match="points"):
        Chart("trend_limits", {"rows": []}, title="x")
    with pytest.raises(ValueError, match="JSON compliant"):
        svg(Chart("bars", {"rows": [{"label": "x", "values": [float("nan")]}]}, title="x"))


def test_decimals_and_lazy_texts_are_plain():
    lazy = translation.gettext_lazy("satisfied")
    assert Chart("bars", {"rows": [{"label": lazy, "values": [Decimal("1.5")]}]}, title="x").payload["data"] == {
        "rows": [{"label": "满意", "values": [1.5]}]
    }


def test_wrong_data_fails_by_name_and_the_next_picture_is_drawn():
    with pytest.raises(ChartFailed, match="diverging"):
        svg(Chart("diverging", {"rows": [{"label": "x"}]}, title="x"))
    assert svg(chart("diverging"))


def test_a_picture_that_takes_too_long_is_stopped(monkeypatch):
    engine = charts.Engine()
    engine.v8.eval("portalCharts.svg = () => { for (;;); }")
    monkeypatch.setattr(charts, "TIME_LIMIT", 0.3)
    with pytest.raises(ChartFailed):
        engine.render(chart("bars").payload, {"width": 300})


def test_threads_take_turns():
    results, expected = [], svg(chart("funnel"))
    threads = [threading.Thread(target=lambda: results.append(_in_chinese())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 6


def _in_chinese():
    with translation.override("zh-hans"):
        return svg(chart("funnel"))


FORKS = """
import os, sys, django
django.setup()
from core.charts import svg
from tests.core.chart_samples import MAKERS, chart
expected = [svg(chart(kind)) for kind in MAKERS]
child = os.fork()
drawn = [[svg(chart(kind)) for kind in MAKERS] for _ in range(10)]
if child == 0:
    sys.exit(0 if drawn == [expected] * 10 else 3)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_worker_draws_with_an_engine_of_its_own_and_ends():
    """A worker forked after the first picture waits for no thread it lacks and ends by itself."""
    done = subprocess.run(
        [sys.executable, "-c", FORKS], cwd=settings.BASE_DIR, timeout=60, capture_output=True, text=True
    )
    assert done.stdout == "0\n", done.stderr


def test_on_a_page_a_chart_carries_data_table_and_links():
    page = Template("{% load charts %}{% chart chart %}").render(Context({"chart": chart("pareto")}))
    payload = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page, re.S)[1])
    assert payload["kind"] == "pareto"
    assert payload["data"] == MAKERS["pareto"]()
    assert 'href="/rows/0/"' in page
    assert '<a class="more" href="/rows/">' in page
    assert "<details" in page
    assert "open>" in page  # without JavaScript the table is there
    assert "style=" not in page


def test_on_paper_a_chart_keeps_caption_and_table():
    page = Template('{% load charts %}{% printed_chart chart number="图2" detail="明细F02" table=True %}').render(
        Context({"chart": chart("bars")})
    )
    assert re.search(r"<figure>\s*<figcaption><b>图2　各维度满意率</b><span>明细F02</span></figcaption>\s*<svg", page)
    assert "<table" in page


def test_the_builders_know_the_tokens():
    """Colours of the charts and of the pages are the same."""
    tokens = (settings.BASE_DIR / "static/css/tokens.css").read_text("utf-8")
    builders = (settings.BASE_DIR / "static/js/charts.js").read_text("utf-8")
    light = tokens.split("[data-bs-theme")[0]
    for name in (
        "c1",
        "c2",
        "c3",
        "c4",
        "c5",
        "c6",
        "s1",
        "s2",
        "s3",
        "s4",
        "s5",
        "grid",
        "axis",
        "limit",
        "band",
    ):
        colour = re.search(rf"--{name}:\s*(#\w+)", light)[1]
        assert re.search(rf"\b{name}: \"{colour}\"", builders), name


def test_vendored_files_are_what_their_manifest_says():
    import hashlib

    folder = settings.BASE_DIR / "static/vendor/echarts"
    for entry in json.loads((folder / "MANIFEST.json").read_text("utf-8")):
        assert (
            hashlib.sha256((settings.BASE_DIR / "static" / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        ), entry["file"]


def test_columns_of_words_stand_left_and_those_of_figures_right():
    rows = [["A-1 名称", "Corporate Training", 3, "3.69 (n=32)", None], ["A-2 名称", "–", "1,204", "–", "too few"],
            ["B", "Quality", 1, "2.0", 4], ["C", "Service", 2, "1.0", 5]]  # fmt: skip
    context = {"headers": ["Measure", "Unit", "n", "Before", "Total"], "rows": rows}
    table = render_to_string("components/report_table.html", context)
    assert re.findall(r"<th( class=\"num\")?>", table) == ["", "", *[' class="num"'] * 3]
    assert '<td>Corporate Training</td><td class="num">3</td>' in table
    assert '<td class="num">–</td></tr>' in table.partition("A-2")[0]


def test_a_picture_is_drawn_where_an_event_loop_runs(monkeypatch):
    """A first picture, one more, and one that takes too long, from code that the loop itself called."""
    alone = svg(chart("pareto"))
    monkeypatch.setattr(charts, "_engines", {})

    async def drawn():
        with translation.override("zh-hans"):
            pictures = [svg(chart("pareto")), svg(chart("pareto"))]
        monkeypatch.setattr(charts, "TIME_LIMIT", 0.0001)
        with pytest.raises(ChartFailed):
            svg(chart("pareto"))
        return pictures

    with ThreadPoolExecutor(1) as pool:  # this thread may have a loop already, of a browser
        assert pool.submit(lambda: asyncio.run(drawn())).result() == [alone, alone]
