"""The way of a periodic report."""

from django.utils.translation import gettext_lazy as _

from core.workflow import Step, Workflow
from reports.choices import ReportState

REPORT = Workflow(
    model="reports.Report",
    states=ReportState,
    title=_("Periodic report"),
    table={
        ReportState.DRAFT: {ReportState.IN_REVIEW: Step("reports.submit", "reports.submit_report")},
        ReportState.IN_REVIEW: {
            ReportState.REVIEWED: Step("reports.approve", "reports.approve_report"),
            ReportState.DRAFT: Step("reports.send_back", "reports.approve_report", needs_reason=True),
        },
        ReportState.REVIEWED: {
            ReportState.ISSUED: Step("reports.issue", "reports.issue_this_report"),
            ReportState.DRAFT: Step("reports.send_back", "reports.approve_report", needs_reason=True),
        },
        ReportState.ISSUED: {},
    },
)
