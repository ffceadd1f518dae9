"""Calling: in whose hand a call is, how it can end, and what follows (TEL-01 to 03, 07 to 09, 11, 15)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.choices import Role
from core.models import Event
from core.workflow import InvalidTransition, LostRace
from core.worktime.store import calendar_for
from customers.choices import FollowUpReason, HoldReason, Priority, Tier
from customers.models import FollowUp, Interaction
from customers.services import contacts, follow_ups, holds
from dashboard.demo.clock import at
from fieldwork import tasks
from fieldwork.choices import CallResult, Satisfaction, TaskState
from fieldwork.models import CallAttempt, CallCheck, CallTask
from fieldwork.selectors import figures
from fieldwork.services import calls, lists
from surveys import tasks as survey_tasks
from surveys.choices import InvitationState, ResponseMode
from surveys.models import Invitation, LowAnswer, Response, Wave
from surveys.services import answering, waves
from tests.factories import customers as make
from tests.factories import fieldwork as made
from tests.surveys.asking import one_section, open_wave

pytestmark = pytest.mark.django_db
ANSWERS = {"r0": "5", "r1": "4", "r2": "5"}
LOW = {"r0": "1", "r1": "4", "r2": "5"}


@pytest.fixture
def agent(db):
    return made.agent()


def fresh(task):
    return CallTask.objects.select_related(
        "service_record__staff", "contact", "customer", "rule__wave", "follow_up"
    ).get(pk=task.pk)


# In whose hand -------------------------------------------------------------------------------------------


def test_taking_a_call_shows_the_number_and_says_so(agent):
    task = made.in_hand(agent)
    assert (task.state, task.owner_id) == (TaskState.CALLING, agent.pk)
    seen = Event.objects.get(kind="revealed", subject_id=task.contact_id)
    assert (seen.by_id, task.number in seen.comment) == (agent.pk, True)


def test_two_agents_at_once_get_different_calls_and_one_of_them_the_only_one(agent):
    task = made.listed()
    stale = fresh(task)
    calls.take(task, by=agent)
    with pytest.raises(LostRace):
        calls.take(stale, by=made.agent())
    assert calls.take_next(made.agent()) is None


def test_who_delivered_the_service_does_not_make_its_call(agent):
    task = made.listed(made.served(staff=agent))
    with pytest.raises(InvalidTransition, match="不能进行"):
        calls.take(fresh(task), by=agent)
    assert calls.take_next(agent) is None
    assert calls.take_next(made.agent()).pk == task.pk


def test_the_database_refuses_the_attempt_of_who_delivered(agent):
    server = made.agent()
    task = made.in_hand(agent, made.listed(made.served(staff=server)))
    talk = make.make_interaction(server, task.customer)
    with pytest.raises(Exception, match="independence"), transaction.atomic():
        CallAttempt.objects.create(task=task, n=1, by=server, result=CallResult.REACHED, interaction=talk)
    assert not task.attempts.exists()


def test_only_the_seat_of_the_rule_calls(agent):
    quality = make.make_unit("QA")
    seat = made.agent(unit=quality)
    made.listed(seat=quality)
    assert calls.take_next(agent) is None
    assert not CallTask.objects.visible_to(agent).exists()
    assert calls.take_next(seat) is not None


def test_the_queue_is_agreed_times_then_priority_then_tier(agent):
    rule = made.rule()
    general, important = made.customer(tier=Tier.GENERAL), made.customer(tier=Tier.IMPORTANT)
    made.served(of=general), made.served(of=important)
    first, urgent = made.served(priority=Priority.P1), made.served(priority=Priority.P2)
    lists.make(rule)
    later = CallTask.objects.filter(customer=general)
    with at(timezone.now() + timedelta(hours=20)):
        later.update(is_agreed=True, owner=agent)
        found = [task.service_record_id or task.customer_id for task in calls.queue(agent)]
        assert found[1:3] == [first.pk, urgent.pk]
        assert [task.customer_id for task in calls.queue(agent)][::3] == [general.pk, important.pk]


def test_a_time_agreed_is_kept_for_the_caller_half_an_hour(agent):
    task, moment = made.in_hand(agent), timezone.now() + timedelta(hours=3)
    calls.log(task, by=agent, result=CallResult.LATER, next_at=moment, note="下午再打")
    assert (task.state, task.owner_id, task.is_agreed, task.next_at) == (TaskState.WAITING, agent.pk, True, moment)
    other = made.agent()
    with at(moment + timedelta(minutes=5)):
        assert (calls.queue(other).count(), calls.queue(agent).count()) == (0, 1)
    with at(moment + timedelta(minutes=31)):
        assert calls.queue(other).count() == 1


def test_a_call_left_lying_goes_back_by_the_clock(agent):
    task = made.in_hand(agent)
    assert tasks.put_back_left() == {"done": 0, "failed": 0, "dropped": 0}
    with at(timezone.now() + timedelta(minutes=61)):
        for done in (1, 0):
            assert tasks.put_back_left() == {"done": done, "failed": 0, "dropped": 0}
    task = fresh(task)
    assert (task.state, task.owner) == (TaskState.WAITING, None)
    with pytest.raises(InvalidTransition, match="不在您手上"):
        calls.log(task, by=agent, result=CallResult.REACHED)


@pytest.mark.django_db(transaction=True)
def test_forty_calls_and_four_agents_at_once():
    agents, rule = [made.agent() for _one in range(4)], made.rule()
    for _one in range(12):
        made.served()
    lists.make(rule)

    def work(agent):
        try:
            return [calls.take_next(agent).pk for _one in range(3)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = [pk for found in pool.map(work, agents) for pk in found]
    assert len(taken) == len(set(taken)) == 12


def test_whom_a_hold_protects_is_not_handed_out_and_is_again_afterwards(agent):
    task = made.listed()
    hold = holds.place(task.customer, reason=HoldReason.COMPLAINT)
    assert calls.take_next(agent) is None
    with pytest.raises(InvalidTransition, match="不能拨打"):
        calls.take(fresh(task), by=agent)
    assert tasks.put_back_left() == {"done": 0, "failed": 0, "dropped": 0}
    holds.lift(hold)
    assert calls.take_next(agent).pk == task.pk


@pytest.mark.parametrize("gone", ["opted_out", "erased", "no_number"])
def test_a_call_nobody_should_make_any_more_goes_off_the_list_by_the_clock(agent, gone):
    task = made.listed()
    contact = task.contact
    {"opted_out": lambda: contacts.opt_out(contact), "erased": lambda: contacts.erase(contact),
     "no_number": lambda: contacts.edit(contact, by=agent, phone="")}[gone]()  # fmt: skip
    assert calls.take_next(agent) is None
    for dropped in (1, 0):
        assert tasks.put_back_left()["dropped"] == dropped
    event = fresh(task).transitions.last()
    assert (fresh(task).state, event.by, bool(event.comment)) == (TaskState.DROPPED, None, True)


def test_who_answered_online_meanwhile_is_not_called(agent):
    wave = open_wave(one_section(), invited=1)
    invitation = wave.invitations.get()
    contacts.edit(invitation.contact, by=agent, phone="+8613900000001")
    lists.make(made.rule("survey", wave=wave, lead_days=0))
    answering.submit(payload=ANSWERS, invitation=invitation)
    assert calls.take_next(agent) is None
    assert tasks.put_back_left()["dropped"] == 1


# How it ends ---------------------------------------------------------------------------------------------


def test_nobody_answers_is_tried_again_later_and_given_up_in_the_end(agent):
    task = made.in_hand(agent, attempts_max=2, retry_minutes=120)
    now = timezone.now()
    calls.log(task, by=agent, result=CallResult.NO_ANSWER)
    assert (task.state, task.owner, task.attempts_n) == (TaskState.WAITING, None, 1)
    assert round(calendar_for().between(now, task.next_at)) == 120
    calls.take(task, by=agent)
    calls.log(task, by=agent, result=CallResult.BUSY)
    assert (fresh(task).state, task.attempts.count()) == (TaskState.NOT_REACHED, 2)


@pytest.mark.parametrize(
    ("result", "state"), [(CallResult.REFUSED, TaskState.REFUSED), (CallResult.WRONG_NUMBER, TaskState.NOT_REACHED)]
)
def test_some_results_end_it_at_once(agent, result, state):
    task = made.in_hand(agent)
    calls.log(task, by=agent, result=result)
    assert fresh(task).state == state


def test_a_time_that_has_passed_is_refused_and_nothing_is_stored(agent):
    task = made.in_hand(agent)
    with pytest.raises(InvalidTransition):
        calls.log(task, by=agent, result=CallResult.LATER, next_at=timezone.now() - timedelta(minutes=1))
    assert (task.attempts.count(), Interaction.objects.count(), fresh(task).state) == (0, 0, TaskState.CALLING)


def test_a_satisfied_customer_leaves_a_contact_and_nothing_to_do(agent):
    task = made.reached(agent, note="很好")
    talk = Interaction.objects.get()
    assert (talk.customer_id, talk.agent_id, talk.direction, "很好" in talk.summary) == (
        task.customer_id,
        agent.pk,
        "out",
        True,
    )
    assert (FollowUp.objects.count(), fresh(task).state) == (0, TaskState.REACHED)


def test_a_dissatisfied_customer_gets_a_follow_up_in_both_languages(agent):
    record = made.served(name_zh="项目管理班", name_en="Project management")
    task = made.reached(agent, made.listed(record), satisfaction=Satisfaction.DISSATISFIED, note="等了一小时")
    follow_up = FollowUp.objects.get()
    assert (follow_up.reason, follow_up.detail, follow_up.unit) == (
        FollowUpReason.DISSATISFIED_CALL,
        "等了一小时",
        record.unit,
    )
    assert follow_up.title == "回访不满意：项目管理班"
    assert follow_up.title_en == "Dissatisfied on a call: Project management"
    assert (fresh(task).follow_up, Interaction.objects.get().follow_up) == (follow_up, follow_up)


def test_an_opinion_goes_to_the_project_manager(agent):
    customer, manager = made.customer(), made.agent(Role.DEPARTMENT_USER)
    project = make.make_project(customer, manager=manager)
    task = made.listed(made.served(of=customer, project=project))
    made.reached(agent, task, note="希望增加练习", is_opinion=True)
    follow_up = FollowUp.objects.get()
    assert (follow_up.reason, follow_up.owner) == (FollowUpReason.OPINION, manager)


def test_what_has_ended_never_changes(agent):
    task = made.reached(agent)
    with pytest.raises(Exception, match="frozen"), transaction.atomic():
        CallTask.objects.filter(pk=task.pk).update(satisfaction=Satisfaction.DISSATISFIED)
    assert fresh(task).satisfaction == Satisfaction.SATISFIED


# The script ----------------------------------------------------------------------------------------------


@pytest.fixture
def wave(db):
    return open_wave(one_section(), invited=0)


def test_the_answers_to_the_script_count_in_the_wave(agent, wave):
    """[TEL-11, CHN-14]"""
    record = made.served()
    task = made.reached(agent, made.listed(record, wave=wave), answers=ANSWERS)
    response = Response.objects.get()
    assert (response.mode, response.entered_by, response.seg_unit) == (ResponseMode.PHONE, agent, record.unit.code)
    assert fresh(task).response == response
    assert Invitation.objects.get().service_record == record


def test_the_same_person_is_asked_about_each_service_of_a_wave(agent, wave):
    customer, rule = made.customer(), made.rule(wave=wave)
    for _one in range(2):
        made.served(of=customer)
    lists.make(rule)
    for task in CallTask.objects.select_related("service_record", "contact", "customer", "rule__wave"):
        made.reached(agent, task, answers=ANSWERS)
    assert Response.objects.filter(invitation__contact=customer.contacts.get()).count() == 2


def test_a_low_answer_and_a_dissatisfied_customer_are_one_follow_up(agent, wave):
    record = made.served()
    task = made.reached(
        agent, made.listed(record, wave=wave), answers=LOW, satisfaction=Satisfaction.DISSATISFIED, note="太慢"
    )
    follow_up = FollowUp.objects.get()
    assert follow_up == fresh(task).follow_up == LowAnswer.objects.get().follow_up
    assert (follow_up.reason, follow_up.detail, follow_up.unit) == (
        FollowUpReason.DISSATISFIED_CALL,
        "太慢",
        record.unit,
    )


def test_a_low_answer_alone_opens_its_own_follow_up_and_the_call_names_it(agent, wave):
    task = made.reached(agent, made.listed(wave=wave), answers=LOW)
    assert (FollowUp.objects.get().reason, fresh(task).follow_up) == (FollowUpReason.LOW_ANSWER, FollowUp.objects.get())


def test_an_opinion_in_the_script_and_one_on_the_phone_are_one_follow_up(agent, wave):
    Wave.objects.filter(pk=wave.pk).update(follows_opinions=True)
    rule, said = made.rule(wave=wave), ANSWERS | {"idea": "空调太冷"}
    for _one in range(2):
        made.served()
    lists.make(rule)
    first, second = CallTask.objects.select_related("service_record", "contact", "customer", "rule__wave").order_by(
        "pk"
    )
    made.reached(agent, first, answers=said, note="空调太冷", is_opinion=True)
    made.reached(agent, second, answers=said)
    assert [fresh(task).follow_up.reason for task in (first, second)] == [FollowUpReason.OPINION] * 2
    survey_tasks.follow_opinions()
    assert FollowUp.objects.count() == 2


def test_a_day_booked_by_a_dissatisfied_customer_is_not_lost(agent):
    task = made.reached(
        agent, satisfaction=Satisfaction.DISSATISFIED, note="太慢", booked_on=made.today() + timedelta(days=3)
    )
    assert f"{made.today() + timedelta(days=3)}" in fresh(task).follow_up.detail


def test_answers_that_do_not_fit_store_nothing(agent, wave):
    task = made.in_hand(agent, made.listed(wave=wave))
    with pytest.raises(answering.Invalid):
        calls.log(task, by=agent, result=CallResult.REACHED, said=calls.Said(answers={"r0": "9"}))
    assert (Response.objects.count(), Interaction.objects.count(), fresh(task).state) == (0, 0, TaskState.CALLING)
    assert not Invitation.objects.exclude(state=InvitationState.PLANNED).exists()


def test_a_call_after_the_wave_has_closed_adds_nobody_to_it(agent, wave):
    task = made.in_hand(agent, made.listed(wave=wave))
    waves.close(wave, by=agent)
    calls.log(fresh(task), by=agent, result=CallResult.REFUSED)
    assert not wave.invitations.exists()


@pytest.mark.parametrize(("result", "state"), [(CallResult.REFUSED, "refused"), (CallResult.WRONG_NUMBER, "bounced")])
def test_a_call_without_answers_counts_as_asked(agent, wave, result, state):
    task = made.in_hand(agent, made.listed(wave=wave))
    calls.log(task, by=agent, result=result)
    assert Invitation.objects.get().state == state


def test_people_of_a_wave_who_have_not_answered_are_called_and_their_mail_is_answered(agent):
    wave = open_wave(one_section(), invited=2)
    rule = made.rule("survey", wave=wave, lead_days=0)
    Invitation.objects.update(sent_at=timezone.now() - timedelta(days=1), state=InvitationState.SENT)
    answered = Invitation.objects.first()
    answering.submit(payload=ANSWERS, invitation=answered)
    for contact in [row.contact for row in Invitation.objects.select_related("contact")]:
        if not contact.phone:
            contacts.edit(contact, by=agent, phone=f"+8613900{contact.pk:06d}")
    (task,) = lists.make(rule).tasks.select_related("contact", "customer", "rule__wave", "invitation", "service_record")
    made.reached(agent, task, answers=ANSWERS)
    assert set(wave.invitations.values_list("state", flat=True)) == {InvitationState.DONE}
    assert fresh(task).response.mode == ResponseMode.PHONE


# The lead's check ------------------------------------------------------------------------------------------


@pytest.fixture
def unhappy(agent):
    return fresh(made.reached(agent, satisfaction=Satisfaction.DISSATISFIED, note="太慢"))


def test_a_check_waits_for_the_follow_up_and_stays(unhappy):
    lead = made.agent(Role.LEAD)
    with pytest.raises(InvalidTransition, match="尚未完成"):
        calls.check(unhappy, by=lead, outcome="已道歉", rating=Satisfaction.SATISFIED)
    follow_ups.finish(unhappy.follow_up, by=lead, outcome="resolved", note="已道歉")
    made_check = calls.check(fresh(unhappy), by=lead, outcome="已道歉", rating=Satisfaction.SATISFIED)
    with pytest.raises(Exception, match=r"insert-only|denied"), transaction.atomic():
        CallCheck.objects.filter(pk=made_check.pk).update(outcome="")
    assert made_check.rating == Satisfaction.SATISFIED


def test_the_database_refuses_the_check_of_who_called(unhappy, agent):
    with pytest.raises(Exception, match="separation of duties"), transaction.atomic():
        CallCheck.objects.create(task=unhappy, outcome="好", rating=Satisfaction.SATISFIED, by=agent)
    assert not unhappy.checks.exists()


def test_how_a_dissatisfied_customer_stands(unhappy):
    lead = made.agent(Role.LEAD)
    assert figures.standing(unhappy) == "open"
    with at(unhappy.follow_up.due_at + timedelta(minutes=1)):
        assert figures.standing(unhappy) == "late"
        follow_ups.finish(unhappy.follow_up, by=lead, outcome="resolved")
    assert figures.standing(fresh(unhappy)) == "closed_late"


# Roll-up -----------------------------------------------------------------------------------------------------


def test_the_roll_up_adds_up_and_says_what_a_rate_is_of(agent):
    rule, other = made.rule(), made.agent()
    for _one in range(5):
        made.served()
    lists.make(rule)
    waiting = iter(CallTask.objects.select_related("service_record", "contact", "customer", "rule").order_by("pk"))
    made.reached(agent, next(waiting), satisfaction=Satisfaction.SATISFIED)
    made.reached(agent, next(waiting), satisfaction=Satisfaction.DISSATISFIED, note="慢")
    made.reached(other, next(waiting), satisfaction=Satisfaction.UNSAID)
    calls.log(made.in_hand(other, next(waiting)), by=other, result=CallResult.WRONG_NUMBER)
    lead = made.agent(Role.LEAD)
    lines, total = figures.roll_up(figures.of_days(lead, made.today(), made.today()), "owner")
    assert (total.listed, total.reached, total.not_reached, total.waiting, total.said) == (5, 3, 1, 1, 2)
    assert (total.satisfied_share.count, total.satisfied_share.n, total.reached_share.n) == (1, 2, 4)
    assert {line.label: line.reached for line in lines} == {str(agent): 2, str(other): 1}
    assert sum(line.listed for line in lines) == 4  # one waits and has no caller
