"""Doors of Celery into customers."""

from celery import shared_task

from core.batch import each
from customers import selectors
from customers.services import contacts, reminders


@shared_task(name="customers.remind_follow_ups")
def remind_follow_ups():
    """Beat, every morning: an inbox line per follow-up that is due today or late. Safe to run twice and in parallel."""
    return each(reminders.follow_ups_to_remind(), reminders.remind)


@shared_task(name="customers.erase_expired_contacts")
def erase_expired_contacts():
    """Beat, every night: forget contact persons whose retention date has passed. Safe to run twice and in parallel."""
    return each(selectors.retention_passed(), contacts.erase)
