"""What is learned from records: the page of figures, clusters, the case library, case reports, feedback."""

from datetime import date, timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from accounts.choices import Role
from complaints import anonymise, statistics
from complaints.choices import EditionState
from complaints.figure_filter import Choice, rows_url
from complaints.models import CaseReport, Cluster, Complaint, FeedbackList, LibraryEdition, LibraryEntry
from complaints.selectors.indicators import Scope
from complaints.services import case_reports, clusters, library
from complaints.tasks import draft_case_reports
from core import periods, search
from core.due import items_for
from core.models import Event
from core.workflow import InvalidTransition
from improvements.models import ImprovementCase
from tests.customers.test_lists import text_of
from tests.factories import customers as make
from tests.factories.complaints import complaint_at, make_complaint, suggestion_at

pytestmark = pytest.mark.django_db
FIGURES = "/complaints/figures/"


@pytest.fixture
def as_lead(client, crew):
    client.force_login(crew.lead)
    return client


# Figures ---------------------------------------------------------------------------------------------


def test_the_page_of_figures_shows_them_with_base_and_opens_their_rows(as_lead, crew):
    for state in ("closed", "replied", "accepted"):
        complaint_at(state, crew, received_at=timezone.now() - timedelta(days=9))
    suggestion_at("adopted", crew)
    response = as_lead.get(FIGURES)
    page = response.context["page"]
    lines = {line.figure.indicator.code: line for line in page.lines}
    assert response.status_code == 200
    assert [(code, lines[code].value, lines[code].figure.numerator, lines[code].figure.denominator) for code in
            ("handling_rate", "called_back", "adoption", "complaint_rate")] == [
        ("handling_rate", "33.3", 1, 3), ("called_back", "50.0", 1, 2), ("adoption", "100.0", 1, 1), ("complaint_rate", "–", 3, 0),
    ]  # fmt: skip
    for code in ("handling_rate", "called_back", "result_in_time", "adoption"):
        found = lines[code]
        shown = [as_lead.get(url).context["number"] for url in (found.counted_url, found.among_url, found.missed_url)]
        assert (code, shown) == (code, [found.figure.numerator, found.figure.denominator, found.figure.missed])


def test_screen_workbook_and_paper_say_the_same(as_lead, crew):
    complaint_at("closed", crew, received_at=timezone.now() - timedelta(days=9))
    page = as_lead.get(FIGURES).context["page"]
    book = load_workbook(BytesIO(as_lead.get(FIGURES, {"format": "xlsx"}).content), read_only=True)
    cells = {row[0]: row[1:5] for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) if len(row) > 4}
    paper = text_of(as_lead.get(FIGURES, {"format": "pdf"}), "pdf")
    for line in page.lines:
        one = line.figure
        assert cells[str(line.title)][2] == one.numerator
        assert cells[str(line.title)][0] == (None if one.shown is None else float(one.shown))
    assert page.period.split(" – ")[1] in paper
    assert Event.objects.filter(kind="exported").count() == 2


@pytest.mark.parametrize("cut", ["unit", "category"])
def test_the_page_asks_as_often_for_many_as_for_one(as_lead, crew, cut):
    numbers = []
    for n in range(2):
        for _n in range(1 + 2 * n):
            complaint_at(
                "closed",
                crew,
                customer=make.make_customer(unit=crew.desk),
                received_at=timezone.now() - timedelta(days=9),
            )
        with CaptureQueriesContext(connection) as seen:
            assert as_lead.get(FIGURES, {"cut": cut}).status_code == 200
        numbers.append(len(seen))
    assert numbers == [12, 12]


def test_who_sees_only_figures_opens_no_rows_and_a_bad_period_says_so(client, crew):
    complaint_at("closed", crew)
    client.force_login(make.make_person(Role.APPRAISAL_OFFICER, unit=crew.office))
    response = client.get(FIGURES)
    assert {line.counted_url for line in response.context["page"].lines} == {""}
    assert client.get(FIGURES, {"start": "2026-03-01", "end": "2026-02-01"}).context["form"].errors.keys() == {"end"}
    client.force_login(crew.lead)
    bad = client.get("/complaints/", {"figure": "no:such:2026-01-01:2026-02-01"})
    assert (bad.status_code, bad.context["number"]) == (200, 0)


def test_a_figure_in_an_address_names_unit_channel_and_cause(crew):
    scope = Scope(date(2026, 3, 1), date(2026, 3, 31), channel="web")
    text = rows_url("called_back", scope, "missed", only=3, cause="process").split("figure=")[1]
    choice = Choice(text)
    assert (choice.scope()[0].units, choice.scope()[0].channel, choice.scope()[1]) == ([3], "web", "process")
    for wrong in ("called_back:all:2026-03-01:2026-03-31", "x:among:2026-03-01:2026-03-31", "called_back:among:2026-03-31:2026-03-01",
                  "called_back:among:2026-03-01:2026-03-31:state=closed", "called_back"):  # fmt: skip
        with pytest.raises(ValueError):
            Choice(wrong)


def test_a_target_holds_from_its_day_on_and_never_changes(as_lead, crew):
    today = timezone.localdate()
    post = {"code": "result_in_time", "value": "97.5", "valid_from": today.isoformat()}
    assert as_lead.post(reverse("complaints:figure_targets"), post).status_code == 302
    told = [statistics.targets_on(day).get("result_in_time") for day in (today, today - timedelta(days=1))]
    assert [None if one is None else float(one) for one in told] == [97.5, None]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE complaints_figuretarget SET value = 1")


# Anonymising -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("刘芳女士（１３８ １２３４ ５６７８）来电", "【姓名】女士（【电话】）来电"),
        ("刘 芳的邮箱是 liu.fang@example.com。", "【姓名】的邮箱是 【邮箱】。"),
        ("身份证310101199003071234", "身份证【证件号】"),
        ("座机021-61234567转801，或+86 139-8765-4321", "座机【电话】，或【电话】"),
        ("住上海市浦东新区世纪大道100号2栋301室", "住【地址】"),
        ("卡号6222 0212 3456 7890 123", "卡号【账号】"),
        ("见TS-2026-000123，远东精机已付款", "见【编号】，【客户】已付款"),
        ("Mr Fang Liu wrote; fang liu called from 12 Garden Road", "Mr 【姓名】 wrote; 【姓名】 called from 【地址】"),
        ("2026年3月2日报名3人，学费2600元，课时120分钟", "2026年3月2日报名3人，学费2600元，课时120分钟"),
        ("退款600元，7个工作日内到账", "退款600元，7个工作日内到账"),
    ],
)
def test_what_names_somebody_is_taken_out_and_what_does_not_stays(text, shown):
    found = anonymise.mask(text, names=["刘芳", "Fang Liu"], companies=["远东精机", ""])
    assert found.text == shown
    assert anonymise.mask(found.text, names=["刘芳"]).text == found.text


def test_the_second_person_sees_marks_and_what_is_suspicious():
    text = "【姓名】说王先生的编号是 88123 <b>"
    assert anonymise.suspects(text) == ["王先生", "88123"]
    assert str(anonymise.highlighted(text)) == (
        '<mark class="mark">【姓名】</mark>说<mark class="mark is-suspect">王先生</mark>的编号是 '
        '<mark class="mark is-suspect">88123</mark> &lt;b&gt;'
    )


# Library ---------------------------------------------------------------------------------------------

WORDS = {
    "kind": "case", "title": "停课未通知", "category": "service", "difficulty": "hard", "background": "学员刘芳到教室才知道停课，电话13812345678。",
    "process": "核实讲师请假记录", "solution": "补课并退费", "feedback": "满意", "lesson": "请假当日通知",
}  # fmt: skip


@pytest.fixture
def entry(crew):
    """An entry made from a closed record by the handler, waiting for a second person."""
    made = library.write(by=crew.handler, complaint=complaint_at("closed", crew), units=[crew.department], **WORDS)
    library.hand_in(made.editions.get(), by=crew.handler)
    return made


def test_an_entry_is_made_from_a_record_without_personal_data(client, crew):
    complaint = complaint_at(
        "closed", crew, title="刘芳反映停课", text="我是刘芳，电话138 1234 5678，邮箱liu@example.com"
    )
    client.force_login(crew.handler)
    url = f"{reverse('complaints:library_create')}?complaint={complaint.pk}"
    assert url.replace("&", "&amp;") in client.get(complaint.get_absolute_url()).content.decode()
    start = client.get(url).context["form"].initial
    assert (start["title"], start["background"]) == ("【姓名】反映停课", "我是【姓名】，电话【电话】，邮箱【邮箱】")
    assert start["process"] == "讲师请假未通知"
    assert client.post(url, WORDS | {"units": [crew.department.pk]}).status_code == 302
    row = LibraryEdition.objects.get()
    assert row.background == "学员【姓名】到教室才知道停课，电话【电话】。"
    assert row.masked == {"name": 1, "phone": 1}
    stored = [
        str(event.payload) + event.comment for event in Event.objects.filter(subject__startswith="complaints.library")
    ]
    assert [text for text in stored if "刘芳" in text or "1381234" in text] == []


def test_nothing_is_shared_before_a_second_person_confirmed_it(client, crew, entry):
    reader = make.make_person(Role.TRAINER, unit=crew.office)
    client.force_login(reader)
    assert client.get(entry.get_absolute_url()).status_code == 404
    row = entry.editions.get()
    with pytest.raises(InvalidTransition):
        library.confirm(row, by=crew.handler)
    client.force_login(crew.lead)
    step = reverse("complaints:library_step", args=[entry.pk, "confirm"])
    assert client.post(step, {"version": row.version}).status_code == 200  # the box was not ticked
    assert client.post(step, {"version": row.version, "nothing_personal": "on"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.confirmed_by) == (EditionState.SHARED, crew.lead)
    client.force_login(reader)
    page = client.get(entry.get_absolute_url()).content.decode()
    assert "【姓名】" in page
    assert "刘芳" not in page
    assert [hit.url for hit in search.find(reader, "停课") if "library" in hit.url] == [entry.get_absolute_url()]


def test_the_database_refuses_one_person_alone_and_changed_words(crew, entry):
    row = entry.editions.get()
    library.send_back(row, by=crew.lead, reason="还有名字")
    library.revise(entry, by=crew.lead, title="停课")  # who helps to write does not confirm
    library.hand_in(row := entry.editions.get(), by=crew.handler)
    with pytest.raises(InvalidTransition):
        library.confirm(row, by=crew.lead)
    for who in (crew.lead, crew.handler):
        with pytest.raises(DatabaseError), transaction.atomic():
            LibraryEdition.objects.filter(pk=row.pk).update(
                state="shared", confirmed_by=who, confirmed_at=timezone.now()
            )
    library.confirm(row, by=crew.second)
    with pytest.raises(DatabaseError), transaction.atomic():
        LibraryEdition.objects.filter(pk=row.pk).update(background="改")
    with pytest.raises(DatabaseError), transaction.atomic():
        LibraryEntry.objects.filter(pk=entry.pk)._raw_delete("default")


def test_a_later_edition_replaces_the_shared_one_which_stays_readable(client, crew, entry):
    library.confirm(entry.editions.get(), by=crew.lead)
    library.revise(
        entry,
        by=crew.handler,
        kind="template",
        **{name: WORDS[name] for name in library.TEXTS} | {"title": "停课处理模板"},
    )
    second = entry.editions.get(no=2)
    client.force_login(crew.caller)
    assert client.get(entry.get_absolute_url()).context["row"].no == 1
    library.hand_in(second, by=crew.handler)
    library.confirm(second, by=crew.lead)
    assert [one.state for one in entry.editions.all()] == ["replaced", "shared"]
    assert client.get(entry.get_absolute_url() + "?edition=1").context["row"].title == "停课未通知"
    library.retire(second, by=crew.lead, reason="制度已改")
    assert client.get("/complaints/library/").context["number"] == 0
    assert client.get("/complaints/library/?view=retired").context["number"] == 1


def test_the_library_is_searched_by_type_difficulty_department_and_words(client, crew, entry):
    library.confirm(entry.editions.get(), by=crew.lead)
    client.force_login(crew.caller)
    for query, number in (
        ({}, 1), ({"category": "service", "difficulty": "hard"}, 1), ({"difficulty": "easy"}, 0), ({"unit": crew.department.pk}, 1),
        ({"unit": crew.desk.pk}, 0), ({"q": "讲师"}, 1), ({"q": "停课 补课"}, 1), ({"q": "课讲"}, 0), ({"q": entry.number}, 1), ({"kind": "template"}, 0),
    ):  # fmt: skip
        assert (query, client.get("/complaints/library/", query).context["number"]) == (query, number)


def test_a_meeting_has_people_minutes_and_entries(as_lead, crew, entry):
    library.confirm(entry.editions.get(), by=crew.second)
    given = {
        "title": "三月案例会",
        "held_on": "2026-03-20",
        "attendees": [crew.handler.pk, crew.caller.pk],
        "entries": [entry.pk],
    }
    made = as_lead.post(reverse("complaints:case_meeting_create"), given)
    page = as_lead.get(made.url)
    row = page.context["meeting"]
    assert (set(row.attendees.all()), list(row.entries.all())) == ({crew.handler, crew.caller}, [entry])
    edited = given | {"minutes": "讲师请假须当日通知", "version": row.version, "attendees": [crew.handler.pk]}
    assert as_lead.post(reverse("complaints:case_meeting_edit", args=[row.pk]), edited).status_code == 302
    row.refresh_from_db()
    assert (row.minutes, row.attendees.count()) == ("讲师请假须当日通知", 1)
    assert as_lead.get("/complaints/meetings/").context["table"].rows[0].record.people == 1


@pytest.mark.parametrize(
    "url", ["/complaints/library/", "/complaints/meetings/", "/complaints/case-reports/", "/complaints/feedback/"]
)
def test_lists_ask_as_often_for_three_rows_as_for_one(as_lead, crew, url):
    numbers = []
    for n in range(2):
        for i in range(1 + n):
            entry = library.write(by=crew.handler, units=[crew.department], **WORDS)
            library.confirm(library.hand_in(entry.editions.get(), by=crew.handler), by=crew.lead)
            period = periods.of("month", date(2025, 1 + 3 * n + i, 1))
            period.save()
            CaseReport.objects.create(period=period, figures_at=timezone.now())
            FeedbackList.objects.create(
                title="甲", since="2026-01-01", until="2026-01-02", summary="乙", unit=crew.department, by=crew.lead
            )
            as_lead.post(
                reverse("complaints:case_meeting_create"),
                {"title": "会", "held_on": "2026-03-20", "attendees": [crew.handler.pk]},
            )
        as_lead.get(url)
        with CaptureQueriesContext(connection) as seen:
            response = as_lead.get(url)
        assert response.context["number"] == 1 + 2 * n
        numbers.append(len(seen))
    assert numbers[0] == numbers[1] <= 12


# Clusters --------------------------------------------------------------------------------------------


@pytest.fixture
def piled(crew):
    for _n in range(3):
        complaint_at("replied", crew)
    return crew


def test_a_cluster_becomes_an_improvement_a_procedure_and_feedback(as_lead, piled):
    crew = piled
    ((found, url),) = as_lead.get(reverse("complaints:clusters")).context["rows"]
    assert (found.category, found.cause, found.unit, found.count) == ("service", "process", crew.department, 3)
    assert as_lead.get(url).context["number"] == 3
    today = timezone.localdate()
    address = (f"{reverse('complaints:cluster_create')}?category=service&cause=process&unit={crew.department.pk}"
               f"&start={today - timedelta(days=30)}&end={today}")  # fmt: skip
    cluster_url = as_lead.post(address, {"note": "请假不通知"}).url
    assert as_lead.post(address, {"note": "再一次"}).url == cluster_url
    row = Cluster.objects.get()
    assert (row.count, row.complaints.count()) == (3, 3)
    as_lead.post(reverse("complaints:cluster_improve", args=[row.pk]))
    case = ImprovementCase.objects.get(cluster=row)
    assert (case.state, case.unit, case.problem, case.name) == ("proposed", crew.department, "请假不通知", row.title)
    with pytest.raises(InvalidTransition):
        clusters.improve(row, by=crew.lead)
    assert case.get_absolute_url() in as_lead.get(cluster_url).content.decode()
    assert as_lead.get(case.get_absolute_url()).status_code == 200
    start = as_lead.get(f"{reverse('complaints:library_create')}?cluster={row.pk}").context["form"].initial
    assert (start["kind"], start["background"]) == ("procedure", "请假不通知")
    listed = as_lead.post(f"{reverse('complaints:feedback_create')}?cluster={row.pk}", {
        "title": "请假通知", "category": "service", "since": today, "until": today, "summary": "客户要求提前通知", "unit": crew.department.pk,
    })  # fmt: skip
    assert FeedbackList.objects.get().complaints.count() == 3
    assert as_lead.get(listed.url).status_code == 200
    write = f"{reverse('complaints:canned_create')}?cluster={row.pk}"
    assert as_lead.get(write).context["form"].initial == {"topic": "service", "kind": "complaint"}
    words = {
        "title_zh": "请假通知",
        "title_en": "Leave",
        "text_zh": "提前一天通知。",
        "text_en": "A day ahead.",
        "topic": "service",
        "kind": "complaint",
    }
    answer_url = as_lead.post(write, words).url
    assert [answer.get_absolute_url() for answer in row.canned_answers.all()] == [answer_url]
    assert (
        answer_url in as_lead.get(cluster_url).content.decode()
        and cluster_url in as_lead.get(answer_url).content.decode()
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        Cluster.objects.filter(pk=row.pk).update(count=9)


def test_feedback_is_acknowledged_by_the_unit_not_by_who_handed_it_over(client, piled):
    crew = piled
    row = FeedbackList.objects.create(
        title="课表", since="2026-01-01", until="2026-02-01", summary="希望周末班", unit=crew.department, by=crew.lead
    )
    row.complaints.set(Complaint.objects.all())
    page, step = row.get_absolute_url(), reverse("complaints:feedback_step", args=[row.pk, "acknowledge"])
    client.force_login(crew.handler)
    assert client.get(page).status_code == 404
    client.force_login(crew.lead)
    client.post(reverse("complaints:feedback_step", args=[row.pk, "hand-over"]), {"version": row.version})
    assert client.post(step, {"version": 1, "answer": "自己"}).status_code == 403
    client.force_login(crew.handler)
    assert [item.title for item in items_for(crew.handler) if item.url == page] == ["课表"]
    client.post(step, {"version": 1, "answer": "下季度开周末班"})
    row.refresh_from_db()
    assert (row.state, row.answer, row.acknowledged_by) == ("acknowledged", "下季度开周末班", crew.handler)
    with pytest.raises(DatabaseError), transaction.atomic():
        FeedbackList.objects.filter(pk=row.pk).update(answer="改")


# Case reports ----------------------------------------------------------------------------------------


def test_a_case_report_is_drafted_once_edited_and_issued_with_its_paper(as_lead, piled):
    period = periods.containing("month", timezone.localdate())
    _since, until = periods.bounds(period)
    if timezone.now() >= until:
        period = periods.containing("month", timezone.localdate() + timedelta(days=10))
    after = period.cut_off + timedelta(hours=1)
    made = case_reports.make_due(after)
    assert [report.period for report in made if report.period.kind == "month"] == [period]
    assert case_reports.make_due(after) == []
    assert draft_case_reports() == []
    report = CaseReport.objects.get(period=period)
    assert report.figures["causes"] == {"process": 3}
    assert report.findings_zh != report.findings_en != ""
    page = as_lead.get(report.get_absolute_url())
    assert page.status_code == 200
    with translation.override("en"):
        assert case_reports.paper(report, "en")[:4] == b"%PDF"
    names = [f"{name}_{language}" for name in CaseReport.WORDS for language in ("zh", "en")]
    words = {name: getattr(report, name) for name in names} | {"lessons_zh": "讲师请假须当日通知。"}
    as_lead.post(reverse("complaints:case_report_edit", args=[report.pk]), words | {"version": report.version})
    report.refresh_from_db()
    assert (report.lessons_zh, report.edited_by) == ("讲师请假须当日通知。", piled.lead)
    as_lead.post(reverse("complaints:case_report_step", args=[report.pk, "issue"]), {"version": report.version})
    report.refresh_from_db()
    assert (report.state, report.number[:3], report.files.count()) == ("issued", "AF-", 2)
    paper = SimpleNamespace(streaming=False, content=report.files.get(language="zh-hans").file.read())
    assert "讲师请假须当日通知" in text_of(paper, "pdf")
    with pytest.raises(InvalidTransition):
        case_reports.write(report, by=piled.lead, lessons_zh="改")
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseReport.objects.filter(pk=report.pk).update(lessons_zh="改")


def test_a_silent_month_has_no_case_report(crew):
    assert case_reports.make_due(timezone.now()) == []
    make_complaint(crew.agent)
    assert case_reports.make(periods.containing("month", date(2024, 5, 1))) is None
