"""Yearly plans and questionnaires: written by one, approved or published by another, revised, and some still under way."""

from datetime import date, timedelta

from core import periods
from dashboard.demo import instruments
from dashboard.demo.clock import moment
from dashboard.demo.schemes import Schemes
from surveys.choices import Method, PlanState, Recurrence
from surveys.library import t
from surveys.services import bank, indicators, plans, questionnaires, waves

WINDOW = 45  # days from the start of a quarter to its wave
PARTS = {
    "goal_zh": "全年客户总体满意率不低于80%，六个维度均不低于4.0分；每条低分答卷3个工作日内回访。",
    "goal_en": "Eight in ten customers satisfied over the year, no dimension below 4.0; every low answer called back within three working days.",
    "scope_zh": "总部及上海、成都两个分公司的公开课、企业内训、在线直播课和认证考前班。",
    "scope_en": "Open courses, in-house training, live online courses and exam preparation at head office and the branches Shanghai and Chengdu.",
    "respondents_zh": "当期有服务的新、老客户的首要联系人；法律纠纷中和不愿接受调查的除外。",
    "respondents_en": "First contacts of new and existing customers; not those in dispute or unwilling to be asked.",
    "methods_zh": "电子邮件问卷为主，电话回访低分答卷；样本随机抽取，种子存档。",
    "methods_en": "Questionnaire by e-mail, calls to low answers; random samples with their seed on file.",
    "schedule_zh": "每季度第二个月中旬发放，回收期14天，两次提醒，季度末月30日前出报告。",
    "schedule_en": "Sent in the middle of each quarter's second month, open for 14 days, two reminders; report by day 30 of its last month.",
    "participants_zh": "质量管理部组织，客户服务部回访，各业务部门落实改进。",
    "participants_en": "Run by Quality Management; Customer Service calls back; the business departments improve.",
    "basis": "《客户满意度管理制度》第二章",
}
UNIT_PARTS = {
    "goal_zh": "弄清证书与答疑两件事的满意程度。", "goal_en": "Find out how certificates and questions after the course are seen.",
    "scope_zh": "本部门服务的学员。", "scope_en": "Learners served by this department.",
    "respondents_zh": "近三个月结业的学员。", "respondents_en": "Learners who finished in the last three months.",
    "methods_zh": "电话访谈，每月20人。", "methods_en": "Telephone interviews, twenty a month.",
    "schedule_zh": "每月最后一周。", "schedule_en": "Last week of each month.",
    "participants_zh": "学员服务专员。", "participants_en": "Learner service staff.",
}  # fmt: skip
ONE_BY_ONE = "季度调查逐期单列，日期与样本各不相同。"
CERTIFICATES = ("S3", "证书寄送的时间与告知的一致", "The certificate came when we had been told it would")


def names_of(period):
    """What the wave of a quarter is called."""
    quarter = (period.starts_on.month - 1) // 3 + 1
    year = period.starts_on.year
    return f"{year}年第{'一二三四'[quarter - 1]}季度客户满意度调查", f"Customer satisfaction, Q{quarter} {year}"


class Designs:
    """Plans with their activities, and versions of questionnaires, as far as they have come."""

    def __init__(self, company):
        self.org, self.agenda, self.today = company.org, company.agenda, company.today
        self.windows = company.windows  # {period: (first day, last day)} of the waves of customers
        self.staff_window = company.staff_window
        self.sample = company.size.sample or company.size.customers
        self.versions, self.plans, self.activities = {}, {}, {}

    def plan(self):
        begin = min(period.starts_on for period in self.windows)
        last_year = self.staff_window[0].year
        self._on(begin + timedelta(days=1), 10, Schemes.set_up, self.org)
        self._on(begin + timedelta(days=6), 10, self.design)
        self._on(begin + timedelta(days=9), 11, self.publish)
        for year in sorted({first.year for first, _last in self.windows.values()} | {last_year}):
            written = max(begin + timedelta(days=10), date(year - 1, 12, 5))
            self._on(written, 9, self.write, year)
            self._on(written + timedelta(days=2), 14, self.approve, year, "lead")
            self._on(written + timedelta(days=4), 14, self.approve, year, "executive")
        self._on(self.today - timedelta(days=40), 9, self.revise, last_year)
        self._on(self.today - timedelta(days=39), 16, self.approve, last_year, "lead")
        self._on(self.today - timedelta(days=38), 16, self.approve, last_year, "executive")
        self._on(self.today - timedelta(days=12), 16, self.unit_plans)
        self._on(self.today - timedelta(days=3), 15, self.next_version)
        self._on(self.today - timedelta(days=3), 16, self.reword)
        self._on(self.today - timedelta(days=2), 11, self.next_wave)

    def _on(self, day, hour, act, *args):
        self.agenda.add(moment(day, hour), act, *args)

    # Questionnaires

    def build_bank(self):
        """The dimensions of the regulations with two indicators, and their questions, which two questionnaires share."""
        by = self.org.users["officer"]
        since, found = self.agenda_day, {}
        for position, (code, words, _questions) in enumerate(instruments.TRAINING, 1):
            zh, en = instruments.MEANINGS[code]
            found[code] = indicators.create(code=code, name_zh=words["zh"], name_en=words["en"], meaning_zh=zh, meaning_en=en,
                                            since=since, position=position, by=by)  # fmt: skip
        below = {}
        for code, (parent, question, zh, en, mean_zh, mean_en) in instruments.BELOW.items():
            below[question] = indicators.create(code=code, parent=found[parent], name_zh=zh, name_en=en, meaning_zh=mean_zh,
                                                meaning_en=mean_en, since=since, by=by)  # fmt: skip
        self.bank = {
            code: bank.create(code=f"{dimension}-{code}".upper(), item=instruments.rating(code, zh, en, *more),
                              indicator=below.get(code, found[dimension]), by=by)
            for dimension, _words, questions in instruments.TRAINING for code, zh, en, *more in questions
        }  # fmt: skip

    @property
    def agenda_day(self):
        return min(period.starts_on for period in self.windows)

    def reword(self):
        """A wording that people stumbled over: questionnaires to come have the new one."""
        question = self.bank["C1"]
        item = question.wordings.last().item
        words = t("课程内容实用，案例来自实际工作", "The content was practical, with cases from real work")
        bank.reword(
            question, item={**item, "title": words}, note="“贴近工作”有人读不明白。", by=self.org.users["officer2"]
        )

    def design(self):
        self.build_bank()
        shared = {code: question.uid for code, question in self.bank.items()}
        by, unit = self.org.users["officer"], self.org.units["QA"]
        self.drafts = {
            "training": questionnaires.create(code="XY-01", name_zh="客户满意度调查问卷", name_en="Customer satisfaction", unit=unit, by=by,
                                              definition=instruments.with_identities(instruments.training(), shared)).draft,
            "staff": questionnaires.create(code="NB-01", name_zh="内部服务满意度问卷", name_en="Service inside the company", unit=unit, by=by,
                                           definition=instruments.staff()).draft,
            "spot": questionnaires.create(code="XC-01", name_zh="课程现场意见", name_en="At the course: what you think", unit=unit, by=by,
                                          definition=instruments.with_identities(instruments.spot(), shared)).draft,
            "call": questionnaires.create(code="HF-01", name_zh="服务后电话回访", name_en="Call after a service", unit=unit, by=by,
                                          definition=instruments.call()).draft,
        }  # fmt: skip

    def publish(self):
        for code, draft in self.drafts.items():
            self.versions[code] = questionnaires.publish(
                draft, by=self.org.users["officer2"], note="试填12人，题意清楚。"
            )
        Schemes.map_stages(self.versions["training"], self.org.users["officer"])

    def next_version(self):
        """One more question on certificates, designed and waiting for somebody else to publish it."""
        by = self.org.users["officer"]
        draft = questionnaires.new_version(self.versions["training"].questionnaire, by=by)
        definition = draft.definition
        part = next(part for part in definition["sections"] if part["code"] == "service")
        part["questions"].append(instruments.rating(*CERTIFICATES, may_not_apply=True))
        questionnaires.edit_draft(draft, definition=definition, by=by, note="增加证书寄送一题，回应第三季度的意见。")

    # Plans

    def write(self, year):
        by = self.org.users["officer"]
        plan = plans.create(year=year, unit=self.org.units["HQ"], by=by, **PARTS)
        for period, (first, last) in self._of_year(year):
            zh, en = names_of(period)
            self.activities[period] = plans.add_activity(plan, by=by, title_zh=zh, title_en=en, method=Method.MAIL, starts_on=first,
                                                         ends_on=last, owner=by, expected_n=self.sample * 6 // 10, recurrence_reason=ONE_BY_ONE)  # fmt: skip
            Schemes.write(self.org, self.activities[period], self.versions["training"])
        if not self._of_year(year):
            plans.add_activity(plan, by=by, title_zh="季度客户满意度调查", title_en="Quarterly survey of customers", method=Method.MAIL,
                               recurrence=Recurrence.QUARTERLY, starts_on=date(year, 2, 15), ends_on=date(year, 11, 30), owner=by)  # fmt: skip
        plans.submit(plan, by=by)
        self.plans[year] = plan

    def _of_year(self, year):
        return [(period, window) for period, window in self.windows.items() if window[0].year == year]

    def approve(self, year, login):
        plan = plans.approve(self.plans[year], by=self.org.users[login], comment="同意。")
        if plan.state == PlanState.APPROVED:
            Schemes.confirm(self.org, plan)

    def revise(self, year):
        """The anonymous survey of our own people is put into the running plan."""
        plan, by = self.plans[year], self.org.users["officer"]
        plans.revise(plan, by=by, reason="管理层要求增加内部服务满意度匿名调查。")
        first, last = self.staff_window
        self.activities["staff"] = plans.add_activity(
            plan, by=by, title_zh="内部服务满意度匿名调查", title_en="Anonymous survey on service inside the company", method=Method.WEB,
            starts_on=first, ends_on=last, owner=by, expected_n=30, recurrence_reason="内部服务每年调查一次即可。",
        )  # fmt: skip
        Schemes.write(self.org, self.activities["staff"], self.versions["staff"], is_staff=True)
        plans.submit(plan, by=by)

    def unit_plans(self):
        """Two departments plan on their own: one waits for approval, one was sent back."""
        year = self.today.year + (self.today.month >= 10)
        for login, code in (("department", "SH-SV"), ("department3", "CD-BT")):
            by = self.org.users[login]
            plan = plans.create(year=year, unit=self.org.units[code], by=by, **UNIT_PARTS)
            plans.add_activity(plan, by=by, title_zh="结业学员电话访谈", title_en="Interviews with learners who finished", method=Method.PHONE,
                               recurrence=Recurrence.MONTHLY, starts_on=date(year, 3, 1), ends_on=date(year, 12, 20), owner=by, expected_n=120,
                               recurrence_reason="结业学员每月都有，按月访谈更及时。")  # fmt: skip
            plans.submit(plan, by=by)
            if code == "CD-BT":
                plans.send_back(plan, by=self.org.users["lead"], reason="请写明成都的样本量和负责访谈的人。")

    def next_wave(self):
        """The wave of the next quarter, begun as a draft."""
        by = self.org.users["officer"]
        period = periods.containing(
            "quarter", max(self.windows, key=lambda one: one.starts_on).ends_on + timedelta(days=1)
        )
        first = period.starts_on + timedelta(days=WINDOW)
        zh, en = names_of(period)
        waves.create(by=by, questionnaire_version=self.versions["training"], unit=self.org.units["HQ"], name_zh=zh, name_en=en,
                     opens_at=moment(first, 9, 30), closes_at=moment(first + timedelta(days=14), 18),
                     audience={"kinds": ["customer"], "relations": ["new", "existing"], "primary_only": True})  # fmt: skip
