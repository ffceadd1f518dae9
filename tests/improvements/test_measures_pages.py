"""Pages and lists of measures: the whole way by forms, a constant number of queries, nothing a person may not see (P1)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from improvements import home
from improvements.choices import MeasureState
from improvements.models import ImprovementCase, Measure
from improvements.services import cases, extensions
from tests.customers.test_lists import text_of
from tests.factories import improvements as make


def test_the_form_plans_a_measure_and_asks_about_what_no_wave_can_prove(client, who):
    case = make.case(who)
    client.force_login(who.owner)
    url = reverse("improvements:measure_create", args=[case.pk])
    first = client.get(url).context["form"]
    key = first.initial["figure"]
    facts = {
        "kind": "preventive", "title": "讲师轮训", "goal": "满意率到80%", "tasks": "2026-12-15 备课\n试讲", "unit": who.unit.pk,
        "owner": who.owner.pk, "due_on": f"{timezone.localdate() + 30 * make.DAY}", "figure": key, "segment": "",
        "indicator": "top2", "target": "35", "smallest_change": "5",
    }  # fmt: skip
    assert list(client.post(url, facts).context["form"].errors) == ["target"]  # below the baseline of 40 %
    asked = client.post(url, facts | {"target": "80"})
    assert len(asked.context["form"].soft_warnings) == 1
    made = client.post(url, facts | {"target": "80", "acknowledge": "1"})
    row = Measure.objects.get()
    assert made.url == row.get_absolute_url()
    assert (float(row.target), float(row.smallest_change), row.kind, row.baseline_n) == (0.8, 0.05, "preventive", 20)
    assert [str(task.due_on) for task in row.tasks.all()] == ["2026-12-15", "None"]
    edit = reverse("improvements:measure_edit", args=[row.pk])
    initial = client.get(edit).context["form"].initial
    assert (str(initial["target"]), str(initial["smallest_change"])) == ("80", "5")
    again = facts | {
        "title": "讲师轮训（二）",
        "figure": "",
        "target": "",
        "smallest_change": "",
        "version": row.version,
    }
    assert client.post(edit, again).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.has_figure, row.baseline_n) == ("讲师轮训（二）", False, None)


@pytest.mark.parametrize("tasks", ["2026-02-30 不存在的日子", "x" * 301])
def test_a_wrong_task_names_its_line(client, who, tasks):
    case = make.case(who)
    client.force_login(who.owner)
    response = client.post(reverse("improvements:measure_create", args=[case.pk]), {"tasks": tasks})
    assert "1" in response.context["form"].errors["tasks"][0]


def test_the_whole_way_by_its_pages(client, who):
    row = make.draft(who)

    def step(person, name, **facts):
        client.force_login(person)
        row.refresh_from_db()
        url = reverse("improvements:measure_step", args=[row.pk, name])
        assert client.get(url).status_code == 200
        response = client.post(url, {"version": row.version} | facts)
        assert response.status_code == 302, response.context["form"].errors
        assert client.get(row.get_absolute_url()).status_code == 200

    step(who.lead, "issue")
    step(who.owner, "begin")
    step(who.owner, "progress", text="一半", difficulty="缺人", remedy="借调")
    step(who.owner, "tasks", tasks="试讲")
    later = timezone.localdate(row.current_due) + 5 * make.DAY
    step(who.owner, "extension", due_on=f"{later}", reason="场地装修")
    client.force_login(who.executive)
    decide = reverse("improvements:extension_decide", args=[row.extensions.get().pk, "approve"])
    assert decide in client.get(row.get_absolute_url()).content.decode()
    assert client.get(decide).status_code == 200
    assert client.post(decide, {"version": 0, "comment": ""}).status_code == 302
    client.force_login(who.owner)
    for task in row.tasks.all():
        assert client.post(reverse("improvements:task_done", args=[row.pk, task.pk])).status_code == 302
    step(who.owner, "submit", comment="完成", files=[make.evidence()])
    step(who.officer, "send-back", sampled="看了", reason="缺签到表")
    step(who.owner, "submit", comment="补齐", files=[make.evidence()])
    step(who.officer, "accept", sampled="抽查三门课")
    make.next_wave(row, (2,) * 10 + (5,) * 10)
    step(who.officer, "extend", reason="样本小")
    make.next_wave(row, (2,) * 20)
    step(who.officer, "redo", reason="原因没找对", due_on=f"{later}")
    row.refresh_from_db()
    assert (row.state, row.cycle, row.returns) == (MeasureState.EXECUTING, 2, 1)


def test_a_difficulty_owes_what_is_done_about_it(client, who):
    row = make.measure_at(MeasureState.EXECUTING, who)
    client.force_login(who.owner)
    url = reverse("improvements:measure_step", args=[row.pk, "progress"])
    assert list(client.post(url, {"text": "一半", "difficulty": "缺人"}).context["form"].errors) == ["remedy"]


def test_two_people_on_one_measure_see_each_other(client, who):
    row = make.measure_at(MeasureState.ISSUED, who)
    seen = row.version
    make.STEPS[MeasureState.EXECUTING](row, who)
    client.force_login(who.lead)
    url = reverse("improvements:measure_step", args=[row.pk, "cancel"])
    response = client.post(url, {"version": seen, "reason": "不做了"}, follow=True)
    row.refresh_from_db()
    assert (row.state, response.status_code) == (MeasureState.EXECUTING, 409)


@pytest.mark.parametrize("name", ["case_list", "measure_list"])
def test_list_asks_as_often_for_three_rows_as_for_one(client, who, name):
    client.force_login(who.lead)
    make.measure_at(MeasureState.EXECUTING, who)
    one, _response = queries(client, name)
    for _n in range(2):
        make.measure_at(MeasureState.EXECUTING, make.cast())
    three, response = queries(client, name)
    assert len(response.context["table"].rows) == 3
    assert one == three
    assert three <= 12


def queries(client, name):
    with CaptureQueriesContext(connection) as seen:
        response = client.get(reverse(f"improvements:{name}"))
    assert response.status_code == 200
    return len(seen), response


@pytest.mark.parametrize("name", ["case_list", "measure_list"])
@pytest.mark.parametrize("fmt", ["", "xlsx", "csv", "pdf"])
def test_nothing_of_another_unit_in_a_list_or_export(client, who, name, fmt):
    mine, stranger = make.draft(who), make.cast()
    foreign = make.draft(stranger, title="外单位措施")
    client.force_login(who.owner)
    text = text_of(client.get(reverse(f"improvements:{name}"), {"format": fmt} if fmt else {}), fmt)
    assert mine.case.number in text
    assert foreign.case.number not in text and "外单位措施" not in text


def test_every_door_gives_the_same_rows(client, who):
    mine, stranger = make.measure_at(MeasureState.ISSUED, who), make.cast()
    foreign = make.measure_at(MeasureState.ISSUED, stranger, title="外单位措施")
    client.force_login(who.owner)
    assert list(Measure.objects.visible_to(who.owner)) == [mine]
    assert list(ImprovementCase.objects.visible_to(who.owner)) == [mine.case]
    assert home.hits(who.owner, "外单位") == [] and len(home.hits(who.lead, "外单位")) == 1
    assert [item.number for item in home.due_items(who.owner)] == [mine.number]
    for row in (foreign, foreign.case):
        assert client.get(row.get_absolute_url()).status_code == 404
    step = reverse("improvements:measure_step", args=[foreign.pk, "begin"])
    assert client.post(step, {"version": foreign.version}).status_code == 404


def test_filters_narrow(client, who):
    row = make.measure_at(MeasureState.EXECUTING, who)
    client.force_login(who.lead)
    day = timezone.localdate(row.original_due)
    for query, n in (
        ({}, 1), ({"state": "any", "original_due_after": day, "original_due_before": day}, 1), ({"scope": "mine"}, 0),
        ({"state": "overdue"}, 0), ({"state": "closed"}, 0), ({"q": "教材"}, 1), ({"unit": who.unit.pk}, 1),
        ({"case": row.case_id}, 1), ({"verdict": "improved"}, 0), ({"colour": "red"}, 0),
    ):  # fmt: skip
        response = client.get(reverse("improvements:measure_list"), query)
        assert len(response.context["table"].rows) == n, query


def test_due_items_name_the_act_of_each_person(who):
    case = ImprovementCase.objects.get(finding=make.finding(unit=who.unit))
    assert [(item.number, item.title) for item in home.due_items(who.lead)] == [(case.number, case.name)]
    row = make.measure_at(MeasureState.EXECUTING, who)
    extensions.request(row, by=who.owner, new_due=row.current_due + make.DAY, reason="装修")
    assert [item.number for item in home.due_items(who.executive)] == [row.number]
    make.submit(row, who)
    cases.dismiss(case, by=who.lead, reason="个别现象")
    assert [item.due_at > row.submitted_at for item in home.due_items(who.officer)] == [True]
    make.STEPS[MeasureState.OBSERVING](row, who)
    assert list(home.due_items(who.officer)) == []
    make.next_wave(row, (5,) * 20)
    assert [item.number for item in home.due_items(who.officer)] == [row.number]
    assert [tile.value for tile in home.tiles(who.lead)] == ["1"]
