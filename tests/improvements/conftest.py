import pytest

from tests.factories import improvements as make


@pytest.fixture
def who(db):
    """A unit with owner and colleague, a lead who issues, an officer who verifies and judges, management."""
    return make.cast()
