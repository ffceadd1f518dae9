"""Doors of Celery into appraisal."""

from celery import shared_task

from appraisal.services import reminders
from core.batch import each


@shared_task(name="appraisal.remind_ratings")
def remind_ratings():
    """Beat, every morning: a word to whoever owes a rating. Safe to run twice and in parallel."""
    return each(reminders.cycles_to_remind(), reminders.remind)
