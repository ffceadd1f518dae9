"""What improvements hear from below: rows only, idempotent, in the transaction of the fact."""

from django.dispatch import receiver

from complaints.services import implementing
from complaints.signals import cluster_raised, complaint_substantiated, suggestion_to_implement
from fieldwork.signals import problem_raised
from improvements.choices import MeasureState
from improvements.services import cases, effects
from improvements.signals import measure_verified
from surveys.signals import finding_confirmed, wave_closed


@receiver(finding_confirmed, dispatch_uid="improvements.finding_confirmed")
def on_finding_confirmed(sender, finding, **kwargs):
    cases.propose_for_finding(finding)


@receiver(complaint_substantiated, dispatch_uid="improvements.complaint_substantiated")
def on_complaint_substantiated(sender, complaint, determination, **kwargs):
    if complaint.unit_id is not None:
        cases.propose_for_complaint(complaint, determination)


@receiver(wave_closed, dispatch_uid="improvements.wave_closed")
def on_wave_closed(sender, wave, **kwargs):
    effects.compute_for(wave)


@receiver(problem_raised, dispatch_uid="improvements.problem_raised")
def on_problem_raised(sender, point, by, **kwargs):
    cases.propose_for_point(point, by=by)


@receiver(suggestion_to_implement, dispatch_uid="improvements.suggestion_to_implement")
def on_suggestion_to_implement(sender, complaint, implementation, by, **kwargs):
    cases.propose(
        complaint=complaint, unit=implementation.unit, title=complaint.title, problem=implementation.plan, by=by
    )


@receiver(measure_verified, dispatch_uid="improvements.suggestion_measured")
def on_measure_verified(sender, measure, verification, **kwargs):
    """The last measure of a suggestion's case was carried out, says somebody apart: the suggestion is in effect."""
    case = measure.case
    waits = [MeasureState.DRAFT, *MeasureState.pending(), MeasureState.ACCEPTANCE]
    if case.complaint_id and not case.measures.filter(state__in=waits).exists():
        implementing.measured(
            case.complaint_id, done_by=measure.owner, verified_by=verification.by, note=verification.sampled
        )


@receiver(cluster_raised, dispatch_uid="improvements.cluster_raised")
def on_cluster_raised(sender, cluster, by, **kwargs):
    cases.propose_for_cluster(cluster, by=by)
