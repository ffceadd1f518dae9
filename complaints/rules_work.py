"""Who may do what while a record is worked on, in one page: facts, departments, measures, merging, recovery, the customer's word."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.selectors import units_of
from complaints.choices import Kind, MeasureResult, Part, RecoveryState, State
from complaints.rules import (
    ASSESSES,
    COMPLAINT,
    DECIDES,
    HANDLES,
    IS_HANDLER,
    MANAGES,
    MAY_HANDLE,
    OPEN,
    REGISTERS,
    SUGGESTION,
    end_waits,
    of_kind,
)
from complaints.selectors import merging
from complaints.selectors.people import parts
from complaints.selectors.working import has_conflict, involved_units, may_remark, may_verify, recoveries
from core.permissions import add_rule, capability, in_state

MATTER = of_kind(Kind.COMPLAINT, Kind.SUGGESTION)
BEFORE_REPLY = in_state(State.REGISTERED, State.ACCEPTED, State.ASSIGNED, State.HANDLING, State.EVALUATING)


@rules.predicate
def is_involved(user, obj):
    """A unit of the user takes part in the record."""
    return obj is not None and bool(involved_units(obj) & set(units_of(user)))


@rules.predicate
def has_departments(user, obj):
    return obj is not None and bool(involved_units(obj))


@rules.predicate
def is_in_conflict(user, obj):
    return obj is not None and has_conflict(obj)


@rules.predicate
def owes_measure(user, obj):
    """A handling measure of the record waits for the user, or for anybody where the user handles or leads."""
    if obj is None:
        return False
    if "_planned" not in obj.__dict__:
        obj._planned = set(obj.measures.filter(result=MeasureResult.PLANNED).values_list("person", flat=True))
    leads = user.has_perm("complaints.assess") or obj.handler_id == user.pk
    return bool(obj._planned) and (leads or user.pk in obj._planned)


@rules.predicate
def unmerge_waits(user, obj):
    found = obj and merging.master_of(obj)
    return bool(found) and found.undo_by_id is not None


@rules.predicate
def asked_unmerge(user, obj):
    found = obj and merging.master_of(obj)
    return bool(found) and found.undo_by_id == user.pk


def has_recovery(state, *, of_another=False):
    """Predicate: a recovery of the record is in ``state``, proposed by somebody other than the user if asked."""

    @rules.predicate(name=f"has_recovery:{state}")
    def matches(user, obj):
        return obj is not None and any(
            row.state == state and not (of_another and row.by_id == user.pk) for row in recoveries(obj)
        )

    return matches


@rules.predicate
def may_be_remarked(user, obj):
    return obj is not None and may_remark(obj)


@rules.predicate
def has_unsorted_remark(user, obj):
    remark = getattr(obj.cycle, "remark", None) if obj else None
    return remark is not None and not remark.sorted_as


@rules.predicate
def puts_into_effect(user, obj):
    row = getattr(obj, "implementation", None) if obj else None
    return row is not None and row.done_at is None and (row.person_id == user.pk or user.has_perm("complaints.assess"))


@rules.predicate
def verifies(user, obj):
    row = getattr(obj, "implementation", None) if obj else None
    return row is not None and row.done_at is not None and may_verify(obj, user)


@rules.predicate
def is_free(user, obj):
    """Nothing the record says of the user keeps them from deciding on it."""
    return obj is not None and not parts(obj).get(user.pk, set()) & set(Part.barred())


add_rule("complaints.verify_facts", HANDLES & COMPLAINT & in_state(State.HANDLING) & IS_HANDLER & MAY_HANDLE,
         _("Facts are verified by the handler while the complaint is being handled."))  # fmt: skip
add_rule("complaints.cite", (REGISTERS | HANDLES | ASSESSES) & OPEN,
         _("Law and policy are cited while the record is open."))  # fmt: skip
add_rule("complaints.note_conduct", (REGISTERS | ASSESSES) & COMPLAINT & OPEN,
         _("Violations of the rules of conduct are noted on an open complaint, by who registers or assesses."))  # fmt: skip
add_rule("complaints.escalate", (REGISTERS | HANDLES | ASSESSES) & MATTER & BEFORE_REPLY & (IS_HANDLER | ASSESSES | in_state(State.REGISTERED)),
         _("A complex matter is reported upward before the reply, by who received or handles it, or by a lead."))  # fmt: skip
add_rule("complaints.involve", (ASSESSES | HANDLES & IS_HANDLER) & has_departments & OPEN,
         _("Departments are added and released by the handler or a lead, once the matter is handled jointly."))  # fmt: skip
add_rule("complaints.post", (HANDLES | ASSESSES) & has_departments & OPEN & (is_involved | IS_HANDLER | ASSESSES),
         _("The thread of the departments is for those that take part, the handler and the leads."))  # fmt: skip
add_rule("complaints.settle_conflict", ASSESSES & is_in_conflict & OPEN,
         _("A disagreement of departments is settled by a service lead who did not raise it."))  # fmt: skip
add_rule("complaints.plan_measure", (HANDLES & IS_HANDLER | ASSESSES) & MATTER & in_state(State.HANDLING, State.REVIEW, State.REPLIED),
         _("Handling measures are planned by the handler or a lead while the matter is handled."))  # fmt: skip
add_rule("complaints.settle_measure", (HANDLES | ASSESSES) & owes_measure,
         _("Whether a measure was done is recorded by the person responsible, the handler or a lead."))  # fmt: skip
add_rule("complaints.merge", ASSESSES & MATTER & BEFORE_REPLY & ~end_waits,
         _("A complaint or suggestion is merged before it is answered, by a service lead."))  # fmt: skip
add_rule("complaints.ask_unmerge", MANAGES & in_state(State.MERGED) & ~unmerge_waits,
         _("A merged record is taken apart again by a lead, with a second person."))  # fmt: skip
add_rule("complaints.grant_unmerge", MANAGES & in_state(State.MERGED) & unmerge_waits & ~asked_unmerge & is_free,
         _("Whether a merged record is taken apart is decided by somebody other than who asked for it."))  # fmt: skip
add_rule("complaints.propose_recovery", (HANDLES | ASSESSES | REGISTERS) & COMPLAINT & in_state(*State.open(), State.CLOSED) & is_free,
         _("A recovery is proposed on a complaint of one's own ledger that was not declined, withdrawn, void or merged."))  # fmt: skip
add_rule("complaints.decide_recovery", MANAGES & has_recovery(RecoveryState.PROPOSED, of_another=True) & is_free,
         _("Compensation above the limit is approved by a lead or the management, not by who proposed it."))  # fmt: skip
add_rule("complaints.finish_recovery", (HANDLES | ASSESSES | REGISTERS) & has_recovery(RecoveryState.APPROVED),
         _("Only an approved recovery is carried out."))  # fmt: skip
add_rule("complaints.remark", (REGISTERS | HANDLES) & may_be_remarked,
         _("What the customer says to the reply is recorded once per cycle, after the reply."))  # fmt: skip
add_rule("complaints.sort_remark", (ASSESSES | HANDLES & IS_HANDLER) & has_unsorted_remark,
         _("The customer's words are sorted once, by the handler or a lead."))  # fmt: skip
add_rule("complaints.name_proposer", (REGISTERS | ASSESSES) & SUGGESTION & in_state(State.REGISTERED, State.EVALUATING),
         _("Whose idea a suggestion is, is written down before it is decided on."))  # fmt: skip
add_rule("complaints.implement", DECIDES & in_state(State.ADOPTED, State.PARTLY) & (IS_HANDLER | ASSESSES),
         _("Who puts an adopted suggestion into effect is named by who evaluated it or a lead."))  # fmt: skip
add_rule("complaints.report_implemented", (HANDLES | DECIDES) & in_state(State.IMPLEMENTING) & puts_into_effect,
         _("That it is in effect is reported by the person named for it, or a lead."))  # fmt: skip
add_rule("complaints.verify_implemented", (HANDLES | DECIDES) & in_state(State.IMPLEMENTING) & verifies,
         _("Put into effect is verified by somebody who neither carried it out, reported it, proposed nor decided on it."))  # fmt: skip
add_rule("complaints.close_implemented", (REGISTERS | HANDLES) & in_state(State.IMPLEMENTED),
         _("A suggestion in effect is closed when the proposer was thanked."))  # fmt: skip
add_rule("complaints.edit_lists", capability("complaints.assess"),
         _("Lists and reply templates are kept by service leads."))  # fmt: skip
