"""Drawing up a report on demand and issuing it, with progress."""

from django.utils.translation import gettext as _

from core import jobs
from core.jobs import job
from core.models import Period
from reports.choices import ReportState
from reports.models import Report
from reports.services import reports


@job("reports.make")
def make_report(run, progress):
    """``params``: period (id). The result names the report."""
    period = Period.objects.get(pk=run.params["period"])
    report = reports.make(period, by=run.owner, progress=progress)
    return {"url": report.get_absolute_url(), "report": report.pk}


def start_issue(report, *, by, expected_version):
    """Four papers take their time: the report is issued by a Job, as it was seen."""
    title = _("Issue of %(report)s") % {"report": report}
    return jobs.start("reports.issue", by=by, title=title, params={"report": report.pk, "version": expected_version})


@job("reports.issue")
def issue_report(run, progress):
    """``params``: report (id), version as its page showed it. A report that this run issued before it died is not issued twice."""
    report = Report.objects.get(pk=run.params["report"])
    if run.attempts == 1 or report.state != ReportState.ISSUED:
        reports.issue(report, by=run.owner, expected_version=run.params["version"], progress=progress)
    return {"url": report.get_absolute_url(), "report": report.pk}
