"""What of reports shows on home pages and in the search."""

from datetime import datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from core.due import DueItem
from core.search import Hit
from reports import selectors
from reports.choices import ReportState
from reports.models import Report


def due_items(user):
    acts = {
        ReportState.DRAFT: _("Check and hand in"),
        ReportState.IN_REVIEW: _("Review"),
        ReportState.REVIEWED: _("Issue"),
    }
    for report in selectors.waiting_for(user)[:20]:
        end = timezone.make_aware(datetime.combine(selectors.due_on(report.period), time(18)))
        yield DueItem(
            kind=_("Report"), title=str(report), url=report.get_absolute_url(), act=acts[report.state], due_at=end
        )
    for report in selectors.unread_by(user):
        yield DueItem(
            kind=_("Report"),
            title=str(report),
            url=report.get_absolute_url(),
            act=_("Read and confirm"),
            number=report.number,
        )


def hits(user, text):
    rows = Report.objects.visible_to(user).filter(number__icontains=text).select_related("period")[:5]
    return [Hit(_("Report"), str(report), report.get_absolute_url(), report.number) for report in rows]
