"""Who may do what with figures, the case library, meetings, case reports and feedback."""

import rules
from django.utils.translation import gettext_lazy as _

import complaints.workflows_learning  # noqa: F401  (the processes are known once their rules are)
from accounts.selectors import units_of
from complaints.choices import CaseReportState, EditionState, FeedbackState
from core.permissions import add_rule, capability, differs_from, in_state, is_person, is_visible

LEARNS = capability("complaints.learn")
WRITES = capability("complaints.write_library")
CONFIRMS = capability("complaints.confirm_library")


@rules.predicate
def of_its_unit(user, obj):
    """The person belongs to the unit that the list was handed to."""
    return obj is not None and obj.unit_id in units_of(user)


add_rule("complaints.take_figures", capability("complaints.export_ledger") | capability("complaints.see_figures")
         | capability("complaints.see_all"), _("Your role does not include taking the figures away as a file."))  # fmt: skip
add_rule("complaints.edit_edition", WRITES & in_state(EditionState.DRAFT) & (is_person("prepared_by") | CONFIRMS),
         _("A draft for the library is changed by who wrote it or confirms entries."))  # fmt: skip
add_rule("complaints.hand_in_edition", WRITES & in_state(EditionState.DRAFT) & is_person("prepared_by"),
         _("A draft for the library is handed in by who wrote it."))  # fmt: skip
add_rule("complaints.confirm_edition", CONFIRMS & in_state(EditionState.TO_CONFIRM) & differs_from("prepared_by"),
         _("That nothing personal remains is confirmed by somebody who did not write the entry."))  # fmt: skip
add_rule("complaints.send_back_edition", CONFIRMS & in_state(EditionState.TO_CONFIRM),
         _("Only an entry that waits for confirmation is sent back."))  # fmt: skip
add_rule("complaints.retire_edition", CONFIRMS & in_state(EditionState.SHARED),
         _("Only a shared entry is taken out of the library, by who confirms entries."))  # fmt: skip
add_rule("complaints.revise_entry", is_visible & WRITES,
         _("Entries of the library are revised by who writes for it."))  # fmt: skip
add_rule("complaints.edit_meeting", is_visible & LEARNS,
         _("Case meetings are kept by who leads the ledger."))  # fmt: skip
add_rule("complaints.edit_case_report", is_visible & LEARNS & in_state(CaseReportState.DRAFT),
         _("Only a draft of a case report can be edited."))  # fmt: skip
add_rule("complaints.issue_case_report", is_visible & LEARNS & in_state(CaseReportState.DRAFT),
         _("Only a draft of a case report can be issued."))  # fmt: skip
add_rule("complaints.edit_feedback", is_visible & LEARNS & in_state(FeedbackState.DRAFT),
         _("Only a draft of the feedback can be edited."))  # fmt: skip
add_rule("complaints.hand_over_feedback", is_visible & LEARNS & in_state(FeedbackState.DRAFT),
         _("Only a draft of the feedback can be handed over."))  # fmt: skip
add_rule("complaints.acknowledge_feedback",
         is_visible & in_state(FeedbackState.HANDED) & of_its_unit & differs_from("by"),
         _("Feedback is acknowledged by somebody of the unit it was handed to, not by who handed it over."))  # fmt: skip
