"""Words a reply begins with; kept by leads, filled in for one record."""

from django.db import transaction
from django.utils import timezone

from complaints import placeholders
from complaints.models import ReplyTemplate
from core.i18n import suffix
from core.workflow import edit as edit_row
from core.workflow import start

PLACEHOLDERS = ("number", "title", "unit")


@transaction.atomic
def create(*, by, **texts):
    return start(ReplyTemplate(**texts), by=by)


def edit(template, *, by, expected_version=None, **texts):
    return edit_row(template, by=by, expected_version=expected_version, **texts)


def retire(template, *, by):
    """It is offered no more."""
    return edit_row(template, by=by, event="retired", retired_at=timezone.now())


def filled(template, complaint):
    """{part: text} in the customer's language, with number, subject and unit of the record put in."""
    words = {"number": complaint.number, "title": complaint.title, "unit": str(complaint.unit or "")}
    language = suffix(complaint.language)
    return {part: placeholders.fill(getattr(template, f"{part}_{language}"), words) for part in ReplyTemplate.PARTS}
