"""Complaints, suggestions, enquiries and praise of the quarters: received, handled, answered, called back; the newest still under way."""

import random
from datetime import timedelta

from django.utils import timezone

from complaints.choices import Kind, State
from complaints.models import Complaint
from complaints.services import (
    assessment,
    call_backs,
    conversations,
    cycles,
    ending,
    enquiries,
    handling,
    registration,
    replies,
    suggestions,
)
from core.worktime.store import calendar_for
from customers.choices import Channel
from customers.models import ContactPerson
from dashboard.demo import clocks, desk, mails, olds, sayings, taken_in, work
from dashboard.demo.clock import moment

HEADS = {
    "SH-SV": "department",
    "SH-BT": "department2",
    "CD-BT": "department3",
    "CD-SV": "department4",
    "BT": "department5",
}
AGENTS = {"SH": "agent2", "CD": "agent3"}
HOUR = 60  # working minutes
FRESH = 6  # days before today with two records more than usual


class Voices:
    """The ledger of the company from ``begin`` to today, about ``per_month`` records a month."""

    def __init__(self, org, agenda, today, *, begin, per_month):
        self.org, self.agenda, self.today = org, agenda, today
        self.begin, self.per_month = begin, per_month
        self.rng = random.Random("voices")  # noqa: S311 (repeatable demonstration data, no secret)

    def plan(self):
        days = (self.today - self.begin).days
        count = max(days * self.per_month // 30, 12)
        for number in range(count):
            day = self.begin + timedelta(days=number * days // count + self.rng.randint(0, 2))
            self._plan_one(min(day, self.today), number)
        for number in range(2 * FRESH):  # so that something is under way at every stage
            kind = (Kind.COMPLAINT, Kind.COMPLAINT, Kind.COMPLAINT, Kind.SUGGESTION, Kind.ENQUIRY)[number % 5]
            day = self.today - timedelta(days=FRESH - number // 2)
            self._on(day, 9 + 5 * (number % 2), self.rng.randint(0, 59), self.receive, kind, number)
        for week in range(days // 7 + 1):
            self._on(self.begin + timedelta(days=7 * week + 1), 15, 30, self.adopt_escalated)
        self._on(self.today, 7, 40, self.mistaken)
        self._on(self.begin + timedelta(days=days // 2), 8, 30, clocks.set_policies, self.org)
        for week in range(days // 7):
            self._on(self.begin + timedelta(days=7 * week + 2), 14, 10, clocks.go_on, self.org)
        self._on(self.today - timedelta(days=9), 10, 20, clocks.take_time, self.org, 1)
        self._on(self.today, 8, 20, clocks.take_time, self.org, 2)
        self._on(self.today - timedelta(days=1), 8, 25, clocks.someone_away, self.org, "department2", "department", 4)
        self._on(self.today, 7, 50, work.work, self.org, self.today)
        self._on(self.today, 8, 10, taken_in.take_in, self.org)
        self._on(self.today - timedelta(days=8), 9, 20, desk.write, self.org)
        self._on(self.today - timedelta(days=7), 10, 30, olds.bring, self.org)

    def _plan_one(self, day, number):
        hour, minute = self.rng.randint(9, 17), self.rng.randint(0, 59)
        kinds = [Kind.COMPLAINT, Kind.SUGGESTION, Kind.ENQUIRY, Kind.PRAISE]
        kind = self.rng.choices(kinds, [60, 18, 15, 7])[0]
        self._on(day, hour, minute, self.receive, kind, number)

    def _on(self, day, hour, minute, act, *args):
        self.agenda.add(moment(day, hour, minute), act, *args)

    def _later(self, hours, act, *args):
        """After some working hours, a little more or less."""
        wait = hours * HOUR * self.rng.uniform(0.6, 1.4)
        self.agenda.add(calendar_for().add(timezone.now(), wait), act, *args)

    # Receiving

    def receive(self, kind, number):
        people = ContactPerson.objects.filter(customer__kind="customer", erased_at=None, is_primary=True)
        person = self.rng.choice(list(people.select_related("customer__unit").order_by("pk")))
        unit, title, text, facts, story = self._words(kind, number)
        public = self.rng.random() < 0.35
        agent = self._agent(person)
        given = {"name": person.name, "phone": person.phone, "email": person.email, "consent": True}
        complaint, _code = registration.register(
            kind=kind, title=title, text=text, channel=Channel.WEB if public else Channel.PHONE, by=None if public else agent,
            contact=None if public else person, complainant=given if public else None, language=person.language,
            received_at=timezone.now() - timedelta(minutes=self.rng.randint(2, 25)), **facts,
        )  # fmt: skip
        mails.deliver()
        {
            Kind.COMPLAINT: self.complain,
            Kind.SUGGESTION: self.suggest,
            Kind.ENQUIRY: self.ask,
            Kind.PRAISE: self.thank,
        }[kind](complaint, agent, unit, story)

    def _words(self, kind, number):
        """(code of the unit, title, text, columns, what else the story needs)."""
        if kind == Kind.COMPLAINT:
            rows = sayings.COMPLAINTS
            _weight, unit, category, severity, cause, title, text = self.rng.choices(rows, [row[0] for row in rows])[0]
            return unit, title, text, {"category": category}, (severity, cause)
        if kind == Kind.SUGGESTION:
            unit, title, text, *decision = sayings.SUGGESTIONS[number % len(sayings.SUGGESTIONS)]
            return unit, title, text, {}, decision
        if kind == Kind.ENQUIRY:
            title, text, reply = self.rng.choice(sayings.ENQUIRIES)
            return "CS", title, text, {}, reply
        title, text = self.rng.choice(sayings.PRAISE)
        return "CS", title, text, {}, "谢谢您的肯定，我们已转告本人。"

    def _agent(self, person):
        return self.org.users[AGENTS.get(person.customer.unit.code, "agent")]

    # Complaints

    def complain(self, complaint, agent, unit, story):
        severity, cause = story
        luck = self.rng.random()
        if luck < 0.03:
            self._later(3, self.withdraw, complaint, agent)
            return
        self._later(self.rng.choice((1, 2, 3, 5, 26)), self.first_call, complaint, agent)
        self._later(2, self.accept, complaint, unit, severity, cause)

    def _fresh(self, complaint, *states):
        """The row as it is now, or None when it is elsewhere."""
        row = Complaint.objects.select_related(
            "cycle", "complainant", "customer__unit", "contact", "handler", "unit", "desk"
        ).get(pk=complaint.pk)
        return row if row.state in states else None

    def first_call(self, complaint, agent):
        if row := self._fresh(complaint, *State.open()):
            conversations.log(
                row, by=agent, summary="已致电客户，核实情况并说明办理时间。", reached=self.rng.random() < 0.9
            )

    def withdraw(self, complaint, agent):
        if row := self._fresh(complaint, State.REGISTERED):
            ending.withdraw(row, by=agent, comment="客户来电说明问题已自行解决。")

    def accept(self, complaint, unit, severity, cause):
        row = self._fresh(complaint, State.REGISTERED)
        if row is None:
            return
        lead, scope = self.org.users["lead"], "several" if severity != "minor" else "one"
        nature = "safety" if severity == "critical" else "ordinary"
        assessment.accept(
            row, by=lead, category=row.category or "service", nature=nature, severity=severity, scope=scope
        )
        self._later(1, self.assign, row, unit, cause)

    def assign(self, complaint, unit, cause):
        if row := self._fresh(complaint, State.ACCEPTED):
            handler = self.org.users[HEADS[unit]]
            handling.assign(
                row,
                unit=self.org.units[unit],
                handler=handler,
                by=self.org.users["lead"],
                note="请核实后两个工作日内答复。",
            )
            self._later(1.5, self.take, row, cause)

    def take(self, complaint, cause):
        if row := self._fresh(complaint, State.ASSIGNED):
            handling.take(row, by=row.handler)
            self._later(self.rng.choice((5, 8, 10, 12, 22)), self.answer, row, cause)

    def answer(self, complaint, cause):
        row = self._fresh(complaint, State.HANDLING, State.SUSPENDED)
        if row is None:
            return
        if row.state == State.SUSPENDED:  # as soon as it goes on
            self._later(16, self.answer, row, cause)
            return
        facts, remedy = sayings.FACTS[cause]
        verdict = self.rng.choices(("justified", "partly", "not"), (55, 25, 20))[0]
        handling.determine(row, by=row.handler, verdict=verdict, facts=facts, cause=cause, remedy=remedy)
        form = "mail" if row.complainant.email and self.rng.random() < 0.6 else "phone"
        replies.draft(
            row,
            by=row.handler,
            measures=remedy,
            result=facts,
            meaning=sayings.MEANING,
            thanks=sayings.THANKS,
            form=form,
        )
        replies.submit(row, by=row.handler)
        self._later(3, self.review, row, cause)

    def review(self, complaint, cause):
        row = self._fresh(complaint, State.REVIEW)
        if row is None:
            return
        lead = self.org.users["lead"]
        if row.cycle.n == 1 and self.rng.random() < 0.1:
            replies.send_back(row, by=lead, comment="请写明对客户意味着什么，以及补办的日期。")
            self._later(3, self.hand_in_again, row, cause)
            return
        replies.approve(row, by=lead)
        mails.deliver()
        self._later(1, self.tell, row, cause)

    def hand_in_again(self, complaint, cause):
        if row := self._fresh(complaint, State.HANDLING):
            replies.submit(row, by=row.handler, comment="已补充。")
            self._later(2, self.review, row, cause)

    def tell(self, complaint, cause):
        row = self._fresh(complaint, State.REPLIED)
        if row is None:
            return
        reply = row.cycle.reply
        if reply.sent_at is None:
            replies.record_told(row, by=row.handler, summary="已在电话中说明处理结果，客户知悉。")
        self._later(6, self.call_back, row, cause)

    def call_back(self, complaint, cause):
        row = self._fresh(complaint, State.REPLIED)
        if row is None:
            return
        officer = self.org.users["agent" if row.receiver_id != self.org.users["agent"].pk else "agent2"]
        luck = self.rng.random()
        if luck < 0.2:
            call_backs.log(row, by=officer, reached=False, comment="无人接听。")
            self._later(7, self.call_back, row, cause)
        elif luck < 0.3 and row.cycle.n == 1:
            call_backs.log(
                row, by=officer, reached=True, resolved=False, score=2, comment="客户表示答复的日期已过，问题仍在。"
            )
            self._later(6, self.answer, row, cause)
        else:
            score = self.rng.choices((5, 4, 3, 2), (46, 36, 12, 6))[0]
            call_backs.log(row, by=officer, reached=True, resolved=True, score=score, comment="客户确认问题已解决。")
            if self.rng.random() < 0.03:
                self._later(40, self.reopen, row, cause)

    def reopen(self, complaint, cause):
        if row := self._fresh(complaint, State.CLOSED):
            cycles.reopen(row, by=self.org.users["lead"], comment="客户来电：同样的情况再次发生。")
            self._later(5, self.answer, row, cause)

    def adopt_escalated(self):
        """Complaints that follow-ups became wait like any other: a lead takes them up."""
        rows = Complaint.objects.filter(state=State.REGISTERED, kind=Kind.COMPLAINT, follow_up__isnull=False)
        for row in rows.filter(registered_at__lt=timezone.now() - timedelta(hours=2)):
            self.accept(row, "CD-SV", "minor", "process")

    def mistaken(self):
        """Entered twice by mistake: one person asks to make it void, another grants it."""
        first = Complaint.objects.filter(kind=Kind.COMPLAINT, state=State.CLOSED).order_by("-pk").first()
        if first is None:
            return
        again, _code = registration.register(
            kind=Kind.COMPLAINT, title=first.title, text=first.text, channel=Channel.PHONE, by=self.org.users["agent"],
            contact=first.contact, complainant={"name": "重复录入", "phone": "", "email": ""} if first.contact is None else None,
        )  # fmt: skip
        ending.ask(again, by=self.org.users["agent"], ending="void", reason="与前一件重复录入。")
        ending.grant(Complaint.objects.select_related("cycle").get(pk=again.pk), by=self.org.users["lead"])

    # Suggestions, enquiries, praise

    def suggest(self, complaint, agent, unit, decision):
        self._later(3, self.pass_on, complaint, unit, decision)

    def pass_on(self, complaint, unit, decision):
        if row := self._fresh(complaint, State.REGISTERED):
            suggestions.pass_on(
                row, unit=self.org.units[unit], handler=self.org.users[HEADS[unit]], by=self.org.users["lead"]
            )
            self._later(16, self.decide, row, decision)

    def decide(self, complaint, decision):
        row = self._fresh(complaint, State.EVALUATING)
        if row is None:
            return
        outcome, zh, en = decision
        review_on = timezone.localdate() + timedelta(days=75) if outcome == "deferred" else None
        suggestions.decide(row, by=row.handler, outcome=outcome, reason_zh=zh, reason_en=en, review_on=review_on)
        mails.deliver()
        if outcome != "deferred":
            self._later(6 if outcome == "not_adopted" else 60, self.close_suggestion, row)

    def close_suggestion(self, complaint):
        row = self._fresh(complaint, *State.decided())
        if row is not None:
            row = Complaint.objects.select_related("cycle", "complainant", "decision", "customer", "contact").get(
                pk=row.pk
            )
            suggestions.close(
                row, by=self.org.users["lead"], summary="" if row.decision.told_at else "已致电告知结果并致谢。"
            )

    def ask(self, complaint, agent, unit, reply):
        self._later(self.rng.choice((1, 2, 4)), self.reply_short, complaint, agent, reply)

    def thank(self, complaint, agent, unit, reply):
        self._later(4, self.reply_short, complaint, agent, reply)

    def reply_short(self, complaint, agent, reply):
        if row := self._fresh(complaint, State.REGISTERED):
            enquiries.answer(row, by=agent, text=reply)
