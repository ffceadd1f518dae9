"""Who handles it and what was found out."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.selectors import main_unit
from complaints import priorities
from complaints.choices import Part, State
from complaints.models import Assignment, Determination
from complaints.selectors.people import leads
from complaints.selectors.standing_in import at_the_desk
from complaints.services import policies
from complaints.services.people import take_part, tell
from complaints.workflows import LEDGER
from core.workflow import InvalidTransition, record


def assign(complaint, *, unit, handler, by, note="", expected_version=None):
    """Give an accepted complaint to ``handler`` of the responsible ``unit`` and tell the person."""
    return _give(complaint, unit, handler, by=by, note=note, expected_version=expected_version)


def reassign(complaint, *, unit, handler, by, comment, note="", expected_version=None):
    """Give a complaint that is being handled to somebody else; what was found out stays."""
    return _give(complaint, unit, handler, by=by, note=note, comment=comment, expected_version=expected_version)


@transaction.atomic
def _give(complaint, unit, handler, *, by, note, comment="", expected_version=None, state=State.ASSIGNED):
    """Assignment row, part and move together; who is away is stood in for. Raises InvalidTransition for somebody who may not
    handle it (S1).
    """
    asked, handler = handler, at_the_desk(complaint, handler)
    take_part(complaint, handler, Part.HANDLED)
    LEDGER.move(
        complaint, state, by=by, comment=comment or note, expected_version=expected_version, unit=unit, handler=handler,
        payload={"handler": handler.pk, "unit": unit.pk} | instead_of(asked, handler),
    )  # fmt: skip
    Assignment.objects.create(cycle=complaint.cycle, unit=unit, handler=handler, note=note, by=by)
    tell("assigned", complaint, [handler], by=by)
    return complaint


def instead_of(asked, handler):
    """What the event says where somebody stands in."""
    return {"instead_of": asked.pk} if asked != handler else {}


@transaction.atomic
def take(complaint, *, by):
    """The handler signs for it."""
    take_part(complaint, by, Part.HANDLED)
    LEDGER.move(complaint, State.HANDLING, by=by)
    return complaint


@transaction.atomic
def give_back(complaint, *, by, comment, expected_version=None):
    """It is not for this handler or unit; the clocks run on. Tells who assigned it."""
    last = complaint.cycle.assignments.select_related("by").last()
    LEDGER.move(complaint, State.ACCEPTED, by=by, comment=comment, expected_version=expected_version, handler=None)
    tell("given_back", complaint, [last.by] if last else leads(complaint), by=by)
    return complaint


@transaction.atomic
def handle_directly(complaint, *, by, expected_version=None, **assessment):
    """The receiver handles an ordinary matter without delay (CMP-15); of a complaint with its assessment.

    Raises InvalidTransition for a complaint that is not an ordinary one: that goes to a lead (CMP-16).
    """
    unit = complaint.unit or main_unit(by) or complaint.desk
    if unit is None:
        raise InvalidTransition(_("You belong to no unit, so nobody would be responsible. Ask a lead to assign it."))
    if complaint.is_complaint and assessment.get("severity", complaint.severity) != "minor":
        raise InvalidTransition(_("Only an ordinary matter is handled directly. Leave this one to a service lead."))
    take_part(complaint, by, Part.HANDLED)
    assessment["priority"] = priorities.of(complaint, assessment.get("severity"), assessment.get("scope"))
    LEDGER.move(
        complaint, State.HANDLING, by=by, expected_version=expected_version, unit=unit, handler=by,
        desk=complaint.desk or unit, payload={"handler": by.pk, "unit": unit.pk}, **assessment,
    )  # fmt: skip
    Assignment.objects.create(cycle=complaint.cycle, unit=unit, handler=by, by=by)
    policies.fit(complaint, by=by)
    return complaint


@transaction.atomic
def determine(complaint, *, by, verdict, facts, cause, remedy):
    """What was found out and who is responsible; again while it is being handled, the last one counts."""
    if complaint.state != State.HANDLING:
        raise InvalidTransition(_("Responsibility is determined while the complaint is being handled."))
    take_part(complaint, by, Part.HANDLED)
    made = Determination.objects.create(
        cycle=complaint.cycle, verdict=verdict, facts=facts, cause=cause, remedy=remedy, by=by
    )  # fmt: skip
    record(complaint, "determined", by=by, payload={"determination": made.pk, "verdict": made.verdict})
    return made
