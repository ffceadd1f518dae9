"""Handling measures: who does what until when, and what it is to bring; followed until done (CMP-17, 18)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices import MeasureResult, State
from complaints.models import HandlingMeasure
from complaints.selectors.people import barred
from complaints.services import facts, together
from complaints.services.people import tell
from core.workflow import InvalidTransition, edit, record, start


@transaction.atomic
def plan(complaint, *, by, what, unit, person, due_on, effect):
    """A targeted measure, once the facts are verified. Its department takes part in the record; the person is told."""
    if complaint.state not in State.open():
        raise InvalidTransition(_("Measures are planned while the record is open."))
    if not facts.are_verified(complaint):
        raise InvalidTransition(_("Please verify the facts first; a measure follows from what is certain."))
    if person.pk in barred(complaint):
        raise InvalidTransition(_("%(name)s takes no part in this record.") % {"name": person})
    together.take_along(complaint, unit, by=by)
    made = start(
        HandlingMeasure(complaint=complaint, what=what, unit=unit, person=person, due_on=due_on, effect=effect, by=by),
        by=by,
    )
    record(
        complaint, "measure_planned", by=by, comment=what, payload={"measure": made.pk, "due_on": due_on.isoformat()}
    )
    tell("measure", complaint, [person], by=by, key=f"measure:{made.pk}")
    return made


@transaction.atomic
def settle(complaint, *, by, measure, result, note):
    """Done, or not done and why; the handler is told. Stands from then on."""
    if measure.complaint_id != complaint.pk or measure.result != MeasureResult.PLANNED:
        raise InvalidTransition(_("This measure is settled already."))
    result = MeasureResult(result)
    if result == MeasureResult.PLANNED:
        raise InvalidTransition(_("Say whether it was done."))
    edit(measure, by=by, event="settled", result=result.value, note=note, settled_by=by, settled_at=timezone.now())
    record(
        complaint, f"measure_{result.value}", by=by, comment=f"{measure.what}: {note}", payload={"measure": measure.pk}
    )
    tell("measure_settled", complaint, {complaint.handler, measure.by} - {None}, by=by, key=f"measure:{measure.pk}")
    return measure
