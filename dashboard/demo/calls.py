"""Call lists of the last weeks: drawn up every morning, called through, and today's waiting for the agents."""

import random
from datetime import timedelta

from django.utils import timezone

from customers.choices import DueKind, FollowUpState, Outcome, ServiceKind, Tier
from customers.models import ServiceDue, ServiceRecord
from customers.services import customers as customer_files
from customers.services import follow_ups
from dashboard.demo.clock import moment
from dashboard.demo.customers import CASES, COURSES
from fieldwork.choices import CallResult, LapseReason, Ledger, RuleKind, Satisfaction
from fieldwork.models import CallTask
from fieldwork.services import calls, lists, rules
from surveys.selectors.questionnaires import instrument_of
from surveys.services import waves

DAYS = 26  # of lists
A_DAY = 4  # services a day
SCORES = ([5, 5, 4, 4, 4], [4, 4, 3, 4], [2, 1, 3])  # by what the customer says of the whole
PRAISE = [
    "讲师讲得清楚，会推荐同事。",
    "证书两天就收到了，很快。",
    "答疑很耐心，没有其他问题。",
    "整体满意，教室空调稍冷。",
]
WISHES = ["希望增加线上回放时间。", "建议教材提前三天寄到。", "希望课后提供练习题答案。"]
COMPLAINTS = [
    "改期通知太晚，当天才知道，白跑一趟。",
    "发票抬头开错两次，到现在没有换。",
    "补办证书等了一个月，没有人主动联系。",
]
ENDED = ["已道歉并赠送一次复训，客户接受。", "已换开发票并当面送达，客户满意。", "证书已加急寄出，客户表示理解。"]
RULES = [
    {"code": "HF-NEXT", "kind": RuleKind.AFTER_SERVICE, "name_zh": "培训次日回访", "name_en": "Calls on the day after a class",
     "service_kinds": [ServiceKind.CLASS.value], "retry_minutes": 90, "working_days_only": False},
    {"code": "HF-CASE", "kind": RuleKind.SAMPLE, "name_zh": "服务CASE抽检回访", "name_en": "Spot checks of service cases"},
    {"code": "HF-LOST", "kind": RuleKind.LAPSED, "name_zh": "流失客户回访", "name_en": "Customers who no longer come", "most": 5},
    {"code": "HF-DUE", "kind": RuleKind.DUE, "name_zh": "证书到期提醒", "name_en": "Certificates that expire", "lead_days": 10},
    {"code": "HF-KEY", "kind": RuleKind.REGULAR, "name_zh": "重要客户定期回访", "name_en": "Regular calls to important customers",
     "tiers": [Tier.IMPORTANT.value], "every_days": 60, "most": 3},
]  # fmt: skip
OPENINGS = {
    Ledger.SATISFACTION: ("您好，这里是知行培训质量管理部，想了解一下您对这次服务的感受，大约两分钟，方便吗？",
                          "Good day, this is Zhixing Training's quality department. May I ask about this service? It takes two minutes."),
    Ledger.LAPSED: ("您好，这里是知行培训。好久没有为您服务了，想听听您的近况和需要。",
                    "Good day, this is Zhixing Training. It has been a while; may I ask how you are and what you need?"),
    Ledger.REMINDER: ("您好，这里是知行培训。您有一项证书即将到期，想提醒您安排续期课程。",
                      "Good day, this is Zhixing Training. A certificate of yours expires soon; may I book the renewal course?"),
    Ledger.REGULAR: ("您好，这里是知行培训，定期问候，想听听您对我们的意见和需要。",
                     "Good day, this is Zhixing Training with our regular call: how are we doing, and what do you need?"),
}  # fmt: skip


class Calls:
    """Rules, services of every day, lists, and what customers said."""

    def __init__(self, company, customers, designs):
        self.org, self.agenda, self.today = company.org, company.agenda, company.today
        self.customers, self.designs = customers, designs
        self.rng = random.Random(f"calls:{self.today}")  # noqa: S311 (repeatable demonstration data, no secret)
        self.served = 0

    def plan(self):
        self._on(DAYS + 1, 15, self.set_up)
        for ago in range(DAYS, -1, -1):
            self._on(ago, 7, self.make_lists)
            if ago:
                self._on(ago, 11, self.follow_up)
                self._on(ago, 15, self.call_through)
                self._on(ago, 18, self.serve)

    def _on(self, days_ago, hour, act):
        self.agenda.add(moment(self.today - timedelta(days=days_ago), hour, 40), act)

    def set_up(self):
        by, now = self.org.users["officer"], timezone.now()
        self.wave = waves.create(
            by=by, questionnaire_version=self.designs.versions["call"], unit=self.org.units["QA"], audience={"nobody": True},
            opens_at=now + timedelta(minutes=1), closes_at=now + timedelta(days=90), name_zh="服务后电话回访", name_en="Calls after a service",
        )  # fmt: skip
        waves.schedule(self.wave, by=by)
        waves.open(self.wave, by=by)
        for fields in RULES:
            zh, en = OPENINGS[RuleKind(fields["kind"]).ledger]
            script = {"wave": self.wave} if RuleKind(fields["kind"]).ledger == Ledger.SATISFACTION else {}
            rules.create(by=by, starts_on=timezone.localdate(), opening_zh=zh, opening_en=en, **script, **fields)
        self._dues()

    def _dues(self):
        """Certificates of the next weeks."""
        rows = [
            ServiceDue(customer=customer, contact=self.customers.contacts.get(customer.pk), kind=DueKind.CERTIFICATE,
                       subject=f"ZX-{2020 + number % 4}-{1000 + number * 7}", due_on=timezone.localdate() + timedelta(days=9 + number * 2))
            for number, customer in enumerate(self.rng.sample(self.customers.rows, min(24, len(self.customers.rows))))
        ]  # fmt: skip
        customer_files.create_rows(rows, by=self.org.users["officer"])

    def serve(self):
        """The classes and cases that ended today."""
        rows = [self._service() for _number in range(A_DAY)]
        customer_files.create_rows(rows, by=self.org.users["officer"])

    def _service(self):
        self.served += 1
        rng, customer, day = self.rng, self.rng.choice(self.customers.rows), timezone.localdate()
        is_case = rng.random() < 0.5
        zh, en = rng.choice(CASES if is_case else COURSES)
        business, service = {"SH": ("SH-BT", "SH-SV"), "CD": ("CD-BT", "CD-SV")}.get(customer.unit.code, ("BT", "CS"))
        return ServiceRecord(
            customer=customer, contact=self.customers.contacts.get(customer.pk), number=f"SR-{day.year}-D{self.served:04d}",
            kind=ServiceKind.CASE if is_case else ServiceKind.CLASS, name_zh=zh, name_en=en,
            priority=rng.choices(["P1", "P2", "P3", "P4"], [15, 25, 35, 25])[0] if is_case else "",
            unit=self.org.units[service if is_case else business], staff=self.org.users[rng.choice(["trainer", "employee"])],
            happened_on=day, closed_on=day,
        )  # fmt: skip

    # Every morning and afternoon

    def make_lists(self):
        for rule in lists.rules_due():
            lists.make(rule)

    def call_through(self):
        """The agents call most of what waits; some are not reached and come back."""
        for number, task in enumerate(
            CallTask.objects.allowed().ripe().select_related("service_record", "contact", "customer", "rule__wave")
        ):
            if self.rng.random() < 0.9:
                self._call(task, self.org.users[("agent", "agent2", "agent3")[number % 3]])

    def _call(self, task, by):
        calls.take(task, by=by)
        chance = self.rng.random()
        if chance < 0.14:
            calls.log(task, by=by, result=self.rng.choice([CallResult.NO_ANSWER, CallResult.BUSY, CallResult.OFF]))
        elif chance < 0.18:
            calls.log(task, by=by, result=CallResult.REFUSED, note="客户表示很忙，不愿接受回访。")
        else:
            calls.log(task, by=by, result=CallResult.REACHED, said=self._said(task))

    def _said(self, task):
        mood = self.rng.choices([0, 1, 2], [64, 27, 9])[0]
        note = self.rng.choice((PRAISE, WISHES, COMPLAINTS)[mood])
        said = calls.Said(satisfaction=list(Satisfaction)[mood], note=note, is_opinion=mood == 1, language="zh-hans")
        if task.rule.ledger == Ledger.LAPSED:
            said.lapse_reason = self.rng.choice(list(LapseReason)).value
        if task.rule.ledger == Ledger.REMINDER and mood < 2:
            said.booked_on = timezone.localdate() + timedelta(days=self.rng.randint(3, 9))
        if task.rule.wave_id:
            said.answers = self._answers(mood)
        return said

    def _answers(self, mood):
        questions = instrument_of(self.designs.versions["call"]).questions
        return {one.uid: self.rng.choice(SCORES[mood]) for one in questions if one.kind == "rating"}

    def follow_up(self):
        """Most of the dissatisfied are called back on the next day; the lead writes down how it ended with some of them."""
        lead = self.org.users["lead"]
        rows = CallTask.objects.filter(
            satisfaction=Satisfaction.DISSATISFIED, follow_up__state__in=FollowUpState.pending()
        )
        for task in rows.select_related("follow_up").order_by("closed_at"):
            if self.rng.random() < 0.25:
                continue
            ended = self.rng.choice(ENDED)
            follow_ups.finish(task.follow_up, by=self.org.users["agent"], outcome=Outcome.RESOLVED, note=ended)
            if self.rng.random() < 0.6:
                calls.check(
                    task, by=lead, outcome=ended, rating=self.rng.choice([Satisfaction.SATISFIED, Satisfaction.BASIC])
                )
