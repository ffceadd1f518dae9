"""Doors of Celery into core."""

from celery import shared_task
from django.utils import timezone

from core.models import Heartbeat


def _beat(name):
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})


@shared_task(name="core.beat_heartbeat")
def beat_heartbeat():
    """Beat, every 30 seconds. That it runs shows beat, broker and worker alive."""
    _beat("beat")
    _beat("worker")


@shared_task(name="core.run_job")
def run_job(job_id):
    """Run one Job; a second call finds it claimed and does nothing."""
    from core import jobs

    jobs.run(job_id)


@shared_task(name="core.sweep_jobs")
def sweep_jobs():
    """Beat, every minute: start jobs that wait too long or whose worker died. Safe to run twice and in parallel."""
    from core import jobs

    return jobs.sweep()


@shared_task(name="core.sweep_files")
def sweep_files():
    """Beat, every night: remove stored files that no row names. Safe to run twice and in parallel."""
    from core import leftovers

    return leftovers.sweep()
