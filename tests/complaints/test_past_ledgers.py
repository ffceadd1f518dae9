"""Ledgers that were kept before the portal: brought in once, read and found, in no figure, taken back as a whole."""

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import Workbook, load_workbook

from accounts.choices import Role
from appraisal import indicators as appraised
from complaints import case_report_figures, report_figures, statistics
from complaints.choices import PastState, State
from complaints.models import Complaint, Cycle, PastImport, PastRecord
from complaints.selectors import board, clusters, indicators, ledger, spread
from complaints.selectors.indicators import REGISTRY, Scope
from complaints.selectors.tracking import tracked
from complaints.services import past_ledgers, watching
from complaints.services.bulk import ACTS as BULK
from complaints.views.acts import ACTS, steps_of
from core import jobs, periods
from core.choices import JobState, PeriodKind
from core.imports import service
from core.imports.schema import SCHEMAS
from core.models import Event
from core.workflow import InvalidTransition, LostRace
from notifications.models import Message, Notice
from tests.factories import customers as make
from tests.factories.complaints import complaint_at, fresh, make_complaint

pytestmark = pytest.mark.django_db
HEAD = ("台账名称", "编号", "类别", "投诉日期", "办结日期", "处理进度", "投诉渠道", "客户名称", "投诉人", "联系电话", "投诉类型", "投诉内容",
        "受理人", "责任部门", "处理人", "处理措施", "处理结果", "客户满意度", "备注")  # fmt: skip
FIRST = ("2024年台账", "2024-007", "投诉", "2024-03-05", "2024-03-09", "已办结", "电话", "江海重工集团", "李静", "13800000005", "服务质量",
         "教室投影仪坏了两天无人维修\n学员要求补课", "周敏", "JW", "王芳", "更换投影仪", "周末补课一天", "满意", "已电话回访")  # fmt: skip
SECOND = ("2024年台账", "2024-008", "建议", "2024-04-01", "2024-04-02", "", "", "已注销的老客户", "", "", "", "建议增设夜间班", "", "撤销的部门", "",
          "", "次年采纳", "", "")  # fmt: skip


@pytest.fixture(autouse=True)
def _english(client, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with translation.override("en"):
        yield


def workbook(*rows, head=HEAD):
    book = Workbook()
    for row in (head, *rows):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile("2024年台账.xlsx", file.getvalue())


def checked(by, *rows):
    job = service.upload(SCHEMAS["past-ledgers"], workbook(*rows), by=by)
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def imported(by, *rows):
    job = service.start_commit(checked(by, *rows), by=by)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, (job.note, job.result)
    return PastImport.objects.latest("pk")


def old(number="1", **more):
    """A row as the import hands it to the service."""
    day = more.pop("received_on", date(2024, 3, 5))
    return {"ledger": "旧台账", "old_number": number, "kind": "complaint", "received_on": day, "closed_on": day, "channel": None,
            "text": "空调不制冷", "customer": None, "unit": None, "category": None, "severity": None, "verdict": ""} | more  # fmt: skip


def test_a_workbook_becomes_numbered_records_that_keep_what_stood_there(crew):
    customer = make.make_customer(unit=crew.desk, name_zh="江海重工集团")
    batch = imported(crew.lead, FIRST, SECOND)
    first, second = Complaint.objects.filter(past__batch=batch).order_by("number")
    assert [(row.number, row.kind, row.state, row.cycle, row.handler) for row in (first, second)] == [
        ("LS-2024-000001", "complaint", State.PAST, None, None), ("LS-2024-000002", "suggestion", State.PAST, None, None),
    ]  # fmt: skip
    assert (first.customer, first.unit, first.category, first.title, first.channel) == (
        customer, crew.department, "service", "教室投影仪坏了两天无人维修", "phone",
    )  # fmt: skip
    assert (first.complainant.name, first.complainant.phone, timezone.localdate(first.received_at)) == (
        "李静", "+8613800000005", date(2024, 3, 5),
    )  # fmt: skip
    assert {name: getattr(first.past, name) for name in ("old_number", "closed_on", "progress", "receiver_name", "handler_name",
            "measures", "result", "satisfaction", "remark", "customer_name", "unit_name")} == {
        "old_number": "2024-007", "closed_on": date(2024, 3, 9), "progress": "已办结", "receiver_name": "周敏", "handler_name": "王芳",
        "measures": "更换投影仪", "result": "周末补课一天", "satisfaction": "满意", "remark": "已电话回访", "customer_name": "", "unit_name": "",
    }  # fmt: skip
    assert (second.customer, second.past.customer_name, second.past.unit_name) == (None, "已注销的老客户", "撤销的部门")
    assert [(event.kind, event.to_state, event.by, event.payload["old_number"]) for event in Event.objects.of(first)] == [
        ("brought_in", "past", crew.lead, "2024-007")
    ]  # fmt: skip
    assert (batch.rows, batch.by, batch.ledgers, batch.first_on, batch.last_on) == (
        2, crew.lead, "2024年台账", date(2024, 3, 5), date(2024, 4, 1),
    )  # fmt: skip
    assert ledger.gaps() == []


def test_every_fault_names_its_cell_and_the_cure_and_nothing_is_written(crew):
    imported(crew.lead, FIRST)
    for name in ("甲公司", "甲公司"):
        make.make_customer(unit=crew.desk, name_zh=name)
    today = timezone.localdate()
    place = {name: n for n, name in enumerate(HEAD)}

    def row(number, **cells):
        made = list(SECOND)
        made[1] = number
        for name, value in cells.items():
            made[place[name]] = value
        return made

    job = checked(
        crew.lead, FIRST, row("9", 办结日期=""), row("10", 处理进度="处理中"), row("11", 办结日期="2024-03-01"),
        row("12", 投诉日期=today.isoformat(), 办结日期=""), row("13", 办结日期=(today + timedelta(days=2)).isoformat()),
        row("14", 客户名称="甲公司"), row("15", 投诉内容=""), row("16", 类别="其他"), row("9"), row("17", 处理进度="客服处理中心已办结"),
    )  # fmt: skip
    assert [(cell, reason) for _row, cell, _heading, _value, reason in job.result["problems"]] == [
        ("B2", "It was imported already, as LS-2024-000001. Take the row out."),
        ("E3", "Give the day on which it ended. One that has not ended is registered in the portal instead."),
        ("F4", "It has not ended: register it in the portal, so that its clocks run, and take the row out."),
        ("E5", "It ended before it was received. Correct one of the two days."),
        ("D6", "What came today is registered in the portal, so that its clocks run."),
        ("E6", "Give the day on which it ended. One that has not ended is registered in the portal instead."),
        ("E7", "This day is still to come."),
        ("H8", "There are several of this name; give one that is unique."),
        ("L9", "This must be filled in."),
        ("C10", "This is none of the possible values."),
        ("A11", "Row 3 says the same."),
    ]
    assert (service.can_commit(job), Complaint.objects.count(), PastImport.objects.count()) == (False, 1, 1)


def test_an_import_runs_once_and_two_at_once_do_not_both_bring_the_same(crew):
    one, two = checked(crew.lead, FIRST), checked(crew.second, FIRST, SECOND)
    commits = [service.start_commit(job, by=by) for job, by in ((one, crew.lead), (two, crew.second), (one, crew.lead))]
    for job in commits:
        jobs.run(job.pk)
        job.refresh_from_db()
    assert [job.state for job in commits] == [JobState.DONE, JobState.FAILED, JobState.DONE]
    assert commits[0].pk == commits[2].pk
    assert (Complaint.objects.count(), PastRecord.objects.count(), PastImport.objects.count()) == (1, 1, 1)
    with pytest.raises(DatabaseError), transaction.atomic():
        past_ledgers.bring([old("x"), old("2024-007", ledger="2024年台账")], by=crew.lead)
    assert (Complaint.objects.count(), ledger.gaps()) == (1, [])


def test_who_may_not_import_is_refused(client, crew):
    client.force_login(crew.agent)
    assert client.get(reverse("imports:start", args=["past-ledgers"])).status_code == 403
    assert client.get(reverse("complaints:past_list")).status_code == 403
    client.force_login(crew.lead)
    page = client.get(reverse("imports:start", args=["past-ledgers"]))
    template = client.get(reverse("imports:template", args=["past-ledgers"]))
    assert (page.status_code, load_workbook(io.BytesIO(template.content)).active["A1"].value) == (200, "Old ledger")


# In no figure ----------------------------------------------------------------------------------------


def everything(crew):
    """Every number the ledger gives, of a span that holds the day on which the old records were received."""
    today = timezone.localdate()
    now = timezone.now().replace(second=0, microsecond=0)
    scope = Scope(today - timedelta(days=60), today, as_of=now)
    kept = [periods.containing(PeriodKind.QUARTER, day) for day in (today, today - timedelta(days=20))]
    status = ledger.status(crew.lead)
    by_code = {
        code: (found.numerator, found.denominator) for code in REGISTRY for found in [indicators.figure(code, scope)]
    }
    cuts = {
        cut: {key: tuple(cell) for key, cell in indicators.counts(scope, cut=cut).cells.items()}
        for cut in ("", *indicators.CUTS)
    }
    return {
        "figures": by_code,
        "cuts": cuts,
        "rows": {
            code: sorted(indicators.records(code, scope, "among").values_list("pk", flat=True)) for code in REGISTRY
        },
        "ages": spread.ageing(scope),
        "waits": spread.waits(scope),
        "minutes": spread.working_minutes(scope),
        "clusters": clusters.grid_and_repeated(scope),
        "themes": sorted(clusters.themes(crew.lead, scope.start, scope.end).values_list("pk", flat=True)),
        "report": [report_figures.collect(one, unit) for one in kept for unit in (None, crew.department)],
        "cases": [case_report_figures.collect(one) for one in kept],
        "page": [list(rows) for _title, _heads, rows in statistics.page(scope, "unit").tables()],
        "appraised": [
            appraised.fetch(code, scope.start, scope.end, crew.department, minimum_n=1)
            for code in ("complaint_rate", "suggestion_adoption")
        ],
        "board": board.board(fresh_user(crew.lead), now),
        "status": (status.open, status.late, status.units),
        "mine": {who.username: ledger.counts(fresh_user(who)) for who in (crew.lead, crew.agent, crew.handler)},
    }


def fresh_user(user):
    return type(user).objects.get(pk=user.pk)


def test_no_figure_knows_them(crew):
    """§4: every number is the same before and after, though the old records fall into its days and are of its customers."""
    customer = make.make_customer(unit=crew.department)
    complaint_at(State.CLOSED, crew, customer=customer)
    complaint_at(State.REPLIED, crew, customer=customer)
    make_complaint(crew.agent, category="service", customer=customer)
    make.make_service(customer, unit=crew.department, happened_on=timezone.localdate())
    before = everything(crew)
    yesterday = timezone.localdate() - timedelta(days=1)
    about = {"customer": customer, "unit": crew.department, "category": "service", "severity": "major", "verdict": "justified",
             "cause": "process", "received_on": yesterday, "person": "刘芳", "phone": "13812345678"}  # fmt: skip
    past_ledgers.bring([old("1", **about), old("2", **about), old("3", **about, kind="suggestion")], by=crew.lead)
    after = everything(crew)
    assert [name for name in before if after[name] != before[name]] == []
    assert before["figures"]["handling_rate"] == (1, 3)


def test_no_clock_knows_them_and_nobody_is_told(crew):
    told = (Message.objects.count(), Notice.objects.count())
    past_ledgers.bring([old(str(n), unit=crew.department) for n in range(3)], by=crew.lead)
    watching.watch_due()
    assert (Cycle.objects.count(), Message.objects.count(), Notice.objects.count()) == (0, *told)


# In the ledger ---------------------------------------------------------------------------------------


@pytest.fixture
def three(crew):
    """Three old records; the first one told at length."""
    customer = make.make_customer(unit=crew.desk, name_zh="云岭电力")
    batch = past_ledgers.bring(
        [
            old("2024-001", customer=customer, unit=crew.department, text="锅炉房噪声扰课", result="加装隔音门", handler_name="赵工",
                receiver_name="钱敏", measures="停课检修", satisfaction="较满意", person="刘芳", phone="13812345678", verdict="justified",
                cause="设备老化", replied_on=date(2024, 3, 6), closed_on=date(2024, 3, 8), remark="归档甲"),
            old("2024-002", customer_name="散客", ledger="另一台账"),
            old("2024-003", kind="praise", text="感谢周老师"),
        ],
        by=crew.lead,
    )  # fmt: skip
    return batch


def numbers_of(client, query):
    page = client.get(f"{reverse('complaints:list')}?{query}")
    assert page.status_code == 200
    return [row.record.number for row in page.context["table"].page.object_list]


def test_they_are_found_by_words_numbers_people_and_filters(as_lead, crew, three):
    mine = make_complaint(crew.agent, title="投影仪", text="不亮", complainant={"name": "王二"})
    one, two, praise = [f"LS-2024-00000{n}" for n in (1, 2, 3)]
    assert numbers_of(as_lead, "") == [mine.number]
    found = {query: numbers_of(as_lead, query) for query in (
        "q=噪声", "q=隔音门", "q=赵工", "q=归档甲", "q=13812345678", "q=刘芳", "q=LS-2024-000002", "q=2024-001", "q=LS-", "q=另一台账", "q=散客",
        "origin=past&sort=number", "origin=own", "state=past&kind=praise", f"batch={three.pk}&unit={crew.department.pk}",
        "origin=past&closed_at_after=2024-03-07&closed_at_before=2024-03-08", "breached=false&view=all", "view=all&clock=kept",
    )}  # fmt: skip
    assert found == {
        "q=噪声": [one], "q=隔音门": [one], "q=赵工": [one], "q=归档甲": [one], "q=13812345678": [one], "q=刘芳": [one],
        "q=LS-2024-000002": [two], "q=2024-001": [one], "q=LS-": [praise, two, one], "q=另一台账": [two], "q=散客": [two],
        "origin=past&sort=number": [one, two, praise], "origin=own": [mine.number], "state=past&kind=praise": [praise],
        f"batch={three.pk}&unit={crew.department.pk}": [one],
        "origin=past&closed_at_after=2024-03-07&closed_at_before=2024-03-08": [one], "breached=false&view=all": [mine.number],
        "view=all&clock=kept": [],
    }  # fmt: skip
    page = as_lead.get(reverse("core:search"), {"q": "隔音门"}).content.decode()
    customer = as_lead.get(Complaint.objects.get(number=one).customer.get_absolute_url()).content.decode()
    assert ([one in page, one in customer], page.count("From a past ledger")) == ([True, True], 1)


def test_list_and_file_show_what_stood_there_whatever_their_number(as_lead, crew, three):
    make_complaint(crew.agent)
    one = Complaint.objects.get(number="LS-2024-000001")
    counted = []
    for query in (f"view=all&columns=all&q={one.number}", "view=all&columns=all"):
        with CaptureQueriesContext(connection) as seen:
            page = as_lead.get(f"{reverse('complaints:list')}?{query}").content.decode()
        counted.append(len(seen))
    assert (counted[0] + 1 >= counted[1], counted[1] <= 14, "From a past ledger" in page) == (True, True, True)
    file = as_lead.get(f"{reverse('complaints:list')}?origin=past&sort=number&columns=all&format=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(file.streaming_content))).worksheets[1]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(n for n, row in enumerate(rows) if "Old number" in row)
    told = dict(zip(rows[head], rows[head + 1], strict=True))
    wanted = ("Number", "Customer", "Received by", "Responsible unit", "Handled by", "Progress", "Cause", "Responsibility",
              "Measures taken", "Answer", "Old ledger", "Old number", "Satisfaction in the old ledger", "Remark of the old ledger")  # fmt: skip
    assert {name: told[name] for name in wanted} == {
        "Number": one.number, "Customer": str(one.customer), "Received by": "钱敏", "Responsible unit": str(crew.department),
        "Handled by": "赵工", "Progress": "From a past ledger", "Cause": "设备老化", "Responsibility": "Justified", "Measures taken": "停课检修",
        "Answer": "加装隔音门", "Old ledger": "旧台账", "Old number": "2024-001", "Satisfaction in the old ledger": "较满意",
        "Remark of the old ledger": "归档甲",
    }  # fmt: skip
    assert [f"{told[name]:%Y-%m-%d}" for name in ("Received", "Replied", "Closed")] == [
        "2024-03-05",
        "2024-03-06",
        "2024-03-08",
    ]
    assert (told["Due"], told["Result due"], as_lead.get(f"{reverse('complaints:list')}?origin=past&format=pdf").status_code) == (
        None, None, 200,
    )  # fmt: skip


def test_the_page_of_an_old_record_shows_everything_and_offers_nothing(as_lead, client, crew, three):
    one = fresh(Complaint.objects.get(number="LS-2024-000001"))
    page = as_lead.get(one.get_absolute_url()).content.decode()
    shown = (
        "锅炉房噪声扰课",
        "加装隔音门",
        "赵工",
        "钱敏",
        "停课检修",
        "较满意",
        "设备老化",
        "归档甲",
        "旧台账",
        "2024-001",
        "From a past ledger",
    )
    assert [text for text in shown if text not in page] == []
    assert ("13812345678" in page, reverse("complaints:reveal", args=[one.pk]) in page) == (False, True)
    refused = {name: client.get(reverse("complaints:act", args=[one.pk, name])).status_code for name in ACTS}
    assert (steps_of(crew.lead, one), refused) == ([], dict.fromkeys(ACTS, 403))
    others = {name: as_lead.get(reverse(f"complaints:{name}", args=args)).status_code for name, args in (
        ("letter", [one.pk, 1]), ("chase", [one.pk]), ("reveal", [one.pk]),
    )}  # fmt: skip
    assert (others["reveal"], {others["letter"], others["chase"]} <= {403, 404, 405}) == (200, True)
    bulk = {
        name: as_lead.post(reverse("complaints:bulk", args=[name]), {"row": f"{one.pk}:{one.version}"}).status_code
        for name in BULK
    }
    assert (bulk, fresh(one).version) == (dict.fromkeys(BULK, 200), one.version)
    assert [tracked(one.number, code) for code in ("", "0" * 12)] == [None, None]


def test_units_see_their_old_records_and_who_it_is_about_does_not_matter(client, crew, three):
    outsider = make.make_person(Role.DEPARTMENT_USER, unit=make.make_unit("CW", crew.office))
    one = Complaint.objects.get(number="LS-2024-000001")
    seen = {}
    for who in (crew.handler, outsider, crew.lead):
        client.force_login(who)
        seen[who] = client.get(one.get_absolute_url()).status_code
    assert seen == {crew.handler: 200, outsider: 404, crew.lead: 200}
    client.force_login(crew.handler)
    assert client.get(three.get_absolute_url()).status_code == 403
    assert three.get_absolute_url() not in client.get(one.get_absolute_url()).content.decode()


def test_pages_of_imports_ask_the_same_of_one_as_of_many(as_lead, crew, three):
    counted = []
    for n in (1, 3):
        while PastImport.objects.count() < n:
            past_ledgers.bring([old(f"n{PastImport.objects.count()}")], by=crew.lead)
        with CaptureQueriesContext(connection) as seen:
            page = as_lead.get(reverse("complaints:past_list"))
        counted.append((page.status_code, len(seen)))
    assert (counted[0], counted[0][1] <= 12) == (counted[1], True)


# Taken back ------------------------------------------------------------------------------------------


def take_back(client, batch):
    address = reverse("complaints:past_act", args=[batch.pk, "take_back"])
    return client.post(address, {"comment": "年份选错", "version": PastImport.objects.get(pk=batch.pk).version})


def test_an_import_is_taken_back_as_a_whole_and_can_come_again(as_lead, crew):
    batch = imported(crew.lead, FIRST, SECOND)
    page = as_lead.get(batch.get_absolute_url()).content.decode()
    assert reverse("complaints:past_act", args=[batch.pk, "take_back"]) in page
    assert (
        as_lead.post(
            reverse("complaints:past_act", args=[batch.pk, "take_back"]), {"comment": "", "version": 0}
        ).status_code
        == 200
    )
    assert take_back(as_lead, batch).status_code == 302
    rows = Complaint.objects.filter(past__batch=batch)
    assert [(row.state, row.past.is_void, row.version) for row in rows.select_related("past")] == [
        (State.VOIDED, True, 1)
    ] * 2
    assert [(event.kind, event.from_state, event.comment, event.by) for event in Event.objects.of(rows[0]).filter(from_state="past")] == [
        ("take_back", "past", "年份选错", crew.lead)
    ]  # fmt: skip
    batch.refresh_from_db()
    assert (batch.state, as_lead.get(rows[0].get_absolute_url()).status_code, ledger.gaps()) == (
        PastState.TAKEN_BACK,
        200,
        [],
    )
    assert take_back(as_lead, batch).status_code == 403
    again = imported(crew.lead, FIRST, SECOND)
    numbers = sorted(Complaint.objects.filter(past__batch=again).values_list("number", flat=True))
    assert numbers == ["LS-2024-000003", "LS-2024-000004"]


def test_after_a_day_another_lead_takes_it_back_unless_a_record_repeats_one(client, crew, three):
    PastImport.objects.filter(pk=three.pk).update(at=timezone.now() - timedelta(hours=25))
    client.force_login(crew.lead)
    assert take_back(client, three).status_code == 403
    client.force_login(crew.second)
    quoting = make_complaint(crew.agent)
    Complaint.objects.filter(pk=quoting.pk).update(repeat_of=Complaint.objects.filter(past__batch=three).first())
    batch = PastImport.objects.get(pk=three.pk)
    with pytest.raises(InvalidTransition, match=quoting.number):
        past_ledgers.take_back(batch, by=crew.second, comment="年份选错")
    Complaint.objects.filter(pk=quoting.pk).update(repeat_of=None)
    stale = PastImport.objects.get(pk=three.pk)
    assert take_back(client, three).status_code == 302
    with pytest.raises(LostRace):
        past_ledgers.take_back(stale, by=crew.lead, comment="晚了")
    assert Complaint.objects.filter(state=State.VOIDED).count() == 3


@pytest.mark.parametrize("statement", [
    "UPDATE complaints_pastrecord SET result = 'x'", "DELETE FROM complaints_pastrecord", "DELETE FROM complaints_pastimport",
    "UPDATE complaints_complaint SET text = 'x'", "UPDATE complaints_complaint SET handler_id = (SELECT min(id) FROM accounts_user)",
])  # fmt: skip
def test_the_database_keeps_them_as_they_came(three, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (PastRecord.objects.count(), Complaint.objects.filter(state=State.PAST, handler=None).count()) == (3, 3)
