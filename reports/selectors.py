"""Reading reports."""

from datetime import timedelta
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from core.models import Contribution
from reports.choices import ReportState
from reports.models import Report, ReportDelivery

ISSUE_DAYS = 2  # after the cut-off at the end of day 28: issued by day 30 (REM-05)


def due_on(period):
    """The day by which the report of ``period`` is to be issued."""
    return timezone.localdate(period.cut_off) + timedelta(days=ISSUE_DAYS - 1)


def waiting_for(user):
    """Reports on which ``user`` owes the next step: what the rules allow, as one condition."""
    wrote = Contribution.objects.filter(
        subject=Report._meta.label_lower, subject_id=OuterRef("pk"), user=user, part="wrote"
    )
    owed = {
        "reports.write_report": Q(state=ReportState.DRAFT),
        "reports.review_report": Q(~Q(author=user), ~Exists(wrote), state=ReportState.IN_REVIEW),
        "reports.issue_report": Q(state=ReportState.REVIEWED),
    }
    mine = [condition for name, condition in owed.items() if user.has_perm(name)]
    if not mine:
        return Report.objects.none()
    rows = Report.objects.visible_to(user).filter(reduce(or_, mine))
    return rows.select_related("period").defer("figures").order_by("period__starts_on")


def unread_by(user):
    return Report.objects.filter(deliveries__user=user, deliveries__read_at__isnull=True).select_related("period")[:20]


def readers(report):
    return ReportDelivery.objects.filter(report=report).select_related("user").order_by("read_at", "user__name_key")


def is_overdue(report):
    """Not issued by day 30 of the quarter's last month (REM-05)."""
    return report.state != ReportState.ISSUED and timezone.localdate() > due_on(report.period)
