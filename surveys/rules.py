"""The policy of surveys: who may do what to which object, and the sentence a refused person reads."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.selectors import units_of
from core.permissions import add_rule, capability, differs_from, in_state, is_visible
from core.workflow import has_contributed
from surveys.choices import CheckState, FindingState, PlanState, VersionState, WaveState


@rules.predicate
def in_own_unit(user, obj):
    """The object's unit is one of the user's, or the user runs surveys for everybody."""
    return obj is not None and (user.has_perm("surveys.run_wave") or obj.unit_id in units_of(user))


def not_worked_on(part):
    @rules.predicate(name=f"not_worked_on:{part}")
    def other(user, obj):
        return obj is not None and not has_contributed(obj, user, part)

    return other


writes = is_visible & capability("surveys.write_plan") & in_own_unit
designs = is_visible & capability("surveys.design_questionnaire")
runs = is_visible & capability("surveys.run_wave")

add_rule("surveys.edit_plan", writes & in_state(*PlanState.editable()),
         _("A plan is changed by its unit while it is a draft, sent back or being revised."))  # fmt: skip
add_rule("surveys.submit_plan", writes & in_state(*PlanState.editable()),
         _("A plan is submitted by its unit while it is a draft, sent back or being revised."))  # fmt: skip
add_rule(
    "surveys.decide_plan",
    is_visible & capability("surveys.approve_plan") & in_state(PlanState.SUBMITTED) & differs_from("author")
    & not_worked_on("wrote"),
    _("A submitted plan is decided by somebody who may approve and did not write it."),
)  # fmt: skip
add_rule("surveys.revise_plan", writes & in_state(PlanState.APPROVED),
         _("Only an approved plan can be revised, by its unit."))  # fmt: skip

add_rule("surveys.design_version", designs & in_state(VersionState.DRAFT),
         _("Only a draft can be changed; of a published version make a new one."))  # fmt: skip
add_rule("surveys.new_version", designs, _("Your role does not design questionnaires."))
add_rule(
    "surveys.publish_version",
    is_visible
    & capability("surveys.publish_questionnaire")
    & in_state(VersionState.DRAFT)
    & differs_from("author")
    & not_worked_on("designed"),
    _("A draft is published by somebody who may publish and did not design it."),
)
add_rule("surveys.retire_version", designs & in_state(VersionState.PUBLISHED),
         _("Only a published version can be retired."))  # fmt: skip

add_rule("surveys.edit_wave", runs & in_state(WaveState.DRAFT, WaveState.SCHEDULED, WaveState.OPEN),
         _("A wave that has ended cannot be changed."))  # fmt: skip
add_rule("surveys.schedule_wave", runs & in_state(WaveState.DRAFT), _("Only a draft can be scheduled."))
add_rule("surveys.open_wave", runs & in_state(WaveState.SCHEDULED), _("Only a scheduled wave can be opened."))
add_rule("surveys.close_wave", runs & in_state(WaveState.OPEN), _("Only an open wave can be closed."))
add_rule("surveys.cancel_wave", runs & in_state(WaveState.DRAFT, WaveState.SCHEDULED, WaveState.OPEN),
         _("Only a wave that has not ended can be cancelled."))  # fmt: skip
add_rule("surveys.confirm_results", runs & in_state(WaveState.CLOSED),
         _("Results can be confirmed once the wave is closed."))  # fmt: skip
add_rule("surveys.invite_people", runs & in_state(WaveState.OPEN), _("People are invited while the wave is open."))
add_rule("surveys.enter_answers_of", is_visible & capability("surveys.enter_answers") & in_state(WaveState.OPEN),
         _("Answers are entered while the wave is open."))  # fmt: skip
add_rule("surveys.see_results_of", is_visible & capability("surveys.see_results")
         & in_state(*WaveState.with_results()), _("There are results once the wave is open."))  # fmt: skip
add_rule("surveys.report_wave", is_visible & capability("surveys.see_results")
         & in_state(*WaveState.ended()), _("A wave is reported on once it is closed."))  # fmt: skip
add_rule("surveys.export_answers_of", is_visible & capability("surveys.export_answers")
         & in_state(*WaveState.with_results()), _("Your role does not export single answers."))  # fmt: skip


@rules.predicate
def is_before_confirmation(user, check):
    """The wave's results are not confirmed yet."""
    return check is not None and check.response.wave.state in (WaveState.OPEN, WaveState.CLOSED)


add_rule("surveys.check_wave", is_visible & capability("surveys.check_answers")
         & in_state(WaveState.OPEN, WaveState.CLOSED), _("Answers are checked until the results are confirmed."))  # fmt: skip
checks = capability("surveys.check_answers") & is_visible & is_before_confirmation
add_rule("surveys.check_response", checks,
         _("Answers are checked by the survey officers, until the results of the wave are confirmed."))  # fmt: skip
add_rule("surveys.decide_doubt", checks & in_state(CheckState.DOUBTED) & differs_from("doubted_by"),
         _("A doubt is decided by somebody else than who raised it."))  # fmt: skip

add_rule("surveys.classify_opinions", is_visible & capability("surveys.check_answers")
         & in_state(*WaveState.with_results()), _("Comments are classed by the survey officers."))  # fmt: skip
add_rule("surveys.decide_finding", is_visible & capability("surveys.confirm_finding")
         & in_state(FindingState.PROPOSED), _("Only a proposed finding can be decided."))  # fmt: skip
