"""How the surveys of the plan are carried out: levels of approval, schemes with their departments, filing, task lists, checks."""

from datetime import timedelta

from django.utils import timezone

from accounts.choices import Role
from dashboard.demo.clock import moment
from improvements.choices import CaseState
from improvements.models import ImprovementCase
from improvements.services import cases
from surveys.choices import Asked, CheckPoint, Designer, FilingState, Goal, Recurrence, Stage, Verdict, WaveState
from surveys.models import AssistingUnit, Filing, TaskTemplate, Wave
from surveys.services import filings, notices, plans, quality, routes, schemes, tasks

LEVELS = [
    {"name_zh": "客服主管审核", "name_en": "Review by the service lead", "asked": Asked.ROLE, "role": Role.LEAD},
    {"name_zh": "管理层批准", "name_en": "Approval by management", "asked": Asked.ROLE, "role": Role.EXECUTIVE},
]
STAGES = {
    "needs": Stage.RESEARCH, "content": Stage.DESIGN, "trainer": Stage.TRAINER, "organisation": Stage.DELIVERY,
    "effect": Stage.EVALUATION, "service": Stage.FOLLOW_UP,
}  # fmt: skip
CUSTOMERS = {
    "goals": [Goal.NEEDS, Goal.PROBLEMS, Goal.LOYALTY, Goal.IMPROVEMENT],
    "scope_zh": "总部及上海、成都两个分公司当期交付的全部培训服务。",
    "scope_en": "All training delivered in the quarter by head office and the branches Shanghai and Chengdu.",
    "respondents_zh": "当期有服务的新、老客户的首要联系人，按地区分层。", "respondents_en": "First contacts of customers served in the quarter, new and existing, by region.",
    "processing_zh": "质量管理部统计分析，结果写入季度报告；低于目标的维度确认为发现，由责任部门限期改进。",
    "processing_en": "Quality Management analyses; results go into the quarterly report; what lies below target becomes a finding with a measure.",
}  # fmt: skip
STAFF = {
    "goals": [Goal.PROBLEMS, Goal.STAFF], "scope_zh": "全体员工。", "scope_en": "All staff.", "respondents_zh": "全体在职员工，匿名。",
    "respondents_en": "Everybody employed, anonymously.", "processing_zh": "只公布汇总结果，由管理层在季度例会上说明改进安排。",
    "processing_en": "Totals only; management explains at the quarterly meeting what will change.",
    "designer": Designer.THIRD_PARTY, "third_party": "方正调研",
}  # fmt: skip
DUTIES = {
    "CS": "核实联系人资料，提前告知客户；三个工作日内回访低分答卷。", "BT": "提供当期班次与联系人名单，配合分析课程维度的结果。",
    "SH-SV": "核实上海客户的联系方式，收集纸质问卷。",
}  # fmt: skip
HEADS = {"CS": "lead", "BT": "department5", "SH-SV": "department"}
TRAINED = [
    ("officer", "问卷设计与抽样"),
    ("officer2", "统计分析与报告撰写"),
    ("lead", "电话访谈技巧与督导"),
    ("agent", "电话访谈技巧"),
    ("agent2", "电话访谈技巧"),
]
BRANCH_PLANS = (
    ("SH-BT", "department2", None),
    ("CD-SV", "department4", "成备〔2026〕17号"),
)  # unit, author, number of the filing
MERGED = "与同一维度已立项的问题合并处理。"


class Schemes:
    """What surrounds a plan and its waves."""

    def __init__(self, company, reported):
        self.org, self.agenda, self.today = company.org, company.agenda, company.today
        self.stories, self.planned, self.reported = company.stories, company.planned, reported

    def plan(self):
        self._on(self.reported[0].starts_on, 8, self.use_reports)
        for story in self.planned:
            self._on(story.opens_on - timedelta(days=4), 9, self.prepare, story)
        for story in self.stories:
            closed = story.opens_on + timedelta(days=story.length)
            is_last = story is self.stories[-1]
            self._on(closed + timedelta(days=7), 10, self.check, story)
            self._on(
                closed + timedelta(days=9),
                15,
                self.tick,
                story,
                "analysis",
                "满意率与上期相比没有被证实的变化；“培训组织与实施”和“培训后续服务”两项低于目标，已确认为发现。",
            )
            if not is_last:
                self._on(closed + timedelta(days=16), 10, self.merge, story)
                self._on(
                    closed + timedelta(days=44),
                    10,
                    self.tick,
                    story,
                    "announcement",
                    "已在官网公布结果和改进措施，并随季度报告寄送受访客户。",
                )
                self._on(
                    closed + timedelta(days=70),
                    10,
                    self.tick,
                    story,
                    "review",
                    "样本量与回收率达到要求；问卷增加证书寄送一题，其余沿用。",
                )
                self._on(closed + timedelta(days=72), 10, self.complete, story)
        self._on(self.today - timedelta(days=30), 9, self.branch_plans)
        self._on(self.today, 7, self.morning)

    def _on(self, day, hour, act, *args):
        self.agenda.add(moment(day, hour), act, *args)

    # The plan (called by Designs)

    @staticmethod
    def set_up(org):
        """Levels of approval of the whole company, who has been trained, and a task list without a report as yet."""
        routes.set_route(
            unit=None,
            levels=LEVELS,
            filing_days=10,
            reason="按《客户满意度管理制度》设两级审批。",
            by=org.users["executive"],
        )
        tasks.edit_template(TaskTemplate.objects.get(code="report"), by=org.users["executive"], is_active=False)
        for login, subject in TRAINED:
            schemes.note_training(
                user=org.users[login], on=timezone.localdate(), subject=subject, by=org.users["officer2"]
            )

    @staticmethod
    def map_stages(version, by):
        schemes.map_stages(version.questionnaire, STAGES, by=by)

    @staticmethod
    def write(org, activity, version, *, is_staff=False):
        by, facts = org.users["officer"], STAFF if is_staff else CUSTOMERS
        schemes.write(activity, by=by, organiser=org.units["QA"], questionnaire_version=version, notice_days=5, **facts)
        for code in ("CS",) if is_staff else DUTIES:
            duty = "通知一线员工填写，不得要求出示答案。" if is_staff else DUTIES[code]
            schemes.add_unit(
                activity, by=by, unit=org.units[code], duty=duty, due_on=activity.starts_on - timedelta(days=3)
            )

    @staticmethod
    def confirm(org, plan):
        """Departments confirm what is asked of them; the one in Shanghai still owes it for the newest activity."""
        rows = AssistingUnit.objects.filter(scheme__activity__plan=plan, acknowledged_at=None)
        rows = list(rows.select_related("unit", "scheme__activity__plan").order_by("scheme__activity__starts_on", "pk"))
        newest = rows[-1].scheme.activity_id if rows else None
        for row in rows:
            if row.unit.code != "SH-SV" or row.scheme.activity_id != newest:
                schemes.acknowledge(row, by=org.users[HEADS[row.unit.code]])

    # Waves

    def use_reports(self):
        """From the first quarterly report on it belongs to the task list."""
        tasks.edit_template(TaskTemplate.objects.get(code="report"), by=self.org.users["executive"], is_active=True)

    def prepare(self, story):
        self.tick(story, "steps", "")
        self.tick(story, "trial", "试填12人，平均用时三分钟，题意清楚。")
        self.tick(story, "briefing", "已向客服人员说明询问口径与保密要求。")
        for wave in notices.to_tell():
            notices.tell(wave)

    def check(self, story):
        """The supervision group looks at how the survey was carried out."""
        met = [point for point in CheckPoint.values if point != CheckPoint.LIMITS]
        quality.check(
            story.wave,
            by=self.org.users["supervisor"],
            verdict=Verdict.REMARKS,
            met=met,
            remark="分析结论应在关闭后十天内写出，请抓紧。",
        )

    def merge(self, story):
        rows = ImprovementCase.objects.filter(state=CaseState.PROPOSED, finding__wave=story.wave)
        for case in rows.order_by("pk"):
            cases.dismiss(case, by=self.org.users["lead"], reason=MERGED)

    def tick(self, story, code, outcome):
        """Done by the officer, unless an earlier link still waits."""
        task = (
            story.wave.tasks.select_related("wave__activity__plan", "wave__questionnaire_version")
            .filter(code=code, done_at=None)
            .first()
        )
        if task is None:
            return
        tasks.sync(task.wave)
        if not tasks.first_before(task):
            tasks.tick(task, by=self.org.users["officer"], outcome=outcome)

    def complete(self, story):
        wave = Wave.objects.select_related("questionnaire_version", "activity__plan", "activity__scheme").get(
            pk=story.wave.pk
        )
        tasks.sync(wave)
        if wave.state == WaveState.CONFIRMED and not wave.tasks.undone().filter(is_required=True).exists():
            tasks.complete(wave, by=self.org.users["officer"])

    def branch_plans(self):
        """Two departments of the branches whose plans are approved: one on file with its branch, one still owed."""
        from dashboard.demo.designs import UNIT_PARTS

        for code, login, number in BRANCH_PLANS:
            by = self.org.users[login]
            plan = plans.create(year=self.today.year, unit=self.org.units[code], by=by, **UNIT_PARTS)
            activity = plans.add_activity(
                plan, by=by, title_zh="结业学员季度访谈", title_en="Quarterly interviews with learners", recurrence=Recurrence.QUARTERLY,
                method="phone", starts_on=self.today - timedelta(days=10), ends_on=self.today + timedelta(days=80), owner=by, expected_n=60,
            )  # fmt: skip
            schemes.write(activity, by=by, organiser=self.org.units[code], goals=[Goal.NEEDS, Goal.SOLVING], stages=[Stage.FOLLOW_UP],
                          respondents_zh="近三个月结业的学员。", respondents_en="Learners of the last three months.",
                          processing_zh="结果每季度报质量管理部汇总。", processing_en="Reported to Quality Management every quarter.")  # fmt: skip
            plans.submit(plan, by=by)
            plans.approve(plan, by=self.org.users["lead"], comment="样本量合适。")
            plans.approve(plan, by=self.org.users["executive"], comment="同意。")
            if number:
                filing = Filing.objects.get(plan=plan, state=FilingState.OWED)
                filings.put_on_file(filing, by=by, filed_on=timezone.localdate(), reference=number)

    def morning(self):
        """What the clock does every morning."""
        for wave in tasks.waves_to_sync():
            tasks.sync(wave)
        for item in tasks.to_remind():
            tasks.remind(item)
