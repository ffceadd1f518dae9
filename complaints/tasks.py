"""Doors of Celery into complaints. Everything here is safe to run twice and in parallel."""

import logging

from celery import shared_task
from django.utils import timezone

from complaints.choices import State
from complaints.models import Complaint
from complaints.selectors.ledger import gaps
from complaints.services import case_reports, mails, pauses, progress, suggestions, watching
from core.batch import each

log = logging.getLogger(__name__)


@shared_task(name="complaints.watch_clocks")
def watch_clocks():
    """Beat, every 5 minutes: pauses whose day came, due moments by a changed calendar, warnings at 50, 80, 100 and 120 percent,
    customers who are to hear where things stand, late mails.
    """
    return {
        "resumed": each(pauses.over(), pauses.end_by_date),
        "recomputed": each(watching.of_an_older_calendar(), watching.recompute),
        "watched": watching.watch_due(),
        "progress": progress.ask_handlers(),
        "mails": each(mails.late(), mails.watch),
    }


@shared_task(name="complaints.take_up_deferred")
def take_up_deferred():
    """Beat, every morning: deferred suggestions whose day has come are evaluated again."""
    rows = Complaint.objects.filter(state=State.DEFERRED, decision__review_on__lte=timezone.localdate())
    return each(rows.select_related("cycle", "handler"), suggestions.take_up)


@shared_task(name="complaints.check_ledger")
def check_ledger():
    """Beat, every night: numbers without a gap (N1) and clocks that follow from their facts (T1), with a report of both."""
    found = {"gaps": gaps(), "drifted": watching.check_clocks().differences}
    if any(found.values()):
        log.error("the ledger does not add up: %s", found)
    return found


@shared_task(name="complaints.draft_case_reports")
def draft_case_reports():
    """Beat, every hour: drafts of case reports whose cut-off has passed."""
    return [report.pk for report in case_reports.make_due()]
