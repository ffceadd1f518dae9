"""Doors of Celery into reports."""

from celery import shared_task

from reports.services import reports


@shared_task(name="reports.make_due")
def make_due():
    """Beat, every ten minutes: draft what the calendar asks for. Safe to run twice and in parallel."""
    return [report.pk for report in reports.make_due()]
