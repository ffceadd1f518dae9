"""From what was found to what could help (IMP-14)."""

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.choices import Role
from surveys.choices import Direction, Theme
from surveys.suggestions import Remedy, suggest
from tests.factories import improvements as make_case
from tests.factories import surveys as make


def remedies(title, counts=()):
    return [str(row.remedy) for row in suggest(title, dict(counts))]


@pytest.mark.parametrize(
    ("title", "first"),
    [
        ("课程质量 quality of the course", "process"), ("讲师态度是否热情 attitude", "training"), ("价格合理 price", "prices"),
        ("问题是否得到解决 solved", "training"), ("总体 overall", "adjust"),
    ],
)  # fmt: skip
def test_what_a_finding_is_about_comes_first(title, first):
    assert remedies(title)[0] == first


def test_comments_add_what_more_than_one_person_says():
    counts = {
        (Theme.PRICE.value, Direction.PROBLEM.value): 5, (Theme.PLACE.value, Direction.PROBLEM.value): 2,
        ("", Direction.SUGGESTION.value): 2, (Theme.PLACE.value, Direction.SUGGESTION.value): 2,
        (Theme.ATTITUDE.value, Direction.PRAISE.value): 1,
    }  # fmt: skip
    rows = suggest("attitude", counts)
    assert [(row.remedy, row.comments, row.is_subject) for row in rows] == [
        (Remedy.TRAINING, 0, True), (Remedy.PRICES, 5, False), (Remedy.ADOPT, 4, False),
    ]  # fmt: skip


def test_praise_alone_still_leaves_something_to_adjust():
    assert remedies("overall", {("", Direction.PRAISE.value): 4}) == ["keep", "adjust"]


def test_the_finding_and_its_case_offer_them_and_a_measure_takes_one_up(client, db):
    case = make_case.case(make_case.cast())
    client.force_login(make.person(Role.SURVEY_OFFICER))
    with translation.override("en"):
        shown = client.get(case.finding.get_absolute_url(), headers={"accept-language": "en"})
    assert "What could help" in shown.content.decode()
    client.force_login(make.person(Role.LEAD))
    page = client.get(case.get_absolute_url(), headers={"accept-language": "en"}).content.decode()
    url = reverse("improvements:measure_create", args=[case.pk])
    assert f"{url}?remedy=adjust" in page or f"{url}?remedy=process" in page
    form = client.get(f"{url}?remedy=training", headers={"accept-language": "en"}).context["form"]
    assert form.initial["title"] == "Train the people who serve"
    assert "title" not in client.get(f"{url}?remedy=forged").context["form"].initial
