"""Results of what was rated, apart from who answered: units and persons by the services they delivered (SUR-24, QST-29, ANA-14)."""

import pytest
from django.urls import reverse

from accounts.choices import Role
from surveys.choices import Rated
from surveys.models import Invitation
from surveys.selectors import results
from surveys.services import occasions
from tests.factories import customers as customers_make
from tests.factories import surveys as make
from tests.surveys.asking import one_section, open_wave


def said(wave, record, score, by):
    """The customer of a service rates it on the phone."""
    contact = record.customer.contacts.get()
    invitation = occasions.invite(wave, contact=contact, service_record=record)
    return occasions.answered(invitation, payload=dict.fromkeys(("r0", "r1", "r2"), str(score)), by=by)


@pytest.fixture
def rated(db):
    """Six services of one trainer rated 5 or 4, seven of another rated 3, three of a third one and five of a fourth."""
    wave, agent = open_wave(one_section(), invited=0), make.person(Role.AGENT)
    customer = customers_make.make_customer()
    customers_make.make_contact(customer)
    trainers = [make.person(Role.EMPLOYEE) for _one in range(4)]
    for trainer, scores in zip(trainers, ([5, 5, 4, 5, 4, 5], [3] * 7, [1, 1, 1], [4] * 5), strict=True):
        unit = customers_make.make_unit("BJ" if trainer != trainers[1] else "SH")
        for score in scores:
            said(wave, customers_make.make_service(customer, staff=trainer, unit=unit), score, agent)
    return wave, trainers


def test_persons_with_enough_answers_are_ranked_and_others_hidden(rated):
    """Three answers are too few; with the total shown, the next smallest is hidden too, or they could be reckoned."""
    wave, (best, middle, few, beside) = rated
    found = {row.value: row for row in results.compare_rated(wave, Rated.STAFF).rows}
    assert (found[str(best.pk)].n, round(found[str(best.pk)].scores.mean.mean, 2)) == (6, 4.67)
    assert (found[str(middle.pk)].n, found[str(middle.pk)].scores.mean.mean) == (7, 3)
    for hidden in (few, beside):
        assert (found[str(hidden.pk)].n, found[str(hidden.pk)].scores) == (None, None)


def test_the_same_customer_rated_each_service_once(rated):
    wave, _trainers = rated
    assert (Invitation.objects.filter(wave=wave).count(), results.of_wave(wave).valid_n) == (21, 21)


def test_units_are_told_apart_by_who_served(rated):
    wave, _trainers = rated
    rows = results.compare_rated(wave, Rated.UNIT).rows
    assert sorted(row.n for row in rows) == [7, 14]


def test_only_who_sees_single_answers_sees_persons(client, rated):
    wave, (best, *_others) = rated
    page = reverse("surveys:wave_rated", args=[wave.pk])
    client.force_login(make.person(Role.SURVEY_OFFICER))
    answer = client.get(page + "?by=rated_staff")
    assert (answer.status_code, str(best) in answer.content.decode()) == (200, True)
    client.force_login(make.person(Role.EXECUTIVE))
    assert client.get(page).status_code == 403


def test_a_wave_that_rates_no_service_has_no_such_page(client, db):
    wave = open_wave(one_section(), invited=1)
    client.force_login(make.person(Role.SURVEY_OFFICER))
    assert client.get(reverse("surveys:wave_rated", args=[wave.pk])).status_code == 404
    assert reverse("surveys:wave_rated", args=[wave.pk]) not in client.get(wave.get_absolute_url()).content.decode()
