"""Reading reports."""

from datetime import timedelta

from django.utils import timezone

from core.permissions import allows
from reports.choices import ReportState
from reports.models import Report, ReportDelivery

ISSUE_DAYS = 2  # after the cut-off at the end of day 28: issued by day 30 (REM-05)


def due_on(period):
    """The day by which the report of ``period`` is to be issued."""
    return timezone.localdate(period.cut_off) + timedelta(days=ISSUE_DAYS - 1)


def waiting_for(user):
    """Reports on which ``user`` owes the next step, with what that step is."""
    owed = {ReportState.DRAFT: "reports.submit_report", ReportState.IN_REVIEW: "reports.approve_report",
            ReportState.REVIEWED: "reports.issue_this_report"}  # fmt: skip
    rows = (
        Report.objects.visible_to(user)
        .filter(state__in=owed)
        .select_related("period")
        .defer("figures")
        .order_by("period__starts_on")
    )
    rows = list(rows[:20])
    for report in rows:
        report._seen_by = {user.pk: True}
    return [report for report in rows if allows(user, owed[report.state], report)]


def unread_by(user):
    return Report.objects.filter(deliveries__user=user, deliveries__read_at__isnull=True).select_related("period")[:20]


def readers(report):
    return ReportDelivery.objects.filter(report=report).select_related("user").order_by("read_at", "user__name_key")


def is_overdue(report):
    """Not issued by day 30 of the quarter's last month (REM-05)."""
    return report.state != ReportState.ISSUED and timezone.localdate() > due_on(report.period)
