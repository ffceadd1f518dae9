"""What improvements hear from below: rows only, idempotent, in the transaction of the fact."""

from django.dispatch import receiver

from complaints.signals import cluster_raised, complaint_substantiated
from fieldwork.signals import problem_raised
from improvements.services import cases, effects
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


@receiver(cluster_raised, dispatch_uid="improvements.cluster_raised")
def on_cluster_raised(sender, cluster, by, **kwargs):
    cases.propose_for_cluster(cluster, by=by)
