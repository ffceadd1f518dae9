"""Whom the lists of a day hold, and why (TEL-04 to 06, 12, 13, SMP-03 to 09, REM-08)."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from core import periods
from customers.choices import HoldReason, Priority, Tier
from customers.models import ServiceDue
from customers.services import contacts, holds, service_dues
from dashboard.demo.clock import at, moment
from fieldwork import tasks
from fieldwork.choices import CallResult, RuleKind, TaskState
from fieldwork.models import CallList, CallTask, SourceEntry
from fieldwork.selectors import candidates, figures
from fieldwork.services import calls, lists
from surveys.models import Wave
from tests.factories import customers as make
from tests.factories import fieldwork as made
from tests.surveys.asking import one_section, open_wave

pytestmark = pytest.mark.django_db


def keys(found):
    return {task.service_record_id for task in found.tasks.all()}


# After a service ---------------------------------------------------------------------------------------


def test_everybody_settled_yesterday_is_called_and_nobody_of_today():
    yesterday, today, long_ago = made.served(1), made.served(0), made.served(40)
    found = lists.make(made.rule())
    assert keys(found) == {yesterday.pk}
    assert (found.found_n, found.drawn_n, found.skipped) == (1, 1, [])
    assert today.pk and long_ago.pk


def test_a_service_booked_late_or_over_a_holiday_is_still_called():
    late = made.served(9)
    assert keys(lists.make(made.rule())) == {late.pk}


def test_nothing_older_than_the_rule_is_called():
    made.served(9)
    assert lists.make(made.rule(starts_on=made.today() - timedelta(days=3))).drawn_n == 0


def test_a_second_run_adds_only_who_was_found_since():
    rule = made.rule()
    made.served()
    lists.make(rule)
    assert lists.make(rule) is None
    later = made.served()
    second = lists.make(rule)
    assert (keys(second), second.part) == ({later.pk}, 2)
    assert CallTask.objects.count() == 2


def test_a_day_without_anybody_leaves_a_list_as_evidence():
    found = lists.make(made.rule())
    assert (found.drawn_n, found.day) == (0, made.today())


def test_only_the_kinds_and_the_unit_of_the_rule():
    shanghai = make.make_unit("SH")
    here = made.served(unit=shanghai)
    made.served(kind="visit", unit=shanghai)
    made.served()
    assert keys(lists.make(made.rule(unit=shanghai, service_kinds=["order"]))) == {here.pk}


def test_who_cannot_be_called_is_left_out_with_the_reason():
    silent, held, out = make.make_customer(), made.customer(), made.customer()
    holds.place(held, reason=HoldReason.COMPLAINT)
    contacts.opt_out(out.contacts.get())
    for customer in (silent, held, out):
        made.served(of=customer)
    found = lists.make(made.rule())
    assert sorted(found.skipped) == sorted([[silent.pk, "no_phone"], [held.pk, "held"], [out.pk, "held"]])
    assert (found.found_n, found.drawn_n) == (3, 0)


def test_once_the_hold_is_lifted_the_customer_is_called():
    customer, rule = made.customer(), made.rule()
    hold = holds.place(customer, reason=HoldReason.COMPLAINT)
    record = made.served(of=customer)
    lists.make(rule)
    holds.lift(hold)
    assert keys(lists.make(rule)) == {record.pk}


def test_the_person_who_was_served_is_called_rather_than_the_first_contact():
    customer = made.customer()
    other = make.make_contact(customer)
    record = made.served(of=customer, contact=other)
    assert made.listed(record).contact_id == other.pk


def test_so_many_a_day_and_the_others_tomorrow():
    rule = made.rule(most=2)
    for _one in range(3):
        made.served()
    first = lists.make(rule)
    assert (first.drawn_n, [why for _pk, why in first.skipped]) == (2, ["enough"])
    assert lists.make(rule) is None
    assert lists.make(rule, made.today() + timedelta(days=1)).drawn_n == 1


# Spot checks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("priority", "closed", "called"), [("P1", 7, 6), ("P2", 10, 5), ("P3", 11, 3), ("P4", 21, 2)])
def test_the_rates_of_the_regulation(priority, closed, called):
    """The worked example of SMP-04."""
    assert candidates.to_call({"P1": 80, "P2": 50, "P3": 20, "P4": 5}[priority], closed) == called


@pytest.fixture
def midquarter():
    with at(moment(date(2026, 11, 20))):
        yield


def test_spot_checks_draw_what_each_rate_still_lacks(midquarter):
    made.cases("P1", 7)
    made.cases("P3", 11)
    rule = made.rule(RuleKind.SAMPLE)
    found = lists.make(rule)
    assert {name: (row["closed"], row["target"], row["drawn"]) for name, row in found.frame.items() if row["closed"]} == {
        "P1": (7, 6, 6), "P3": (11, 3, 3),
    }  # fmt: skip
    made.cases("P3", 4)  # 15 closed: ceil(3.0) stays
    assert lists.make(rule) is None
    made.cases("P3", 1)
    assert lists.make(rule).frame["P3"]["drawn"] == 1


def test_a_draw_can_be_repeated_from_its_seed_and_population(midquarter):
    made.cases("P2", 9)
    found = lists.make(made.rule(RuleKind.SAMPLE))
    frame = found.frame["P2"]
    again = sorted(random.Random(found.seed).sample(frame["ids"], frame["drawn"]))
    assert again == sorted(keys(found))
    assert (len(frame["ids"]), found.settings["rates"]["P2"]) == (9, 50)


def test_whoever_was_not_reached_is_replaced_by_another_case(midquarter):
    made.cases("P1", 5)
    rule, agent = made.rule(RuleKind.SAMPLE, attempts_max=1), made.agent()
    assert lists.make(rule).drawn_n == 4
    task = made.in_hand(agent, CallTask.objects.select_related("service_record", "contact", "rule", "customer")[0])
    calls.log(task, by=agent, result=CallResult.NO_ANSWER)
    assert task.state == TaskState.NOT_REACHED
    again = lists.make(rule)
    assert again.drawn_n == 1
    assert task.service_record_id not in keys(again)


def test_cases_of_a_quarters_last_days_are_still_drawn_in_the_next_one():
    with at(moment(date(2026, 10, 1))):
        made.cases("P1", 5)  # closed on 30 September
        rule = made.rule(RuleKind.SAMPLE)
        found = lists.make(rule)
        assert found.frame["P1 2026-07–09"]["drawn"] == found.drawn_n == 4
        assert found.frame["P1"]["closed"] == 0
        (past, rows), (_now, nothing) = figures.spot_checks(rule, made.today())
        assert (past[1], rows[0].target, nothing[0].target) == (date(2026, 9, 30), 4, 0)
    with at(moment(date(2026, 10, 20))):
        assert len(figures.spot_checks(rule, made.today())) == 1


def test_cases_of_an_earlier_quarter_do_not_count(midquarter):
    made.cases("P1", 3, days_ago=60)
    assert lists.make(made.rule(RuleKind.SAMPLE, starts_on=made.today() - timedelta(days=90))).drawn_n == 0


def test_what_was_reached_stands_against_the_rate(midquarter):
    made.cases("P1", 5)
    rule, agent = made.rule(RuleKind.SAMPLE), made.agent()
    lists.make(rule)
    for task in CallTask.objects.select_related("service_record", "contact", "rule", "customer")[:3]:
        made.reached(agent, task)
    first = figures.achieved(rule, made.today())[0]
    assert (first.priority, first.rate, first.closed, first.target, first.reached, first.pending, first.missing) == (
        Priority.P1, 80, 5, 4, 3, 1, 1,
    )  # fmt: skip


# Lapsed, due, regular, survey, source --------------------------------------------------------------------


def test_lapsed_is_who_reaches_six_months_and_again_after_coming_back():
    rule = made.rule(RuleKind.LAPSED)
    lapsed, fresh, ancient = made.customer(), made.customer(), made.customer()
    six = periods.months_before(made.today(), 6)
    make.make_service(lapsed, happened_on=six)
    make.make_service(fresh, happened_on=six + timedelta(days=1))
    make.make_service(ancient, happened_on=periods.months_before(made.today(), 14))
    found = lists.make(rule)
    assert [task.customer_id for task in found.tasks.all()] == [lapsed.pk]
    assert lists.make(rule) is None
    make.make_service(lapsed, happened_on=made.today())
    later = lists.make(rule, made.today() + timedelta(days=200))
    assert {task.customer_id for task in later.tasks.all()} >= {lapsed.pk, fresh.pk}


@pytest.mark.parametrize(("day", "months", "before"), [("2026-08-31", 6, "2026-02-28"), ("2026-03-15", 6, "2025-09-15"),
                                                      ("2024-08-31", 6, "2024-02-29"), ("2026-01-01", 1, "2025-12-01")])  # fmt: skip
def test_so_many_months_before(day, months, before):
    assert periods.months_before(date.fromisoformat(day), months) == date.fromisoformat(before)


def test_due_soon_is_called_beforehand_also_where_surveys_are_held():
    """[SMP-09]"""
    rule = made.rule(RuleKind.DUE, lead_days=7, due_kind="insurance")
    customer = made.customer()
    holds.place(customer, reason=HoldReason.WISH)
    day = made.today()
    soon, _late, _other = (
        ServiceDue.objects.create(customer=customer, kind=kind, subject=f"京A{n}", due_on=day + timedelta(days=n))
        for kind, n in (("insurance", 7), ("insurance", 8), ("maintenance", 3))
    )
    assert [task.service_due_id for task in lists.make(rule).tasks.all()] == [soon.pk]


def test_regular_calls_go_to_the_tier_that_was_silent_longest():
    rule, agent = made.rule(RuleKind.REGULAR, tiers=["important"], every_days=30), made.agent()
    silent, talked, general = (
        made.customer(tier=Tier.IMPORTANT), made.customer(tier=Tier.IMPORTANT), made.customer(tier=Tier.GENERAL)
    )  # fmt: skip
    make.make_interaction(agent, talked)
    found = lists.make(rule)
    assert [task.customer_id for task in found.tasks.all()] == [silent.pk]
    assert lists.make(rule, made.today() + timedelta(days=1)).drawn_n == 0
    assert general.pk


def test_nobody_ever_talked_to_comes_first_and_a_call_not_answered_is_no_contact():
    rule, agent = made.rule(RuleKind.REGULAR, every_days=30, most=1), made.agent()
    talked, never = made.customer(), made.customer()
    with at(timezone.now() - timedelta(days=60)):
        make.make_interaction(agent, talked)
    missed = made.in_hand(agent, made.listed(made.served(of=never)))
    calls.log(missed, by=agent, result=CallResult.NO_ANSWER)
    assert [task.customer_id for task in lists.make(rule).tasks.all()] == [never.pk]


def test_people_of_a_wave_are_called_themselves_or_not_at_all():
    wave = open_wave(one_section(), invited=1)
    invitation = wave.invitations.get()
    make.make_contact(invitation.customer)  # somebody else there, with a number
    contacts.edit(invitation.contact, by=None, phone="")
    rule = made.rule("survey", wave=wave, lead_days=0)
    assert (lists.make(rule).skipped, CallTask.objects.count()) == ([[invitation.customer_id, "no_phone"]], 0)
    Wave.objects.filter(pk=wave.pk).update(state="closed", closed_at=timezone.now())
    assert lists.make(rule, made.today() + timedelta(days=1)).found_n == 0


def test_a_number_of_another_customer_is_not_taken_for_the_service():
    rule, record, other = made.rule(RuleKind.SOURCE), made.served(), made.customer()
    SourceEntry.objects.create(rule=rule, day=made.today(), number=record.number, customer=other)
    (task,) = lists.make(rule).tasks.all()
    assert (task.customer_id, task.service_record) == (other.pk, None)


def test_what_is_settled_is_not_called_any_more():
    rule, customer = made.rule(RuleKind.DUE), made.customer()
    row = ServiceDue.objects.create(customer=customer, kind="certificate", subject="ZX-1", due_on=made.today())
    lists.make(rule)
    service_dues.settle(row, by=made.agent(), on=made.today())
    assert tasks.put_back_left()["dropped"] == 1
    assert lists.make(rule) is None


def test_a_source_list_is_called_from_and_finds_its_service_record():
    rule, record = made.rule(RuleKind.SOURCE, ledger="reminder"), made.served()
    SourceEntry.objects.create(rule=rule, day=made.today(), number=record.number, customer=record.customer)
    (task,) = lists.make(rule).tasks.all()
    assert (task.service_record_id, rule.ledger) == (record.pk, "reminder")


# The clock -----------------------------------------------------------------------------------------------


def test_the_clock_runs_every_rule_in_use_and_twice_is_once(caplog):
    rule, off = made.rule(), made.rule(is_active=False)
    later = made.rule(starts_on=made.today() + timedelta(days=1))
    made.served()
    for _run in range(2):
        assert tasks.make_lists() == {"done": 1, "failed": 0}
    assert [row.rule_id for row in CallList.objects.all()] == [rule.pk]
    assert off.pk and later.pk


def test_on_days_of_rest_only_rules_that_ask_for_them():
    worked = made.rule(working_days_only=True)
    weekend = made.rule(working_days_only=False)
    with at(moment(date(2026, 10, 3))):  # national holiday
        assert [row.pk for row in lists.rules_due()] == [weekend.pk]
    with at(moment(date(2026, 10, 10))):  # a Saturday that is worked
        assert {row.pk for row in lists.rules_due()} == {weekend.pk, worked.pk}


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_list_nobody_twice():
    rule = made.rule()
    for _one in range(20):
        made.served()

    def run(_n):
        try:
            return lists.make(rule)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = [one for one in pool.map(run, range(4)) if one]
    assert sum(one.drawn_n for one in found) == CallTask.objects.count() == 20


def test_a_list_never_changes():
    found = lists.make(made.rule())
    with pytest.raises(Exception, match=r"insert-only|denied"), transaction.atomic():
        CallList.objects.filter(pk=found.pk).update(drawn_n=9)
