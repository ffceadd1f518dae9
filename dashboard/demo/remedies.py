"""What was put right: cases from findings and complaints, measures with their goals, and what the next wave said about them."""

import random
from datetime import timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from dashboard.demo.clock import moment
from improvements.choices import Area, CaseState, EffectVerdict, GoalIndicator, MeasureState
from improvements.models import ImprovementCase, Measure
from improvements.services import cases, effects, extensions, measures, verification

AFTER_CLOSE = 8  # days until findings have been decided and cases are taken up
OVERDUE_AFTER = 55  # days: of the last wave one measure is late by now
PLANS = {  # dimension → area, unit, owner, title, goal, expected effect, tasks
    "organisation": (Area.ORGANISATION, "BT", "department5", "开课通知提前五个工作日发出，附路线图与联系人",
                     "培训组织与实施一项下一期均值不低于4.2分。", "不再有人因通知太晚而缺课。",
                     ["梳理开课前十天的事项清单", "系统设置提前五个工作日自动发送", "班主任开课前一天电话确认"]),
    "service": (Area.AFTER_SERVICE, "CD-SV", "department4", "证书寄送设两周时限，寄出当天发送快递单号",
                "培训后续服务一项下一期均值不低于3.9分。", "证书类投诉减半。",
                ["与制证单位约定五个工作日交付", "寄出当天自动发送单号", "每周核对超过十天未寄的名单"]),
    "effect": (Area.EVALUATION, "BT", "department5", "结业三个月后回访应用情况并反馈讲师",
               "培训效果评估一项下一期均值不低于4.2分。", "案例随回访更新。", ["设计回访提纲", "每期抽取十人回访", "结果交讲师修改课件"]),
    "needs": (Area.NEEDS, "SH-BT", "department2", "内训前到岗位访谈一次",
              "培训需求满足一项下一期均值不低于4.4分。", "课程与岗位相符。", ["制定访谈表", "每个项目访谈不少于三人"]),
}  # fmt: skip
DISMISSED = "已当场改正并答复客户，没有重复发生，不另立整改。"


class Remedies:
    """Cases and measures of the closed waves (``stories`` by the order of time), and of the complaints."""

    def __init__(self, org, agenda, today, stories):
        self.org, self.agenda, self.today, self.stories = org, agenda, today, stories
        self.rng = random.Random("remedies")  # noqa: S311 (repeatable demonstration data, no secret)
        self.seen = 0

    def plan(self):
        for story in self.stories:
            closed = story.opens_on + timedelta(days=story.length)
            is_last = story is self.stories[-1]
            self._on(closed + timedelta(days=AFTER_CLOSE), 10, self.take_up, story, is_last)
            self._on(closed + timedelta(days=5), 16, self.judge, story)
        first = self.stories[0].opens_on
        for week in range((self.today - first).days // 7 + 1):
            self._on(first + timedelta(days=7 * week + 3), 16, self.go_through)

    def _on(self, day, hour, act, *args):
        self.agenda.add(moment(day, hour), act, *args)

    def _in(self, days, act, *args):
        self._on(timezone.localdate() + timedelta(days=days), self.rng.randint(10, 17), act, *args)

    # Cases from findings

    def take_up(self, story, is_last):
        """Each dimension with a confirmed finding gets one case with a measure; its other findings wait."""
        rows = ImprovementCase.objects.filter(state=CaseState.PROPOSED, finding__wave=story.wave)
        done = set()
        for case in rows.select_related("finding__question", "finding__wave", "unit").order_by("pk"):
            dimension = case.finding.dimension or case.finding.question.dimension
            if dimension in PLANS and dimension not in done:
                done.add(dimension)
                self._open(case, dimension, is_last)

    def _open(self, case, dimension, is_last):
        area, unit, owner, title, goal, effect, tasks = PLANS[dimension]
        lead, finding = self.org.users["lead"], case.finding
        cases.accept(
            case,
            by=lead,
            title=str(finding.subject),
            problem=f"低于目标{finding.threshold}分（n={finding.base_n}）。",
            area=area,
        )
        is_late = is_last and dimension == "service"
        days = OVERDUE_AFTER if is_late else 30
        figure = {
            "indicator": GoalIndicator.MEAN, "wave": finding.wave, "question": finding.question, "dimension": finding.dimension,
            "target": min(Decimal("4.9"), round(finding.mean + Decimal("0.3"), 1)), "smallest_change": Decimal("0.2"),
        }  # fmt: skip
        today = timezone.localdate()
        measure = measures.draft(
            case, by=lead, title=title, goal=goal, expected_effect=effect, unit=self.org.units[unit], owner=self.org.users[owner],
            due_at=moment(today + timedelta(days=days), 18), figure=figure,
            tasks=[(today + timedelta(days=8 * number), task) for number, task in enumerate(tasks, 1)],
        )  # fmt: skip
        measures.issue(measure, by=lead)
        self._in(1, self.begin, measure, is_late)

    def begin(self, measure, is_late):
        measures.begin(self._fresh(measure), by=measure.owner)
        self._in(7, self.report, measure)
        if is_late:
            self._in(20, self.ask_for_time, measure)
        else:
            self._in(18, self.hand_in, measure)

    def _fresh(self, measure):
        return Measure.objects.select_related("owner", "unit", "case", "baseline_wave").get(pk=measure.pk)

    def report(self, measure):
        row = self._fresh(measure)
        measures.add_progress(row, by=row.owner, text="第一项任务已完成，正在与系统供应商联调。",
                              difficulty="供应商排期紧张。", remedy="先由班主任人工执行，系统上线后切换。")  # fmt: skip
        measures.finish_task(row.tasks.order_by("no").first(), by=row.owner)

    def ask_for_time(self, measure):
        row = self._fresh(measure)
        asked = extensions.request(
            row, by=row.owner, new_due=row.current_due + timedelta(days=7), reason="制证单位更换设备，客观上无法按期。"
        )
        self._in(2, self.grant, asked)

    def grant(self, asked):
        extensions.approve(asked, by=self.org.users["executive"], comment="同意延期一周，原定日期保留。")

    def hand_in(self, measure):
        row = self._fresh(measure)
        if row.state != MeasureState.EXECUTING:
            return
        for task in row.tasks.filter(done_at=None).order_by("no"):
            measures.finish_task(task, by=row.owner)
        proof = SimpleUploadedFile("落实记录.txt", f"{row.title}：执行记录与抽查结果。".encode())
        measures.submit(row, by=row.owner, comment="各项任务已完成。", files=[proof])
        self._in(3, self.verify, row)

    def verify(self, measure):
        row = self._fresh(measure)
        officer = self.org.users["officer2"]
        if row.returns == 0 and self.rng.random() < 0.25:
            verification.send_back(
                row, by=officer, sampled="抽查两期通知记录。", reason="缺少第二期的发送记录，请补充。"
            )
            self._in(4, self.hand_in, row)
        else:
            verification.accept(row, by=officer, sampled="抽查三期记录，均按要求执行。")

    def judge(self, story):
        """After the next wave: what is proven is closed, what is not gets one more wave, what failed begins anew."""
        by = self.org.users["officer"]
        for row in Measure.objects.filter(state=MeasureState.OBSERVING).select_related("owner", "unit", "case"):
            effect = effects.latest(row)
            if effect is None or effect.wave_id != story.wave.pk:
                continue
            if effect.verdict == EffectVerdict.IMPROVED:
                effects.close(row, by=by, comment="改善已得到证实。")
                cases.close(row.case, by=self.org.users["lead"], lessons="把时限写进系统，比反复提醒有效。")
            elif effect.verdict == EffectVerdict.NOT_PROVEN and not row.extended_at:
                effects.extend(row, by=by, reason="样本不足以证实变化，再看一期。")
            else:
                due = moment(timezone.localdate() + timedelta(days=28), 18)
                effects.redo(row, by=by, reason="没有达到预期，重新分析原因后再做。", due_at=due)

    # Cases from complaints

    def go_through(self):
        """Once a week the lead looks at what justified complaints proposed: most were put right at once, some recur."""
        lead = self.org.users["lead"]
        waiting = timezone.now() - timedelta(days=4)
        rows = ImprovementCase.objects.filter(state=CaseState.PROPOSED, complaint__isnull=False, created_at__lt=waiting)
        for case in rows.select_related("complaint", "unit").order_by("pk"):
            self.seen += 1
            if self.seen % 6:
                cases.dismiss(case, by=lead, reason=DISMISSED)
            else:
                self._correct(case)

    def _correct(self, case):
        lead = self.org.users["lead"]
        owner = case.complaint.handler
        cases.accept(case, by=lead, problem="同类投诉本月已有两起。", area=Area.AFTER_SERVICE)
        measure = measures.draft(
            case, by=lead, title=f"{case.unit.name_zh}交接清单加上时限", goal="同类投诉下一季度不再发生。", unit=case.unit, owner=owner,
            due_at=moment(timezone.localdate() + timedelta(days=21), 18), tasks=[(None, "修订交接清单"), (None, "培训全部经办人")],
        )  # fmt: skip
        measures.issue(measure, by=lead)
        self._in(1, self.begin, measure, False)
