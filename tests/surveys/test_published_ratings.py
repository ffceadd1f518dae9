"""Ratings that customers publish about the company: collected once, on one basis, in the report (DAT-07)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.choices import Role
from core import periods, reporting
from core.imports.checking import Outcome
from core.imports.schema import SCHEMAS, Context, Row
from surveys import report_published
from surveys.models import PublishedRating
from surveys.services import published
from tests.factories import surveys as make

pytestmark = pytest.mark.django_db
DAY = date(2026, 2, 10)


@pytest.fixture
def officer():
    return make.person(Role.SURVEY_OFFICER)


def rated(by, points=4, body="", *, day=DAY, source="大众点评", **more):
    return published.collect(
        by=by, source=source, published_on=day, points=None if points is None else Decimal(points), body=body, **more
    )


@pytest.mark.parametrize(
    ("points", "lowest", "highest", "score"),
    [(5, 1, 5, "5.000"), (1, 1, 5, "1.000"), (8, 0, 10, "4.200"), (80, 0, 100, "4.200"), (3, 1, 3, "5.000")],
)
def test_points_of_any_scale_come_on_the_five_point_basis(points, lowest, highest, score):
    assert published.score_of(Decimal(points), Decimal(lowest), Decimal(highest)) == Decimal(score)


def test_words_hint_at_direction_and_theme_and_people_decide(officer):
    row = rated(officer, 2, "电话打了三次没人接，等了很久")
    assert (row.direction, row.score5) == ("problem", Decimal("2.000"))
    assert rated(officer, 5).direction == "praise" and rated(officer, 1, day=DAY + timedelta(1)).direction == "problem"
    decided = rated(officer, 5, "就那样", direction="suggestion", theme="price")
    assert (decided.direction, decided.theme) == ("suggestion", "price")
    published.edit(
        row,
        by=officer,
        source=row.source,
        published_on=row.published_on,
        points=Decimal(3),
        body=row.body,
        direction="other",
    )
    row.refresh_from_db()
    assert (row.score5, row.direction) == (Decimal("3.000"), "other")
    assert list(row.transitions.order_by("pk").values_list("kind", flat=True)) == ["created", "edited"]


def test_the_same_rating_is_collected_once(officer):
    rated(officer, 5, "讲得好 ")
    with pytest.raises(IntegrityError), transaction.atomic():
        rated(officer, 4, "讲得好")
    assert rated(officer, 5, "讲得好", author="小李").pk and rated(officer, 5).pk and rated(officer, 4).pk


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"lowest": 5, "highest": 5}, "published_scale_in_order"), ({"points": 9, "score5": 5}, "published_points_on_scale"),
        ({"points": None, "score5": None, "body": ""}, "published_says_something"), ({"direction": "x"}, "published_direction_known"),
    ],
)  # fmt: skip
def test_the_database_refuses_what_makes_no_sense(officer, fields, name):
    usual = {
        "source": "x",
        "published_on": DAY,
        "points": 3,
        "score5": 3,
        "direction": "other",
        "by": officer,
        "key": name,
    }
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        PublishedRating.objects.create(**usual | fields)


# Import ------------------------------------------------------------------------------------------------


def judged(by, *values):
    schema = SCHEMAS["published_ratings"]
    usual = {column.name: "" if column.kind == "text" else None for column in schema.columns}
    rows = [Row(number, [], usual | value) for number, value in enumerate(values, 2)]
    context = Context(by)
    for row in rows:
        schema.clean_row(row, context)
    schema.resolve(rows, context)
    return schema, Outcome("", [], {}, [], rows)


def test_a_workbook_of_ratings_is_taken_in(officer):
    class Counted:
        def step(self, n):
            self.n = n

    good = {"source": "大众点评", "published_on": DAY, "points": Decimal("4.5"), "body": "老师讲得清楚"}
    schema, outcome = judged(officer, good, {"source": "知乎", "published_on": DAY, "body": "停车太难"})
    assert outcome.bad == []
    assert schema.commit(outcome.rows, by=officer, progress=Counted())["url"] == reverse("surveys:published_list")
    assert list(PublishedRating.objects.order_by("pk").values_list("score5", "direction")) == [
        (Decimal("4.500"), "praise"),
        (None, "problem"),
    ]
    again = judged(officer, good)[1]
    assert len(again.bad) == 1


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"points": Decimal(6)}, "points"), ({"points": None}, "body"), ({"lowest": Decimal(5)}, "highest"),
        ({"published_on": date(2999, 1, 1)}, "published_on"), ({"link": "javascript:alert(1)"}, "link"),
        ({"customer": "KH-nobody"}, "customer"), ({"unit": "nowhere"}, "unit"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_refused(officer, wrong, column):
    _schema, outcome = judged(officer, {"source": "x", "published_on": DAY, "points": Decimal(3)} | wrong)
    assert [name for name, _reason in outcome.rows[0].errors] == [column]


def test_two_rows_alike_are_told(officer):
    row = {"source": "x", "published_on": DAY, "points": Decimal(3)}
    assert [len(one.errors) for one in judged(officer, row, dict(row))[1].rows] == [0, 1]


# Report ------------------------------------------------------------------------------------------------


def test_the_report_tells_number_mean_themes_and_words(officer):
    unit = make.unit()
    period = periods.containing("quarter", DAY)
    middle = timezone.localdate(periods.bounds(period)[0]) + timedelta(days=20)
    before = timezone.localdate(periods.bounds(periods.previous(period))[0]) + timedelta(days=20)
    for number, points in enumerate((5, 4, 4, 3, 1)):
        rated(
            officer,
            points,
            f"停车太难 {number}" if points == 1 else "",
            day=middle,
            source=f"站{number % 2}",
            unit=unit if points == 1 else None,
        )
    rated(officer, 5, "上一季", day=before)
    data = report_published.collect(period)
    assert (data["n"], data["before"], data["directions"]["problem"], data["themes"]) == (5, 1, 1, {"place": 1})
    assert (
        report_published.collect(period, unit)["n"] == 1 and report_published.collect(period, make.unit("OTHER")) == {}
    )
    with translation.override("en"):
        number, mean = report_published.headlines(data)
        assert (number.value, mean.value) == ("5", "3.40")
        sources, ways, told = report_published.tables(data)
        assert [row[:2] for row in sources[2]] == [["站0", 3], ["站1", 2]] and sources[2][0][2] == "–"
        assert ["Problem", 1] in ways[2] and "停车太难" in told[2][0][3]
        assert "5 ratings" in report_published.sentences(data, "overview")[0] and report_published.sentences(
            data, "advice"
        )
        assert report_published.charts(data)[0].kind == "bars"
    assert [part({}) for part in (report_published.charts, report_published.tables, report_published.headlines)] == [
        [],
        [],
        [],
    ]
    assert reporting.SECTIONS["published"].order == 15


# Pages -------------------------------------------------------------------------------------------------


def test_writing_one_down_and_putting_it_right(client, officer):
    client.force_login(officer)
    page = reverse("surveys:published_create")
    fields = {
        "source": "大众点评",
        "published_on": "2026-02-10",
        "points": "9",
        "lowest": "1",
        "highest": "5",
        "body": "写下的话",
    }
    refused = client.post(page, fields)
    assert (
        refused.status_code == 422 and "写下的话" in refused.content.decode() and not PublishedRating.objects.exists()
    )
    assert client.post(page, fields | {"points": "4"}).status_code == 302
    row = PublishedRating.objects.get()
    assert client.post(page, fields | {"points": "4"}).status_code == 422  # the same once more
    edit = reverse("surveys:published_edit", args=[row.pk])
    client.post(edit, fields | {"points": "2", "version": row.version, "direction": "problem"})
    row.refresh_from_db()
    assert (row.score5, row.direction) == (Decimal("2.000"), "problem")
    for wrong in (
        {"points": "", "body": ""},
        {"published_on": "2999-01-01"},
        {"lowest": "5"},
        {"customer_code": "KH-nobody"},
        {"link": "javascript:1"},
    ):
        assert client.post(page, fields | {"points": "4", "author": "x"} | wrong).status_code == 422
    assert "写下的话" in client.get(row.get_absolute_url()).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_one_as_for_three(client, officer, count, django_assert_num_queries):
    for number in range(count):
        rated(officer, 4, f"第{number}条")
    client.force_login(officer)
    page = reverse("surveys:published_list")
    client.get(page)
    with django_assert_num_queries(7):
        html = client.get(page).content.decode()
    assert html.count("/surveys/published/") >= count
    assert client.get(page + "?format=xlsx").status_code == 200


def test_who_sees_no_results_sees_no_ratings(client, officer):
    row = rated(officer, 4, "秘密")
    client.force_login(make.person(Role.AGENT))
    assert client.get(reverse("surveys:published_list")).status_code == 403
    client.force_login(make.person(Role.SUPERVISOR))
    assert "秘密" in client.get(row.get_absolute_url()).content.decode()
    assert client.get(reverse("surveys:published_edit", args=[row.pk])).status_code == 403
    assert client.get(reverse("surveys:published_create")).status_code == 403
