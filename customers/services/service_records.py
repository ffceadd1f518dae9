"""What we did for customers."""

from core.workflow import edit as edit_row
from core.workflow import start
from customers.models import ServiceRecord


def create(*, by, **fields):
    """A new service record; without ``unit`` the customer's branch did it."""
    row = ServiceRecord(**fields)
    row.unit_id = row.unit_id or row.customer.unit_id
    return start(row, by=by)


def edit(row, *, by, expected_version=None, **fields):
    return edit_row(row, by=by, expected_version=expected_version, **fields)
