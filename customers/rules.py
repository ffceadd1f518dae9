"""Who may do what with customers, in one page."""

import rules
from django.utils.translation import gettext_lazy as _

from core.permissions import add_rule, capability, in_state, is_person, is_visible
from customers.choices import FollowUpState, ProjectState

EDITS = capability("customers.edit_customer")
LOGS = capability("customers.log_interaction")
HANDLES = capability("customers.handle_follow_up")
ASSIGNS = capability("customers.assign_follow_up")
PENDING = in_state(*FollowUpState.pending())


@rules.predicate
def is_unlocked(user, obj):
    return obj is not None and not obj.is_locked


@rules.predicate
def is_unowned(user, obj):
    return obj is not None and obj.owner_id is None


IS_OWNER = is_person("owner")

add_rule("customers.maintain", is_visible & EDITS, _("Only people who maintain customer files change them."))
add_rule(
    "customers.reveal",
    is_visible & capability("customers.reveal_personal"),
    _("Your role does not include seeing personal data in full."),
)
add_rule("customers.log", is_visible & LOGS, _("Your role does not include logging contacts."))
add_rule(
    "customers.correct_interaction",
    is_visible & LOGS & is_person("agent") & is_unlocked,
    _("Only the person who logged a contact corrects it, within 24 hours."),
)
add_rule(
    "customers.take_follow_up",
    is_visible & HANDLES & in_state(FollowUpState.OPEN) & (is_unowned | IS_OWNER | ASSIGNS),
    _("Only a waiting follow-up that is yours or nobody's can be taken."),
)
add_rule(
    "customers.finish_follow_up",
    is_visible & HANDLES & PENDING & (IS_OWNER | is_unowned | ASSIGNS),
    _("Only a pending follow-up can be finished, by the person who handles it."),
)
add_rule(
    "customers.escalate_follow_up",
    is_visible & HANDLES & PENDING & (IS_OWNER | is_unowned | ASSIGNS),
    _("Only a pending follow-up can be escalated, by the person who handles it."),
)
add_rule(
    "customers.reassign_follow_up",
    is_visible & PENDING & (ASSIGNS | (HANDLES & IS_OWNER)),
    _("Only a pending follow-up can be given to somebody else, by its owner or a lead."),
)
add_rule("customers.drop_follow_up", is_visible & ASSIGNS & PENDING, _("Only a lead drops a pending follow-up."))
add_rule(
    "customers.run_project",
    is_visible & (EDITS | LOGS & is_person("manager")) & in_state(ProjectState.PLANNED, ProjectState.RUNNING),
    _("Only a project that goes on can be changed, by its manager or people who maintain customer files."),
)
