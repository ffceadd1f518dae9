from datetime import datetime, time

import pytest
from django.utils import timezone

from dashboard.demo.clock import at


@pytest.fixture(autouse=True)
def _in_the_morning():
    """Half past ten today: calls may be made, whatever the hour of the test."""
    with at(timezone.make_aware(datetime.combine(timezone.localdate(), time(10, 30)))):
        yield
