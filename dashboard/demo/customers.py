"""Customers with contacts, projects, service records and logged calls, over the last two years."""

import random
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from customers.choices import (
    Audience,
    Channel,
    CustomerType,
    Direction,
    FollowUpReason,
    HoldReason,
    MatchStrength,
    Priority,
    Relation,
    ServiceKind,
    Tier,
)
from customers.models import ContactPerson, ServiceRecord
from customers.services import contacts, customers, holds, interactions, projects
from dashboard.demo.clock import moment
from dashboard.demo.mails import GONE

HISTORY = 720  # days
MONTH = 30
PLACES = [("华东", "SH"), ("上海", "SH"), ("西南", "CD"), ("四川", "CD"), ("华北", "HQ")]
INDUSTRIES = ["制造", "金融", "能源", "建筑", "医药", "物流", "信息技术", "政务"]
HEADS = [("明德", "Mingde"), ("华茂", "Huamao"), ("启航", "Qihang"), ("云岭", "Yunling"), ("江海", "Jianghai"), ("南湖", "Nanhu"), ("东方", "Dongfang"),
         ("恒信", "Hengxin"), ("瑞丰", "Ruifeng"), ("博远", "Boyuan"), ("天成", "Tiancheng"), ("正和", "Zhenghe"), ("海川", "Haichuan"), ("金石", "Jinshi"),
         ("长风", "Changfeng"), ("蓝图", "Lantu"), ("德信", "Dexin"), ("锦程", "Jincheng"), ("安泰", "Antai"), ("宏业", "Hongye")]  # fmt: skip
TAILS = [("医药", "Pharma"), ("建设", "Construction"), ("物流", "Logistics"), ("电力", "Power"), ("重工", "Heavy Industry"), ("银行", "Bank"),
         ("科技", "Technology"), ("能源", "Energy"), ("制造", "Manufacturing"), ("保险", "Insurance"), ("食品", "Foods"), ("软件", "Software")]  # fmt: skip
FORMS = [("有限公司", "Ltd"), ("集团", "Group"), ("股份有限公司", "Corporation")]
TOWNS = [("临江市", "Linjiang"), ("安宁市", "Anning"), ("新城区", "Xincheng"), ("东港市", "Donggang"), ("锦山市", "Jinshan"), ("青浦区", "Qingpu"),
         ("武侯区", "Wuhou"), ("高新区", "Gaoxin"), ("平湖市", "Pinghu"), ("仁和区", "Renhe"), ("松江区", "Songjiang"), ("双流区", "Shuangliu")]  # fmt: skip
BODIES = [("应急管理局", "Emergency Management Bureau"), ("住房和城乡建设局", "Housing and Construction Bureau"), ("人力资源和社会保障局", "Human Resources Bureau"),
          ("市场监督管理局", "Market Supervision Bureau"), ("交通运输局", "Transport Bureau")]  # fmt: skip
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = [
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "涛",
    "明",
    "超",
    "秀英",
    "晓东",
    "建华",
    "志远",
    "雨桐",
    "思琪",
    "浩然",
    "子轩",
    "婷婷",
]
LATIN = [
    ("Anna", "Keller"),
    ("James", "Turner"),
    ("Priya", "Nair"),
    ("Tom", "Becker"),
    ("Maria", "Rossi"),
    ("Daniel", "Okafor"),
    ("Sophie", "Martin"),
    ("Kenji", "Mori"),
]
TITLES = {
    "zh-hans": ["培训负责人", "人力资源经理", "办公室主任", "部门经理"],
    "en": ["Training manager", "HR business partner", "Head of operations"],
}
COURSES = [("项目管理实战", "Project Management in Practice"), ("安全生产管理", "Work Safety Management"), ("数字化技能提升", "Digital Skills"),
           ("领导力与团队", "Leadership and Teams"), ("财务与合规", "Finance and Compliance"), ("客户沟通技巧", "Communicating with Customers")]  # fmt: skip
CASES = [
    ("证书补办", "Certificate reissued"),
    ("发票开具", "Invoice issued"),
    ("课后答疑", "Questions after the course"),
    ("改期与退费", "Rebooking and refund"),
]
CALLS = ["询问结业证书何时寄出，已告知三个工作日内。", "希望把下月培训改到周末，已记录并转业务部。", "反映教室空调不够冷，已通知后勤当天检修。", "感谢讲师课后耐心答疑。",
         "询问团体报名能否分两批开票，已说明流程。", "想了解课程录播的观看期限，已告知三十天。", "说课前通知来得太晚，希望提前一周。", "Asked for the course outline in English; sent by mail the same day."]  # fmt: skip
WISHES = [
    "希望提供下季度企业内训报价",
    "请回电确认改期后的上课地点",
    "要求补寄三本教材",
    "想为新员工加开一期公开课",
    "发票抬头需要更正，请财务回电",
]


class Customers:
    """The customers of the company: ``plan()`` puts them and what we did for them on the agenda."""

    def __init__(self, org, agenda, today, *, count, services, calls):
        self.org, self.agenda, self.today = org, agenda, today
        self.wanted, self.services, self.calls = count, services, calls
        self.rng = random.Random(f"customers:{today}")  # noqa: S311 (repeatable demonstration data, no secret)
        self.used, self.made, self.served = set(), 0, 0
        self.rows, self.contacts = [], {}

    def plan(self):
        """Seven in ten from the first day, the others month by month; services and calls all along."""
        months = HISTORY // MONTH
        first = round(self.wanted * 0.7)
        self._add(HISTORY, 8, self.open, first)
        for month in range(1, months):
            ago = HISTORY - month * MONTH
            new = round((self.wanted - first) * month / (months - 1)) - round(
                (self.wanted - first) * (month - 1) / (months - 1)
            )
            self._add(ago + 1, 9, self.open, new)
            self._add(
                ago, 19, self.serve, round(self.services * month / months) - round(self.services * (month - 1) / months)
            )
        self._add(1, 19, self.serve, self.services // 40)
        self._add(HISTORY, 12, self.contract, max(4, self.wanted // 8))
        self._add(min(200, HISTORY), 10, self.exceptions)
        for _number in range(self.calls):
            self._add(self.rng.randint(1, 75), self.rng.randint(9, 17), self.call)

    def _add(self, days_ago, hour, act, *args):
        self.agenda.add(moment(self.today - timedelta(days=days_ago), hour, self.rng.randint(0, 50)), act, *args)

    def agent_of(self, customer):
        """The service agent of the branch that serves ``customer``."""
        return self.org.users[{"SH": "agent2", "CD": "agent3"}.get(customer.unit.code, "agent")]

    # Customers and persons

    def open(self, count):
        made = customers.create_many([self._customer() for _number in range(count)], by=self.org.users["officer"])
        people = ContactPerson.objects.filter(customer__in=made).select_related("customer__unit")
        self.contacts |= {person.customer_id: person for person in people}
        self.rows += [person.customer for person in people]
        for customer in made:
            if customer.type == CustomerType.ENTERPRISE and self.rng.random() < 0.2:
                contacts.add(
                    customer, by=self.org.users["agent"], **self._person(f"second{customer.code[-6:]}", agrees=False)
                )

    def _customer(self):
        self.made += 1
        rng = self.rng
        kind = rng.choices([CustomerType.ENTERPRISE, CustomerType.GOVERNMENT, CustomerType.INDIVIDUAL], [62, 11, 27])[0]
        region, unit = rng.choices(PLACES, [20, 22, 18, 18, 22])[0]
        person = self._person(f"contact{self.made:04d}", agrees=rng.random() < 0.95)
        name_zh, name_en = self._name(kind)
        return {
            "contact": person, "name_zh": name_zh or person["name"], "name_en": name_en, "type": kind,
            "tier": rng.choices(list(Tier), [18, 64, 18])[0], "relation": rng.choices(list(Relation), [22, 70, 8])[0],
            "region": region, "industry": "" if kind == CustomerType.INDIVIDUAL else rng.choice(INDUSTRIES),
            "unit": self.org.units[unit], "owner": self.org.users[{"SH": "agent2", "CD": "agent3"}.get(unit, "agent")],
        }  # fmt: skip

    def _person(self, mailbox, *, agrees):
        rng = self.rng
        language = "en" if self.made % 12 == 5 else "zh-hans"
        name = " ".join(rng.choice(LATIN)) if language == "en" else rng.choice(SURNAMES) + rng.choice(GIVEN)
        domain = GONE if rng.random() < 0.02 else "@customer.example"
        return {
            "name": name, "phone": f"+86 13{rng.randint(0, 9)} {rng.randint(0, 9999):04d} {rng.randint(0, 9999):04d}",
            "email": mailbox + domain, "title": rng.choice(TITLES[language]), "language": language, "consent_survey": agrees,
            "consent_source": "contract" if agrees else "", "verified_on": self._verified_on(mailbox),
        }  # fmt: skip

    def _verified_on(self, mailbox):
        """Most data were checked within the year, a few longer ago or never."""
        chance = random.Random(f"verified:{mailbox}").random()  # noqa: S311 (repeatable demonstration data, no secret)
        if chance < 0.06:
            return None
        return self.today - timedelta(days=int(20 + chance * 380))

    def _name(self, kind):
        """(Chinese, English) names that nobody has yet; private persons are called like themselves."""
        if kind == CustomerType.INDIVIDUAL:
            return "", ""
        first, second, third = (TOWNS, BODIES, [("", "")]) if kind == CustomerType.GOVERNMENT else (HEADS, TAILS, FORMS)
        free = [
            ("".join(part[0] for part in parts), " ".join(part[1] for part in parts).strip())
            for parts in ((a, b, c) for a in first for b in second for c in third)
        ]
        name = self.rng.choice([pair for pair in free if pair[0] not in self.used])
        self.used.add(name[0])
        return name

    def open_staff(self):
        """Our own people, so that they can be asked as well (SUR-22)."""
        by, head_office = self.org.users["officer"], self.org.units["HQ"]
        company = customers.create(by=by, name_zh="知行培训员工", name_en="Staff of Zhixing Training", kind=Audience.EMPLOYEE,
                                   type=CustomerType.ENTERPRISE, unit=head_office)  # fmt: skip
        for user in self.org.users.values():
            contacts.add(
                company,
                by=by,
                name=user.name_zh,
                email=user.email,
                language=user.language,
                consent_survey=True,
                consent_source="written",
            )

    def exceptions(self):
        """One customer in dispute is left in peace, one does not want to be asked, one is forgotten."""
        by = self.org.users["lead"]
        people = list(self.contacts.values())
        holds.place(people[3].customer, reason=HoldReason.DISPUTE, by=by)
        contacts.opt_out(people[7], by=by, comment="电话中表示不再接受调查。")
        contacts.erase(people[11], by=by, comment="本人书面要求删除个人信息。")
        self.contacts = {key: person for key, person in self.contacts.items() if not person.erased_at}

    # What we did for them

    def contract(self, count):
        """Projects of companies and public bodies, begun over the last two years."""
        able = [customer for customer in self.rows if customer.type != CustomerType.INDIVIDUAL]
        for number, customer in enumerate(self.rng.sample(able, min(count, len(able)))):
            starts = self.today - timedelta(days=30 + 590 * number // count + self.rng.randint(0, 20))
            self.agenda.add(moment(starts, 9, 30), self._project, customer, starts)

    def _project(self, customer, starts):
        zh, en = self.rng.choice(COURSES)
        by = self.org.users["department5"]
        ends, middle = starts + timedelta(days=240), starts + timedelta(days=120)
        manager = self.org.users[{"SH": "department2", "CD": "department3"}.get(customer.unit.code, "department5")]
        project = projects.create(by=by, customer=customer, name_zh=f"{customer.name_zh}{zh}", name_en=f"{customer.name_en} {en}",
                                  manager=manager, sales_owner=by, starts_on=starts, ends_on=ends)  # fmt: skip
        milestone = projects.add_milestone(
            project, by=by, name_zh="中期评估", name_en="Mid-term review", due_on=middle, is_key=True
        )
        projects.begin(project, by=by)
        self.agenda.add(moment(middle + timedelta(days=self.rng.randint(-3, 2)), 16), _reach, milestone, manager)
        self.agenda.add(moment(ends, 17), _complete, project, manager)

    def serve(self, count):
        """The list of one month's classes and cases, taken over as the departments hand it in."""
        rows = [self._service() for _number in range(count)]
        customers.create_rows(rows, by=self.org.users["officer"])

    def _service(self):
        self.served += 1
        rng, customer = self.rng, self.rng.choice(self.rows)
        day = timezone.localdate() - timedelta(days=rng.randint(0, MONTH - 1))
        is_case = rng.random() < 0.3
        zh, en = rng.choice(CASES if is_case else COURSES)
        business, service = {"SH": ("SH-BT", "SH-SV"), "CD": ("CD-BT", "CD-SV")}.get(customer.unit.code, ("BT", "CS"))
        closed = day + timedelta(days=rng.randint(0, 6)) if is_case else day
        return ServiceRecord(
            customer=customer, contact=self.contacts.get(customer.pk), number=f"SR-{day.year}-{self.served:05d}",
            kind=ServiceKind.CASE if is_case else ServiceKind.CLASS, name_zh=zh, name_en=en,
            priority=rng.choices(list(Priority), [6, 18, 46, 30])[0] if is_case else "",
            unit=self.org.units[service if is_case else business], staff=self.org.users[rng.choice(["trainer", "employee"])],
            happened_on=day, closed_on=closed if closed <= self.today else None, amount=Decimal(rng.randrange(800, 60000, 100)),
        )  # fmt: skip

    # What they said

    def call(self):
        """A call comes in or goes out and is written down when it ends; some ask for something."""
        rng, person = self.rng, self.rng.choice(list(self.contacts.values()))
        self.talk(person, rng.choice(CALLS), direction=rng.choice(list(Direction)))

    def talk(self, person, summary, *, direction=Direction.IN, by=None, **more):
        """Log a conversation with ``person`` that has just ended. Returns the Interaction."""
        ended = timezone.now()
        return interactions.log(
            by=by or self.agent_of(person.customer), contact=person, number=person.phone, channel=Channel.PHONE, direction=direction,
            match_strength=MatchStrength.EXACT, summary=summary, started_at=ended - timedelta(minutes=self.rng.randint(2, 9)),
            ended_at=ended, **more,
        )  # fmt: skip

    def requests(self, dues):
        """Each agent owes a call back at each of ``dues`` (aware moments), whatever else there is to do."""
        for login in ("agent", "agent2", "agent3", "lead"):
            agent = self.org.users[login]
            mine = [person for person in self.contacts.values() if person.customer.owner_id == agent.pk] or list(
                self.contacts.values()
            )
            for due_at in dues:
                wish = self.rng.choice(WISHES)
                self.talk(self.rng.choice(mine), f"{wish}。", by=agent, open_follow_up={
                    "reason": FollowUpReason.REQUEST, "title": wish, "owner": agent, "due_at": due_at})  # fmt: skip


def _reach(milestone, by):
    projects.reach_milestone(milestone, by=by)


def _complete(project, by):
    projects.complete(project, by=by)
