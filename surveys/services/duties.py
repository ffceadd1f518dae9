"""Telling project managers that their customer has not been asked this quarter (REM-06)."""

from django.utils import timezone

from core import periods
from core.choices import PeriodKind
from notifications.services import outbox
from surveys.selectors import duties

DAYS_BEFORE = (30, 10)  # days before the quarter ends on which the manager is told


def to_remind(day=None):
    """[(Duty, number of the reminder)] that should exist by ``day``: projects that run and lack the questionnaire."""
    day = day or timezone.localdate()
    left = (periods.of(PeriodKind.QUARTER, day).ends_on - day).days
    number = sum(left <= days for days in DAYS_BEFORE)
    if not number:
        return []
    found = duties.of_quarter_everywhere(day)
    return [(duty, number) for duty in found if duty.lacks_questionnaire and duty.project.manager_id]


def remind(item, day=None):
    """Tell the manager, once for each number and quarter; safe to repeat."""
    duty, number = item
    project, period = duty.project, periods.of(PeriodKind.QUARTER, day or timezone.localdate())
    if not project.manager.is_active:
        return
    outbox.queue(
        "surveys.project_duty", to_user=project.manager, mail=False, url=project.get_absolute_url(),
        context={"title": project.name_zh or project.name_en, "title_en": project.name_en, "due": period.ends_on.isoformat()},
        dedupe_key=f"surveys.project_duty:{project.pk}:{period.starts_on}:{number}",
    )  # fmt: skip
