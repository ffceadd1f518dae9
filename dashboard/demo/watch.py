"""What the supervision group did: inspections of the quarters, what they saw, and rectification notices at every stage."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from dashboard.demo import mails
from dashboard.demo.clock import moment
from improvements.choices_supervision import Focus, NoticeState, Severity, Verdict
from improvements.models import FocusItem, RectificationNotice
from improvements.services import inspections, notices

NOTES = {
    Focus.PLAN: ("计划的批次均按期发放和回收，回收率达到要求。", Verdict.CONFORMS),
    Focus.DATA: ("抽查答卷30份，来源、时间与作答时长可信，统计与原始记录一致。", Verdict.CONFORMS),
    Focus.VOICES: ("抽查投诉40件，多数按时答复，少数首次响应超过24小时。", Verdict.PARTLY),
    Focus.MEASURES: ("措施均有负责人和时限；一项证据不足。", Verdict.PARTLY),
}
SEEN = [  # unit, focus, severity, title, text, clause, requirement, criterion
    ("CD-SV", Focus.VOICES, Severity.MAJOR, "证书类投诉答复超过时限", "抽查证书类投诉12件，5件处理结果超过3个工作日，且未向客户说明。",
     "《客户满意度管理制度》第三章第（三）项", "建立证书寄送台账，超过十天未寄的当天上报。", "重抽20件，超期不多于1件。"),
    ("SH-SV", Focus.VOICES, Severity.MINOR, "课后答疑没有值班安排", "群内提问平均11小时才有人回复，周末无人值班。",
     "《客户满意度管理制度》第三章第（二）项", "排定值班表，工作日两小时内应答。", "抽查两周群记录。"),
    ("BT", Focus.MEASURES, Severity.MINOR, "措施证据不完整", "开课通知措施缺少第二期的发送记录。",
     "《客户满意度管理制度》第四章第（二）项", "补齐发送记录，今后随措施一并归档。", "查看三期记录。"),
    ("SH-BT", Focus.VOICES, Severity.MAJOR, "教室设备报修没有闭环", "空调报修三次均未回访，学员重复投诉。",
     "《客户满意度管理制度》第三章第（三）项", "报修当天登记，修复后回访报修人。", "重抽报修记录10件。"),
]  # fmt: skip
HEADS = {"CD-SV": "department4", "SH-SV": "department", "BT": "department5", "SH-BT": "department2"}


class Watch:
    """An inspection after each closed quarter with its notices, and one under way."""

    def __init__(self, org, agenda, today):
        self.org, self.agenda, self.today = org, agenda, today

    def plan(self):
        self._on(110, self.inspect, "第二季度满意度工作检查", SEEN[:2], self.older)
        self._on(21, self.inspect, "第三季度满意度工作检查", SEEN[2:], self.newer)
        self._on(2, self.begin)

    def _on(self, days_ago, act, *args, hour=10):
        self.agenda.add(moment(self.today - timedelta(days=days_ago), hour), act, *args)

    def _in(self, days, act, *args):
        self.agenda.add(moment(timezone.localdate() + timedelta(days=days), 14), act, *args)

    def inspect(self, title, seen, go_on):
        by, today = self.org.users["supervisor"], timezone.localdate()
        row = inspections.begin(
            by=by, title=title, starts_on=today - timedelta(days=92), ends_on=today - timedelta(days=2)
        )
        self._judge(row, NOTES)
        found = [
            inspections.observe(
                row,
                by=by,
                focus=focus,
                unit=self.org.units[unit],
                title=name,
                text=text,
                severity=severity,
                clause=clause,
            )
            for unit, focus, severity, name, text, clause, _requirement, _criterion in seen
        ]
        inspections.conclude(row, by=by, summary="调查与数据可信；投诉时效与措施证据需要整改，另发通知。")
        for observation, (unit, *_facts, requirement, criterion) in zip(found, seen, strict=True):
            self._draft(observation, unit, requirement, criterion, go_on)

    def _judge(self, row, notes):
        for item in FocusItem.objects.filter(inspection=row).order_by("no"):
            if item.focus in notes:
                item.inspection = row
                note, verdict = notes[item.focus]
                inspections.judge(item, by=self.org.users["supervisor"], verdict=verdict, note=note)

    def _draft(self, observation, unit, requirement, criterion, go_on):
        by = self.org.users["supervisor"]
        days = 14 if unit != "SH-BT" else 19  # that one is late by now
        due = moment(timezone.localdate() + timedelta(days=days), 18)
        notice = notices.draft(by=by, unit=self.org.units[unit], title=observation.title, due_at=due,
                               items=[(observation, requirement, criterion)])  # fmt: skip
        notices.issue(notice, by=by)
        mails.deliver()
        go_on(notice, unit)

    def older(self, notice, unit):
        self._in(1, self.acknowledge, notice, unit)
        self._in(9, self.reply, notice, unit, "没有专人跟踪。")
        if unit == "CD-SV":
            self._in(12, self.send_back, notice)
            self._in(18, self.reply, notice, unit, "台账未覆盖外地学员。")
        self._in(22, self.verify, notice)
        self._in(24, self.close, notice)

    def newer(self, notice, unit):
        self._in(1, self.acknowledge, notice, unit)
        if unit == "BT":
            self._in(12, self.reply, notice, unit, "资料归档没有清单。")

    def _fresh(self, notice):
        return RectificationNotice.objects.select_related("unit", "issued_by", "executor").get(pk=notice.pk)

    def acknowledge(self, notice, unit):
        head = self.org.users[HEADS[unit]]
        notices.acknowledge(self._fresh(notice), by=head, executor=head)

    def reply(self, notice, unit, cause):
        proof = SimpleUploadedFile("整改记录.txt", f"{notice.title}：整改台账与抽查结果。".encode())
        notices.reply(
            self._fresh(notice),
            by=self.org.users[HEADS[unit]],
            cause=cause,
            text="已按要求整改，记录附后。",
            files=[proof],
        )

    def send_back(self, notice):
        due = moment(timezone.localdate() + timedelta(days=7), 18)
        notices.send_back(self._fresh(notice), by=self.org.users["supervisor2"], sampled="重抽20件。", due_at=due,
                          reason="三件仍超期，台账没有外地学员。")  # fmt: skip

    def verify(self, notice):
        row = self._fresh(notice)
        if row.state == NoticeState.REPLIED:
            notices.verify(row, by=self.org.users["supervisor2"], sampled="重抽20件，未见超期。")

    def close(self, notice):
        row = self._fresh(notice)
        if row.state == NoticeState.VERIFIED:
            notices.close(row, by=self.org.users["supervisor2"], comment="销号。")

    def begin(self):
        """The inspection of the running quarter: two of its four items have a verdict."""
        today = timezone.localdate()
        row = inspections.begin(by=self.org.users["supervisor"], title="第四季度满意度工作检查", unit=self.org.units["CD-SV"],
                                starts_on=today - timedelta(days=50), ends_on=today)  # fmt: skip
        self._judge(row, {focus: NOTES[focus] for focus in (Focus.PLAN, Focus.DATA)})
