"""Reading reports."""

from django.utils import timezone

from reports.choices import ReportState
from reports.models import Report, ReportDelivery


def waiting_for(user):
    """Reports on which ``user`` owes the next step, with what that step is."""
    from core.permissions import allows

    owed = {ReportState.DRAFT: "reports.submit_report", ReportState.IN_REVIEW: "reports.approve_report",
            ReportState.REVIEWED: "reports.issue_this_report"}  # fmt: skip
    rows = Report.objects.visible_to(user).filter(state__in=owed).select_related("period").order_by("period__starts_on")[:20]
    return [report for report in rows if allows(user, owed[report.state], report)]


def unread_by(user):
    return Report.objects.filter(deliveries__user=user, deliveries__read_at__isnull=True).select_related("period")[:20]


def readers(report):
    return ReportDelivery.objects.filter(report=report).select_related("user").order_by("read_at", "user__name_key")


def is_overdue(report):
    """Not issued by day 30 of the quarter's last month (REM-05)."""
    from reports.services.reports import due_on

    return report.state != ReportState.ISSUED and timezone.localdate() > due_on(report.period)
