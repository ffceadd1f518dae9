from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import Contribution, Event
from core.permissions import allows
from core.workflow import InvalidTransition, LostRace
from customers.choices import FollowUpReason, FollowUpState
from customers.models import FollowUp
from customers.services import follow_ups, reminders
from customers.signals import follow_up_escalated
from customers.tasks import remind_follow_ups
from customers.workflows import FOLLOW_UP
from notifications.models import Notice
from tests.factories import customers as make

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_open_follow_up_twice_with_one_key_returns_the_first(agent, beijing):
    customer = make.make_customer(unit=beijing)
    first = make.make_follow_up(customer, unique_key="low:1", source="surveys.response", source_id=7)
    second = make.make_follow_up(customer, unique_key="low:1", title="另一个")
    assert second == first
    assert (first.unit, first.source_id, first.state) == (beijing, "7", FollowUpState.OPEN)
    assert [event.kind for event in first.transitions] == ["created"]


@pytest.mark.parametrize(
    ("reason", "due"),
    [
        (
            FollowUpReason.DISSATISFIED_CALL,
            datetime(2026, 2, 14, 18, 0, tzinfo=SHANGHAI),
        ),  # a working Saturday
        (
            FollowUpReason.LOW_ANSWER,
            datetime(2026, 2, 25, 18, 0, tzinfo=SHANGHAI),
        ),  # after the Spring Festival
    ],
)
def test_default_due_counts_working_days(db, reason, due):
    since = datetime(2026, 2, 13, 10, 0, tzinfo=SHANGHAI)
    assert follow_ups.default_due(reason, since=since) == due


def test_take_and_finish_record_who_handled_it(agent, beijing):
    follow_up = make.make_follow_up(make.make_customer(unit=beijing))
    follow_ups.take(follow_up, by=agent)
    follow_ups.finish(follow_up, by=agent, outcome="resolved", note="已换课")
    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.outcome, follow_up.owner, follow_up.closed_by) == (
        "done",
        "resolved",
        agent,
        agent,
    )
    assert [event.kind for event in follow_up.transitions] == ["created", "take", "finish"]
    assert Contribution.objects.of(follow_up).get().user == agent


@pytest.mark.parametrize("state", list(FollowUpState))
def test_missing_edges_are_refused(agent, beijing, state):
    customer = make.make_customer(unit=beijing)
    for target in set(FollowUpState) - set(FOLLOW_UP.targets(state)):
        follow_up = make.follow_up_at(state, customer, agent)
        with pytest.raises(InvalidTransition):
            FOLLOW_UP.move(follow_up, target, by=agent, comment="x")


def test_stale_copy_is_refused(agent, beijing):
    follow_up = make.make_follow_up(make.make_customer(unit=beijing))
    stale = FollowUp.objects.get(pk=follow_up.pk)
    follow_ups.take(follow_up, by=agent)
    with pytest.raises(LostRace):
        follow_ups.take(stale, by=agent)


def test_escalate_tells_leads_and_upper_apps_inside_the_transaction(agent, lead, beijing):
    follow_up, heard = make.make_follow_up(make.make_customer(unit=beijing)), []
    with pytest.raises(InvalidTransition):
        follow_ups.escalate(follow_up, by=agent, comment=" ")

    def listen(sender, **facts):
        heard.append((facts["follow_up"], facts["by"], facts["comment"]))

    follow_up_escalated.connect(listen)
    try:
        follow_ups.escalate(follow_up, by=agent, comment="要求投诉")
    finally:
        follow_up_escalated.disconnect(listen)
    assert heard == [(follow_up, agent, "要求投诉")]
    assert [(notice.user, notice.kind) for notice in Notice.objects.all()] == [(lead, "customers.follow_up_escalated")]
    assert follow_up.state == FollowUpState.ESCALATED


def test_assign_gives_back_to_the_queue_of_the_new_owner_and_tells(agent, lead, beijing):
    colleague = make.make_person(unit=beijing)
    follow_up = make.follow_up_at(FollowUpState.IN_PROGRESS, make.make_customer(unit=beijing), agent)
    follow_ups.assign(follow_up, to=colleague, by=lead, comment="请接手")
    assert (follow_up.state, follow_up.owner) == (FollowUpState.OPEN, colleague)
    notice = Notice.objects.get()
    assert (notice.user, notice.kind, notice.url) == (
        colleague,
        "customers.follow_up_assigned",
        follow_up.get_absolute_url(),
    )


def test_reminder_runs_twice_and_tells_once_a_day(agent, beijing):
    customer = make.make_customer(unit=beijing)
    late = make.make_follow_up(customer, owner=agent, due_at=make.yesterday())
    make.make_follow_up(customer, owner=agent)  # due in days: no word yet
    done = make.make_follow_up(customer, owner=agent, due_at=make.yesterday())
    follow_ups.finish(done, by=agent, outcome="reached")
    assert remind_follow_ups() == remind_follow_ups() == {"done": 1, "failed": 0}
    notice = Notice.objects.exclude(kind="customers.follow_up_assigned").get()
    assert (notice.user, notice.context["title"], notice.context["overdue"]) == (agent, late.title, True)


def test_unowned_follow_up_reminds_the_head_of_the_unit(beijing):
    head = make.make_person(unit=beijing, username="head")
    head.memberships.update(is_head=True)
    reminders.remind(make.make_follow_up(make.make_customer(unit=beijing), due_at=timezone.now()))
    assert Notice.objects.get().user == head


def test_a_follow_up_of_somebody_who_left_reminds_the_head_of_the_unit(agent, beijing):
    head = make.make_person(unit=beijing, username="head")
    head.memberships.update(is_head=True)
    follow_up = make.make_follow_up(make.make_customer(unit=beijing), owner=agent, due_at=timezone.now())
    agent.is_active = False
    agent.save()
    reminders.remind(FollowUp.objects.get(pk=follow_up.pk))
    assert Notice.objects.exclude(kind="customers.follow_up_assigned").get().user == head


def rules_of(user, follow_up):
    acts = ("take", "finish", "escalate", "reassign", "drop")
    return {act for act in acts if allows(user, f"customers.{act}_follow_up", follow_up)}


def test_rules_by_person_and_state(agent, lead, beijing, shanghai):
    customer = make.make_customer(unit=beijing)
    colleague, stranger = make.make_person(unit=beijing), make.make_person(unit=shanghai)
    free, mine = make.make_follow_up(customer), make.follow_up_at(FollowUpState.IN_PROGRESS, customer, agent)
    done = make.follow_up_at(FollowUpState.DONE, customer, agent)
    assert rules_of(agent, free) == {"take", "finish", "escalate"}
    assert rules_of(agent, mine) == {"finish", "escalate", "reassign"}
    assert rules_of(colleague, mine) == set()
    assert rules_of(stranger, free) == set()
    assert rules_of(lead, mine) == {"finish", "escalate", "reassign", "drop"}
    assert rules_of(lead, done) == set()


def test_queue_pages_walk_the_whole_process(as_agent, agent, beijing):
    follow_up = make.make_follow_up(make.make_customer(unit=beijing), title="退费未到账")
    page = as_agent.get(reverse("customers:follow_up_list"), {"scope": "unit"})
    assert "退费未到账" in page.content.decode()
    as_agent.post(reverse("customers:follow_up_take", args=[follow_up.pk]))
    assert "退费未到账" in as_agent.get(reverse("customers:follow_up_list")).content.decode()
    detail = as_agent.get(follow_up.get_absolute_url()).content.decode()
    assert reverse("customers:follow_up_finish", args=[follow_up.pk]) in detail
    missing = as_agent.post(reverse("customers:follow_up_finish", args=[follow_up.pk]), {"outcome": "unresolved"})
    assert missing.status_code == 200
    facts = {"outcome": "resolved", "note": "已退"}
    assert as_agent.post(reverse("customers:follow_up_finish", args=[follow_up.pk]), facts).status_code == 302
    assert FollowUp.objects.get().state == FollowUpState.DONE
    assert "退费未到账" not in as_agent.get(reverse("customers:follow_up_list")).content.decode()


def test_drop_is_refused_to_an_agent_with_its_sentence(as_agent, beijing):
    follow_up = make.make_follow_up(make.make_customer(unit=beijing))
    response = as_agent.post(reverse("customers:follow_up_drop", args=[follow_up.pk]), {"reason": "x"})
    assert response.status_code == 403
    assert Event.objects.of(follow_up).count() == 1


@pytest.mark.parametrize("opener", ["lead", "agent", None])
def test_an_owner_who_did_not_open_it_is_told(agent, lead, beijing, opener):
    by = {"lead": lead, "agent": agent}.get(opener)
    follow_up = make.make_follow_up(make.make_customer(unit=beijing), by, owner=agent, unique_key="k")
    make.make_follow_up(follow_up.customer, by, owner=agent, unique_key="k")
    told = [(notice.user, notice.kind, notice.url) for notice in Notice.objects.all()]
    expected = [] if by == agent else [(agent, "customers.follow_up_assigned", follow_up.get_absolute_url())]
    assert told == expected
