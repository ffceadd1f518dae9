"""The policy of improvement and supervision: who may do what to which object, and the sentence a refused person reads."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.backends import supervises
from accounts.selectors import units_of
from core.permissions import add_rule, capability, differs_from, in_state, is_person, is_visible
from core.workflow import has_contributed
from improvements.choices import CaseState, ExtensionState, MeasureState
from improvements.choices_supervision import InspectionState, NoticeState


@rules.predicate
def of_own_unit(user, obj):
    """The object's unit is one of the user's."""
    return obj is not None and obj.unit_id in units_of(user)


@rules.predicate
def is_apart(user, obj):
    """Neither worked on the measure or notice, in any cycle, nor belongs to the responsible unit (S2)."""
    if obj is None or has_contributed(obj, user):
        return False
    return not user.memberships.current().filter(unit__path__startswith=obj.unit.path).exists()


@rules.predicate
def heads_the_unit(user, obj):
    """The user heads the object's unit, or one above it, today."""
    if obj is None:
        return False
    headed = user.memberships.current().filter(is_head=True).values_list("unit__path", flat=True)
    return any(obj.unit.path.startswith(path) for path in headed)


@rules.predicate
def has_ended_measures(user, case):
    states = [] if case is None else list(case.measures.values_list("state", flat=True))
    return bool(states) and set(states) <= set(MeasureState.ended())


@rules.predicate
def is_apart_from_its_measure(user, extension):
    return extension is not None and not has_contributed(extension.measure, user)


OPENS = is_visible & capability("improvements.open_case")
RUNS = is_visible & capability("improvements.run_measure")
WORKS = RUNS & (of_own_unit | is_person("owner"))

add_rule("improvements.accept_case", OPENS & in_state(CaseState.PROPOSED),
         _("Only a proposed case can be taken up, by somebody who opens cases."))  # fmt: skip
add_rule("improvements.dismiss_case", OPENS & in_state(CaseState.PROPOSED),
         _("Only a proposed case can be dismissed, by somebody who opens cases."))  # fmt: skip
add_rule("improvements.edit_case", (OPENS | RUNS & of_own_unit) & in_state(CaseState.PROPOSED, CaseState.OPEN),
         _("A case is changed while it is open, by its unit or somebody who opens cases."))  # fmt: skip
add_rule("improvements.close_case", OPENS & in_state(CaseState.OPEN) & has_ended_measures,
         _("A case is closed when it has a measure and each of them has ended."))  # fmt: skip
add_rule("improvements.reopen_case", OPENS & in_state(CaseState.CLOSED, CaseState.DISMISSED),
         _("Only a case that has ended can be opened again."))  # fmt: skip
add_rule("improvements.plan_measure", (OPENS | RUNS) & in_state(CaseState.OPEN),
         _("Measures are planned for an open case, by a unit that takes part in it or somebody who opens cases."))  # fmt: skip

add_rule("improvements.edit_measure", (OPENS | WORKS) & in_state(MeasureState.DRAFT),
         _("Only a draft can be changed; the due date of an issued measure moves by an extension."))  # fmt: skip
add_rule("improvements.issue_measure", OPENS & in_state(MeasureState.DRAFT) & differs_from("owner"),
         _("A draft is issued by somebody who opens cases and does not carry it out."))  # fmt: skip
add_rule("improvements.work_on_measure", WORKS & in_state(*MeasureState.pending()),
         _("An issued measure is carried out by its owner or the responsible unit."))  # fmt: skip
add_rule("improvements.submit_measure", WORKS & in_state(MeasureState.EXECUTING),
         _("Only a measure that is being carried out can be handed in, by its owner or the responsible unit."))  # fmt: skip
add_rule("improvements.assign_measure", (OPENS | RUNS & of_own_unit) & in_state(*MeasureState.pending()),
         _("A running measure is given to somebody else by its unit or somebody who opens cases."))  # fmt: skip
add_rule("improvements.cancel_measure",
         OPENS & in_state(MeasureState.DRAFT, *MeasureState.pending()) & differs_from("owner"),
         _("A measure is cancelled before it is handed in, by somebody who opens cases and does not carry it out."))  # fmt: skip
add_rule("improvements.ask_extension", WORKS & in_state(*MeasureState.pending()),
         _("An extension is asked for by those who carry the measure out."))  # fmt: skip
add_rule(
    "improvements.decide_extension",
    is_visible & capability("improvements.approve_extension") & in_state(ExtensionState.REQUESTED)
    & differs_from("requested_by") & is_apart_from_its_measure,
    _("An extension is decided by somebody who may approve it, did not ask for it and does not work on the measure."),
)  # fmt: skip
add_rule(
    "improvements.check_measure",
    is_visible & capability("improvements.verify_measure") & in_state(MeasureState.ACCEPTANCE) & is_apart,
    _("A measure is verified by somebody who never worked on it and is not of the responsible unit."),
)
add_rule(
    "improvements.judge_effect",
    is_visible & capability("improvements.evaluate_effect") & in_state(MeasureState.OBSERVING) & is_apart,
    _("The effect is judged by somebody who never worked on the measure and is not of the responsible unit."),
)


# Supervision: whoever is not in the group today does none of it, whatever the role.


@rules.predicate
def is_in_supervision(user):
    return supervises(user)


SUPERVISES = is_visible & is_in_supervision
ANSWERS = is_visible & capability("improvements.reply_notice")
CHECKS = SUPERVISES & capability("improvements.verify_notice")

add_rule("improvements.begin_inspection", is_in_supervision & capability("improvements.inspect"),
         _("Only a member of the supervision group inspects."))  # fmt: skip
add_rule("improvements.draft_notice", is_in_supervision & capability("improvements.issue_notice"),
         _("Only a member of the supervision group issues notices."))  # fmt: skip
add_rule("improvements.conduct_inspection",
         SUPERVISES & capability("improvements.inspect") & in_state(InspectionState.OPEN),
         _("Only an inspection that is under way can be worked on, by the supervision group."))  # fmt: skip
add_rule("improvements.edit_notice",
         SUPERVISES & capability("improvements.issue_notice") & in_state(NoticeState.DRAFT),
         _("Only a draft can be changed: an issued notice stays as it is."))  # fmt: skip
add_rule("improvements.send_notice",
         SUPERVISES & capability("improvements.issue_notice") & in_state(NoticeState.DRAFT) & is_apart,
         _("A draft is issued by a member of the supervision group who is not of the responsible unit."))  # fmt: skip
add_rule("improvements.acknowledge_notice", ANSWERS & in_state(NoticeState.ISSUED) & heads_the_unit,
         _("The receipt of a notice is confirmed by the head of the responsible unit."))  # fmt: skip
add_rule("improvements.answer_notice",
         ANSWERS & in_state(NoticeState.ACKNOWLEDGED, NoticeState.RETURNED) & (of_own_unit | is_person("executor")),
         _("A notice is answered by the responsible unit, once its head has confirmed the receipt."))  # fmt: skip
add_rule("improvements.check_notice", CHECKS & in_state(NoticeState.REPLIED) & is_apart,
         _("A rectification is verified by somebody who never worked on it and is not of the responsible unit."))  # fmt: skip
add_rule("improvements.close_notice", CHECKS & in_state(NoticeState.VERIFIED) & is_apart,
         _("Nobody closes their own rectification: it takes somebody who never worked on it and is not of the unit."))  # fmt: skip
