"""The year's visit plan, visits of the last weeks with their reports, those still ahead, and two focus groups."""

import random
from datetime import timedelta

from django.utils import timezone

from customers.choices import CustomerType
from dashboard.demo.clock import moment
from dashboard.demo.people import BRANCH_HEADS
from fieldwork.choices import MeetingKind, PointKind, Reply, VisitForm
from fieldwork.services import meeting_reports, meetings, visit_plans

BEGAN = 24  # days ago
PURPOSE = "听取客户对本期服务的意见，了解客户培训环境、需求和近况。"
SEEN = [
    "两间教室，设备齐全，缺少实训工位。",
    "新建培训中心已投用，可容纳六十人。",
    "以线上学习为主，希望增加到场辅导。",
]
OPINIONS = [
    "对讲师和教材满意，希望课后答疑更及时。",
    "课程安排合理，建议提前两周通知开班时间。",
    "证书发放及时，希望增加行业案例。",
]
SITUATIONS = [
    "今年新招员工较多，岗前培训任务重。",
    "业务平稳，明年培训预算略有增加。",
    "正在调整组织架构，培训负责人将更换。",
]
NEXT = "两周内提交培训方案，月底前电话回访。"
SECRETS = "客户新产线投产时间尚未公布，请勿外传。"
TOPICS = [("制造业客户座谈会", "安全生产培训", 11), ("新员工培训座谈会", "岗前培训", -6)]
POINTS = [
    (PointKind.PROBLEM, "开班通知时间太短，学员难以协调。", 4),
    (PointKind.SUGGESTION, "希望提供周末班和线上补课。", 3),
]


class Meetings:
    """Planned, agreed, booked, held and reported by the people whose work it is."""

    def __init__(self, company, customers):
        self.org, self.agenda, self.today, self.customers = company.org, company.agenda, company.today, customers
        self.rng = random.Random(f"meetings:{self.today}")  # noqa: S311 (repeatable demonstration data, no secret)
        self.lines, self.visits, self.group = [], [], None

    def plan(self):
        self._on(BEGAN, 9, self.draw_up)
        for number, ago in enumerate((19, 13, 8, 4)):
            self._on(ago, 10, self.book, number, 2)
            self._on(ago - 2, 17, self.report, number)
        for number, days in ((4, 1), (5, 4)):
            self._on(1, 11, self.book, number, days + 1)
        for topic, need, ago in TOPICS:
            self._on(max(ago, 0) + 4, 14, self.gather, topic, need, ago)
        self._on(TOPICS[0][2], 18, self.minutes)

    def _on(self, days_ago, hour, act, *args):
        self.agenda.add(moment(self.today - timedelta(days=days_ago), hour, 20), act, *args)

    def draw_up(self):
        """Eight lines over the weeks around today; the branches agree, the plan is confirmed."""
        officer, users = self.org.users["officer"], self.org.users
        plan = visit_plans.create(by=officer, year=self.today.year, unit=self.org.units["QA"], purpose=PURPOSE)
        for number, customer in enumerate(self._whom(8)):
            first = max(self.today - timedelta(days=22 - number * 5), self.today.replace(month=1, day=1))
            last = min(first + timedelta(days=9), self.today.replace(month=12, day=31))
            line = visit_plans.add_line(
                plan, by=officer, customer=customer, from_on=min(first, last), to_on=last, stage=f"第{(first.month + 2) // 3}季度",
                form=VisitForm.JOINT if number % 3 == 0 else VisitForm.ON_SITE, manner="与技术支持人员一同" if number % 3 == 0 else "",
                owner=users["officer" if number % 2 else "officer2"],
            )  # fmt: skip
            if line.needs_agreement:
                visit_plans.agree(line, by=users[BRANCH_HEADS.get(line.unit.code, "department")])
            self.lines.append(line)
        visit_plans.confirm(plan, by=officer)

    def _whom(self, n):
        askable = set(meetings.askable().values_list("customer", flat=True))
        rows = [one for one in self.customers.rows if one.type != CustomerType.INDIVIDUAL and one.pk in askable]
        return self.rng.sample(rows, min(n, len(rows)))

    def book(self, number, days):
        """The visit of a line; its customer may have asked for rest meanwhile."""
        line = self.lines[number] if number < len(self.lines) else None
        contact = line and meetings.askable().filter(customer=line.customer).first()
        if contact is None:
            self.visits.append(None)
            return
        users = self.org.users
        hosts = [users["agent"], *([users["department"], users["trainer"]] if number in (0, 4) else [])]
        visit = meetings.book(
            by=line.owner, lead=line.owner, customer=line.customer, contacts=[contact], hosts=hosts, plan_line=line,
            starts_at=moment(timezone.localdate() + timedelta(days=days), 14), minutes=90, place="客户培训中心", purpose=PURPOSE, form=line.form,
        )  # fmt: skip
        meetings.reply(visit.people.get(contact=contact), by=line.owner, answer=Reply.ACCEPTED)
        self.visits.append(visit)

    def report(self, number):
        visit = self.visits[number]
        if visit is None:
            return
        visit.refresh_from_db()
        meetings.hold(visit, by=visit.lead, note="客户接待热情，参观了培训场地。")
        if number == 3:
            return  # this report is still owed
        draft = meeting_reports.write(
            visit, by=visit.lead, setting=SEEN[number], opinion=OPINIONS[number], situation=SITUATIONS[number], next_steps=NEXT,
            secrets=SECRETS if number == 1 else "",
        )  # fmt: skip
        meeting_reports.submit(draft, by=visit.lead, wants_answer=number == 0)

    def gather(self, topic, need, ago):
        """A focus group that took place, and a staff symposium still ahead."""
        users, is_staff = self.org.users, ago < 0
        lead = users["trainer" if is_staff else "officer"]
        people = [meetings.askable().filter(customer=one).first() for one in ([] if is_staff else self._whom(5))]
        made = meetings.book(
            by=lead, lead=lead, kind=MeetingKind.SYMPOSIUM if is_staff else MeetingKind.GROUP, title=topic, shared_need=need,
            starts_at=moment(self.today - timedelta(days=ago), 15), minutes=120, place="总部一号会议室", unit=self.org.units["QA"],
            contacts=people, guests=[users["employee"]] if is_staff else [],
        )  # fmt: skip
        for number, person in enumerate(made.people.filter(is_host=False)):
            meetings.reply(person, by=lead, answer=(Reply.ACCEPTED, Reply.ACCEPTED, Reply.DECLINED)[number % 3])
        if not is_staff:
            self.group = made

    def minutes(self):
        group, lead = self.group, self.org.users["officer"]
        group.refresh_from_db()
        came = [one.pk for one in meetings.present(group) if one.reply != Reply.DECLINED]
        meetings.hold(group, by=lead, came=came)
        draft = meeting_reports.write(
            group,
            by=lead,
            discussion="与会客户交流了安全生产培训的组织方式，普遍关注开班通知和补课安排。",
            next_steps=NEXT,
        )
        meeting_reports.submit(draft, by=lead)
        for kind, text, voices in POINTS:
            point = meeting_reports.add_point(
                group, by=lead, kind=kind, text=text, voices=voices, unit=self.org.units["BT"]
            )
            meeting_reports.take_up(point, by=lead)
