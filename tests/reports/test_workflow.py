"""A report's life: drawn up once, edited, reviewed by another, issued, read; and what never changes after that (RPT-01, 02, 05, 06, REM-05)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from accounts.choices import Role
from core import periods
from core.workflow import InvalidTransition, LostRace
from notifications.models import Message, Notice
from reports.choices import Part, ReportState
from reports.models import Report, ReportDelivery, ReportFile
from reports.services import figures, reports
from surveys.models import Response
from tests.factories import reports as make
from tests.factories import surveys

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make.people()


@pytest.fixture
def papers(monkeypatch):
    """Issuing without drawing: what papers look like is proven in test_papers."""
    from reports import papers

    monkeypatch.setattr(papers, "make_pdf", lambda report, language: b"%PDF")
    monkeypatch.setattr(papers, "make_xlsx", lambda report, language: b"PK")


def closed():
    surveys.contacts(6)
    return make.closed_wave([5, 4, 4, 3, 5, 1])


# Drawing up


def test_one_report_per_period():
    first = make.draft()
    assert reports.make(first.period) == first
    assert Report.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(period=first.period, figures_at=timezone.now(), figures_sha256="x")


def test_draft_has_words_of_every_part_in_both_languages_and_tells_its_writers(people):
    author, reviewer, _issuer = people
    report = make.draft()
    texts = {text.part: text for text in report.texts.all()}
    assert set(texts) == set(Part.values)
    assert "份" in texts["overview"].text_zh and "valid answers came back" in texts["overview"].text_en
    assert set(Notice.objects.filter(kind="reports.drafted").values_list("user", flat=True)) >= {author.pk}
    assert not Notice.objects.filter(kind="reports.drafted", user=reviewer).exists()


def test_calendar_drafts_after_the_cut_off_and_makes_up_for_downtime():
    closed()
    period = make.period_now()
    assert reports.make_due(period.cut_off - timedelta(seconds=1)) == []
    [late] = reports.make_due(period.cut_off + timedelta(days=60))
    assert late.period == period
    assert reports.make_due(period.cut_off + timedelta(hours=1)) == []


def test_calendar_drafts_nothing_about_a_quarter_without_surveys():
    assert reports.make_due(make.period_now().cut_off + timedelta(hours=1)) == []
    assert Report.objects.count() == 0


def test_due_day_is_day_thirty():
    period = periods.containing("quarter", timezone.localdate().replace(month=8, day=1))
    from reports.selectors import due_on

    assert (due_on(period).month, due_on(period).day) == (9, 30)


# Words


def test_words_are_edited_under_the_version_that_was_seen(people):
    author = people[0]
    report = make.draft()
    stale = report.version
    reports.edit_text(
        report, Part.ADVICE, by=author, expected_version=stale, text_zh="改证书流程。", text_en="Change it."
    )
    assert report.author == author
    assert report.texts.get(part=Part.ADVICE).text_en == "Change it."
    with pytest.raises(LostRace):
        reports.edit_text(
            Report.objects.get(), Part.ADVICE, by=author, expected_version=stale, text_zh="另一种", text_en="Other"
        )
    assert report.texts.get(part=Part.ADVICE).text_en == "Change it."


def test_figures_taken_afresh_keep_edited_words(people):
    author = people[0]
    report = make.draft()
    before, overview = report.figures_sha256, report.texts.get(part=Part.OVERVIEW).text_en
    reports.edit_text(
        report, Part.ADVICE, by=author, expected_version=report.version, text_zh="自己写的。", text_en="Own words."
    )
    surveys.contacts(6)
    make.closed_wave([5] * 14)
    reports.redraw(report, by=author, comment="又有一批关闭")
    assert report.figures_sha256 != before == report.transitions.get(kind="redrawn").payload["before"]
    assert report.texts.get(part=Part.ADVICE).text_en == "Own words."
    assert report.texts.get(part=Part.OVERVIEW).text_en != overview


def test_a_part_without_one_language_is_named(people):
    report = make.draft()
    reports.edit_text(
        report, Part.ADVICE, by=people[0], expected_version=report.version, text_zh="只有中文", text_en=""
    )
    with pytest.raises(InvalidTransition, match="改进建议"):
        reports.submit(report, by=people[0])
    assert Report.objects.get().state == ReportState.DRAFT


# Separation


def test_who_wrote_does_not_review(people):
    author, reviewer, _issuer = people
    report = make.draft()
    reports.edit_text(report, Part.ADVICE, by=reviewer, expected_version=report.version, text_zh="一", text_en="One")
    reports.submit(report, by=author)
    with pytest.raises(InvalidTransition, match="由未参与编写的人审核"):
        reports.approve(report, by=reviewer)
    with pytest.raises(InvalidTransition):
        reports.approve(report, by=author)
    assert Report.objects.get().state == ReportState.IN_REVIEW
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.update(author=author, reviewer=author)


def test_sent_back_with_a_reason_it_can_be_edited_again(people):
    author, reviewer, _issuer = people
    report = make.draft()
    reports.submit(report, by=author)
    with pytest.raises(InvalidTransition):
        reports.edit_text(report, Part.ADVICE, by=author, expected_version=report.version, text_zh="二", text_en="Two")
    with pytest.raises(InvalidTransition):
        reports.send_back(report, by=reviewer, comment=" ")
    reports.approve(report, by=reviewer)
    reports.send_back(report, by=reviewer, comment="请补充样本说明")
    assert (report.state, report.reviewer) == (ReportState.DRAFT, None)
    assert Notice.objects.filter(kind="reports.sent_back", user=author).count() == 1


# Issued


def test_issued_report_is_numbered_filed_and_delivered(people, papers):
    hr = surveys.person(Role.APPRAISAL_OFFICER)
    agent = surveys.person(Role.AGENT)
    report = make.issued()
    assert report.number == f"BG-{timezone.localdate().year}-000001"
    assert set(report.files.values_list("language", "format")) == {
        (lang, fmt) for lang in ("zh-hans", "en") for fmt in ("pdf", "xlsx")
    }
    recipients = set(report.deliveries.values_list("user", flat=True))
    assert hr.pk in recipients and agent.pk not in recipients
    assert Message.objects.filter(kind="reports.issued", to_user=hr).count() == 1


def test_issued_report_and_its_papers_never_change(papers):
    report = make.issued()
    for sql in (
        "UPDATE reports_report SET figures = '{}'", "DELETE FROM reports_report", "UPDATE reports_reportfile SET sha256 = ''",
        "DELETE FROM reports_reportfile",
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    for act in (
        lambda: reports.redraw(report, by=report.author, comment="x"), lambda: reports.send_back(report, by=report.reviewer, comment="x"),
        lambda: reports.edit_text(report, Part.ADVICE, by=report.author, expected_version=report.version, text_zh="x", text_en="x"),
    ):  # fmt: skip
        with pytest.raises(InvalidTransition):
            act()


def test_figures_stay_when_answers_are_excluded_later(papers):
    report = make.issued()
    Response.objects.update(is_valid=False)
    kept = Report.objects.get()
    assert figures.fingerprint(kept.figures) == kept.figures_sha256
    assert kept.figures["surveys"]["waves"][0]["results"]["valid_n"] == 8
    assert figures.collect(report.period)["surveys"]["waves"][0]["results"]["valid_n"] == 0


def test_reading_is_recorded_once(papers):
    reader = surveys.person(Role.TRAINER)
    report = make.issued()
    assert reports.mark_read(report, by=reader) == 1
    at = ReportDelivery.objects.get(user=reader).read_at
    assert reports.mark_read(report, by=reader) == 0
    assert ReportDelivery.objects.get(user=reader).read_at == at
    with pytest.raises(DatabaseError), transaction.atomic():
        ReportDelivery.objects.filter(user=reader).update(read_at=None)
    assert ReportFile.objects.count() == 4
