"""Quarterly reports: drafted by the calendar, edited, reviewed, issued, read; and one draft under way."""

from datetime import timedelta

from django.utils.translation import gettext as _

from core import jobs
from dashboard.demo import mails
from reports.choices import Part
from reports.models import Report
from reports.services import reports

YEAR = 4  # quarters; a smaller company has one issued report
SETTLED = timedelta(days=14)  # after a cut-off its report is issued and the next one in the making
READERS = (
    "executive",
    "officer",
    "officer2",
    "department2",
    "department3",
    "department4",
    "department5",
)  # the others have it unread
SAID_ZH = "以上结论已与客户服务部、企业培训部核对；回访记录支持“课后答疑与证书办理偏慢”的判断。"
SAID_EN = ("These conclusions were checked with Customer Service and Corporate Training; the records of calls bear out that questions after "
           "the course and certificates are handled slowly.")  # fmt: skip


class Papers:
    """The reports of the closed quarters, and the draft of the running one."""

    def __init__(self, company):
        self.org, self.agenda, self.now = company.org, company.agenda, company.now
        self.quarters, self.current = company.quarters, company.current

    @property
    def is_settled(self):
        return self.now - self.quarters[-1].cut_off >= SETTLED

    @property
    def reported(self):
        """The quarters that have a paper: the first wave is the one to compare with, and a paper takes long."""
        return self.quarters[self.is_settled + (len(self.quarters) < YEAR) :]

    def plan(self):
        is_settled = self.is_settled
        for period in self.reported:
            self._at(period, 10, reports.make, period)
            if period != self.quarters[-1] or is_settled:
                self._at(period, 15, self.write, period)
                self._at(period, 34, self.review, period)
                self._at(period, 35, self.issue, period)
                for number, login in enumerate(READERS):
                    self._at(period, 38 + 7 * number, self.read, period, login)
        if is_settled:
            self.agenda.add(self.now, self.draft)

    def _at(self, period, hours, act, *args):
        self.agenda.add(period.cut_off + timedelta(hours=hours), act, *args)

    def write(self, period):
        report, by = Report.objects.get(period=period), self.org.users["officer"]
        text = report.texts.get(part=Part.CONCLUSIONS)
        reports.edit_text(report, Part.CONCLUSIONS, by=by, expected_version=report.version,
                          text_zh=f"{text.text_zh}\n\n{SAID_ZH}", text_en=f"{text.text_en}\n\n{SAID_EN}")  # fmt: skip
        reports.submit(report, by=by)
        mails.deliver()

    def review(self, period):
        reports.approve(Report.objects.get(period=period), by=self.org.users["lead"], comment="数据与文字一致。")

    def issue(self, period):
        reports.issue(Report.objects.get(period=period), by=self.org.users["executive"])
        mails.deliver()

    def read(self, period, login):
        reports.mark_read(Report.objects.get(period=period), by=self.org.users[login])

    def draft(self):
        """The running quarter's draft, drawn up by hand with what has come in so far."""
        job = jobs.start("reports.make", by=self.org.users["officer"], params={"period": self.current.pk},
                         title=_("Report of %(period)s") % {"period": self.current})  # fmt: skip
        jobs.run(str(job.pk))
        mails.deliver()
