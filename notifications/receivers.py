"""A job that ended tells its owner."""

from django.dispatch import receiver

from core.signals import job_ended
from notifications.services import outbox


@receiver(job_ended, dispatch_uid="notifications.job_ended")
def tell_owner(sender, job, **kwargs):
    if job.owner is not None:
        outbox.queue("core.job_ended", to_user=job.owner, context={"title": job.title, "state": job.state},
                     url=f"/jobs/{job.pk}/", dedupe_key=f"job:{job.pk}:{job.state}")  # fmt: skip
