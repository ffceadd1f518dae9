"""What reports know about a survey: whether the report that holds its results is issued."""

from datetime import timedelta

from django.utils import timezone

from reports.choices import ReportState
from reports.models import Report
from surveys import facts
from surveys.choices import Fact

ROLLED_OVER = timedelta(days=5)  # what closed after a cut-off belongs to the period that begins within so many days


def register():
    facts.add_fact(Fact.REPORT_ISSUED, issued)


def issued(wave):
    """When the first report of a period that holds the close of the wave was issued."""
    if wave.closed_at is None:
        return None
    begun = timezone.localdate(wave.closed_at) + ROLLED_OVER
    rows = Report.objects.filter(
        state=ReportState.ISSUED, period__cut_off__gt=wave.closed_at, period__starts_on__lte=begun
    )
    return rows.order_by("issued_at").values_list("issued_at", flat=True).first()
