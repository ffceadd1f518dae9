"""Doors of Celery into surveys. Everything here is safe to run twice and in parallel."""

from celery import shared_task
from django.db import connection

from core.batch import each
from core.nudge import nudge
from surveys.models import Wave
from surveys.services import boxes, duties, invitations, low_answers, opinions, waves


@shared_task(name="surveys.turn_waves")
def turn_waves():
    """Beat, every minute: open and close waves by their window, make up follow-ups that could not be
    opened.
    """
    closing = list(Wave.objects.due_to_close().select_related("questionnaire_version", "unit"))
    counts = {
        "opened": each(Wave.objects.due_to_open().select_related("questionnaire_version"), waves.open_when_due),
        "closed": each(closing, waves.close_when_due),
        "follow_ups": low_answers.catch_up(),
    }
    if any(wave.is_anonymous for wave in closing):
        nudge(scrub_boxes)
    return counts


@shared_task(name="surveys.remind_due")
def remind_due():
    """Beat, every 10 minutes: queue the reminders that should exist by now, to those who have not
    answered.
    """
    return each(invitations.waves_to_remind(), invitations.remind)


@shared_task(name="surveys.follow_opinions")
def follow_opinions():
    """Beat, every 10 minutes: make up follow-ups of opinions that could not be opened."""
    return opinions.catch_up()


@shared_task(name="surveys.remind_projects")
def remind_projects():
    """Beat, every morning: project managers whose customer has not been asked as the quarter draws to its end."""
    return each(duties.to_remind(), duties.remind)


@shared_task(name="surveys.empty_boxes")
def empty_boxes():
    """Beat, every 10 minutes: let anonymous answers out in shuffled batches, and rewrite files that still hold removed rows."""
    if boxes.has_leftovers():
        nudge(scrub_boxes)
    return each(
        Wave.objects.filter(state="open", is_anonymous=True).select_related("link_key", "questionnaire_version"),
        boxes.empty,
    )


@shared_task(bind=True, name="surveys.scrub_boxes", max_retries=12, default_retry_delay=5)
def scrub_boxes(self):
    """After an anonymous wave ended: no removed row stays behind in the files of the box.

    A transaction that was running meanwhile, of anybody, keeps removed rows readable for itself and thereby in the
    rewritten files: tried again every five seconds for a minute, then with every round of ``empty_boxes``.
    """
    if connection.in_atomic_block:
        return
    boxes.scrub()
    if boxes.has_leftovers() and self.request.retries < self.max_retries:
        raise self.retry()
