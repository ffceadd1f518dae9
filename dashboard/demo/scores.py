"""Appraisal of the departments: the scheme, a published quarter with an objection that was upheld, and one under way."""

import random
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from appraisal.choices import CycleState
from appraisal.models import AppraisalCycle, ScoreSheet
from appraisal.selectors.results import result_of
from appraisal.services import appeals, cycles, publications, ratings, schemes
from dashboard.demo import mails
from dashboard.demo.clock import moment

STEPS = (  # days after the facts are frozen
    (0, "freeze"), (0, "ask"), (2, "rate"), (5, "show"), (6, "object"), (7, "decide"), (13, "publish"),
)  # fmt: skip
RATING = 4  # days after the facts are frozen: ratings are due
OWN = ["按计划完成培训与服务，两项投诉已整改。", "答疑值班已建立，证书寄送仍需改进。", "开课通知提前，学员反映良好。"]
SUPERIOR = ["配合积极，整改及时。", "投诉时效有改进，个别超期。", "措施落实到位，记录完整。"]


class Scores:
    """Cycles of the last two closed ``quarters``."""

    def __init__(self, org, agenda, today, quarters):
        self.org, self.agenda, self.today, self.quarters = org, agenda, today, quarters
        self.rng = random.Random("scores")  # noqa: S311 (repeatable demonstration data, no secret)

    def plan(self):
        begin = self.quarters[0].starts_on
        self._on(begin + timedelta(days=20), 10, self.design)
        done, running = self.quarters[-2], self.quarters[-1]
        settled = done.ends_on + timedelta(days=8)
        first = max(running.ends_on + timedelta(days=2), self.today - timedelta(days=6))
        for period, frozen in ((done, settled), (running, first)):
            self._on(period.ends_on - timedelta(days=20), 10, self.open, period, frozen + timedelta(days=RATING))
        for days, step in STEPS:
            self._on(settled + timedelta(days=days), 11, getattr(self, step), done)
            if step not in ("object", "decide", "publish"):
                self._on(first + timedelta(days=days), 11, getattr(self, step), running)
        self._on(max(first + timedelta(days=6), self.today), 7, self.object, running)

    def _on(self, day, hour, act, *args):
        self.agenda.add(moment(day, hour), act, *args)

    def _cycle(self, period):
        return AppraisalCycle.objects.select_related("period", "scheme_version", "superior").get(period=period)

    def design(self):
        hr = self.org.users["hr"]
        version = schemes.create(by=hr, name_zh="部门季度考核办法", name_en="Quarterly appraisal of departments")
        schemes.submit(version, by=hr)
        self.version = schemes.approve(version, by=self.org.users["executive"])

    def open(self, period, ratings_due):
        hr = self.org.users["hr"]
        row = cycles.create(by=hr, day=period.starts_on, scheme_version=self.version, superior=self.org.users["executive"],
                            ratings_due=moment(ratings_due, 18))  # fmt: skip
        cycles.open_cycle(row, by=hr)

    def freeze(self, period):
        cycles.freeze(self._cycle(period), by=self.org.users["hr"])

    def ask(self, period):
        cycles.begin_scoring(self._cycle(period), by=self.org.users["hr"])
        mails.deliver()

    def rate(self, period):
        row = self._cycle(period)
        for sheet in row.sheets.select_related("head", "superior", "unit").order_by("pk"):
            if sheet.head is not None:
                ratings.submit(sheet, by=sheet.head, score=self.rng.randint(78, 93), comment=self.rng.choice(OWN))
            ratings.submit(sheet, by=sheet.superior, score=self.rng.randint(74, 94), comment=self.rng.choice(SUPERIOR))

    def show(self, period):
        cycles.show_preview(self._cycle(period), by=self.org.users["hr"])
        mails.deliver()

    def _sheet(self, period):
        return ScoreSheet.objects.select_related("cycle", "unit", "head").get(
            cycle__period=period, unit=self.org.units["CD-SV"]
        )

    def object(self, period):
        row = self._cycle(period)
        if row.state != CycleState.PREVIEW or not row.takes_objections:
            return
        sheet = self._sheet(period)
        line = result_of(sheet).content["lines"][0]["code"]
        appeals.raise_appeal(sheet, by=sheet.head, line=line, ground="两件投诉属制证单位责任，已有函件说明，请复核。")

    def decide(self, period):
        sheet = self._sheet(period)
        appeal = sheet.appeals.order_by("pk").first()
        now = next(line["points"] for line in result_of(sheet).content["lines"] if line["code"] == appeal.line)
        appeals.uphold(
            appeal,
            by=self.org.users["hr"],
            after=min(Decimal(100), Decimal(str(now)) + 6),
            reason="复核属实，两件不计入本部门。",
        )

    def publish(self, period):
        row = self._cycle(period)
        if timezone.now() >= row.objections_until:
            publications.publish(row, by=self.org.users["executive"])
            mails.deliver()
