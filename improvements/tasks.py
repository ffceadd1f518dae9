"""Doors of Celery into improvements."""

from celery import shared_task

from core.batch import each
from improvements.services import notice_reminders, reminders


@shared_task(name="improvements.remind_measures")
def remind_measures():
    """Beat, every morning: a word per measure that is due soon or late. Safe to run twice and in parallel."""
    return each(reminders.measures_to_remind(), reminders.remind)


@shared_task(name="improvements.remind_notices")
def remind_notices():
    """Beat, every half hour: a word per notice that is to be answered soon or late. Safe to run twice and in parallel."""
    return each(notice_reminders.notices_to_remind(), notice_reminders.remind)
