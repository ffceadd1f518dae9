"""What reached the company by other ways: answers from a survey tool, letters to key customers, ratings customers published."""

import csv
import io
import random
from datetime import timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from customers.choices import Tier
from customers.models import Customer
from dashboard.demo import opinions
from dashboard.demo.clock import moment
from surveys.choices import InvitationState, QuestionKind, Tool
from surveys.models import AnswerFile
from surveys.selectors.questionnaires import instrument_of
from surveys.services import letters, outside, published

LETTERS, FILE, ANSWERS = 4, 2, 8  # days ago; rows of the file
PUBLISHED = (
    ("大众点评", "学员小周", 5, 5, "讲师很专业，案例贴近工作，答疑也耐心。", "SH-BT"),
    ("大众点评", "路过的企业主", 2, 5, "周末班停车太难，教室空调也不给力，希望改进。", "SH"),
    ("企业采购平台", "某制造企业培训部", Decimal("8.5"), 10, "课程内容扎实，组织有序，证书办理偏慢。", "BT"),
    ("知乎", "HR老王", None, 5, "给员工报的课，结业证书等了一个多月，催了三次才拿到。", "BT"),
    ("大众点评", "新晋班组长", 4, 5, "老师讲得清楚，就是练习少了点，建议多安排练习。", "CD-BT"),
    ("企业采购平台", "某物业公司", 9, 10, "报名流程方便，客服响应及时。", "SH-SV"),
    ("地图评论", "", 3, 5, "", "CD"),
    ("大众点评", "考证党", 5, 5, "一次通过，感谢老师！", "CD-BT"),
    ("知乎", "培训观察", None, 5, "几家里讲师水平最稳的，价格略贵。", "BT"),
    ("地图评论", "陈女士", 1, 5, "电话打了三次没人接，改期也没有通知。", "SH-SV"),
)  # fmt: skip


class Quiet:
    """Progress that nobody watches."""

    def total(self, steps, note=None):
        """Nobody asks."""

    def step(self, steps=1, note=None):
        """Nobody asks."""


class Elsewhere:
    """Put on the agenda: the open wave gets letters and a file; ratings are collected week by week."""

    def __init__(self, company, story):
        self.org, self.agenda, self.today, self.story = company.org, company.agenda, company.today, story
        self.begin = company.quarters[-1].starts_on
        self.rng = random.Random("elsewhere")  # noqa: S311 (repeatable demonstration data, no secret)

    def plan(self):
        for number, line in enumerate(PUBLISHED):
            day = self.begin + timedelta(days=9 + 11 * number)
            self.agenda.add(moment(day + timedelta(days=2), 16, 20), self.collect, day, line)
        for days, act in (
            (LETTERS, self.write),
            (LETTERS - 1, self.post),
            (FILE - 1, self.come_back),
            (FILE, self.bring),
        ):
            self.agenda.add(moment(self.today - timedelta(days=days), 11, 40), act)

    def collect(self, day, line):
        source, author, points, highest, body, unit = line
        customer = (
            Customer.objects.filter(unit__code__startswith=unit[:2]).order_by("pk").first() if "某" in author else None
        )
        published.collect(
            by=self.org.users["officer"], source=source, published_on=day, author=author, customer=customer, body=body,
            unit=self.org.units.get(unit), points=None if points is None else Decimal(points), highest=Decimal(highest),
            lowest=Decimal(0) if highest == 10 else Decimal(1),
            link="https://review.example.com/" if source != "知乎" else "",
        )  # fmt: skip

    def write(self):
        """The key customers who have not answered get a letter with a sheet of their own."""
        self.sheets = letters.issue(self.story.wave, by=self.org.users["officer"], is_letter=True, tier=Tier.IMPORTANT)

    def post(self):
        ids = [sheet.pk for sheet in self.sheets]
        letters.mark_sent(self.story.wave, ids=ids, on=timezone.localdate(), by=self.org.users["officer"])

    def come_back(self):
        ids = [sheet.pk for sheet in self.sheets[-1:]]
        by = self.org.users["officer"]
        letters.mark_undelivered(self.story.wave, ids=ids, on=timezone.localdate(), by=by, note="原址查无此单位")

    def bring(self):
        """A customer's training department asked its people with 问卷星; two of the rows do not fit."""
        wave, by = self.story.wave, self.org.users["officer"]
        wave.refresh_from_db()
        file = SimpleUploadedFile("问卷星导出-客户自测.csv", self._file(wave).encode("gb18030"))
        row = outside.bring(wave, file=file, tool=Tool.WJX, by=by)
        outside.look(row, by=by)
        row = AnswerFile.objects.get(pk=row.pk)
        outside.keep(row, by=by)
        counts, _header, _refused = outside.take_all(row, by=by, progress=Quiet())
        outside.finish(row, counts, by=by)

    def _file(self, wave):
        instrument = instrument_of(wave.questionnaire_version)
        target = io.StringIO()
        write = csv.writer(target).writerow
        write(
            [
                "序号",
                "提交答卷时间",
                "来源",
                "客户编号",
                *(f"{q.number}、{q.titles['zh']}" for q in instrument.questions),
            ]
        )
        asked = wave.invitations.filter(state=InvitationState.SENT, sheet=None) or wave.invitations.filter(
            state=InvitationState.SENT
        )
        codes = list(asked.order_by("-pk").values_list("customer__code", flat=True)[:ANSWERS])
        for number, code in enumerate([*codes, "KH-9999"], 1):
            someone = opinions.person(code, "SH", "zh-hans")
            payload = opinions.training_payload(instrument, someone, self.story.number, self.rng)
            words = [_words(question, payload.get(question.uid)) for question in instrument.questions]
            if number == len(codes):
                words[0] = "还行吧"
            write([number, f"{timezone.localdate():%Y/%m/%d} 09:{number:02d}:00", "微信", code, *words])
        return target.getvalue()


def _words(question, value):
    """An answer as the tool writes it."""
    if value in (None, ""):
        return "(跳过)"
    if value == "na":
        return question.na["zh"]
    if question.kind in QuestionKind.typed():
        return value
    labels = {str(choice.value): choice.label["zh"] for choice in question.choices}
    mark = "→" if question.kind == QuestionKind.RANKING else "┋"
    return mark.join(labels[str(part)] for part in (value if isinstance(value, list) else [value]))
