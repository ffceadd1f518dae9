"""The policy of appraisal: who may do what to which object, and the sentence a refused person reads."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.selectors import headed_units
from appraisal.choices import AppealState, CycleState, SchemeState
from core.permissions import add_rule, capability, differs_from, in_state, is_visible


@rules.predicate
def rates(user, sheet):
    """The sheet names the user as head or superior."""
    return sheet is not None and sheet.source_of(user) is not None


@rules.predicate
def owes_rating(user, sheet):
    """The cycle is being rated and the user's own rating is not there yet."""
    if sheet is None or sheet.cycle.state != CycleState.SCORING:
        return False
    return not sheet.ratings.filter(source=sheet.source_of(user)).exists()


@rules.predicate
def heads_unit(user, sheet):
    return sheet is not None and (sheet.head_id == user.pk or sheet.unit_id in headed_units(user))


@rules.predicate
def takes_objections(user, sheet):
    return sheet is not None and sheet.cycle.takes_objections


@rules.predicate
def is_apart(user, sheet):
    """Neither rates the unit nor belongs to it."""
    if sheet is None or sheet.source_of(user):
        return False
    return not user.memberships.current().filter(unit__path__startswith=sheet.unit.path).exists()


@rules.predicate
def is_apart_from_its_sheet(user, appeal):
    return appeal is not None and is_apart(user, appeal.sheet)


@rules.predicate
def is_in_preview(user, sheet):
    return sheet is not None and sheet.cycle.state == CycleState.PREVIEW


@rules.predicate
def was_published(user, sheet):
    return sheet is not None and sheet.cycle.state == CycleState.PUBLISHED


WRITES = is_visible & capability("appraisal.manage_scheme")
APPROVES = (
    is_visible & capability("appraisal.approve_scheme") & in_state(SchemeState.SUBMITTED) & differs_from("author")
)
RUNS = is_visible & capability("appraisal.run_cycle")
PUBLISHES = is_visible & capability("appraisal.publish")
DECIDES = is_visible & capability("appraisal.decide_objection")

add_rule("appraisal.edit_scheme", WRITES & in_state(SchemeState.DRAFT),
         _("Only a draft can be changed; an approved version gets a successor."))  # fmt: skip
add_rule("appraisal.submit_scheme", WRITES & in_state(SchemeState.DRAFT),
         _("Only a draft is handed in for approval, by somebody who writes schemes."))  # fmt: skip
add_rule("appraisal.renew_scheme", WRITES & in_state(SchemeState.APPROVED),
         _("Only an approved version gets a successor."))  # fmt: skip
add_rule("appraisal.approve_scheme", APPROVES, _("A scheme is approved by management, and not by its author."))
add_rule("appraisal.return_scheme", APPROVES, _("A scheme is sent back by management, and not by its author."))

add_rule("appraisal.edit_cycle", RUNS & in_state(CycleState.DRAFT), _("A cycle is changed while it is a draft."))
add_rule("appraisal.open_cycle", RUNS & in_state(CycleState.DRAFT), _("Only a draft can be opened."))
add_rule(
    "appraisal.freeze_cycle", RUNS & in_state(CycleState.OPEN), _("Facts are frozen once, while the cycle is open.")
)
add_rule("appraisal.begin_scoring", RUNS & in_state(CycleState.FROZEN),
         _("Rating begins when the facts are frozen."))  # fmt: skip
add_rule("appraisal.show_preview", RUNS & in_state(CycleState.SCORING), _("The preview follows the ratings."))
add_rule("appraisal.publish_cycle", PUBLISHES & in_state(CycleState.PREVIEW),
         _("Results are published by management, from the preview."))  # fmt: skip
add_rule("appraisal.correct_cycle", PUBLISHES & in_state(CycleState.PUBLISHED),
         _("Only published results are corrected, by management."))  # fmt: skip
add_rule("appraisal.correct_sheet", capability("appraisal.publish") & was_published & is_apart,
         _("A published result is corrected by somebody of management who neither rated the unit nor belongs to it."))  # fmt: skip

add_rule("appraisal.rate_sheet", capability("appraisal.rate") & rates & owes_rating,
         _("A unit is rated once, while ratings are open, by its head and by the superior named for it."))  # fmt: skip
add_rule("appraisal.object", capability("appraisal.see_own") & heads_unit & takes_objections,
         _("The head of the unit objects, between the preview and the end of the time for objections."))  # fmt: skip
add_rule(
    "appraisal.decide_appeal",
    DECIDES & in_state(AppealState.OPEN) & differs_from("raised_by") & is_apart_from_its_sheet,
    _("An objection is decided by somebody of management who neither rated the unit nor belongs to it."),
)
add_rule("appraisal.decide_total", capability("appraisal.decide_objection") & is_in_preview & is_apart,
         _("A score with too few facts is decided in the preview, by somebody who neither rated the unit nor belongs to it."))  # fmt: skip
