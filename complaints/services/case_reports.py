"""Case reports (CMP-42, 43): drafted by the calendar, words by a person, issued with a paper that never changes."""

import hashlib
from itertools import count

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import case_report_figures
from complaints.choices import CaseReportState
from complaints.models import CaseReport, CaseReportFile
from complaints.workflows_learning import CASE_REPORT
from core import numbering, pdf, periods
from core.choices import PeriodKind
from core.i18n import both, speaking, suffix
from core.reporting import numbered
from core.workflow import InvalidTransition, edit, start
from notifications.services import outbox

NUMBER_KIND = "AF"
KINDS = (PeriodKind.MONTH, PeriodKind.QUARTER)
LOOK_BACK = 3  # periods that are made up for after downtime


def make(period, *, by=None):
    """The draft of ``period``; the one that exists is returned as it is, None where the ledger was silent."""
    existing = CaseReport.objects.filter(period=period).first()
    if existing:
        return existing
    found = case_report_figures.collect(period)
    if not found:
        return None
    report = CaseReport(period=period, figures=found, figures_at=timezone.now(), **case_report_figures.drafted(found))
    try:
        with transaction.atomic():
            start(report, by=by)
            _tell("case_report_drafted", report, User.objects.with_capability("complaints.learn"))
    except IntegrityError:
        return CaseReport.objects.get(period=period)
    return report


def make_due(now=None):
    """Drafts of the months and quarters whose cut-off has passed; safe to repeat. Returns what was made now."""
    now, made = now or timezone.now(), []
    for kind in KINDS:
        known = set(CaseReport.objects.filter(period__kind=kind).values_list("period__starts_on", flat=True))
        period = periods.containing(kind, timezone.localdate(now))
        for _step in range(LOOK_BACK if known else 2):
            is_new = period.starts_on not in known and (not known or period.starts_on > min(known))
            if period.cut_off <= now and is_new:
                report = make(period)
                made += [report] if report else []
            period = periods.previous(period)
    return made


@transaction.atomic
def write(report, *, by, expected_version=None, **words):
    """Change the words of a draft."""
    if report.state != CaseReportState.DRAFT:
        raise InvalidTransition(_("Only a draft can be edited."))
    return edit(report, by=by, expected_version=expected_version, edited_by=by, **words)


@transaction.atomic
def redraw(report, *, by, expected_version=None):
    """Take the figures of a draft afresh; the words stay."""
    if report.state != CaseReportState.DRAFT:
        raise InvalidTransition(_("The figures of this report are settled."))
    found = case_report_figures.collect(report.period)
    return edit(
        report, by=by, expected_version=expected_version, event="redrawn", figures=found, figures_at=timezone.now()
    )


@transaction.atomic
def issue(report, *, by, expected_version=None):
    """Number it, store its paper in both languages, tell who reads reports. Nothing of it changes afterwards."""
    for name in CaseReport.WORDS:
        if not getattr(report, f"{name}_zh").strip() or not getattr(report, f"{name}_en").strip():
            raise InvalidTransition(_("Every chapter is written in both languages before the report is issued."))
    number = numbering.take(NUMBER_KIND)
    CASE_REPORT.move(
        report, CaseReportState.ISSUED, by=by, expected_version=expected_version, number=number, issued_by=by,
        issued_at=timezone.now(),
    )  # fmt: skip
    stored = []
    try:
        for language in ("zh-hans", "en"):
            content = paper(report, language)
            with speaking(language):
                name = f"{number} {report}.pdf"
            row = CaseReportFile(
                report=report, language=language, name=name, sha256=hashlib.sha256(content).hexdigest(),
                file=ContentFile(content, name=f"{number}-{language}.pdf"),
            )  # fmt: skip
            row.save(force_insert=True)
            stored.append(row)
    except BaseException:
        for row in stored:
            row.file.storage.delete(row.file.name)
        raise
    _tell("case_report_issued", report, User.objects.with_capability("complaints.see_library").exclude(pk=by.pk))
    return report


def chapters(report):
    """[(title, paragraphs)] in the active language."""
    titles = {
        "findings": _("Causes"), "lessons": _("Lessons"), "measures": _("Measures taken"), "recommended": _("Recommended"),
    }  # fmt: skip
    key = suffix()
    return [
        (title, [one for one in getattr(report, f"{name}_{key}").split("\n\n") if one.strip()])
        for name, title in titles.items()
    ]


def body(report):
    """What a report shows in the active language: headlines, numbered pictures, tables, chapters."""
    data = report.figures
    return {
        "heads": case_report_figures.heads(data), "figures": numbered(case_report_figures.charts(data), count(1)),
        "tables": case_report_figures.tables(data), "lines": chapters(report),
    }  # fmt: skip


def paper(report, language):
    """Bytes of the report as PDF."""
    with speaking(language):
        return pdf.render(
            "pdf/ledger_figures.html", body(report), language=language, title=_("Case report"),
            period=periods.label(report.period), number=report.number or _("draft"),
        )  # fmt: skip


def _tell(kind, report, users):
    for user in users:
        outbox.queue(
            f"complaints.{kind}", to_user=user, context={"name": both(report)}, url=report.get_absolute_url(),
            dedupe_key=f"complaints.{kind}:{report.pk}:{user.pk}",
        )  # fmt: skip
