"""Pages of reports: who sees and does what, and that every number leads somewhere its reader may go."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from core import jobs, periods
from core.models import Job
from core.reporting import sections
from reports import papers
from reports.models import Report
from reports.services import reports
from tests.factories import reports as make
from tests.factories import surveys

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued(monkeypatch):
    monkeypatch.setattr(papers, "make_pdf", lambda report, language: b"%PDF-issued")
    monkeypatch.setattr(papers, "make_xlsx", lambda report, language: b"PK")
    return make.issued()


def sign_in(client, *roles):
    user = surveys.person(*roles)
    client.force_login(user)
    return user


def url(name, report, *more):
    return reverse(f"reports:{name}", args=[report.pk, *more])


def test_list_asks_as_often_for_three_reports_as_for_one(client):
    sign_in(client, Role.SURVEY_OFFICER)
    period, seen = make.period_now(), []
    for _number in range(3):
        reports.make(period)
        period = periods.previous(period)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("reports:report_list"))
        seen.append(len(queries))
    assert len(response.context["table"].rows) == 3
    assert seen[0] == seen[2] <= 12


def test_readers_see_issued_reports_only(client, issued):
    other = reports.make(periods.previous(issued.period))
    sign_in(client, Role.TRAINER)
    assert client.get(url("report_detail", issued)).status_code == 200
    assert client.get(url("report_detail", other)).status_code == 404
    sign_in(client, Role.AGENT)
    assert client.get(url("report_detail", issued)).status_code == 403


def test_the_writer_is_refused_the_review_with_the_reason(client):
    report = make.draft()
    officer = sign_in(client, Role.SURVEY_OFFICER)
    text = report.texts.get(part="advice")
    client.post(
        url("report_text", report, "advice"), {"text_zh": "改。", "text_en": "Change.", "version": report.version}
    )
    text.refresh_from_db()
    assert text.text_en == "Change."
    client.post(url("report_submit", report))
    response = client.post(url("report_approve", report))
    assert response.status_code == 403
    assert "由未参与编写的人审核" in response.content.decode()
    client.force_login(surveys.person(Role.SURVEY_OFFICER))
    assert client.post(url("report_approve", report)).status_code == 302
    assert Report.objects.get().reviewer != officer


def test_every_shown_link_opens_for_its_reader(client, issued):
    for role in (Role.EXECUTIVE, Role.DEPARTMENT_USER, Role.APPRAISAL_OFFICER, Role.SUPERVISOR, Role.SURVEY_OFFICER):
        sign_in(client, role)
        body = client.get(url("report_detail", issued)).context["body"]
        shown = [head.url for _s, heads, _f, _t in body for head in heads if head.url]
        shown += [figure.chart.rows_url for _s, _h, figures, _t in body for figure in figures if figure.chart.rows_url]
        assert len(shown) >= 6
        assert {link: client.get(link).status_code for link in shown} == dict.fromkeys(shown, 200)


def test_the_number_beside_a_picture_opens_its_records(client, issued):
    sign_in(client, Role.SURVEY_OFFICER)
    response = client.get(url("figure", issued, "F01"))
    assert response.url == reverse("surveys:wave", args=[issued.figures["surveys"]["waves"][0]["id"]])
    assert client.get(url("figure", issued, "F99")).status_code == 404


def test_papers_as_issued_are_private_downloads(client, issued):
    sign_in(client, Role.EXECUTIVE)
    stored = issued.files.get(language="zh-hans", format="pdf")
    response = client.get(url("report_file", issued, stored.pk))
    assert b"".join(response.streaming_content) == b"%PDF-issued"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    sign_in(client)
    client.logout()
    assert client.get(url("report_file", issued, stored.pk)).status_code == 302


def test_recipient_confirms_reading(client, monkeypatch):
    reader = surveys.person(Role.EXECUTIVE)
    monkeypatch.setattr(papers, "make_all", lambda report, language: [])
    report = make.issued()
    client.force_login(reader)
    assert "我已阅读" in client.get(url("report_detail", report)).content.decode()
    client.post(url("report_read", report))
    assert report.deliveries.get(user=reader).read_at is not None
    assert "我已阅读" not in client.get(url("report_detail", report)).content.decode()


def test_drawing_up_on_demand_runs_as_a_job(client):
    officer = sign_in(client, Role.SURVEY_OFFICER)
    surveys.contacts(6)
    make.closed_wave([5, 4, 4, 3, 5, 1])
    period = periods.containing("quarter", timezone.localdate())
    response = client.post(reverse("reports:report_make"), {"period": f"quarter:{period.starts_on.isoformat()}"})
    job = Job.objects.get()
    assert response.url == reverse("core:job_detail", args=[job.pk])
    jobs.run(str(job.pk))
    job.refresh_from_db()
    steps = len(sections()) + 1
    assert (job.state, job.done, job.total) == ("done", steps, steps)
    assert Report.objects.get().author == officer
    again = client.post(reverse("reports:report_make"), {"period": f"quarter:{period.starts_on.isoformat()}"})
    assert again.url == Report.objects.get().get_absolute_url()


@pytest.mark.parametrize(("kind", "words"), [("half_year", "半年"), ("year", "年")])
def test_a_half_year_and_a_year_bring_their_quarters_together(client, kind, words):
    """[ANA-13]"""
    sign_in(client, Role.SURVEY_OFFICER)
    surveys.contacts(6)
    make.closed_wave([5, 4, 4, 3, 5, 1])
    quarter = reports.make(make.period_now())
    day = quarter.period.starts_on
    period = periods.of(kind, day)
    client.post(reverse("reports:report_make"), {"period": f"{kind}:{period.starts_on.isoformat()}"})
    jobs.run(str(Job.objects.get().pk))
    whole = Report.objects.get(period__kind=kind)
    assert [wave["id"] for wave in whole.figures["surveys"]["waves"]] == [
        wave["id"] for wave in quarter.figures["surveys"]["waves"]
    ]
    assert words in str(whole.period)
    assert "季度" not in str(whole.period)


def test_a_report_of_a_half_year_does_not_stand_for_its_first_quarter():
    surveys.contacts(6)
    make.closed_wave([5, 4, 4, 3, 5, 1])
    quarter = make.period_now()
    reports.make(periods.containing("half_year", quarter.starts_on))
    after = quarter.cut_off + timedelta(days=1)
    assert [report.period for report in reports.make_due(after)] == [quarter]


def test_issuing_runs_as_a_job_once(client, monkeypatch):
    monkeypatch.setattr(papers, "make_pdf", lambda report, language: b"%PDF-issued")
    report = make.reviewed()
    executive = sign_in(client, Role.EXECUTIVE)
    asked = [client.post(url("report_issue", report), {"version": report.version}).url for _click in range(2)]
    first, second = (Job.objects.get(pk=address.rstrip("/").rpartition("/")[2]) for address in asked)
    for job in (first, second):
        jobs.run(str(job.pk))
        job.refresh_from_db()
    report.refresh_from_db()
    assert (first.state, first.result["url"]) == ("done", report.get_absolute_url())
    assert (report.issued_by, report.files.count()) == (executive, 4)
    assert (second.state, bool(second.note)) == ("failed", True)  # it says that somebody was faster


def test_a_worker_that_died_after_issuing_issues_nothing_again(client, monkeypatch):
    monkeypatch.setattr(papers, "make_pdf", lambda report, language: b"%PDF-issued")
    report = make.reviewed()
    sign_in(client, Role.EXECUTIVE)
    client.post(url("report_issue", report), {"version": report.version})
    job = Job.objects.get()
    jobs.run(str(job.pk))
    Job.objects.filter(pk=job.pk).update(state="queued", result={}, ended_at=None)
    jobs.run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, report.files.count()) == ("done", 4)


def test_home_page_says_what_is_owed(client):
    report = make.draft()
    officer = sign_in(client, Role.SURVEY_OFFICER)
    assert report.get_absolute_url() in client.get("/").content.decode()
    reports.submit(report, by=officer)
    assert report.get_absolute_url() not in client.get("/").content.decode()
    sign_in(client, Role.LEAD)
    assert report.get_absolute_url() in client.get("/").content.decode()
