"""Was the measure carried out? Looked at by somebody who never worked on it and is not of the responsible unit (S2)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition
from improvements.choices import MeasureState, VerificationResult
from improvements.models import Measure, Verification
from improvements.rules import is_apart
from improvements.services import effects
from improvements.services.measures import tell
from improvements.signals import measure_verified
from improvements.workflows import MEASURE


@transaction.atomic
def accept(measure, *, by, sampled, comment="", expected_version=None):
    """It was carried out. Its effect is observed until the next wave, where a survey figure is its goal; else it is closed.

    ``sampled`` says what was looked at. Returns the Verification.
    """
    made = _verify(measure, VerificationResult.ACCEPTED, by, sampled, comment)
    now, to = timezone.now(), MeasureState.OBSERVING if measure.has_figure else MeasureState.CLOSED
    closed = {} if measure.has_figure else {"closed_at": now, "closed_by": by}
    MEASURE.move(measure, to, by=by, comment=comment, expected_version=expected_version, implemented_at=now, **closed)
    tell(measure, measure.owner, "improvements.measure_accepted", by=by)
    measure_verified.send(sender=Measure, measure=measure, verification=made)
    effects.compute_due(measure)
    return made


@transaction.atomic
def send_back(measure, *, by, sampled, reason, expected_version=None):
    """It was not carried out as planned, and what is missing. Tells the owner. Returns the Verification."""
    if not reason.strip():
        raise InvalidTransition(_("Please give a reason."))
    made = _verify(measure, VerificationResult.RETURNED, by, sampled, reason)
    MEASURE.move(
        measure, MeasureState.EXECUTING, by=by, comment=reason, expected_version=expected_version, submitted_at=None,
        returns=measure.returns + 1,
    )  # fmt: skip
    tell(measure, measure.owner, "improvements.measure_returned", by=by)
    return made


def _verify(measure, result, by, sampled, comment):
    if measure.state != MeasureState.ACCEPTANCE:
        raise InvalidTransition(_("Only a measure that was handed in can be verified."))
    if not is_apart(by, measure):
        raise InvalidTransition(
            _("A measure is verified by somebody who never worked on it and is not of the responsible unit.")
        )
    return Verification.objects.create(
        measure=measure, cycle=measure.cycle, result=result, submitted_at=measure.submitted_at, sampled=sampled,
        comment=comment, by=by,
    )  # fmt: skip
