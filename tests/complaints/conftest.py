import pytest

from tests.factories.complaints import Crew


@pytest.fixture
def crew(db):
    return Crew()


@pytest.fixture
def as_lead(client, crew):
    client.force_login(crew.lead)
    return client
