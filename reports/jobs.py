"""Drawing up a report on demand, with progress."""

from core.jobs import job
from core.models import Period
from reports.services import reports


@job("reports.make")
def make_report(run, progress):
    """``params``: period (id). The result names the report."""
    period = Period.objects.get(pk=run.params["period"])
    report = reports.make(period, by=run.owner, progress=progress)
    return {"url": report.get_absolute_url(), "report": report.pk}
