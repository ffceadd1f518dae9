"""Draws that can be repeated, and what a sample can say (SMP-01, 02, 03, 05; REM-03)."""

from collections import Counter
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.choices import Role
from customers.models import ContactPerson
from surveys.choices import Draw
from surveys.models import Wave
from surveys.selectors import precision
from surveys.services import answering, sampling, waves
from tests.factories import surveys as make

STRATIFIED = {"draw": Draw.STRATIFIED, "strata_by": "seg_region"}


@pytest.fixture
def regions(db):
    """60 people in the north, 30 in the south, 10 in the west."""
    for region, n in (("north", 60), ("south", 30), ("west", 10)):
        make.contacts(n, region=region)


def drawn_by_region(drawn):
    found = ContactPerson.objects.filter(pk__in=drawn.ids).values_list("customer__region", flat=True)
    return dict(Counter(found))


def test_a_stratified_draw_gives_each_its_share(regions):
    drawn = sampling.draw({}, n=20, seed=7, how=Draw.STRATIFIED, by="seg_region", least=0)
    assert drawn_by_region(drawn) == {"north": 12, "south": 6, "west": 2}
    assert drawn.frame == [
        {"value": "north", "population": 60, "drawn": 12}, {"value": "south", "population": 30, "drawn": 6},
        {"value": "west", "population": 10, "drawn": 2},
    ]  # fmt: skip
    assert drawn_by_region(sampling.draw({}, n=20, seed=7, how=Draw.STRATIFIED, by="seg_region", least=5)) == {
        "north": 10, "south": 5, "west": 5,
    }  # fmt: skip


@pytest.mark.parametrize("how", Draw.values)
def test_every_draw_can_be_repeated(regions, how):
    rule = {"n": 20, "how": how, "by": "seg_region", "least": 3}
    first = sampling.draw({}, seed=7, **rule)
    assert len(first.ids) == len(set(first.ids)) == 20 and first.population == 100
    assert sampling.draw({}, seed=7, **rule) == first != sampling.draw({}, seed=9, **rule)
    assert sampling.draw({}, **rule | {"n": 500}).ids == sampling.draw({}).ids


def test_a_systematic_draw_takes_every_kth(regions):
    everybody = sampling.draw({}).ids
    ids = sampling.draw({}, n=10, seed=3, how=Draw.SYSTEMATIC).ids
    places = [everybody.index(pk) for pk in ids]
    assert {after - before for before, after in pairwise(places)} == {10} and places[0] < 10


def test_the_plan_before_opening(regions):
    plan = precision.plan(make.wave(sample_n=50, expected_rate=40, strata_least=8, **STRATIFIED))
    assert [(row.value, row.population, row.sample, row.expected) for row in plan.strata] == [
        ("north", 60, 28, 11), ("south", 30, 14, 6), ("west", 10, 8, 3)
    ]  # fmt: skip
    assert (plan.total.population, plan.total.sample, plan.total.expected, plan.total.answers) == (100, 50, 20, None)
    assert round(plan.total.planned_margin, 4) == 0.1970  # 1.96 · √(0.25/20 · 80/99)
    assert plan.wanted == 80 and plan.visible is None and plan.next_stratum is None
    census = precision.plan(make.wave(expected_rate=100))
    assert (census.total.planned_margin, round(census.visible, 2)) == (0.0, 0.15)  # 99.5 answers show 75 → 90 %


def test_the_plan_says_where_the_next_reminder_helps(regions):
    wave = make.wave(sample_n=50, expected_rate=40, strata_least=8, **STRATIFIED)
    waves.schedule(wave, by=wave.owner)
    waves.open(wave, by=wave.owner)
    assert [(row["value"], row["drawn"]) for row in Wave.objects.get(pk=wave.pk).frame] == [
        ("north", 28), ("south", 14), ("west", 8)
    ]  # fmt: skip
    instrument = answering.instrument_for(wave)
    payload = {question.uid: 5 for question in instrument.questions if question.required}
    wave.invitations.update(state="sent")
    for region, n in (("north", 12), ("south", 2), ("west", 1)):
        for invitation in wave.invitations.filter(seg_region=region)[:n]:
            answering.submit(payload=payload, invitation=invitation)
    make.contacts(40, region="north")  # who comes later changes nothing about the frame
    plan = precision.plan(wave)
    assert [(row.value, row.population, row.answers, row.waiting, row.gap) for row in plan.strata] == [
        ("north", 60, 12, 16, 0), ("south", 30, 2, 12, 4), ("west", 10, 1, 7, 2)
    ]  # fmt: skip
    assert plan.next_stratum.value == "west" and plan.total.answers == 15
    assert plan.strata[2].margin > plan.strata[1].margin > plan.strata[0].margin


def test_an_anonymous_wave_tells_no_stratum(regions):
    wave = make.wave(is_anonymous=True, **STRATIFIED, sample_n=20)
    waves.schedule(wave, by=wave.owner)
    waves.open(wave, by=wave.owner)
    assert {(row.answers, row.waiting) for row in precision.plan(wave).strata} == {(None, None)}


def test_strata_are_named(db):
    with pytest.raises(IntegrityError, match="wave_strata_named"), transaction.atomic():
        make.wave(draw=Draw.STRATIFIED)


def test_the_page_and_the_form(client, regions, django_assert_max_num_queries):
    officer = make.person(Role.SURVEY_OFFICER)
    wave = make.wave(by=officer, sample_n=50, **STRATIFIED)
    client.force_login(officer)
    with django_assert_max_num_queries(12):
        html = client.get(reverse("surveys:wave_precision", args=[wave.pk])).content.decode()
    assert "north" in html and "±5" in html
    page = reverse("surveys:wave_edit", args=[wave.pk])
    fields = client.get(page).context["form"].initial
    fields = {name: "" if value is None else value for name, value in fields.items()} | {
        "strata_by": "",
        "kinds": "customer",
    }
    refused = client.post(page, fields | {"opens_at": "2030-01-01T09:00", "closes_at": "2030-02-01T09:00"})
    assert "strata_by" in refused.context["form"].errors
