"""Components are strict, say what they should, and the style sheets keep their promises."""

import hashlib
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as project
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import timezone, translation

from core import history, moments, nav
from core.choices import JobState
from core.gallery import SampleForm, SampleTable, checked_form
from core.models import Event, Job
from core.templatetags import ui
from core.worktime.limits import Remaining

ROOT = Path(project.BASE_DIR)
NOW = datetime(2026, 4, 8, 2, 30, tzinfo=UTC)  # Wednesday, 10:30 in Shanghai
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _wednesday(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture(autouse=True)
def _chinese():
    with translation.override("zh-hans"):
        yield


def draw(source, **context):
    return Template(source).render(Context(context))


def said(source, **context):
    """What a person reads, in one line."""
    return words(draw(source, **context))


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# ── strict ──


@pytest.mark.parametrize(
    "source",
    [
        '{% badge state colour="red" %}',
        "{% badge %}",
        '{% card titel="x" %}{% end %}',
        "{% page_head %}{% end %}",
        '{% stat "Late" %}',
        "{% due %}",
        "{% fact %}{% end %}",
        "{% card %}{% endfact %}",
        '{% empty action_url="#" action_label="x" %}',
    ],
)
def test_component_with_unknown_or_missing_attribute_does_not_compile(source):
    with pytest.raises(TemplateSyntaxError):
        Template(source)


@pytest.mark.parametrize(
    "source",
    [
        '{% stat "Late" 1 %}',
        '{% stat "Late" 1 note="x" tone="pink" %}',
        '{% stat "Late" 1 note="x" rows="see them" %}',
        '{% stat "Late" 1 base=3 verdict="better" %}',
        '{% icon "no-such-icon" %}',
        "{% badge state %}",
        "{% facts columns=5 %}{% end %}",
        '{% card more_url="/x" %}{% end %}',
        '{% note tone="red" %}{% end %}',
        '{% empty text="x" action_url="/x" %}',
        "{% steps steps current=3 %}",
        '{% tabs tabs label="x" %}',
    ],
)
def test_component_with_a_wrong_value_is_not_drawn(source):
    with pytest.raises(TemplateSyntaxError):
        draw(source, state="draft", steps=["one", "two"], tabs=[{"label": "x", "link": "/"}])


def test_body_ends_with_end_or_with_its_own_name_and_nests():
    source = '{% card title="A" %}{% facts %}{% fact "B" %}C{% end %}{% endfacts %}{% endcard %}'
    assert said(source) == "A B C"
    assert said(source.replace("endfacts", "end").replace("endcard", "end")) == "A B C"


def test_body_sees_the_page_and_component_escapes_its_attributes():
    html = draw("{% card title=title %}{{ word }}{% end %}", title="<b>", word="<i>")
    assert "<h2>&lt;b&gt;</h2>" in html
    assert "&lt;i&gt;" in html
    assert "<b>" not in html


# ── components ──


def test_badge_of_a_member_and_of_a_row():
    expected = '<span class="badge is-accent">'
    with translation.override("en"):
        member, row = (
            draw("{% badge state %}", state=JobState.RUNNING),
            draw("{% badge job %}", job=Job(state="running")),
        )
    assert member.strip() == row.strip() == f"{expected}Running</span>"


def test_icon_is_decorative_unless_labelled():
    href = "/static/vendor/icons/sprite.svg#home"
    assert draw('{% icon "home" small=True %}') == (
        f'<svg class="i i-s" aria-hidden="true"><use href="{href}"></use></svg>'
    )
    assert draw('{% icon "home" label=label %}', label="<首页>") == (
        f'<svg class="i" role="img" aria-label="&lt;首页&gt;"><use href="{href}"></use></svg>'
    )


def test_stat_shows_base_margin_verdict_and_rows():
    source = '{% stat "满意" "83%" base=1547 margin="3.2" change="上升" verdict="up" url="/r" rows="看这些" %}'
    assert said(source) == "满意 83% n=1,547, ±3.2 上升 看这些"
    assert '<a href="/r" class="stat">' in draw(source)


def test_empty_fact_shows_a_dash():
    assert said('{% fact "日期" %}  {% end %}') == "日期 —"


@pytest.mark.parametrize(
    ("at", "more", "tone", "text"),
    [
        (NOW - 16 * HOUR, {"left": -90}, "is-late", "昨天 18:30 超1.5小时"),
        (NOW + 5 * HOUR, {"left": 300}, "is-soon", "今天 15:30 还有5小时"),
        (NOW + 24 * HOUR, {"left": Remaining(870, 480, False)}, "", "明天 10:30 还有14.5小时"),
        (NOW + 144 * HOUR, {"left": 2280}, "", "4月14日 10:30 还有4天6小时"),
        (
            NOW + 144 * HOUR,
            {"left": 720, "stopped": "等客户材料"},
            "is-stopped",
            "等客户材料 钟已停，剩12小时",
        ),
        (NOW + 144 * HOUR, {"left": 60, "original": NOW}, "", "今天 10:30 4月14日 10:30 还有1小时"),
        (date(2026, 4, 8), {}, "is-soon", "今天"),
        (date(2026, 4, 7), {}, "is-late", "昨天"),
        (date(2027, 1, 4), {}, "", "2027年1月4日"),
        (None, {}, "", "—"),
    ],
)
def test_due_says_the_moment_and_the_working_time_left(at, more, tone, text):
    attributes = " ".join(f"{name}={name}" for name in more)
    source = f"{{% due at=at {attributes} %}}"
    html = draw(source, at=at, **more)
    assert re.search(r'<span class="([^"]*)"', html)[1] == f"due {tone}".strip()
    assert words(html) == text


@pytest.mark.django_db
def test_due_without_left_reads_the_default_calendar_once_per_request(django_assert_num_queries):
    from core.worktime import store

    calendar = store.calendar_for()
    at = NOW + 24 * HOUR
    request = RequestFactory().get("/")
    store._edition.cache_clear()
    store.calendar_for()
    with django_assert_num_queries(1):
        html = draw("{% due at=at %}{% due at=at %}{% due at=at %}", at=at, request=request)
    left = Remaining(calendar.between(NOW, at), calendar.minutes_per_day, False)
    assert html.count(str(ui.remaining_text(left, is_stopped=False))) == 3


def test_moments_name_the_days_next_to_today():
    texts = [moments.text(NOW + timedelta(days=days)) for days in (-2, -1, 0, 1, 2, 300)]
    assert texts == [
        "4月6日 10:30",
        "昨天 10:30",
        "今天 10:30",
        "明天 10:30",
        "4月10日 10:30",
        "2027年2月2日 10:30",
    ]
    assert moments.full(NOW) == "2026年4月8日 星期三 10:30"
    with translation.override("en"):
        assert moments.text(NOW + timedelta(days=-2)) == "6 Apr 10:30"
        assert moments.text(NOW) == "Today 10:30"


def test_moment_filter_carries_machine_time_and_the_whole_date():
    assert draw("{{ at|moment }}", at=NOW) == (
        '<time datetime="2026-04-08T10:30:00+08:00" title="2026年4月8日 星期三 10:30">今天 10:30</time>'
    )
    assert said("{{ at|day }}", at=NOW) == "今天"
    assert said("{{ at|moment }}", at=None) == "—"


def test_timeline_shows_newest_first_with_changes_in_the_words_of_the_fields():
    rows = [
        Event(subject="core.job", subject_id=1, kind="created", at=NOW - HOUR),
        Event(
            subject="core.job",
            subject_id=1,
            kind="edited",
            at=NOW,
            payload={"changes": {"title": ["", "新"]}},
        ),
    ]
    with translation.override("en"):
        assert said("{% timeline rows %}", rows=rows) == (
            "Today 10:30 Changed the portal title: — → 新 Today 09:30 Created the portal"
        )


def test_timeline_takes_state_words_from_the_workflow(monkeypatch):
    monkeypatch.setitem(history.REGISTRY, "core.job", SimpleNamespace(states=JobState))
    event = Event(
        subject="core.job",
        subject_id=1,
        kind="run",
        from_state="running",
        to_state="failed",
        at=NOW,
        comment="x",
    )
    with translation.override("en"):
        assert history.line(event) == history.Line(NOW, JobState.FAILED.label, "the portal", "x", "bad")


def test_paginator_keeps_the_query_and_changes_the_page():
    page = Paginator(range(55), 20).page(2)
    html = draw("{% paginator page count='55' %}", page=page, request=RequestFactory().get("/?q=李&page=2"))
    assert re.findall(r'href="([^"]+)"', html) == ["?q=%E6%9D%8E&amp;page=1", "?q=%E6%9D%8E&amp;page=3"]
    assert words(html) == "第21–40条，共55条 上一页 下一页"


def test_table_rows_are_doors_and_an_empty_table_says_why():
    request = RequestFactory().get("/?sort=-title&page=3")
    rows = [{"number": "1", "title": "<甲>", "state": JobState.DONE, "answers": 3, "due_at": NOW, "left": 1}]
    html = draw("{% table table %}", table=SampleTable(rows, request=request, order_by="-title"), request=request)
    assert html.count('data-href="#"') == 1
    headings = re.findall(r'(aria-sort="[a-z]+")><a href="([^"]+)" data-swap>事由', html)
    assert headings == [('aria-sort="descending"', "?sort=title")]
    assert "&lt;甲&gt;" in html
    empty = draw("{% table table %}", table=SampleTable([], request=request), request=request)
    assert "<table" not in empty
    assert 'class="btn btn-primary" href="#"' in empty


def test_meter_shares_the_whole_and_says_it():
    html = draw("{% meter parts label='通话' %}", parts=[("接通", 9), ("未接", 3), ("待拨", 8)])
    assert re.findall(r'class="(p\d)" x="(\d+)" width="(\d+)"', html) == [
        ("p1", "0", "9"),
        ("p2", "9", "3"),
        ("p0", "12", "8"),
    ]
    assert 'aria-label="通话: 接通 9, 未接 3, 待拨 8"' in html


# ── forms ──


def test_form_sums_up_errors_with_links_and_repeats_them_at_the_field():
    html = draw('{% include "components/form.html" with form=form submit_label="登记" %}', form=checked_form())
    error = "填11位手机号，或带区号的座机。"
    assert f'<a href="#id_phone">电话：{error}</a>' in html
    assert html.count(error) == 2
    assert 'id="id_phone_error"' in html
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in html
    assert 'value="1380013"' in html


def test_form_marks_optional_fields_only_and_puts_the_unit_beside():
    html = draw('{% include "components/form.html" with form=form submit_label="x" %}', form=SampleForm())
    assert re.findall(r">([^<>]+)<span class=\"opt\">（选填）", html) == ["要求退款", "客户希望怎样解决"]
    assert re.search(r'name="amount"[^>]*>\s*<span>元</span>', html)
    assert "asteriskField" not in html


def test_form_asks_to_acknowledge_a_soft_warning():
    html = draw('{% include "components/form.html" with form=form submit_label="x" %}', form=checked_form())
    assert "600元超过了这门课程的学费。" in html
    assert '<input class="form-check-input" type="checkbox" name="acknowledge" value="1" id="id_acknowledge">' in html


# ── style sheets and vendored files ──


def tokens(name):
    text = (ROOT / "static/css" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"(--[a-z0-9-]+):\s*([^;]+);", text))


def luminance(colour):
    colour = colour.lstrip("#")
    colour = "".join(2 * part for part in colour) if len(colour) == 3 else colour
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


STATES = ("info", "attention", "danger", "success", "neutral")
TEXT = [(ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent") for ground in ("card", "ground", "sunken")]
TEXT += [(state, f"{state}-bg") for state in STATES]
TEXT += [(state, "card") for state in STATES]
TEXT += [("on-accent", "accent"), ("accent-strong", "accent-soft"), ("card", "danger"), ("on-float", "float")]
TEXT += [(f"s{n}-ink", f"s{n}") for n in range(1, 6)]


@pytest.mark.parametrize("sheet", ["tokens.css", "dark.css"])
def test_text_keeps_its_contrast(sheet):
    colours = tokens(sheet)
    weak = {pair: round(contrast(*(colours[f"--{name}"] for name in pair)), 2) for pair in TEXT}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}
    assert contrast(colours["--control"], colours["--card"]) >= 3


def test_dark_names_every_colour_of_light_and_nothing_else():
    colours = {name for name, value in tokens("tokens.css").items() if value.startswith("#") or "shadow" in name}
    assert set(tokens("dark.css")) == colours | {"--theme"}


def test_every_token_used_is_named():
    named = set(tokens("tokens.css"))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", (ROOT / "static/css/app.css").read_text(encoding="utf-8")))
    assert {name for name in used - named if not name.startswith("--tblr-")} == set()


def test_public_sheet_is_small_and_alone():
    text = (ROOT / "static/css/public.css").read_text(encoding="utf-8")
    assert len(text.encode()) <= 16_000  # questionnaires, and the form and progress of a complaint
    assert "@import" not in text
    assert "url(" not in text


@pytest.mark.parametrize("name", ["tabler", "htmx", "icons"])
def test_vendored_files_are_those_of_the_manifest(name):
    folder = ROOT / "static/vendor" / name
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    files = [path for path in folder.iterdir() if path.name != "MANIFEST.json"]
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} == manifest["sha256"]
    assert "LICENSE" in manifest["sha256"]
    assert not any(b"sourceMappingURL" in path.read_bytes() for path in files)


TEMPLATES = sorted(str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles_and_its_icons_exist(name):
    get_template(name)
    named = re.findall(r'{% icon "([^"]+)"', (ROOT / "templates" / name).read_text(encoding="utf-8"))
    assert set(named) - ui.icon_names() == set()


def test_icons_of_the_navigation_exist():
    assert {icon for _key, _label, icon in nav.SECTIONS} - ui.icon_names() == set()


def test_templates_hold_no_inline_style_or_script():
    found = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        if path.relative_to(ROOT / "templates").parts[0] in ("emails", "pdf"):
            continue  # mail programs know nothing else; paper has no policy
        text = path.read_text(encoding="utf-8")
        if re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|javascript:", text):
            found.append(str(path.relative_to(ROOT)))
    assert found == []


# ── language and appearance ──


@pytest.fixture
def post(core_pages, client):
    def send(path, **data):
        return client.post(path, data)

    return send


@pytest.mark.django_db
def test_language_goes_into_the_cookie_and_the_profile(post, client, make_user):
    user = make_user("lin")
    client.force_login(user)
    response = post("/preferences/language", language="en", next="/gallery/?page=2")
    assert (response.status_code, response["Location"]) == (302, "/gallery/?page=2")
    assert response.cookies["language"].value == "en"
    user.refresh_from_db()
    assert user.language == "en"


@pytest.mark.django_db
def test_appearance_works_for_strangers_too(post):
    response = post("/preferences/theme", theme="dark")
    assert (response.status_code, response["Location"], response.cookies["theme"].value) == (302, "/", "dark")
    assert response.cookies["theme"]["httponly"]


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""])
def test_after_a_choice_nobody_is_sent_elsewhere(post, wanted):
    assert post("/preferences/theme", theme="dark", next=wanted)["Location"] == "/"


@pytest.mark.django_db
def test_unknown_choices_and_get_are_refused(post, client):
    assert post("/preferences/theme", theme="pink").status_code == 400
    assert post("/preferences/language", language="xx").status_code == 400
    assert client.get("/preferences/theme").status_code == 405


def test_query_of_the_chips_forgets_the_page():
    from core.gallery import SampleFilters

    query = QueryDict("name=李&kind=done&page=3")
    html = draw("{% chips filters %}", filters=SampleFilters(query, queryset=Job.objects.none()))
    assert re.findall(r'href="(\?[^"]+)"', html) == ["?kind=done", "?name=%E6%9D%8E"]
