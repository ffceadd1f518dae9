"""Words a reply begins with; kept by leads, filled in for one record."""

from django.db import transaction
from django.utils import timezone

from complaints.models import ReplyTemplate
from core.i18n import suffix
from core.workflow import edit as edit_row
from core.workflow import start


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
    words = {"{number}": complaint.number, "{title}": complaint.title, "{unit}": str(complaint.unit or "")}
    found = {}
    for part in ReplyTemplate.PARTS:
        text = getattr(template, f"{part}_{suffix(complaint.language)}")
        for mark, word in words.items():
            text = text.replace(mark, word)
        found[part] = text
    return found
