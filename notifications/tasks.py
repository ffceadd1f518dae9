"""Doors of Celery into the outbox."""

from celery import shared_task

from core.nudge import publish
from notifications.services import inbound, outbox


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


@shared_task(name="notifications.fetch_mail")
def fetch_mail():
    """Beat, every minute: store what is new in the mailboxes, then read what is stored. Safe to run twice and in parallel."""
    return {"stored": inbound.fetch_all(), **inbound.read_due()}


@shared_task(name="notifications.count_mail")
def count_mail():
    """Beat, every morning: what the mailboxes hold against the rows; a difference is shown and warned of."""
    return inbound.count_all()
