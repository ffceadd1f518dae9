"""Waves: set up, opened, answered, reminded, closed, and what became of low answers and findings."""

import random
import uuid
from datetime import timedelta

from django.utils import timezone

from core.worktime.store import calendar_for
from customers.choices import Direction, FollowUpState, Outcome
from customers.models import FollowUp
from customers.services import follow_ups
from dashboard.demo import mails, opinions
from dashboard.demo.clock import moment
from surveys.choices import CheckState, FindingState, ResponseMode
from surveys.choices import Direction as Pointing
from surveys.models import Invitation, LowAnswer, ResponseCheck
from surveys.selectors import opinions as comments
from surveys.selectors import sealed
from surveys.selectors.questionnaires import instrument_of
from surveys.services import answering, boxes, checks, entering, findings, invitations, links, sealing, waves
from surveys.services import opinions as opinion_service
from surveys.services.answering import Entry

LENGTH = 14  # days a wave is open
CONFIDENTIAL_DAYS, CONFIDENTIAL_ANSWERS, WISHES = 14, 0.7, 0.2
OPEN_DAYS = 21  # days an open link is up
REMINDERS = (4, 8)  # days after opening
EXPECTED = 40  # percent who answer
SHEETS = 20  # printed for customers who want paper
BY_PHONE = 0.08  # share of the answers that an agent types in
IN_A_HURRY, HURRIED = 0.05, 18  # share of the answers, and the seconds they took
WORKING_DAY = 480  # minutes
DAYS = {
    1: 30,
    2: 17,
    3: 9,
    4: 5,
    5: 12,
    6: 7,
    7: 3,
    8: 2,
    9: 8,
    10: 4,
    12: 3,
}  # when answers come: at once, or after a reminder
HOURS = {8: 4, 9: 9, 10: 12, 11: 9, 12: 8, 13: 6, 14: 8, 15: 9, 16: 8, 17: 7, 19: 6, 20: 8, 21: 6}
OUTCOMES = {
    Outcome.RESOLVED: (58, ["已说明并补寄证书，客户满意。", "已安排讲师单独答疑，问题解决。", "更正发票并当天发出，客户表示感谢。", "为下一期调整了通知时间，客户接受。"]),
    Outcome.REACHED: (22, ["已记录意见，转业务部门参考。", "客户说明当时较忙，没有具体要求。"]),
    Outcome.UNRESOLVED: (9, ["客户要求退还部分费用，需部门决定。", "证书仍未到，已催制证。"]),
    Outcome.NOT_REACHED: (7, ["三次未接通，已发短信。"]),
    Outcome.REFUSED: (4, ["客户不愿再谈。"]),
}  # fmt: skip


class Rounds:
    """The waves of the company; ``plan_wave`` puts one of them on the agenda."""

    def __init__(self, org, agenda, customers):
        self.org, self.agenda, self.customers = org, agenda, customers

    def plan_wave(
        self, number, version, opens_on, *, names, activity, is_staff=False, sample=None, length=LENGTH, decides=True
    ):
        """One wave from its set-up to its confirmed results. ``number`` is its place in the series of opinions.

        ``version`` and ``activity`` are called when the wave is set up.
        """
        story = Story(self, number, version, opens_on, length, is_staff, decides)
        self.agenda.add(moment(opens_on - timedelta(days=5), 15), story.set_up, names, activity, sample)
        self.agenda.add(moment(opens_on, 9, 30), story.open)
        for day in REMINDERS:
            self.agenda.add(moment(opens_on + timedelta(days=day), 10, 10), story.remind)
        self.agenda.add(moment(opens_on + timedelta(days=length), 18), story.close)
        return story

    def plan_poster(self, version, opens_on):
        """An open link behind a QR code in the classrooms: anonymous, a few answers a day since ``opens_on``."""
        poster = Poster(self, version, opens_on)
        self.agenda.add(moment(opens_on - timedelta(days=1), 15), poster.set_up)
        self.agenda.add(moment(opens_on, 8, 30), poster.open)
        return poster

    def plan_confidence(self, version, opens_on):
        """A confidential wave among some customers, open since ``opens_on``; a seal or two is opened on a ground."""
        confidence = Confidence(self, version, opens_on)
        self.agenda.add(moment(opens_on - timedelta(days=2), 15), confidence.set_up)
        self.agenda.add(moment(opens_on, 9, 40), confidence.open)
        self.agenda.add(moment(opens_on + timedelta(days=6), 14), confidence.look)
        return confidence


class Poster:
    """One open link and who scans it."""

    def __init__(self, rounds, version, opens_on):
        self.org, self.agenda, self.version, self.opens_on = rounds.org, rounds.agenda, version, opens_on
        self.rng = random.Random(f"poster:{opens_on}")  # noqa: S311 (repeatable demonstration data, no secret)

    def set_up(self):
        by = self.org.users["officer"]
        self.wave = waves.create(
            by=by, questionnaire_version=self.version(), unit=self.org.units["SH-BT"], is_open_link=True, is_anonymous=True,
            opens_at=moment(self.opens_on, 8, 30), closes_at=moment(self.opens_on + timedelta(days=OPEN_DAYS), 20), audience={},
            name_zh="课程现场意见", name_en="At the course: what you think",
            thanks_zh="谢谢！讲师下课后就会读到大家的意见。", thanks_en="Thank you! The trainer reads what was said after class.",
        )  # fmt: skip
        waves.schedule(self.wave, by=by)

    def open(self):
        waves.open_when_due(self.wave)
        for day in range(OPEN_DAYS):
            for number in range(self.rng.randint(2, 6)):
                when = moment(self.opens_on + timedelta(days=day), 12, self.rng.randint(0, 59))
                self.agenda.add(when, self.answer, f"{day}:{number}")

    def answer(self, seed):
        self.wave.refresh_from_db()
        if self.wave.takes_answers:
            someone = opinions.person(f"{self.wave.code}:{seed}", "SH", "zh-hans")
            payload = opinions.spot_payload(instrument_of(self.version()), someone, self.rng)
            key = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
            answering.submit(payload=payload, wave=self.wave, submit_key=key, language="zh-hans")
            boxes.empty(self.wave)


class Confidence:
    """A confidential wave: who answers, and what its keeper does about low answers."""

    def __init__(self, rounds, version, opens_on):
        self.org, self.agenda, self.version, self.opens_on = rounds.org, rounds.agenda, version, opens_on
        self.rng = random.Random(f"confidence:{opens_on}")  # noqa: S311 (repeatable demonstration data, no secret)

    def set_up(self):
        by = self.org.users["officer"]
        self.wave = waves.create(
            by=by, questionnaire_version=self.version(), unit=self.org.units["HQ"], is_anonymous=True, is_confidential=True,
            seal_keeper=self.org.users["lead"], opens_at=moment(self.opens_on, 9, 40),
            closes_at=moment(self.opens_on + timedelta(days=CONFIDENTIAL_DAYS), 18), reminders_max=0,
            audience={"kinds": ["customer"], "relations": ["new", "existing"], "primary_only": True}, sample_n=24, sample_seed=20260199,
            name_zh="课程意见保密调查", name_en="Confidential survey on courses",
        )  # fmt: skip
        waves.schedule(self.wave, by=by)

    def open(self):
        waves.open_when_due(self.wave)
        mails.deliver()
        for row in Invitation.objects.filter(wave=self.wave).select_related("customer__unit").order_by("pk"):
            token = links.token_of(self.wave.link_key, row.pk, row.generation)
            if self.rng.random() < CONFIDENTIAL_ANSWERS:
                when = moment(self.opens_on + timedelta(days=self.rng.randint(0, 5)), 10, self.rng.randint(0, 59))
                self.agenda.add(when, self.answer, token, row.customer.unit.code)

    def answer(self, token, unit):
        invitation = answering.find_invitation(token)
        if answering.situation(invitation.wave, invitation) == answering.Situation.READY:
            someone = opinions.person(f"{self.wave.code}:{invitation.pk}", unit, invitation.language)
            payload = opinions.spot_payload(instrument_of(self.version()), someone, self.rng)
            answering.submit(payload=payload, invitation=invitation, wish=self.rng.random() < WISHES)

    def look(self):
        """The keeper opens the oldest seal that gives a ground."""
        self.wave.refresh_from_db()
        row = next(iter(sealed.waiting(self.wave)), None)
        if row is not None:
            ground = sealing.grounds_of(row)[0]
            sealing.open_seal(row, ground=ground, reason="需要电话了解具体情况并当面致歉。", by=self.org.users["lead"])


class Story:
    """What happens in one wave."""

    def __init__(self, rounds, number, version, opens_on, length, is_staff, decides):
        self.rounds, self.org, self.agenda = rounds, rounds.org, rounds.agenda
        self.number, self.version, self.opens_on, self.length = number, version, opens_on, length
        self.is_staff, self.decides = is_staff, decides
        self.rng = random.Random(f"wave:{opens_on}:{number}")  # noqa: S311 (repeatable demonstration data, no secret)
        self.wave = None

    # The wave

    def set_up(self, names, activity, sample):
        by, version = self.org.users["officer"], self.version()
        closes = moment(self.opens_on + timedelta(days=self.length), 18)
        audience = (
            {"kinds": ["employee"]}
            if self.is_staff
            else {"kinds": ["customer"], "relations": ["new", "existing"], "primary_only": True}
        )
        self.wave = waves.create(
            by=by, owner=by, questionnaire_version=version, unit=self.org.units["HQ"], activity=activity and activity(),
            opens_at=moment(self.opens_on, 9, 30), closes_at=closes, name_zh=names[0], name_en=names[1], audience=audience,
            is_anonymous=self.is_staff, sample_n=sample, sample_seed=20260101 + self.number if sample else None,
            strata_by="" if self.is_staff else "seg_region", expected_rate=EXPECTED,
            reminders_max=len(REMINDERS), reminder_every_days=REMINDERS[0], follows_opinions=closes > self.agenda.until,
            invitation_zh="您的回答会直接用于改进课程与服务。" if not self.is_staff else "您的回答不会与您的姓名相连。",
            invitation_en="Your answers go straight into better courses and service." if not self.is_staff else "Your answers are not linked to your name.",
            thanks_zh="谢谢！结果和改进措施会在季度报告中公布。", thanks_en="Thank you! Results and what we change appear in the quarterly report.",
        )  # fmt: skip
        waves.schedule(self.wave, by=by)

    def open(self):
        waves.open_when_due(self.wave)
        mails.deliver()
        rows = Invitation.objects.filter(wave=self.wave).select_related("customer__unit", "contact").order_by("pk")
        for row in rows:
            self._decide(row)
        if not self.is_staff:
            entering.issue_sheets(self.wave, count=SHEETS, language="zh-hans", by=self.org.users["officer"])
            self.agenda.add(moment(self.opens_on + timedelta(days=6), 16), self.doubt)

    def doubt(self):
        """Halfway through somebody looks at what the portal marked, and doubts the first answer that came too fast."""
        self.wave.refresh_from_db()
        by = self.org.users["officer"]
        checks.examine(self.wave, by=by)
        rows = ResponseCheck.objects.filter(response__wave=self.wave, state=CheckState.OPEN, flags__contains=["speed"])
        check = rows.order_by("response__submitted_at", "pk").first()
        if check:
            checks.doubt(check, by=by, reason="作答时间明显过短，需向客户核实是否本人填写。")

    def check(self):
        """Before the results are confirmed a second person decides the doubts and the rest is accepted."""
        if self.wave.is_anonymous:
            return
        by = self.org.users["officer2"]
        checks.accept_rest(self.wave, by=by)
        for row in ResponseCheck.objects.filter(response__wave=self.wave, state__in=("open", "doubted")).order_by("pk"):
            act = checks.keep if row.state == CheckState.DOUBTED else checks.accept
            act(row, by=by, comment="已电话核实为本人作答。" if act == checks.keep else "")

    def _decide(self, invitation):
        """When this person answers, if at all; a few only begin, one in a hundred wants no more mail."""
        seed = f"{invitation.customer.code}:{invitation.contact.email if self.is_staff else ''}"
        person = opinions.person(seed, invitation.customer.unit.code, invitation.language)
        token = links.token_of(self.wave.link_key, invitation.pk, invitation.generation)
        day = self.opens_on + timedelta(days=self.rng.choices(list(DAYS), DAYS.values())[0] - 1)
        when = moment(day, self.rng.choices(list(HOURS), HOURS.values())[0], self.rng.randint(0, 59))
        when = max(when, moment(self.opens_on, 9, 35) + timedelta(minutes=self.rng.randint(0, 240)))
        if opinions.answers(person, self.rng, is_staff=self.is_staff):
            self.agenda.add(when, self.answer, token, person)
        elif self.rng.random() < 0.08 and not self.is_staff:
            self.agenda.add(when, self.begin, token, person)
        elif self.rng.random() < 0.02 and not self.is_staff:
            self.agenda.add(when, self.opt_out, token)

    def answer(self, token, person):
        invitation = answering.find_invitation(token)
        if (
            answering.situation(invitation.wave, invitation) != answering.Situation.READY
            or invitation.state == "bounced"
        ):
            return
        seconds, hurry = self.rng.randint(70, 420), random.Random(-invitation.pk).random()  # noqa: S311 (no secret)
        began = timezone.now() - timedelta(seconds=HURRIED if hurry < IN_A_HURRY else seconds)
        payload = self._payload(person)
        entry = self._by_phone(invitation)
        receipt = answering.submit(
            payload=payload, invitation=invitation, language=person.language, started_at=began, entry=entry
        )
        if receipt.is_new and not self.is_staff:
            self._care(invitation)

    def _by_phone(self, invitation):
        """A few say their answers to their agent on the phone, who types them in."""
        if self.is_staff or random.Random(invitation.pk).random() > BY_PHONE:  # noqa: S311 (repeatable, no secret)
            return None
        agent = self.rounds.customers.agent_of(invitation.customer)
        return Entry(ResponseMode.PHONE, agent, is_proxy=True, given_on=timezone.localdate())

    def _payload(self, person):
        instrument = instrument_of(self.version())
        if self.is_staff:
            return opinions.staff_payload(instrument, person, self.rng)
        return opinions.training_payload(instrument, person, self.number, self.rng)

    def begin(self, token, person):
        invitation = answering.find_invitation(token)
        if answering.situation(invitation.wave, invitation) == answering.Situation.READY:
            first = dict(list(self._payload(person).items())[:4])
            answering.save_answers(invitation, payload=first, rev=0)

    def opt_out(self, token):
        invitations.opt_out(answering.find_invitation(token))

    def remind(self):
        self.wave.refresh_from_db()
        if self.wave.takes_answers:
            invitations.remind(self.wave)
            mails.deliver()

    def close(self):
        self.wave.refresh_from_db()
        waves.close_when_due(self.wave)
        today = timezone.localdate()
        if not self.decides:
            return
        self.agenda.add(moment(today + timedelta(days=2), 10), self.take_up)
        self.agenda.add(moment(today + timedelta(days=4), 15), self.judge)
        self.agenda.add(moment(today + timedelta(days=6), 11), self.confirm)

    def confirm(self):
        self.check()
        self.classify()
        waves.confirm_results(self.wave, by=self.org.users["officer2"], comment="已核对来源与作答时间，结果可信。")

    def classify(self):
        """The officer reads the comments and confirms most of what their words hint at."""
        found = comments.comments(self.wave) or []
        read = [row for row in found if row.direction != Pointing.OTHER and self.rng.random() < 0.8]
        classes = {row.pk: (row.direction, row.theme) for row in read}
        opinion_service.classify(self.wave, classes, by=self.org.users["officer"])

    # Low answers

    def _care(self, invitation):
        follow_up = FollowUp.objects.filter(low_answers__response__invitation=invitation).first()
        if follow_up is None:
            return
        agent = self.rounds.customers.agent_of(invitation.customer)
        calendar, now = calendar_for(), timezone.now()
        pace = self.rng.uniform(0.3, 2.7) if self.rng.random() < 0.82 else self.rng.uniform(3.4, 5.5)
        if self.rng.random() < 0.7:
            self.agenda.add(calendar.add(now, 40), self.assign, follow_up, agent)
        self.agenda.add(calendar.add(now, pace * WORKING_DAY), self.call_back, follow_up, agent, invitation.contact)

    def assign(self, follow_up, agent):
        follow_ups.assign(follow_up, to=agent, by=self.org.users["lead"])

    def call_back(self, follow_up, agent, person):
        """Take the follow-up, call, and close it with what came of it."""
        follow_up.refresh_from_db()
        follow_ups.take(follow_up, by=agent)
        outcome = self.rng.choices(list(OUTCOMES), [weight for weight, _notes in OUTCOMES.values()])[0]
        note = self.rng.choice(OUTCOMES[outcome][1])
        self.rounds.customers.talk(
            person, f"回访低分答卷：{note}", by=agent, direction=Direction.OUT, follow_up=follow_up
        )
        if self.rng.random() < 0.2:  # needs another department, and so another day
            later = calendar_for().add(timezone.now(), self.rng.uniform(0.4, 1.5) * WORKING_DAY)
            self.agenda.add(later, self.settle, follow_up, agent, outcome, note)
        else:
            self.settle(follow_up, agent, outcome, note)

    def settle(self, follow_up, agent, outcome, note):
        if outcome == Outcome.UNRESOLVED and self.rng.random() < 0.3:
            follow_ups.escalate(follow_up, by=agent, comment=note)
        else:
            follow_ups.finish(follow_up, by=agent, outcome=outcome, note=note)

    # Findings

    def take_up(self):
        """A low answer that its call bore out becomes a finding."""
        rows = LowAnswer.objects.filter(
            response__wave=self.wave, follow_up__state=FollowUpState.DONE, follow_up__outcome=Outcome.UNRESOLVED
        )
        low = rows.select_related("response__wave", "question").order_by("score5", "question__position", "pk").first()
        if low:
            findings.propose_from(low, by=self.org.users["officer"], note="回访证实：问题至今没有解决。")

    def judge(self):
        """What provably lies under the target is confirmed and given to a unit; the rest is dismissed with the reason."""
        for number, finding in enumerate(self.wave.findings.filter(state=FindingState.PROPOSED).order_by("mean", "pk")):
            if number and self.number == opinions.LAST_CLOSED and self.rng.random() < 0.35:
                continue  # of the last wave some still wait
            if (
                finding.mean_high is not None
                and finding.mean_high >= finding.threshold
                and finding.low_answer_id is None
            ):
                findings.dismiss(finding, by=self.org.users["officer2"], reason="区间包含目标值，低于目标未得到证实。")
            else:
                findings.confirm(finding, by=self.org.users["officer2"], unit=self._unit_of(finding))

    def _unit_of(self, finding):
        dimension = finding.dimension or finding.question.dimension
        return self.org.units[
            {"service": "CD-SV", "organisation": "BT", "effect": "BT", "needs": "SH-BT"}.get(dimension, "QA")
        ]
