"""Authenticity of answers: marks, doubts, and two people to leave one out (DAT-02)."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from core.workflow import InvalidTransition
from surveys.choices import CheckState, Flag
from surveys.models import Response, ResponseCheck
from surveys.selectors import authenticity, results
from surveys.services import answering, checks, entering, waves
from tests.factories import surveys as make
from tests.surveys.asking import one_section, open_wave
from tests.surveys.routes import branched

VARIED = {"r0": "5", "r1": "4", "r2": "5", "r3": "3", "r4": "4"}
PLEASED = {"all": "5", "came": "1", "clear": "5", "kind": "4", "effort": "6"}
SORRY = {"all": "2", "came": "1", "order": ["4", "1"]}


@pytest.fixture
def officer(db):
    return make.person(Role.SURVEY_OFFICER)


@pytest.fixture
def lead(db):
    return make.person(Role.LEAD)


def returned(wave, seconds=100, usual=VARIED, **answers):
    """An answer by open link that took ``seconds``."""
    receipt = answering.submit(
        wave=wave, payload=usual | answers, submit_key=uuid.uuid4(),
        started_at=timezone.now() - timedelta(seconds=seconds),
    )  # fmt: skip
    return Response.objects.get(receipt=receipt.code)


@pytest.fixture
def wave(officer):
    return open_wave(one_section(5), invited=0)


def test_marks_and_only_where_they_belong(wave, officer):
    plain = returned(wave)
    for _one in range(8):
        returned(wave)
    marked = {
        returned(wave, seconds=29): ["speed"],
        returned(wave, **dict.fromkeys(VARIED, "5")): ["straight"],
        returned(wave, idea="教室实在太冷了，请开暖气"): ["twin"],
        returned(wave, idea="教室实在太冷了 请开暖气。"): ["twin"],
    }
    receipt = entering.enter(payload=VARIED, by=officer, mode="phone", wave=wave, key=uuid.uuid4())
    marked[Response.objects.get(receipt=receipt.code)] = ["entered"]
    found = {pk: [flag for flag in flags if flag != Flag.BURST] for pk, flags in authenticity.flags(wave).items()}
    assert {pk: flags for pk, flags in found.items() if flags} == {row.pk: flags for row, flags in marked.items()}
    assert plain.pk in authenticity.flags(wave)  # all of them came within seconds: a burst by open link
    assert authenticity.flags(wave)[plain.pk] == [Flag.BURST]


def test_speed_is_compared_with_answers_on_the_same_route(officer):
    wave = open_wave(branched(), invited=0)
    for _one in range(10):
        returned(wave, seconds=300, usual=PLEASED)
        returned(wave, seconds=50, usual=SORRY)
    fast = returned(wave, seconds=50, usual=PLEASED)
    assert [pk for pk, marks in authenticity.flags(wave).items() if Flag.SPEED in marks] == [fast.pk]


def test_four_answers_in_a_minute_are_no_burst(wave):
    for _one in range(4):
        returned(wave)
    assert authenticity.flags(wave) == {}


def test_examining_again_keeps_decisions_and_renews_marks(wave, officer):
    same = returned(wave, **dict.fromkeys(VARIED, "3"))
    for _one in range(3):
        returned(wave)
    assert checks.examine(wave) == 1
    check = ResponseCheck.objects.get(response=same)
    checks.accept(check, by=officer)
    returned(wave)  # the fifth within a minute
    assert checks.examine(wave) == 5
    check.refresh_from_db()
    assert (check.state, check.flags) == (CheckState.ACCEPTED, ["straight", "burst"])
    assert check.transitions.count() == 2


def test_two_people_leave_an_answer_out(wave, officer, lead):
    rows = [returned(wave) for _one in range(5)]
    bad = returned(wave, **dict.fromkeys(VARIED, "1"))
    before = results.of_wave(wave)
    check = checks.of(bad, by=officer)
    checks.doubt(check, by=officer, reason="同一台平板，员工代点")
    assert results.of_wave(wave).valid_n == 6 == before.valid_n
    checks.leave_out(check, by=lead)
    after = results.of_wave(wave)
    assert (after.valid_n, after.excluded_n) == (5, 1)
    assert after.headline.scores.mean.mean > before.headline.scores.mean.mean
    assert check.transitions.get(kind="doubt").comment == "同一台平板，员工代点"
    checks.take_back(check, by=officer, reason="客户来电证实")
    assert results.of_wave(wave).valid_n == len(rows) + 1


def test_nobody_leaves_out_what_they_doubted_themselves(client, wave, officer, lead):
    check = checks.of(returned(wave), by=officer)
    checks.doubt(check, by=officer, reason="x")
    with pytest.raises(IntegrityError, match="check_left_out_by_two"), transaction.atomic():
        checks.leave_out(check, by=officer)
    with (
        pytest.raises(IntegrityError, match="check_left_out_by_two"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE surveys_responsecheck SET state = 'rejected', decided_by_id = doubted_by_id")
    page = reverse("surveys:check_step", args=[check.response_id, "leave_out"])
    client.force_login(officer)
    assert client.post(page, {"version": 2}).status_code == 403
    client.force_login(lead)
    assert client.post(page, {"version": ResponseCheck.objects.get().version}).status_code == 302
    assert not Response.objects.get().is_valid


def test_results_wait_for_doubts(wave, officer, lead):
    check = checks.of(returned(wave), by=officer)
    checks.doubt(check, by=officer, reason="x")
    waves.close(wave, by=officer)
    with pytest.raises(InvalidTransition, match="1"):
        waves.confirm_results(wave, by=officer)
    checks.keep(check, by=lead)
    waves.confirm_results(wave, by=officer)
    assert wave.state == "confirmed"


def test_closing_looks_through_the_answers(wave, officer):
    for _one in range(5):
        returned(wave)
    waves.close(wave, by=officer)
    assert ResponseCheck.objects.filter(state=CheckState.OPEN, flags=["burst"]).count() == 5


def test_the_rest_is_accepted_at_once(wave, officer, django_assert_max_num_queries):
    same = returned(wave, **dict.fromkeys(VARIED, "3"))
    for _one in range(3):
        returned(wave)
    with django_assert_max_num_queries(17):
        assert checks.accept_rest(wave, by=officer) == 3
    assert set(ResponseCheck.objects.filter(state=CheckState.OPEN)) == {ResponseCheck.objects.get(response=same)}
    done = ResponseCheck.objects.filter(state=CheckState.ACCEPTED)
    assert {(row.decided_by, row.transitions.count()) for row in done} == {(officer, 1)}
    assert checks.accept_rest(wave, by=officer) == 0


def test_anonymous_answers_are_not_looked_at_one_by_one(client, officer):
    wave = open_wave(one_section(5), invited=0, is_anonymous=True)
    assert checks.examine(wave) == 0
    client.force_login(officer)
    assert client.get(reverse("surveys:wave_checks", args=[wave.pk])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_way_through_the_pages(client, wave, officer, lead, count, django_assert_num_queries):
    rows = [returned(wave, seconds=100 + n, **dict.fromkeys(VARIED, "3")) for n in range(count)]
    page = reverse("surveys:wave_checks", args=[wave.pk])
    client.force_login(officer)
    client.post(reverse("surveys:wave_examine", args=[wave.pk]), {"act": "examine"})
    with django_assert_num_queries(11):
        html = client.get(page).content.decode()
    assert html.count("每题答案相同") == count + 1  # and once in the filter
    step = reverse("surveys:check_step", args=[rows[0].pk, "doubt"])
    version = ResponseCheck.objects.get(response=rows[0]).version
    assert client.post(step, {"reason": "", "version": version}).status_code == 200
    client.post(step, {"reason": "像是同一人", "version": version})
    shown = client.get(reverse("surveys:response", args=[rows[0].pk])).content.decode()
    assert "像是同一人" in shown and "check/leave_out" not in shown
    client.force_login(lead)
    shown = client.get(reverse("surveys:response", args=[rows[0].pk])).content.decode()
    assert "check/leave_out" in shown and "check/keep" in shown


def test_the_first_step_makes_the_check(client, wave, officer):
    row = returned(wave)
    client.force_login(officer)
    page = reverse("surveys:check_step", args=[row.pk, "accept"])
    assert client.get(page).status_code == 200 and not ResponseCheck.objects.exists()
    client.post(page, {"version": 0})
    assert ResponseCheck.objects.get().state == CheckState.ACCEPTED
