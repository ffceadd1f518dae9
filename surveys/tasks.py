"""Doors of Celery into surveys. Everything here is safe to run twice and in parallel."""

from celery import shared_task
from django.db import connection

from core.batch import each
from core.nudge import nudge
from surveys.models import Wave
from surveys.services import (
    boxes,
    custody,
    disposals,
    duties,
    invitations,
    low_answers,
    notices,
    opinions,
    outside,
    waves,
)
from surveys.services import tasks as task_lists


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


@shared_task(name="surveys.send_out_invitations")
def send_out_invitations():
    """Beat, every minute, and when a large wave opens: make the links and mails that wait; goes on where it was stopped."""
    counts = {"done": 0, "failed": 0}
    while (waves := list(invitations.waves_to_send_out())) and (found := each(waves, invitations.send_batch))["done"]:
        counts = {name: counts[name] + found[name] for name in counts}
    return counts


def tell_the_worker(**_told):
    """Receiver of ``invitations_waiting``."""
    nudge(send_out_invitations)


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


@shared_task(name="surveys.forget_answer_files")
def forget_answer_files():
    """Beat, every night: files of answers go a month after they came."""
    return each(outside.old_files(), outside.forget)


@shared_task(name="surveys.remind_projects")
def remind_projects():
    """Beat, every morning: project managers whose customer has not been asked as the quarter draws to its end."""
    return each(duties.to_remind(), duties.remind)


@shared_task(name="surveys.tick_tasks")
def tick_tasks():
    """Beat, every 10 minutes: tick the tasks of waves that have come true meanwhile, also by what upper apps know."""
    return each(task_lists.waves_to_sync(), task_lists.sync)


@shared_task(name="surveys.remind_tasks")
def remind_tasks():
    """Beat, every morning: owners of tasks due today or overdue, each time once."""
    return each(task_lists.to_remind(), task_lists.remind)


@shared_task(name="surveys.send_notices")
def send_notices():
    """Beat, every morning: people concerned learn the date of a survey, so many days before as its scheme says."""
    return each(notices.to_tell(), notices.tell)


@shared_task(name="surveys.watch_retention")
def watch_retention():
    """Beat, every night: account for material of waves that ended, tell of retention that ends soon, list what is past its date."""
    return {
        "begun": each(custody.catch_up(), custody.begin),
        "warned": each(disposals.to_warn(), disposals.warn),
        "listed": disposals.list_due(),
    }


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
