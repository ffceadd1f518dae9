"""The ledger as people want it: filters, columns, saved views, files, acts on several records, where it stands."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import SavedView, User
from complaints import exports
from complaints.choices import State
from complaints.ledger_tables import ALL, LABELS, USUAL
from complaints.models import Complaint
from complaints.selectors import ledger
from complaints.services import bulk
from core.jobs import runner
from core.models import Event, Job
from customers.choices import Tier
from notifications.models import Notice
from tests.customers.test_lists import text_of
from tests.factories import customers as make
from tests.factories.complaints import complaint_at, fresh, make_complaint, reopened

pytestmark = pytest.mark.django_db
LIST = "/complaints/"
PAGE = "complaints.ledger"


def shown(client, **query):
    return {row.record.number for row in client.get(LIST, query).context["table"].rows}


# Filters ----------------------------------------------------------------------------------------------


def test_every_filter_finds_its_records(as_lead, crew):
    old = timezone.now() - timedelta(days=20)
    important = make.make_customer(unit=crew.desk, tier=Tier.IMPORTANT)
    first = make_complaint(crew.agent, customer=important)
    late = complaint_at("handling", crew, received_at=old)
    Complaint.objects.filter(pk=late.pk).update(repeat_of=first)
    closed = complaint_at("closed", crew, received_at=old)
    again = reopened(crew)
    praise = make_complaint(crew.agent, kind="praise", channel="mail")
    due_today = make_complaint(crew.agent, received_at=timezone.now() - timedelta(hours=23, minutes=59))
    type(due_today.cycle).objects.filter(pk=due_today.cycle_id).update(
        response_due=timezone.localtime().replace(hour=23, minute=59, second=30), result_due=timezone.now() + timedelta(days=9)
    )  # fmt: skip
    names = {row.number: name for name, row in
             {"first": first, "late": late, "closed": closed, "again": again, "praise": praise, "today": due_today}.items()}  # fmt: skip
    wanted = {
        "tier=important": {"first"}, "repeat=true": {"late"}, "handler=" + crew.handler.name_zh: {"late", "closed", "again"},
        "handler=-&view=open": {"first", "praise", "today"}, "clock=late": {"late"}, "clock=not_kept&view=all": {"closed"},
        "verdict=justified": {"closed"}, "again=true": {"again"}, "channel=mail": {"praise"}, "nature=ordinary&view=open": {"late", "again"},
        "clock=today": {"today"}, "clock=running": {"first", "late", "again", "praise", "today"},
        f"closed_at_after={timezone.localdate()}": {"closed"}, f"received_at_before={old.date()}&view=all": {"late", "closed"},
    }  # fmt: skip
    found = {
        query: {names[number] for number in shown(as_lead, **dict(part.split("=") for part in query.split("&")))}
        for query in wanted
    }
    assert found == wanted


# Columns ----------------------------------------------------------------------------------------------


def heads(response):
    return [column.name for column in response.context["table"].columns]


def test_columns_are_chosen_kept_and_taken_back(as_lead, crew):
    complaint_at("closed", crew)
    assert heads(as_lead.get(LIST)) == ["pick", *USUAL]
    for query in ({"columns": "cause,number,unknown"}, {}):
        if not query:
            as_lead.post(reverse("accounts:columns_save"), {"page": PAGE, "next": LIST, "columns": ["number", "cause"]})
        assert heads(as_lead.get(LIST, query)) == ["pick", "number", "cause"]
    as_lead.post(reverse("accounts:columns_save"), {"page": PAGE, "next": LIST, "columns": ["number"], "reset": "1"})
    assert heads(as_lead.get(LIST)) == ["pick", *USUAL]


def test_all_columns_hold_the_record_and_ask_as_often_for_three_rows_as_for_one(client, crew):
    reader = make.make_person(Role.SUPERVISOR, unit=crew.office)
    client.force_login(reader)
    numbers = []
    for rows in (1, 2):
        for _n in range(rows):
            complaint_at("closed", crew, customer=make.make_customer(unit=crew.desk))
        with CaptureQueriesContext(connection) as seen:
            response = client.get(LIST, {"view": "all", "columns": "all"})
        numbers.append(len(seen))
    assert numbers[0] == numbers[1] <= 12
    assert heads(response) == list(ALL)
    cells = dict(zip(ALL, response.context["table"].rows[0], strict=True))
    assert [cells[name] for name in ("facts", "remedy", "taken", "reply", "score")] == [
        "讲师请假未通知", "补课并退费", "已安排补课", "退还600元", 5,
    ]  # fmt: skip
    assert "–" not in (cells["classified_at"], cells["assigned_at"], cells["called_back_at"], cells["closed_at"])


# Saved views ------------------------------------------------------------------------------------------


def save(client, name, query, **more):
    return client.post(reverse("accounts:view_save"), {"page": PAGE, "next": f"{LIST}?{query}", "name": name, **more})


def test_a_view_is_saved_opened_with_replaced_and_deleted(as_lead, crew):
    row = make_complaint(crew.agent, kind="praise")
    make_complaint(crew.agent)
    answer = save(as_lead, "表扬", "kind=praise&page=3&columns=number,kind", opens="1")
    view = SavedView.objects.get()
    assert (view.query, answer.url) == (
        "kind=praise&columns=number%2Ckind",
        f"{LIST}?kind=praise&columns=number%2Ckind&saved={view.pk}",
    )
    opened = as_lead.get(LIST, follow=True)
    assert (heads(opened), [one.record for one in opened.context["table"].rows]) == (["pick", "number", "kind"], [row])
    save(as_lead, "表扬", "kind=praise&sort=number")
    assert SavedView.objects.get().query == "kind=praise&sort=number"
    as_lead.post(reverse("accounts:view_open_with", args=[view.pk]), {"next": LIST})
    assert as_lead.get(LIST).status_code == 200
    as_lead.post(reverse("accounts:view_delete", args=[view.pk]), {"next": LIST})
    assert not SavedView.objects.exists()


def test_a_view_is_shared_with_a_role_and_shows_each_their_own_rows(client, crew):
    own, foreign = complaint_at("handling", crew), make_complaint(crew.agent)
    client.force_login(crew.lead)
    save(client, "待办", "view=all", role=Role.DEPARTMENT_USER)
    view = SavedView.objects.get()
    client.force_login(crew.handler)
    response = client.get(LIST)
    assert [one["view"] for one in response.context["views"]] == [view]
    assert shown(client, view="all", saved=view.pk) == {own.number} != {foreign.number}
    assert client.post(reverse("accounts:view_delete", args=[view.pk]), {"next": LIST}).status_code == 403
    assert save(client, "我的", "view=all", role=Role.AGENT).status_code == 403
    client.force_login(crew.agent)
    assert client.get(LIST).context["views"] == []
    assert client.post(reverse("accounts:view_open_with", args=[view.pk]), {"next": LIST}).status_code == 404


@pytest.mark.parametrize(
    ("fields", "leads_to"), [({"name": ""}, LIST), ({"name": "x" * 41}, LIST), ({"next": "https://evil.example/"}, "/")]
)
def test_a_view_without_a_name_or_from_elsewhere_is_not_followed(as_lead, fields, leads_to):
    answer = as_lead.post(reverse("accounts:view_save"), {"page": PAGE, "next": LIST, "name": "甲", **fields})
    assert answer.url.split("?")[0] == leads_to


# Files ------------------------------------------------------------------------------------------------


def test_a_file_holds_the_chosen_columns_of_the_filtered_rows(as_lead, crew):
    row = complaint_at("closed", crew)
    make_complaint(crew.agent)
    text = text_of(as_lead.get(LIST, {"state": "closed", "columns": "number,cause", "format": "csv"}), "csv")
    assert (
        text.lstrip("\ufeff").splitlines() == [f"{LABELS['number']},{LABELS['cause']}", f"{row.number},流程缺陷"]
        or row.number in text
    )
    assert len(text.splitlines()) == 2


@pytest.mark.parametrize("fmt", ["xlsx", "csv"])
def test_a_large_file_is_a_job_that_asks_again_who_sees_what(as_lead, crew, monkeypatch, fmt):
    rows = [complaint_at("closed", crew) for _n in range(2)]
    make_complaint(crew.agent, concerned=[crew.lead])
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    answer = as_lead.get(LIST, {"view": "all", "columns": "number,state", "sort": "number", "format": fmt})
    job = Job.objects.get()
    assert answer.url == reverse("core:job_detail", args=[job.pk])
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result, Event.objects.get(kind="exported").payload["rows"]) == ("done", {"rows": 2}, 2)
    with job.file.open() as content:
        told = content.read()
    numbers = [row.number for row in rows]
    if fmt == "xlsx":
        sheet = openpyxl.load_workbook(BytesIO(told)).worksheets[1]
        assert [cell.value for cell in sheet["A"]][1:] == numbers
    else:
        assert [line.split(",")[0] for line in told.decode("utf-8-sig").splitlines()[1:]] == numbers


def test_a_job_of_who_lost_the_right_writes_nothing(as_lead, crew, monkeypatch):
    make_complaint(crew.agent)
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    as_lead.get(LIST, {"view": "all", "format": "csv"})
    crew.lead.groups.clear()
    runner.run(Job.objects.get().pk)
    assert (Job.objects.get().state, Job.objects.get().file.name) == ("failed", "")


# Several records at once ------------------------------------------------------------------------------


def act(client, name, rows, **data):
    return client.post(
        reverse("complaints:bulk", args=[name]), {"row": [f"{row.pk}:{row.version}" for row in rows], **data}
    )


def told(response):
    return {row.complaint.pk for row in response.context["done"]}, {
        row.complaint.pk: row.reason for row in response.context["refused"]
    }


def test_several_are_assigned_and_each_refusal_has_its_reason(as_lead, crew):
    accepted, handling, registered = (complaint_at(state, crew) for state in ("accepted", "handling", "registered"))
    stale = complaint_at("accepted", crew)
    Complaint.objects.filter(pk=stale.pk).update(version=stale.version + 1)
    about = complaint_at("accepted", crew, concerned=[crew.other])
    hidden = complaint_at("accepted", crew)
    from complaints.services import people

    people.step_aside(hidden, by=crew.lead, comment="亲属")
    rows = [accepted, handling, registered, stale, about, hidden]
    response = act(as_lead, "assign", rows, unit=crew.department.pk, handler=crew.other.pk, comment="请假")
    done, refused = told(response)
    assert done == {accepted.pk, handling.pk}
    assert set(refused) == {registered.pk, stale.pk, about.pk} and all(refused.values())
    states = [(fresh(row).state, fresh(row).handler) for row in rows]
    assert states == [("assigned", crew.other)] * 2 + [("registered", None)] + [("accepted", None)] * 3
    assert response.context["lost"] == 1


def test_a_reason_is_owed_for_what_is_taken_from_a_handler(as_lead, crew):
    row = complaint_at("handling", crew)
    done, refused = told(act(as_lead, "assign", [row], unit=crew.department.pk, handler=crew.other.pk))
    assert (done, list(refused)) == (set(), [row.pk])
    assert fresh(row).handler == crew.handler


def test_several_are_handed_to_a_unit_whose_head_is_told(as_lead, crew):
    head = make.make_person(Role.DEPARTMENT_USER, unit=crew.department)
    head.memberships.update(is_head=True)
    rows = [complaint_at(state, crew) for state in ("registered", "accepted", "handling")]
    done, refused = told(act(as_lead, "unit", rows, unit=crew.department.pk))
    assert (done, list(refused)) == ({rows[0].pk, rows[1].pk}, [rows[2].pk])
    assert Notice.objects.filter(user=head).count() == 2
    assert Event.objects.filter(kind="handed_to_unit").count() == 2


def test_several_get_a_category_and_handlers_are_reminded_once_a_day(as_lead, crew):
    rows = [complaint_at("handling", crew), complaint_at("closed", crew), complaint_at("accepted", crew)]
    done, refused = told(act(as_lead, "category", rows, category="price"))
    assert (done, list(refused)) == ({rows[0].pk, rows[2].pk}, [rows[1].pk])
    again = [fresh(row) for row in rows]
    before = Notice.objects.filter(user=crew.handler).count()
    results = [told(act(as_lead, "remind", again, comment="请尽快")) for _n in range(2)]
    assert [len(done) for done, _refused in results] == [1, 0]
    assert Notice.objects.filter(user=crew.handler).count() == before + 1


def test_what_is_asked_is_shown_first_and_writes_nothing(as_lead, crew):
    rows = [complaint_at("accepted", crew) for _n in range(2)]
    before = Event.objects.count()
    response = as_lead.get(
        reverse("complaints:bulk", args=["assign"]), {"row": [f"{row.pk}:{row.version}" for row in rows]}
    )
    assert (len(response.context["rows"]), Event.objects.count()) == (2, before)
    wrong = act(as_lead, "assign", rows, unit="x", handler="")
    assert (list(wrong.context["form"].errors), Event.objects.count()) == (["unit", "handler"], before)
    for given in ({}, {"row": ["x", "1:2:3", f"{10**20}:1", "-1:0"]}):
        assert as_lead.get(reverse("complaints:bulk", args=["assign"]), given).url == LIST
    assert as_lead.get(reverse("complaints:bulk", args=["destroy"])).status_code == 404


def test_the_queries_of_several_grow_by_a_bounded_number_for_each(crew):
    numbers = []
    user = User.objects.get(pk=crew.lead.pk)
    for count in (1, 3):
        versions = {row.pk: row.version for row in (complaint_at("accepted", crew) for _n in range(count))}
        with CaptureQueriesContext(connection) as seen:
            found = bulk.rows(user, versions)
            results = bulk.each(
                bulk.ACTS["assign"], found, versions, by=user, unit=crew.department, handler=crew.handler
            )
        assert all(result.is_done for result in results)
        numbers.append(len(seen))
    assert (numbers[1] - numbers[0]) / 2 <= 16


def test_boxes_are_for_who_may_act(client, crew):
    complaint_at("handling", crew)
    client.force_login(crew.handler)
    response = client.get(LIST)
    assert ("pick" in heads(response), b'form="bulk"' in response.content) == (False, False)
    assert client.get(reverse("complaints:bulk", args=["assign"])).status_code == 403


# Where it stands --------------------------------------------------------------------------------------


def test_the_status_counts_what_the_person_sees_in_few_queries(client, crew):
    complaint_at("handling", crew, received_at=timezone.now() - timedelta(days=20))
    complaint_at("accepted", crew)
    complaint_at("closed", crew)
    client.force_login(crew.lead)
    with CaptureQueriesContext(connection) as seen:
        found = client.get(reverse("complaints:status")).context["status"]
    assert len(seen) <= 10
    assert (found.open, found.late) == (2, 1)
    assert [(one.unit, one.open, one.late) for one in found.units] == [(crew.department, 1, 1), (None, 1, 0)]
    assert dict(found.totals) == {State.HANDLING: 1, State.ACCEPTED: 1, State.CLOSED: 1}
    assert (ledger.status(crew.handler).open, ledger.status(crew.other).open) == (1, 1)
