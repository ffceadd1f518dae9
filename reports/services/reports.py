"""Drawing up, editing, reviewing and issuing periodic reports."""

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from core import numbering, periods
from core.choices import PeriodKind
from core.i18n import both
from core.reporting import sections
from core.workflow import InvalidTransition, compare_and_set, contribute, has_contributed, record, start
from notifications.services import outbox
from reports import papers
from reports.choices import Part, ReportState
from reports.models import Report, ReportDelivery, ReportFile, ReportText
from reports.services import figures as drawing
from reports.workflows import REPORT

NUMBER_KIND = "BG"


def make(period, *, by=None, progress=None):
    """The draft report of ``period`` with its figures; the one that exists already is returned as it is."""
    existing = Report.objects.filter(period=period).first()
    if existing:
        return existing
    if progress:
        progress.total(len(sections()) + 1)
    report = _store(period, drawing.collect(period, progress=progress), by)
    if progress:
        progress.step()
    return report


def _store(period, found, by):
    """The new draft with the figures ``found``, or the one that another worker was faster with."""
    try:
        with transaction.atomic():
            report = start(
                Report(
                    period=period,
                    figures=found,
                    figures_at=timezone.now(),
                    figures_sha256=drawing.fingerprint(found),
                    author=by,
                ),
                by=by,
            )
            ReportText.objects.bulk_create(_drafted(report))
            for user in User.objects.with_capability("reports.write_report"):
                outbox.queue("reports.drafted", to_user=user, context={"report": report.pk, "name": both(report)}, url=report.get_absolute_url(),
                             dedupe_key=f"report:{report.pk}:drafted:{user.pk}")  # fmt: skip
        return report
    except IntegrityError:
        return Report.objects.get(period=period)


@transaction.atomic
def redraw(report, *, by, comment, expected_version=None):
    """Take the figures of a draft afresh, with a reason; the words that people edited stay."""
    if report.state != ReportState.DRAFT:
        raise InvalidTransition(_("The figures of this report are settled."))
    found = drawing.collect(report.period)
    before = report.figures_sha256
    compare_and_set(
        report, expected_version=expected_version, figures=found, figures_at=timezone.now(),
        figures_sha256=drawing.fingerprint(found),
    )  # fmt: skip
    record(report, "redrawn", by=by, comment=comment, payload={"before": before, "after": report.figures_sha256})
    written = set(report.transitions.filter(kind="edited").values_list("payload__part", flat=True))
    for text in _drafted(report):
        if text.part not in written:
            ReportText.objects.filter(report=report, part=text.part).update(text_zh=text.text_zh, text_en=text.text_en)


def _drafted(report):
    for part in Part:
        texts = {"zh": [], "en": []}
        for section in sections():
            data = report.figures.get(section.code)
            for key, language in (("zh", "zh-hans"), ("en", "en")):
                with translation.override(language):
                    texts[key] += [str(line) for line in section.sentences(data, part.value)]
        yield ReportText(report=report, part=part, text_zh="\n\n".join(texts["zh"]), text_en="\n\n".join(texts["en"]))


@transaction.atomic
def edit_text(report, part, *, by, expected_version, text_zh, text_en):
    """Write the words of one part of a draft."""
    if report.state != ReportState.DRAFT:
        raise InvalidTransition(_("Only a draft can be edited."))
    text = ReportText.objects.get(report=report, part=part)
    if (text.text_zh, text.text_en) == (text_zh, text_en):
        return
    compare_and_set(report, expected_version=expected_version, author=report.author or by)
    record(report, "edited", by=by, payload={"part": str(part), "before": {"zh": text.text_zh, "en": text.text_en}})
    contribute(report, by, "wrote")
    ReportText.objects.filter(pk=text.pk).update(text_zh=text_zh, text_en=text_en)


@transaction.atomic
def submit(report, *, by, expected_version=None):
    """Hand the draft in for review. Raises InvalidTransition naming the part that lacks a language."""
    for text in report.texts.all():
        if not text.text_zh.strip() or not text.text_en.strip():
            raise InvalidTransition(
                _("“%(part)s” is not written in both languages yet.") % {"part": Part(text.part).label}
            )
    REPORT.move(report, ReportState.IN_REVIEW, by=by, author=report.author or by, expected_version=expected_version)
    contribute(report, by, "wrote")
    _tell("reports.to_review", report, User.objects.with_capability("reports.review_report").exclude(pk=by.pk))


@transaction.atomic
def approve(report, *, by, comment="", expected_version=None):
    """Confirm the review of the report as it was seen. Raises InvalidTransition when ``by`` wrote on it."""
    if report.author_id == by.pk or has_contributed(report, by, "wrote"):
        raise InvalidTransition(_("A report is reviewed by somebody who did not write it."))
    REPORT.move(
        report, ReportState.REVIEWED, by=by, comment=comment, reviewer=by, reviewed_at=timezone.now(),
        expected_version=expected_version,
    )  # fmt: skip
    contribute(report, by, "reviewed")
    _tell("reports.to_issue", report, User.objects.with_capability("reports.issue_report"))


@transaction.atomic
def send_back(report, *, by, comment, expected_version=None):
    REPORT.move(
        report, ReportState.DRAFT, by=by, comment=comment, reviewer=None, reviewed_at=None,
        expected_version=expected_version,
    )  # fmt: skip
    if report.author:
        _tell("reports.sent_back", report, [report.author])


@transaction.atomic
def issue(report, *, by, recipients=None, expected_version=None, progress=None):
    """Number the report, store its papers in both languages, and deliver it. Nothing of it changes afterwards.

    ``recipients`` defaults to everybody who may read reports (management, departments concerned; RPT-05).
    """
    if recipients is None:
        recipients = User.objects.with_capability("reports.see_reports")
    number = numbering.take(NUMBER_KIND)
    REPORT.move(
        report, ReportState.ISSUED, by=by, issued_by=by, issued_at=timezone.now(), number=number,
        expected_version=expected_version,
    )  # fmt: skip
    _store_papers(report, number, progress)
    people = list(recipients)
    ReportDelivery.objects.bulk_create(
        [ReportDelivery(report=report, user=user) for user in people], ignore_conflicts=True
    )
    _tell("reports.issued", report, people)


def _store_papers(report, number, progress):
    """PDF and workbook in both languages; files already written go again when one of them fails."""
    stored = []
    if progress:
        progress.total(4)
    try:
        for language in ("zh-hans", "en"):
            for made in papers.make_all(report, language):
                if progress:
                    progress.step(note=made.name)
                file = ContentFile(made.content, name=f"{number}-{language}.{made.format}")
                stored.append(ReportFile.objects.create(
                    report=report, language=language, format=made.format, name=made.name, sha256=made.sha256, file=file,
                ))  # fmt: skip
    except BaseException:
        for row in stored:
            row.file.storage.delete(row.file.name)
        raise


def mark_read(report, *, by):
    """The recipient confirms having read the report; a second time changes nothing."""
    return ReportDelivery.objects.filter(report=report, user=by, read_at__isnull=True).update(read_at=timezone.now())


def _tell(kind, report, users):
    for user in users:
        outbox.queue(kind, to_user=user, context={"report": report.pk, "name": both(report)}, url=report.get_absolute_url(),
                     dedupe_key=f"report:{report.pk}:{kind}:{report.version}:{user.pk}")  # fmt: skip


LOOK_BACK = 8  # quarters


def make_due(now=None):
    """Draft the reports whose cut-off has passed: of the last eight quarters all that lack one, so that downtime
    is made up for; quarters before the very first report are left alone. Returns the reports that were made now.
    """
    made = []
    for period in _without_report(now or timezone.now()):
        found = drawing.collect(period)
        if any(found.values()):
            made.append(_store(period, found, None))
    return made


def _without_report(now):
    """Closed quarters without a report, oldest first, none before the first report there is."""
    period, quarters = periods.containing("quarter", timezone.localdate(now)), []
    for _step in range(LOOK_BACK):
        quarters.append(period)
        period = periods.previous(period)
    written = Report.objects.filter(period__kind=PeriodKind.QUARTER)
    made = set(written.values_list("period__starts_on", flat=True))
    first = min(made, default=quarters[-1].starts_on)
    return [
        one for one in reversed(quarters) if one.cut_off <= now and one.starts_on >= first and one.starts_on not in made
    ]
