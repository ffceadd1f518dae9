"""Who may do what with a report."""

import rules
from django.utils.translation import gettext_lazy as _

from core.permissions import add_rule, capability, differs_from, in_state, is_visible
from reports.choices import ReportState


@rules.predicate
def not_the_writer(user, report):
    """Whoever edited a word of the report does not review it."""
    from core.workflow import has_contributed

    return report is not None and not has_contributed(report, user, "wrote")


add_rule(
    "reports.edit_report",
    is_visible & capability("reports.write_report") & in_state(ReportState.DRAFT),
    otherwise=_("Only a draft can be edited, by somebody who writes reports."),
)
add_rule(
    "reports.submit_report",
    is_visible & capability("reports.write_report") & in_state(ReportState.DRAFT),
    otherwise=_("Only a draft can be handed in for review."),
)
add_rule(
    "reports.approve_report",
    is_visible & capability("reports.review_report") & in_state(ReportState.IN_REVIEW, ReportState.REVIEWED)
    & differs_from("author") & not_the_writer,
    otherwise=_("A report is reviewed by somebody who did not write it."),
)  # fmt: skip
add_rule(
    "reports.issue_this_report",
    is_visible & capability("reports.issue_report") & in_state(ReportState.REVIEWED),
    otherwise=_("Only a reviewed report can be issued, by management."),
)
