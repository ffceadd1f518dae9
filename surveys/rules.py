"""The policy of surveys: who may do what to which object, and the sentence a refused person reads."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.selectors import units_of
from core.permissions import add_rule, capability, differs_from, in_state, is_person, is_visible
from core.workflow import has_contributed
from surveys.choices import (
    CheckState,
    CustodyState,
    DisposalState,
    FindingState,
    HandoverState,
    PlanState,
    Use,
    VersionState,
    WaveState,
)
from surveys.models import Custody, Wave
from surveys.selectors import approval, task_lists


@rules.predicate
def in_own_unit(user, obj):
    """The object's unit is one of the user's, or the user runs surveys for everybody."""
    return obj is not None and (user.has_perm("surveys.run_wave") or obj.unit_id in units_of(user))


def not_worked_on(part):
    @rules.predicate(name=f"not_worked_on:{part}")
    def other(user, obj):
        return obj is not None and not has_contributed(obj, user, part)

    return other


def custody_of(wave):
    """The custody of a wave, asked once per object; None where there is none."""
    if "_custody" not in wave.__dict__:
        wave.__dict__["_custody"] = Custody.objects.select_related("custodian").filter(wave=wave).first()
    return wave.__dict__["_custody"]


@rules.predicate
def is_custodian(user, wave):
    """The user keeps the material of the wave."""
    if wave is None or not user.has_perm("surveys.keep_material"):
        return False
    custody = custody_of(wave)
    return custody is not None and custody.state == CustodyState.KEPT and custody.custodian_id == user.pk


@rules.predicate
def is_with_nobody(user, wave):
    """The material of the wave is in nobody's custody yet."""
    return wave is not None and (custody_of(wave) is None or custody_of(wave).state == CustodyState.GATHERED)


def keeper_of(user, wave):
    """Why single answers of the wave may not be taken out (SEC-06)."""
    custody = custody_of(wave) if wave is not None else None
    if custody is not None and custody.state in CustodyState.gone():
        return _("The single answers were disposed of; the result remains.")
    if custody is not None and custody.state == CustodyState.KEPT:
        name = {"name": custody.custodian}
        return (
            str(
                _("The material is in custody: only its custodian, %(name)s, exports single answers. Please ask there.")
            )
            % name
        )
    return _("Your role does not export single answers.")


def entrusted(**may):
    """Predicate: an active entrustment gives the user the wave and this right (SEC-07)."""

    @rules.predicate(name=f"entrusted:{sorted(may)}")
    def given(user, wave):
        return (
            wave is not None
            and user.has_perm("surveys.run_entrusted")
            and Wave.objects.filter(Wave.objects.entrusted_to(user, **may), pk=wave.pk).exists()
        )

    return given


writes = is_visible & capability("surveys.write_plan") & in_own_unit
designs = is_visible & capability("surveys.design_questionnaire")
runs = is_visible & capability("surveys.run_wave")

add_rule("surveys.edit_plan", writes & in_state(*PlanState.editable()),
         _("A plan is changed by its unit while it is a draft, sent back or being revised."))  # fmt: skip
add_rule("surveys.submit_plan", writes & in_state(*PlanState.editable()),
         _("A plan is submitted by its unit while it is a draft, sent back or being revised."))  # fmt: skip


@rules.predicate
def is_asked_to_decide(user, plan):
    """The level the plan waits for asks the user."""
    return plan is not None and approval.is_asked(user, plan)


add_rule(
    "surveys.decide_plan",
    is_visible & in_state(PlanState.SUBMITTED) & differs_from("author") & not_worked_on("wrote") & is_asked_to_decide,
    _("A submitted plan is decided, level by level, by people it asks who did not write it and decided on no earlier one."),
)  # fmt: skip
add_rule("surveys.take_back_plan", writes & in_state(PlanState.SUBMITTED),
         _("A plan is taken back by its unit while it waits for a decision."))  # fmt: skip


@rules.predicate
def writes_for_its_unit(user, filing):
    """The plan behind a filing belongs to one of the user's units, or the user runs surveys for everybody."""
    return filing is not None and in_own_unit(user, filing.plan)


add_rule("surveys.file_plan_of", is_visible & capability("surveys.file_plan") & writes_for_its_unit,
         _("An approved plan is put on file by its unit."))  # fmt: skip


@rules.predicate
def belongs_to_department(user, duty):
    """The user works in the department itself."""
    if duty is None:
        return False
    if "_own_units" not in user.__dict__:
        user._own_units = set(user.memberships.current().values_list("unit_id", flat=True))
    return duty.unit_id in user._own_units


@rules.predicate
def awaits_confirmation(user, duty):
    """Nobody of the department has confirmed yet, and the plan is approved."""
    if duty is None or duty.acknowledged_at is not None:
        return False
    plan = duty.scheme.activity.plan
    return plan.state == PlanState.APPROVED and is_visible(user, plan)


add_rule("surveys.confirm_duty_of", capability("surveys.confirm_duty") & awaits_confirmation & belongs_to_department,
         _("What an approved plan asks of a department is confirmed once, by somebody of that department."))  # fmt: skip
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

keeps = is_visible & capability("surveys.publish_questionnaire")
add_rule("surveys.edit_indicator", keeps & in_state(Use.ACTIVE),
         _("The indicator system is changed by who may publish questionnaires; what is retired stays as it was."))  # fmt: skip
add_rule("surveys.retire_indicator", keeps & in_state(Use.ACTIVE), _("It is retired already."))
add_rule("surveys.restore_indicator", keeps & in_state(Use.RETIRED), _("It is in use already."))
add_rule("surveys.edit_bank_question", designs & in_state(Use.ACTIVE),
         _("A question that was retired from the bank stays as it was."))  # fmt: skip
add_rule("surveys.retire_bank_question", designs & in_state(Use.ACTIVE), _("It is retired already."))
add_rule("surveys.restore_bank_question", designs & in_state(Use.RETIRED), _("It is in use already."))

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
add_rule("surveys.enter_answers_of", is_visible & in_state(WaveState.OPEN)
         & (capability("surveys.enter_answers") | entrusted(may_enter=True)),
         _("Answers are entered while the wave is open."))  # fmt: skip
add_rule("surveys.import_answers_of", is_visible & capability("surveys.import_answers") & in_state(WaveState.OPEN),
         _("Answers are imported while the wave is open."))  # fmt: skip
add_rule(
    "surveys.post_letters", runs & in_state(WaveState.OPEN), _("Letters are printed and sent while the wave is open.")
)
add_rule("surveys.edit_published", is_visible & capability("surveys.collect_ratings"),
         _("Published ratings are collected by the survey officers and the departments."))  # fmt: skip


@rules.predicate
def results_are_out(user, wave):
    """Figures of a confidential wave wait for its end: from one answer to the next the difference would be one answer."""
    return wave is not None and not (wave.is_confidential and wave.state == WaveState.OPEN)


@rules.predicate
def keeps_seals(user, wave):
    """The respondents were told this person's name; nobody else opens a seal, whatever the role."""
    return wave is not None and wave.is_confidential and wave.seal_keeper_id == user.pk


add_rule("surveys.open_seals_of", capability("surveys.open_seal") & keeps_seals & in_state(*WaveState.with_results()),
         _("Only the person named to the respondents opens the seal."))  # fmt: skip
add_rule("surveys.see_results_of", is_visible & capability("surveys.see_results")
         & in_state(*WaveState.with_results()) & results_are_out,
         _("There are results once the wave is open, of a confidential wave once it is closed."))  # fmt: skip
add_rule("surveys.report_wave", is_visible & capability("surveys.see_results")
         & in_state(*WaveState.ended()), _("A wave is reported on once it is closed."))  # fmt: skip
add_rule("surveys.export_answers_of", is_visible & in_state(*WaveState.with_results())
         & ((capability("surveys.export_answers") & is_with_nobody) | is_custodian), keeper_of)  # fmt: skip
add_rule("surveys.take_rows_of", is_visible & (is_with_nobody | is_custodian), keeper_of)
add_rule("surveys.see_contacts_of", is_visible & in_state(WaveState.OPEN) & entrusted(sees_contacts=True),
         _("Names and phone numbers are shown while the survey is open, to whom they were entrusted."))  # fmt: skip


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


@rules.predicate
def has_printable_plan(user, wave):
    """An approved plan holds its activity, or it stands outside of plans."""
    return wave is not None and approval.is_approved(wave.activity)


@rules.predicate
def is_not_own_work(user, wave):
    return wave is not None and not task_lists.is_own_work(wave, user)


@rules.predicate
def sees_wave_of(user, task):
    return task is not None and Wave.objects.visible_to(user).filter(pk=task.wave_id).exists()


@rules.predicate
def has_it_to_do(user, task):
    """Its owner, or who runs surveys."""
    return task is not None and (task.owner_id == user.pk or user.has_perm("surveys.run_wave"))


add_rule("surveys.print_wave", is_visible & capability("surveys.see_waves") & has_printable_plan,
         _("The plan of its activity is not approved: nothing is printed or sent before."))  # fmt: skip
add_rule("surveys.do_task", sees_wave_of & capability("surveys.do_tasks") & has_it_to_do,
         _("A task is ticked by its owner or by who runs surveys."))  # fmt: skip
add_rule(
    "surveys.assign_task", sees_wave_of & capability("surveys.run_wave"), _("Tasks are given out by who runs surveys.")
)
add_rule("surveys.complete_wave", runs & in_state(WaveState.CONFIRMED),
         _("A survey is completed by who runs surveys, once its results are confirmed."))  # fmt: skip
add_rule("surveys.check_quality_of", is_visible & capability("surveys.check_quality")
         & in_state(*WaveState.with_results()) & is_not_own_work,
         _("A survey is checked, once it is under way, by somebody who did not run it."))  # fmt: skip
add_rule("surveys.see_tasks_of", runs, _("Task lists are drawn up by who runs surveys."))
add_rule("surveys.note_training", capability("surveys.run_wave"), _("Training for surveys is noted by who runs them."))
manages = is_visible & capability("surveys.manage_custody")


@rules.predicate
def is_living(user, custody):
    """Its material is not being disposed of, nor gone."""
    return custody is not None and custody.state in CustodyState.living()


add_rule("surveys.hand_over_material", is_visible & capability("surveys.hand_over") & is_living,
         _("Material is handed over by those who gather it, until it is disposed of."))  # fmt: skip
add_rule("surveys.accept_handover", is_visible & in_state(HandoverState.SUBMITTED) & is_person("receiver"),
         _("A hand-over is confirmed or returned by the person who is to receive it."))  # fmt: skip
add_rule("surveys.submit_again", is_visible & in_state(HandoverState.RETURNED) & is_person("giver"),
         _("What was returned is handed over again by the person who gave it."))  # fmt: skip
add_rule("surveys.name_custodian", manages & in_state(CustodyState.KEPT),
         _("A custodian is named by the administration, for material in custody."))  # fmt: skip
add_rule(
    "surveys.set_terms",
    manages & is_living,
    _("Terms are set by the administration, until the material is disposed of."),
)
add_rule("surveys.keep_longer", is_visible & is_living & (capability("surveys.manage_custody") | is_person("custodian")),
         _("Keeping it longer is asked for by the custodian or the administration."))  # fmt: skip

add_rule("surveys.propose_disposal", is_visible & in_state(DisposalState.LISTED)
         & (capability("surveys.manage_custody") | capability("surveys.keep_material")),
         _("A list is proposed by a custodian or the administration."))  # fmt: skip
add_rule("surveys.approve_disposal_of", is_visible & capability("surveys.approve_disposal")
         & in_state(DisposalState.PROPOSED) & differs_from("proposed_by"),
         _("A proposed list is decided by somebody who may approve disposal and did not propose it."))  # fmt: skip
add_rule("surveys.carry_out_disposal", is_visible & capability("surveys.manage_custody") & in_state(DisposalState.APPROVED),
         _("An approved list is carried out by the administration."))  # fmt: skip
add_rule("surveys.take_back_disposal", is_visible & capability("surveys.approve_disposal") & in_state(DisposalState.APPROVED),
         _("An approval is taken back by somebody who may approve, before the list is carried out."))  # fmt: skip


@rules.predicate
def is_in_force(user, entrustment):
    return entrustment is not None and entrustment.revoked_at is None


add_rule("surveys.revoke_entrustment", is_visible & capability("surveys.entrust") & is_in_force,
         _("An entrustment is revoked by those who entrust surveys, once."))  # fmt: skip
