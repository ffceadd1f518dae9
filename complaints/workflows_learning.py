"""The ways of a library edition, a case report and a feedback list."""

from django.utils.translation import gettext_lazy as _

from complaints.choices import CaseReportState, EditionState, FeedbackState
from core.workflow import Step, Workflow

EDITION = Workflow(
    model="complaints.LibraryEdition",
    states=EditionState,
    title=_("Edition of a library entry"),
    table={
        EditionState.DRAFT: {EditionState.TO_CONFIRM: Step("library.hand_in", "complaints.hand_in_edition")},
        EditionState.TO_CONFIRM: {
            EditionState.SHARED: Step("library.confirm", "complaints.confirm_edition", note=_("two people")),
            EditionState.DRAFT: Step("library.send_back", "complaints.send_back_edition", needs_reason=True),
        },
        EditionState.SHARED: {
            EditionState.REPLACED: Step("library.replace", note=_("when the next edition is shared")),
            EditionState.RETIRED: Step("library.retire", "complaints.retire_edition", needs_reason=True),
        },
        EditionState.REPLACED: {},
        EditionState.RETIRED: {},
    },
)

CASE_REPORT = Workflow(
    model="complaints.CaseReport",
    states=CaseReportState,
    title=_("Case report"),
    table={
        CaseReportState.DRAFT: {CaseReportState.ISSUED: Step("case_reports.issue", "complaints.issue_case_report")},
        CaseReportState.ISSUED: {},
    },
)

FEEDBACK = Workflow(
    model="complaints.FeedbackList",
    states=FeedbackState,
    title=_("Feedback to product and service"),
    table={
        FeedbackState.DRAFT: {FeedbackState.HANDED: Step("feedback.hand_over", "complaints.hand_over_feedback")},
        FeedbackState.HANDED: {
            FeedbackState.ACKNOWLEDGED: Step("feedback.acknowledge", "complaints.acknowledge_feedback"),
        },
        FeedbackState.ACKNOWLEDGED: {},
    },
)
