"""What the company learned from its complaints: library, a meeting, a cluster put right, a case report, feedback to a unit."""

from datetime import timedelta

from django.utils import timezone

from complaints.choices import Difficulty, FeedbackState, Kind, LibraryKind, State
from complaints.library_lists import entries
from complaints.models import Complaint, FeedbackList
from complaints.selectors import clusters as found
from complaints.selectors.indicators import Scope
from complaints.services import case_reports, clusters, feedback, library, meetings, targets
from core import periods
from dashboard.demo.clock import moment

LESSONS = (
    "讲师请假当日由教务通知学员，通知记录随排课表归档。",
    "证书寄出当天登记单号，十天未签收的主动联系。",
    "费用与发票抬头在报名时一次确认，变更走审批。",
    "教室设备开课前一天检查，报修当天回访。",
)
DIFFICULT = (Difficulty.EASY, Difficulty.HARD, Difficulty.COMPLEX, Difficulty.EASY)
STEPS = "一、受理当天核实事实；二、当天联系客户说明原因与处理安排；三、三个工作日内答复；四、回访并记录。"


class Learnings:
    """Some weeks of learning before today."""

    def __init__(self, org, agenda, today):
        self.org, self.agenda, self.today = org, agenda, today

    def plan(self):
        self._on(70, self.aim, "result_in_time", "92")
        for days_ago, number in ((60, 0), (40, 1), (26, 2), (3, 3)):
            self._on(days_ago, self.write, number)
        self._on(33, self.act)
        self._on(24, self.meet)
        self._on(32, self.report)
        self._on(20, self.sum_up)

    def _on(self, days_ago, act, *given):
        self.agenda.add(moment(self.today - timedelta(days=days_ago), 16), act, *given)

    def aim(self, code, value):
        targets.set_target(by=self.org.users["lead"], code=code, value=value, valid_from=timezone.localdate())

    def write(self, number):
        """An entry from a record that was closed not long before; the newest waits for its confirmation."""
        rows = Complaint.objects.filter(kind=Kind.COMPLAINT, state=State.CLOSED, library_entries=None).exclude(
            handler=None
        )
        record = (
            rows.select_related("cycle", "complainant", "unit", "desk", "customer", "contact", "handler")
            .order_by("-pk")
            .first()
        )
        if record is None:
            return
        words, _masked = library.from_record(record)
        words["lesson"] = LESSONS[number]
        words = {
            name: text or "见处理记录。" if name in ("background", "process", "solution") else text
            for name, text in words.items()
        }
        entry = library.write(by=record.handler, complaint=record, difficulty=DIFFICULT[number], **words)
        row = library.hand_in(entry.editions.get(), by=record.handler)
        if number < 3 and record.handler != self.org.users["lead"]:
            library.confirm(row, by=self.org.users["lead"])

    def scope(self):
        return Scope(self.today - timedelta(days=150), timezone.localdate())

    def act(self):
        """The largest cluster is put right at its root, and becomes a procedure."""
        big = found.found(self.scope(), least=2)
        if not big:
            return
        first, lead = big[0], self.org.users["lead"]
        unit = next(unit for unit in self.org.units.values() if unit.pk == first.unit_id)
        row = clusters.keep(
            self.scope(), category=first.category, cause=first.cause, unit=unit, by=lead,
            note="同类投诉反复出现：通知不及时，责任不清，客户需要多次来电。",
        )  # fmt: skip
        clusters.improve(row, by=lead)
        writer = self.org.users["agent"]
        entry = library.write(
            by=writer, kind=LibraryKind.PROCEDURE, cluster=row, category=first.category, difficulty=Difficulty.COMPLEX, units=[unit],
            title="反复投诉的标准处理程序", background=row.note, process=STEPS, solution="按程序处理，一次说清，减少重复来电。",
            feedback="", lesson="程序写清责任人和时点。",
        )  # fmt: skip
        library.confirm(library.hand_in(entry.editions.get(), by=writer), by=lead)

    def meet(self):
        lead, people = (
            self.org.users["lead"],
            [self.org.users[name] for name in ("department", "department2", "agent", "officer2")],
        )
        meeting = meetings.call(
            by=lead, title="跨部门投诉案例交流会", held_on=timezone.localdate(), place="总部三楼会议室", attendees=people,
            entries=list(entries(lead)[:2]),
        )  # fmt: skip
        meetings.change(
            meeting, by=lead, minutes="逐案回顾受理、核实与答复的时点，讨论停课通知和证书寄送。", agreed="教务部两周内试行当日通知，客服部跟踪回访结果。",
            expected_version=meeting.version,
        )  # fmt: skip

    def report(self):
        """The month before is told and issued; the newest one waits for its words."""
        lead = self.org.users["lead"]
        for back, is_issued in ((2, True), (1, False)):
            period = periods.containing("month", periods.months_before(timezone.localdate().replace(day=1), back))
            report = case_reports.make(period)
            if report is None or not is_issued:
                continue
            case_reports.write(
                report, by=lead, expected_version=report.version, lessons_zh="通知与寄送两类问题最多，责任人和时点要写进程序。",
                lessons_en="Notices and mailings cause most complaints: procedures must name who acts, and when.",
            )  # fmt: skip
            case_reports.issue(report, by=lead)

    def sum_up(self):
        lead, unit = self.org.users["lead"], self.org.units["BT"]
        rows = found.themes(lead, self.today - timedelta(days=120), timezone.localdate()).filter(kind=Kind.SUGGESTION)
        if not rows.exists():
            return
        for title, is_handed in (("希望增加周末与晚间班", True), ("希望提供线上回放与课后练习", False)):
            row = feedback.draft(
                by=lead, complaints=rows, title=title, since=self.today - timedelta(days=120), until=timezone.localdate(),
                summary="多位客户在建议与投诉中提到同一需求，建议纳入下一季度课程设计。", unit=unit,
            )  # fmt: skip
            if is_handed:
                feedback.hand_over(row, by=lead)
        handed = FeedbackList.objects.get(state=FeedbackState.HANDED)
        feedback.acknowledge(
            handed, by=self.org.users["department5"], answer="纳入第四季度试点：每周六开设两个班，两个月后评估。"
        )
