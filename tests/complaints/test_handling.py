"""A complaint's way from registration to its end: every service with its guards (CMP-14–25)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from complaints.choices import Outcome, State
from complaints.models import CallBack, Complaint, Determination, EndRequest, Reply
from complaints.services import (
    assessment,
    call_backs,
    conversations,
    cycles,
    ending,
    enquiries,
    handling,
    personal,
    replies,
)
from complaints.signals import complaint_closed, complaint_registered, complaint_substantiated
from core.models import Event
from core.workflow import InvalidTransition, LostRace
from customers.models import Interaction
from notifications.models import Message, Notice
from notifications.services import outbox
from tests.factories import customers as make
from tests.factories.complaints import ASSESSED, FOUND, REPLY, complaint_at, fresh, hand_in, make_complaint, reopened

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    """Signals of complaints as they come: (name, what)."""
    found = []
    pairs = (
        ("registered", complaint_registered),
        ("substantiated", complaint_substantiated),
        ("closed", complaint_closed),
    )
    receivers = [(signal, lambda name=name, **kw: found.append((name, kw))) for name, signal in pairs]
    for signal, receiver in receivers:
        signal.connect(receiver, weak=False)
    yield found
    for signal, receiver in receivers:
        signal.disconnect(receiver)


def kinds(complaint):
    return list(complaint.transitions.exclude(to_state="").values_list("kind", "to_state"))


def test_the_whole_way_leaves_one_event_per_state_and_frozen_figures(crew, heard):
    complaint = complaint_at(State.CLOSED, crew)
    assert kinds(complaint) == [
        ("created", "registered"), ("accept", "accepted"), ("assign", "assigned"), ("take", "handling"),
        ("submit", "review"), ("approve", "replied"), ("log", "closed"),
    ]  # fmt: skip
    cycle = fresh(complaint).cycle
    assert (cycle.outcome, cycle.verdict, cycle.n) == ("resolved", "justified", 1)
    assert (cycle.frozen["result_kept"], cycle.frozen["response_kept"], cycle.frozen["call_backs"]) == (True, True, 1)
    assert [name for name, _what in heard] == ["registered", "substantiated", "closed"]
    assert heard[1][1]["determination"].verdict == "justified"
    assert complaint.state == complaint.transitions.exclude(to_state="").last().to_state


def test_acceptance_stores_the_assessment_and_what_it_repeats(crew):
    earlier = make_complaint(crew.agent)
    complaint = make_complaint(crew.agent)
    assessment.accept(complaint, by=crew.lead, repeat_of=earlier, **ASSESSED)
    row = fresh(complaint)
    assert (row.category, row.nature, row.severity, row.scope) == ("service", "ordinary", "major", "one")
    assert (row.repeat_of, row.is_assessed, row.desk) == (earlier, True, crew.desk)


def test_a_web_complaint_belongs_to_the_desk_of_who_accepts_it(crew):
    complaint = make_complaint(channel="web")
    assert complaint.desk is None
    assessment.accept(complaint, by=crew.lead, **ASSESSED)
    assert fresh(complaint).desk == crew.office


def test_the_assessment_can_be_changed_and_the_old_one_stays_readable(crew):
    complaint = complaint_at(State.ACCEPTED, crew)
    assessment.reassess(complaint, by=crew.lead, comment="影响多人", scope="several")
    assert complaint.transitions.last().payload["changes"] == {"scope": ["one", "several"]}


def test_an_ordinary_matter_is_handled_directly_by_its_receiver(crew):
    complaint = make_complaint(crew.agent)
    handling.handle_directly(complaint, by=crew.agent, **ASSESSED | {"severity": "minor"})
    row = fresh(complaint)
    assert (row.state, row.handler, row.unit) == ("handling", crew.agent, crew.desk)


def test_a_serious_matter_is_not(crew):
    with pytest.raises(InvalidTransition):
        handling.handle_directly(make_complaint(crew.agent), by=crew.agent, **ASSESSED)


def test_nobody_without_a_unit_takes_over_directly(crew):
    stranger = make.make_person("agent")
    with pytest.raises(InvalidTransition):
        handling.handle_directly(make_complaint(), by=stranger, **ASSESSED | {"severity": "minor"})


def test_assignment_tells_the_handler_and_can_be_given_back(crew):
    complaint = complaint_at(State.ASSIGNED, crew)
    assert Notice.objects.filter(user=crew.handler, kind="complaints.assigned").count() == 1
    handling.give_back(complaint, by=crew.handler, comment="不属于教务部")
    row = fresh(complaint)
    assert (row.state, row.handler) == ("accepted", None)
    assert Notice.objects.filter(user=crew.lead, kind="complaints.given_back").count() == 1


def test_giving_back_owes_a_reason(crew):
    with pytest.raises(InvalidTransition):
        handling.give_back(complaint_at(State.ASSIGNED, crew), by=crew.handler, comment=" ")


def test_reassignment_keeps_what_was_found_out(crew):
    complaint = complaint_at(State.HANDLING, crew)
    handling.determine(complaint, by=crew.handler, **FOUND)
    handling.reassign(complaint, by=crew.lead, unit=crew.department, handler=crew.other, comment="休假")
    handling.take(complaint, by=crew.other)
    assert (fresh(complaint).handler, Determination.objects.count()) == (crew.other, 1)
    assert list(complaint.cycle.assignments.values_list("handler", flat=True)) == [crew.handler.pk, crew.other.pk]


def test_the_last_determination_counts(crew):
    complaint = complaint_at(State.HANDLING, crew)
    for verdict in ("not", "partly"):
        handling.determine(complaint, by=crew.handler, **FOUND | {"verdict": verdict})
    replies.draft(complaint, by=crew.handler, form="phone", **REPLY)
    replies.submit(complaint, by=crew.handler)
    replies.approve(complaint, by=crew.lead)
    assert fresh(complaint).cycle.verdict == "partly"


@pytest.mark.parametrize("missing", ["determination", "reply", "address"])
def test_nothing_is_handed_in_without_determination_reply_and_a_way_to_the_customer(crew, missing):
    complaint = complaint_at(State.HANDLING, crew, complainant={"name": "刘芳"})
    if missing != "determination":
        handling.determine(complaint, by=crew.handler, **FOUND)
    if missing != "reply":
        replies.draft(complaint, by=crew.handler, form="mail" if missing == "address" else "phone", **REPLY)
    with pytest.raises(InvalidTransition):
        replies.submit(complaint, by=crew.handler)
    assert fresh(complaint).state == "handling"


def test_a_reply_sent_back_is_changed_and_approved(crew):
    complaint = complaint_at(State.REVIEW, crew)
    replies.send_back(complaint, by=crew.lead, comment="请写明日期")
    assert Notice.objects.filter(user=crew.handler, kind="complaints.sent_back").count() == 1
    reply = Reply.objects.get()
    replies.draft(complaint, by=crew.handler, expected_version=reply.version, **REPLY | {"result": "4月10日前退款"})
    replies.submit(complaint, by=crew.handler)
    replies.approve(complaint, by=crew.lead)
    reply.refresh_from_db()
    assert (reply.result, reply.reviewer, reply.author, reply.is_approved) == (
        "4月10日前退款",
        crew.lead,
        crew.handler,
        True,
    )


def test_a_stale_draft_loses(crew):
    complaint = complaint_at(State.HANDLING, crew)
    replies.draft(complaint, by=crew.handler, form="phone", **REPLY)
    replies.draft(complaint, by=crew.handler, expected_version=0, **REPLY | {"result": "先写的"})
    with pytest.raises(LostRace):
        replies.draft(complaint, by=crew.handler, expected_version=0, **REPLY | {"result": "后写的"})
    assert Reply.objects.get().result == "先写的"


def test_two_writers_of_one_version_one_wins(crew):
    complaint = complaint_at(State.ACCEPTED, crew)
    stale = fresh(complaint)
    handling.assign(complaint, by=crew.lead, unit=crew.department, handler=crew.handler)
    with pytest.raises(LostRace) as lost:
        handling.assign(stale, by=crew.second, unit=crew.desk, handler=crew.other, expected_version=stale.version)
    assert lost.value.events[-1].kind == "assign"
    assert (fresh(complaint).handler, complaint.cycle.assignments.count()) == (crew.handler, 1)


def test_a_mailed_reply_goes_out_after_approval_and_stops_both_clocks(crew, smtp):
    complaint = complaint_at(State.REPLIED, crew, form="mail")
    assert (fresh(complaint).cycle.replied_at, Reply.objects.get().sent_at) == (None, None)
    outbox.deliver_due()
    mail = smtp.to("liu@example.com")[-1]
    body = mail.get_body(("plain",)).get_content()
    cycle = fresh(complaint).cycle
    reply = Reply.objects.get()
    assert [text in body for text in (*REPLY.values(), complaint.number)] == [True] * 5
    assert (cycle.replied_at, cycle.first_response_at) == (reply.sent_at, reply.sent_at)
    assert Interaction.objects.filter(channel="mail", direction="out", agent=crew.handler).count() == 1
    replies.mark_sent(reply.pk, timezone.now())
    assert Interaction.objects.filter(channel="mail").count() == 1


def test_a_reply_that_cannot_be_mailed_is_told_by_somebody(crew):
    complaint = complaint_at(State.REPLIED, crew, form="mail")
    replies.mark_failed(Reply.objects.get().pk, "550 no such user")
    assert Notice.objects.filter(user=crew.handler, kind="complaints.to_tell").count() == 1
    replies.record_told(complaint, by=crew.handler, summary="电话告知")
    assert Reply.objects.get().sent_at is not None


def test_an_approved_reply_mail_is_written_only_once(crew):
    complaint_at(State.REPLIED, crew, form="mail")
    assert Message.objects.filter(kind="complaints.reply").count() == 1


def test_the_third_call_in_vain_counts_as_told(crew):
    complaint = complaint_at(State.REPLIED, crew, told=False)
    told = []
    for _n in range(3):
        replies.record_told(complaint, by=crew.handler, summary="无人接听", reached=False)
        told.append(Reply.objects.get().sent_at is not None)
    assert told == [False, False, True]


def test_a_reply_that_is_not_approved_is_not_told(crew):
    with pytest.raises(InvalidTransition):
        replies.record_told(complaint_at(State.REVIEW, crew), by=crew.handler, summary="x")


def test_not_resolved_begins_a_new_cycle_with_its_own_clocks(crew, heard):
    complaint = complaint_at(State.REPLIED, crew)
    call_backs.log(complaint, by=crew.caller, reached=True, resolved=False, score=2, comment="没有收到退款")
    first, second = complaint.cycles.order_by("n")
    assert (first.outcome, first.closed_at is not None, second.n, second.is_open) == ("unresolved", True, 2, True)
    assert second.started_at > first.started_at
    assert (fresh(complaint).cycle, fresh(complaint).state, fresh(complaint).handler) == (
        second,
        "handling",
        crew.handler,
    )
    assert "closed" not in [name for name, _what in heard]
    assert Notice.objects.filter(user=crew.handler, kind="complaints.redo").count() == 1


def test_a_new_cycle_is_handled_answered_and_closed_like_the_first(crew):
    complaint = complaint_at(State.REPLIED, crew)
    call_backs.log(complaint, by=crew.caller, reached=True, resolved=False, comment="没有收到退款")
    hand_in(complaint, crew)
    replies.approve(complaint, by=crew.lead)
    replies.record_told(complaint, by=crew.handler, summary="已退款")
    call_backs.log(complaint, by=crew.caller, reached=True, resolved=True, score=5)
    assert list(complaint.cycles.values_list("n", "outcome").order_by("n")) == [(1, "unresolved"), (2, "resolved")]


def test_not_reached_is_called_again_and_the_third_time_closes(crew):
    complaint = complaint_at(State.REPLIED, crew)
    states = []
    for _n in range(3):
        call_backs.log(complaint, by=crew.caller, reached=False)
        states.append(fresh(complaint).state)
    assert states == ["replied", "replied", "closed"]
    assert list(CallBack.objects.values_list("attempt", "reached", "resolved")) == [(n, False, None) for n in (1, 2, 3)]
    assert fresh(complaint).cycle.outcome == Outcome.NOT_REACHED


def test_a_call_back_writes_a_contact(crew):
    complaint = complaint_at(State.CLOSED, crew)
    assert CallBack.objects.get().interaction.agent == crew.caller
    assert complaint.cycle.conversations.count() == 2


def test_reopening_within_sixty_days_is_a_new_cycle(crew):
    complaint = reopened(crew)
    assert (complaint.state, complaint.cycle.n) == ("handling", 2)
    assert complaint.cycles.get(n=1).outcome == "resolved"


def test_reopening_later_is_refused(crew, monkeypatch):
    complaint = complaint_at(State.CLOSED, crew)
    monkeypatch.setattr(cycles, "REOPEN_WITHIN", timedelta(seconds=-1))
    with pytest.raises(InvalidTransition):
        cycles.reopen(complaint, by=crew.lead, comment="新证据")
    assert complaint.cycles.count() == 1


@pytest.mark.parametrize(("end", "state"), [("decline", "declined"), ("void", "voided")])
def test_an_end_needs_two_people(crew, end, state):
    complaint = make_complaint(crew.agent)
    ending.ask(complaint, by=crew.lead, ending=end, reason="不归我们管")
    with pytest.raises(InvalidTransition):
        ending.grant(complaint, by=crew.lead)
    ending.grant(complaint, by=crew.second)
    row = fresh(complaint)
    assert (row.state, row.cycle.outcome, row.cycle.frozen["result_kept"]) == (state, state, None)
    assert (EndRequest.objects.get().by, EndRequest.objects.get().decided_by) == (crew.lead, crew.second)


def test_a_refused_end_goes_its_way_and_can_be_asked_again(crew):
    complaint = make_complaint(crew.agent)
    ending.ask(complaint, by=crew.agent, ending="void", reason="录错")
    with pytest.raises(InvalidTransition):
        ending.ask(complaint, by=crew.agent, ending="void", reason="录错")
    ending.refuse(complaint, by=crew.lead, comment="没有录错")
    ending.ask(complaint, by=crew.agent, ending="void", reason="真的录错")
    assert (fresh(complaint).state, EndRequest.objects.count()) == ("registered", 2)
    assert Notice.objects.filter(user=crew.agent, kind="complaints.end_refused").count() == 1


def test_an_end_is_asked_for_only_before_it_is_taken_up(crew):
    with pytest.raises(InvalidTransition):
        ending.ask(complaint_at(State.ACCEPTED, crew), by=crew.agent, ending="void", reason="录错")
    with pytest.raises(InvalidTransition):
        ending.ask(make_complaint(crew.agent, kind="enquiry"), by=crew.agent, ending="decline", reason="x")


def test_withdrawn_is_neither_late_nor_answered(crew):
    complaint = make_complaint(crew.agent, received_at=timezone.now() - timedelta(days=30))
    ending.withdraw(complaint, by=crew.agent, comment="客户撤回")
    cycle = fresh(complaint).cycle
    assert (cycle.outcome, cycle.is_breached) == ("withdrawn", False)


def test_an_enquiry_is_answered_by_mail_and_ends(crew, smtp):
    complaint = make_complaint(crew.agent, kind="enquiry")
    enquiries.answer(complaint, by=crew.agent, text="下一期4月10日开班", channel="mail")
    outbox.deliver_due()
    bodies = [mail.get_body(("plain",)).get_content() for mail in smtp.to("liu@example.com")]
    assert any("下一期4月10日开班" in body for body in bodies)
    row = fresh(complaint)
    assert (row.state, row.cycle.outcome, row.handler, row.unit) == ("closed", "answered", crew.agent, crew.desk)


def test_praise_may_be_taken_on_first(crew):
    complaint = make_complaint(crew.agent, kind="praise")
    handling.handle_directly(complaint, by=crew.agent, category="conduct")
    enquiries.answer(complaint, by=crew.agent, text="已转告，谢谢")
    assert kinds(complaint) == [("created", "registered"), ("handle_directly", "handling"), ("answer", "closed")]


@pytest.mark.parametrize(
    ("kind", "step"),
    [
        ("enquiry", lambda row, crew: assessment.accept(row, by=crew.lead, **ASSESSED)),
        ("suggestion", lambda row, crew: assessment.accept(row, by=crew.lead, **ASSESSED)),
        ("complaint", lambda row, crew: enquiries.answer(row, by=crew.agent, text="x")),
        ("suggestion", lambda row, crew: handling.handle_directly(row, by=crew.agent)),
    ],
)
def test_a_kind_does_not_walk_the_way_of_another(crew, kind, step):
    complaint = make_complaint(crew.agent, kind=kind)
    with pytest.raises(InvalidTransition):
        step(complaint, crew)
    assert (fresh(complaint).state, Interaction.objects.count()) == ("registered", 0)


def test_files_and_revealed_data_are_written_down(crew):
    from django.core.files.uploadedfile import SimpleUploadedFile

    complaint = make_complaint(crew.agent)
    personal.add_files(
        complaint, by=crew.agent, files=[SimpleUploadedFile("合同.txt", "合同".encode())], comment="合同"
    )
    shown = personal.reveal(complaint, by=crew.lead, reason="联系客户")
    assert shown == {"name": "刘芳", "phone": "+8613812345678", "email": "liu@example.com"}
    assert list(complaint.transitions.values_list("kind", flat=True)) == ["created", "files_added", "revealed"]
    with pytest.raises(InvalidTransition):
        personal.reveal(complaint, by=crew.lead, reason=" ")


def test_state_is_rebuilt_from_the_events_of_every_record(crew):
    for state in (State.CLOSED, State.WITHDRAWN, State.REVIEW, State.DECLINED):
        complaint_at(state, crew)
    reopened(crew)
    for complaint in Complaint.objects.all():
        events = complaint.transitions.exclude(to_state="")
        walked = [(a.to_state, b.from_state) for a, b in zip(events, list(events)[1:], strict=False)]
        assert all(one == two for one, two in walked)
        assert events.last().to_state == complaint.state
    assert Event.objects.filter(subject="complaints.complaint", kind="created").count() == Complaint.objects.count()


def test_a_conversation_with_a_closed_record_does_not_touch_its_cycle(crew):
    complaint = complaint_at(State.CLOSED, crew)
    before = fresh(complaint).cycle.first_response_at
    conversations.log(complaint, by=crew.agent, summary="客户来电致谢", direction="in")
    assert fresh(complaint).cycle.first_response_at == before
