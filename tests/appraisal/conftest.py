import pytest

from tests.factories import appraisal as make


@pytest.fixture
def who(db):
    """A unit with its head and an employee, an officer, the superior, a second executive."""
    return make.cast()
