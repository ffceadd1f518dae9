"""Doors of Celery into the outbox."""

from celery import shared_task

from core.nudge import publish
from notifications.services import outbox


@shared_task(name="notifications.deliver_due")
def deliver_due():
    """Beat, every ten seconds, and after each queueing: send what waits. Safe to run twice and in parallel."""
    counts = outbox.deliver_due()
    if sum(counts.values()) >= outbox.BATCH:
        publish(deliver_due)
    return counts


@shared_task(name="notifications.sweep")
def sweep():
    """Beat, every minute: messages left behind by a dead worker."""
    return outbox.sweep()
