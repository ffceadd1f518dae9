"""The pages of calls: who may open them, what an agent types, and what comes back as it was typed."""

from datetime import timedelta
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.choices import Role
from core.imports.schema import Context, Row
from customers.models import FollowUp, ServiceDue
from customers.services import follow_ups
from fieldwork.choices import Ledger, RuleKind, Satisfaction, TaskState
from fieldwork.imports import SourceImport
from fieldwork.models import CallList, CallRule, CallTask, SourceEntry
from fieldwork.selectors import reconciliation
from fieldwork.services import lists
from surveys.models import Response
from tests.factories import customers as make
from tests.factories import fieldwork as made
from tests.surveys.asking import one_section, open_wave

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client):
    agent = made.agent()
    client.force_login(agent)
    return agent


@pytest.fixture
def lead(client):
    lead = made.agent(Role.LEAD)
    client.force_login(lead)
    return lead


def page_of(client, task):
    return client.get(reverse("fieldwork:call", args=[task.pk])).content.decode()


def post(client, task, **fields):
    task.refresh_from_db()
    return client.post(reverse("fieldwork:call", args=[task.pk]), {"version": task.version} | fields)


# An agent's day ------------------------------------------------------------------------------------------


def test_the_number_shows_only_to_the_caller_while_calling(client, agent):
    task = made.listed()
    number = task.contact.phone
    assert number not in page_of(client, task)
    client.post(reverse("fieldwork:call_take", args=[task.pk]))
    assert f"tel:{number}" in page_of(client, task)
    client.force_login(made.agent())
    assert number not in page_of(client, task)


def test_store_and_next_opens_the_next_call(client, agent):
    rule = made.rule()
    made.served(), made.served()
    lists.make(rule)
    answer = client.post(reverse("fieldwork:call_next"))
    first, second = CallTask.objects.order_by("pk")
    assert answer.url == first.get_absolute_url()
    answer = post(client, first, result="reached", satisfaction="satisfied", note="好", then="next")
    assert answer.url == second.get_absolute_url()
    second.refresh_from_db()
    assert (second.state, second.owner) == (TaskState.CALLING, agent)
    answer = post(client, second, result="no_answer", then="next")
    assert answer.url == reverse("fieldwork:call_list")


def test_what_does_not_fit_comes_back_as_it_was_typed(client, agent):
    task = made.in_hand(agent)
    page = post(client, task, result="reached", satisfaction="dissatisfied", note="")
    assert page.status_code == 422
    assert "客户对什么不满意" in page.content.decode()
    page = post(client, task, result="later", note="下午三点后", next_at="2020-01-01T10:00")
    assert (page.status_code, "下午三点后" in page.content.decode()) == (422, True)
    assert not task.attempts.exists()


def test_the_script_is_checked_and_kept(client, agent):
    task = made.in_hand(agent, made.listed(wave=open_wave(one_section(), invited=0)))
    page = post(client, task, result="reached", satisfaction="satisfied", q_r0="5", q_r1="4", q_idea="很好")
    assert (page.status_code, "很好" in page.content.decode(), Response.objects.count()) == (422, True, 0)
    post(client, task, result="reached", satisfaction="satisfied", q_r0="5", q_r1="4", q_r2="4", q_idea="很好")
    task.refresh_from_db()
    assert task.response == Response.objects.get()


def test_the_script_can_be_left_out(client, agent):
    task = made.in_hand(agent, made.listed(wave=open_wave(one_section(), invited=0)))
    post(client, task, result="reached", satisfaction="unsaid", without_script="1")
    task.refresh_from_db()
    assert (task.state, task.response) == (TaskState.REACHED, None)


def test_a_time_agreed_is_typed_in_local_time(client, agent):
    task = made.in_hand(agent)
    moment = (timezone.localtime() + timedelta(days=1)).replace(second=0, microsecond=0)
    post(client, task, result="later", next_at=f"{moment:%Y-%m-%dT%H:%M}", acknowledge="1")
    task.refresh_from_db()
    assert (task.state, task.next_at, task.is_agreed) == (TaskState.WAITING, moment, True)


def test_lapsed_customers_are_asked_why_and_reminders_for_a_day(client, agent):
    customer = made.customer()
    rule = made.rule(RuleKind.DUE)
    due = ServiceDue.objects.create(customer=customer, kind="certificate", subject="ZX-1", due_on=made.today())
    lists.make(rule)
    task = CallTask.objects.select_related("contact", "rule", "customer", "service_record").get(service_due=due)
    made.in_hand(agent, task)
    page = page_of(client, task)
    assert ('name="booked_on"' in page, 'name="lapse_reason"' in page, "ZX-1" in page) == (True, False, True)
    day = made.today() + timedelta(days=2)
    post(client, task, result="reached", satisfaction="unsaid", booked_on=f"{day}")
    task.refresh_from_db()
    assert (task.booked_on, task.follow_up.title) == (day, f"预约{day}到店：ZX-1")


def test_two_agents_on_one_call_the_second_is_told(client, agent):
    task = made.listed()
    made.in_hand(made.agent(), task)
    assert client.post(reverse("fieldwork:call_take", args=[task.pk])).status_code == 403
    answer = post(client, task, result="refused", note="客户说不方便")
    assert (answer.status_code, "客户说不方便" in answer.content.decode()) == (409, True)
    assert task.contact.phone not in answer.content.decode()
    assert not task.attempts.exists()


def test_put_back_and_drop(client, agent):
    task = made.in_hand(agent)
    client.post(reverse("fieldwork:call_put_back", args=[task.pk]))
    task.refresh_from_db()
    assert task.state == TaskState.WAITING
    assert client.get(reverse("fieldwork:call_drop", args=[task.pk])).status_code == 403
    client.force_login(made.agent(Role.LEAD))
    client.post(reverse("fieldwork:call_drop", args=[task.pk]), {"version": task.version, "reason": "客户已注销"})
    task.refresh_from_db()
    assert task.state == TaskState.DROPPED


# Ledgers -------------------------------------------------------------------------------------------------


def test_each_ledger_holds_its_calls_with_the_columns_of_the_service_record(client, lead):
    """[TEL-07]"""
    record = made.served(name_zh="项目管理班", staff=made.agent())
    made.reached(made.agent(), made.listed(record), note="讲得好")
    lapsed = made.customer()
    make.make_service(lapsed, happened_on=made.today() - timedelta(days=190))
    lists.make(made.rule(RuleKind.LAPSED))
    page = client.get(reverse("fieldwork:ledger", args=[Ledger.SATISFACTION])).content.decode()
    assert (record.number in page, "项目管理班" in page, "讲得好" in page, lapsed.name in page) == (
        True,
        True,
        True,
        False,
    )
    page = client.get(reverse("fieldwork:ledger", args=[Ledger.LAPSED])).content.decode()
    assert (record.number in page, lapsed.name in page) == (False, True)
    assert client.get(reverse("fieldwork:ledger", args=["nothing"])).status_code == 404


def test_the_ledger_as_a_file_has_what_the_screen_has(client, lead, tmp_path):
    record = made.served(name_zh="项目管理班")
    made.reached(made.agent(), made.listed(record), note="讲得好", satisfaction=Satisfaction.BASIC)
    answer = client.get(reverse("fieldwork:ledger", args=[Ledger.SATISFACTION]) + "?format=xlsx")
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    cells = [
        str(cell) for sheet in load_workbook(path) for row in sheet.iter_rows(values_only=True) for cell in row if cell
    ]
    assert {record.number, "项目管理班", "讲得好", "基本满意"} <= set(cells)


def test_agents_see_only_the_lists_of_their_seat(client, agent):
    theirs, mine = made.listed(seat=make.make_unit("QA")), made.listed()
    page = client.get(reverse("fieldwork:call_list")).content.decode()
    assert (mine.number in page, theirs.number in page) == (True, False)


@pytest.mark.parametrize("name", ["call_list", "ledger", "dissatisfied", "rule_list", "roll_up"])
def test_lists_ask_as_often_for_three_rows_as_for_one(client, lead, name):
    address = reverse(f"fieldwork:{name}", args=[Ledger.SATISFACTION] if name == "ledger" else [])
    counts = []
    for count in (1, 2):
        for _one in range(count):
            made.reached(made.agent(), satisfaction=Satisfaction.DISSATISFIED, note="慢")
            made.listed()
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address + "?state=" if name == "call_list" else address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


# The lead ------------------------------------------------------------------------------------------------


def test_a_dissatisfied_customer_is_followed_to_the_final_rating(client, lead):
    task = made.reached(made.agent(), satisfaction=Satisfaction.DISSATISFIED, note="等太久")
    address = reverse("fieldwork:dissatisfied")
    assert "等太久" in client.get(address).content.decode()
    follow_ups.finish(FollowUp.objects.get(), by=lead, outcome="resolved", note="已道歉")
    client.post(reverse("fieldwork:call_check", args=[task.pk]), {"outcome": "已道歉并补课", "rating": "satisfied"})
    page = client.get(address).content.decode()
    assert ("已道歉并补课" in page, task.checks.get().by) == (True, lead)


def test_all_dissatisfied_customers_are_counted_whatever_is_listed(client, lead, monkeypatch):
    """Three of which one is shown: late, in time and open are counted by the database as each stands (TEL-08)."""
    monkeypatch.setattr("fieldwork.views.calls.MOST", 1)
    first, second, _third = (
        made.reached(made.agent(), satisfaction=Satisfaction.DISSATISFIED, note="慢") for _one in range(3)
    )
    follow_ups.finish(FollowUp.objects.get(pk=first.follow_up_id), by=lead, outcome="resolved", note="已道歉")
    made_check(client, first)
    FollowUp.objects.filter(pk=second.follow_up_id).update(
        due_at=second.closed_at - timedelta(minutes=1), created_at=second.closed_at - timedelta(hours=1)
    )
    page = client.get(reverse("fieldwork:dissatisfied"))
    counts = page.context["counts"]
    assert {name: counts[name] for name in ("all", "late", "checked", "more")} == {
        "all": 3,
        "late": 1,
        "checked": 1,
        "more": 2,
    }
    assert len(page.context["rows"]) == 1


def made_check(client, task):
    client.post(reverse("fieldwork:call_check", args=[task.pk]), {"outcome": "已道歉", "rating": "satisfied"})


def test_who_called_does_not_check(client, lead):
    task = made.reached(lead, satisfaction=Satisfaction.DISSATISFIED, note="等太久")
    follow_ups.finish(FollowUp.objects.get(), by=lead, outcome="resolved")
    answer = client.post(reverse("fieldwork:call_check", args=[task.pk]), {"outcome": "好", "rating": "satisfied"})
    assert (answer.status_code, task.checks.count()) == (403, 0)


# Rules and source lists ----------------------------------------------------------------------------------


FIELDS = {
    "code": "HF-9", "name_zh": "流失回访", "name_en": "Lapsed", "kind": "lapsed", "months": "6", "lead_days": "7",
    "every_days": "90", "look_back_days": "14", "attempts_max": "3", "retry_minutes": "120", "starts_on": "2026-01-01",
    "is_active": "on", "rate_P1": "80", "rate_P2": "50", "rate_P3": "20", "rate_P4": "5",
}  # fmt: skip


def test_a_rule_is_set_up_and_draws_its_list(client, lead):
    client.post(reverse("fieldwork:rule_create"), FIELDS)
    rule = CallRule.objects.get()
    assert (rule.ledger, rule.rates, rule.months) == ("lapsed", {"P1": 80, "P2": 50, "P3": 20, "P4": 5}, 6)
    answer = client.post(reverse("fieldwork:rule_make", args=[rule.pk]))
    assert answer.url == CallList.objects.get().get_absolute_url()
    assert client.get(answer.url).status_code == 200
    changed = FIELDS | {"months": "9", "version": rule.version}
    answer = client.post(reverse("fieldwork:rule_edit", args=[rule.pk]), changed)
    assert answer.status_code == 302
    rule.refresh_from_db()
    assert (rule.months, rule.transitions.filter(kind="edited").get().payload["changes"]) == (9, {"months": [6, 9]})


@pytest.mark.parametrize(("field", "value"), [("months", "0"), ("rate_P1", "101"), ("starts_on", "32"), ("code", ""),
                                             ("kind", "nothing"), ("attempts_max", "10"), ("look_back_days", "0")])  # fmt: skip
def test_what_a_rule_refuses(client, lead, field, value):
    answer = client.post(reverse("fieldwork:rule_create"), FIELDS | {field: value})
    assert (answer.status_code, CallRule.objects.count()) == (200, 0)
    assert f'id="id_{field}"' in answer.content.decode()


def test_the_source_beside_the_ledger(client, lead):
    rule, called, missed = made.rule(), made.served(), made.served(0)
    surplus = made.served()
    lists.make(rule)
    for record in (called, missed):
        SourceEntry.objects.create(rule=rule, day=made.today(), number=record.number, customer=record.customer)
    found = reconciliation.compare(rule, made.today(), made.today(), user=lead)
    assert (found.source_n, found.matched_n) == (2, 1)
    assert [row.number for row in found.missing] == [missed.number]
    assert [row.service_record for row in found.surplus] == [surplus]
    page = client.get(reverse("fieldwork:rule", args=[rule.pk])).content.decode()
    assert (missed.number in page, surplus.number in page) == (True, True)


def test_an_agent_reads_only_rows_of_calls_and_customers_they_see(client, agent):
    rule = made.rule(seat=make.make_unit("QA"))
    hidden, missed = made.served(), made.served(0, of=made.customer(unit=make.make_unit("XX")))
    lists.make(rule)
    SourceEntry.objects.create(rule=rule, day=made.today(), number=missed.number, customer=missed.customer)
    found = reconciliation.compare(rule, made.today(), made.today(), user=agent)
    assert (found.missing_n, found.surplus_n, found.missing, found.surplus) == (1, 1, [], [])
    page = client.get(reverse("fieldwork:rule", args=[rule.pk])).content.decode()
    assert (missed.number in page, hidden.number in page) == (False, False)


def test_nothing_is_compared_where_no_source_list_came():
    rule = made.rule()
    made.served()
    lists.make(rule)
    assert reconciliation.compare(rule, made.today(), made.today(), user=made.agent()).differs is False


def test_a_source_list_is_imported_with_its_faults_named(client, agent):
    rule, customer = made.rule(RuleKind.SOURCE), make.make_customer(unit=make.make_unit("BJ"), owner=agent)
    good = {"rule": rule.code, "day": made.today(), "number": "DD-1", "customer": customer.code}
    rows = [
        Row(2, values=dict(good)),
        Row(3, values=good | {"rule": "HF-NONE"}),
        Row(4, values=good | {"customer": "K-0"}),
    ]
    schema = SourceImport()
    schema.resolve(rows, Context(agent))
    assert [[name for name, _why in row.errors] for row in rows] == [[], ["rule"], ["customer"]]
    schema.commit(rows[:1], by=agent, progress=mock.Mock())
    again = [Row(2, values=dict(good))]
    schema.resolve(again, Context(agent))
    assert [name for name, _why in again[0].errors] == ["number"]
    assert lists.make(rule).found_n == 1
