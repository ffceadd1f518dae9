"""Records of the ledger, made and taken to a state the way people do it."""

from itertools import count

from accounts.choices import Role
from complaints.choices import State
from complaints.models import Complaint
from complaints.services import (
    assessment,
    call_backs,
    cycles,
    ending,
    handling,
    registration,
    replies,
    suggestions,
)
from tests.factories import customers as make

numbers = count(1)
ASSESSED = {"category": "service", "nature": "ordinary", "severity": "major", "scope": "one"}
REPLY = {"measures": "已安排补课", "result": "退还600元", "meaning": "您不会少学一节课", "thanks": "感谢您的反馈"}
FOUND = {"verdict": "justified", "facts": "讲师请假未通知", "cause": "process", "remedy": "补课并退费"}


class Crew:
    """The people of one ledger: agent, lead and second lead of a unit, handler of another, an executive."""

    def __init__(self):
        self.office = make.make_unit("HQ")
        self.desk = make.make_unit("KF", self.office)
        self.department = make.make_unit("JW", self.office)
        self.agent = make.make_person(Role.AGENT, unit=self.desk)
        self.caller = make.make_person(Role.AGENT, unit=self.desk)
        self.lead = make.make_person(Role.LEAD, unit=self.office)
        self.second = make.make_person(Role.LEAD, unit=self.office)
        self.handler = make.make_person(Role.DEPARTMENT_USER, unit=self.department)
        self.other = make.make_person(Role.DEPARTMENT_USER, unit=self.department)


def make_complaint(by=None, **fields):
    given = {"kind": "complaint", "title": f"更换讲师未通知{next(numbers)}", "text": "到教室才知道", "channel": "phone",
             "complainant": {"name": "刘芳", "phone": "13812345678", "email": "liu@example.com"}}  # fmt: skip
    complaint, _code = registration.register(by=by, **given | fields)
    return complaint


def fresh(complaint):
    """The row as the next request reads it."""
    return Complaint.objects.select_related("cycle", "complainant", "handler").get(pk=complaint.pk)


def complaint_at(state, crew, *, form="phone", told=True, verdict="justified", **fields):
    """A complaint that reached ``state`` through its services: ``crew.handler`` handles, ``crew.lead`` reviews."""
    complaint = make_complaint(crew.agent, **fields)
    state = State(state)
    if state in (State.DECLINED, State.VOIDED):
        ending.ask(
            complaint, by=crew.lead, ending="decline" if state == State.DECLINED else "void", reason="不归我们管"
        )
        return ending.grant(complaint, by=crew.second)
    if state == State.WITHDRAWN:
        return ending.withdraw(complaint, by=crew.agent, comment="客户来电撤回")
    for reached, step in (
        (State.ACCEPTED, lambda: assessment.accept(complaint, by=crew.lead, **ASSESSED)),
        (State.ASSIGNED, lambda: handling.assign(complaint, by=crew.lead, unit=crew.department, handler=crew.handler)),
        (State.HANDLING, lambda: handling.take(complaint, by=crew.handler)),
        (State.REVIEW, lambda: hand_in(complaint, crew, form=form, verdict=verdict)),
        (State.REPLIED, lambda: reply(complaint, crew, told=told and form != "mail")),
        (State.CLOSED, lambda: call_backs.log(complaint, by=crew.caller, reached=True, resolved=True, score=5)),
    ):
        if complaint.state == state:
            break
        step()
        assert complaint.state == reached
    return complaint


def hand_in(complaint, crew, *, form="phone", verdict="justified"):
    handling.determine(complaint, by=crew.handler, **FOUND | {"verdict": verdict})
    replies.draft(complaint, by=crew.handler, form=form, **REPLY)
    replies.submit(complaint, by=crew.handler)


def reply(complaint, crew, *, told=True):
    replies.approve(complaint, by=crew.lead)
    if told:
        replies.record_told(complaint, by=crew.handler, summary="电话告知结果")


def suggestion_at(state, crew, **fields):
    """A suggestion that reached ``state``."""
    complaint = make_complaint(crew.agent, **{"kind": "suggestion", "title": "增设周末班"} | fields)
    state = State(state)
    if state == State.REGISTERED:
        return complaint
    suggestions.pass_on(complaint, by=crew.agent, unit=crew.department, handler=crew.handler)
    if state == State.EVALUATING:
        return complaint
    outcome = State.ADOPTED if state == State.CLOSED else state
    decide(complaint, crew, outcome.value)
    if state == State.CLOSED:
        suggestions.close(complaint, by=crew.agent, summary="电话告知并致谢")
    return complaint


def decide(complaint, crew, outcome, **fields):
    given = {"reason_zh": "需求明确", "reason_en": "The need is clear"}
    return suggestions.decide(complaint, by=crew.handler, outcome=outcome, **given | fields)


def reopened(crew, **fields):
    complaint = complaint_at(State.CLOSED, crew, **fields)
    return cycles.reopen(complaint, by=crew.lead, comment="客户补充了证据")
