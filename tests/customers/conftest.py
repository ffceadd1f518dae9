import pytest

from accounts.choices import Role
from tests.factories import customers as make


@pytest.fixture
def head_office(db):
    return make.make_unit("HQ")


@pytest.fixture
def beijing(head_office):
    return make.make_unit("BJ", head_office)


@pytest.fixture
def shanghai(head_office):
    return make.make_unit("SH", head_office)


@pytest.fixture
def agent(beijing):
    return make.make_person(Role.AGENT, unit=beijing)


@pytest.fixture
def lead(head_office):
    return make.make_person(Role.LEAD, unit=head_office)


@pytest.fixture
def as_agent(client, agent):
    client.force_login(agent)
    return client


@pytest.fixture
def as_lead(client, lead):
    client.force_login(lead)
    return client
