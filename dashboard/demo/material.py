"""Survey material: handed over, kept, past its date; and the round that a third party helps with."""

import random
from datetime import timedelta

from django.utils import timezone

from dashboard.demo import instruments, opinions
from dashboard.demo.clock import moment
from dashboard.demo.rounds import LENGTH, SHEETS
from surveys import serials
from surveys.choices import HandoverKind, ResponseMode, Secrecy
from surveys.models import Wave
from surveys.selectors.questionnaires import instrument_of
from surveys.services import custody, disposals, entering, entrustments, handovers, questionnaires, waves

PILOT = 980  # days ago the paper pilot opened
PILOT_YEARS = 2  # its material was to be kept
PILOT_ANSWERS = 14
AFTER = 9  # days after its close the forms of a wave are handed on
ENTRUSTED_AFTER = 2  # days after its opening the running wave is entrusted to those who call


class Material:
    """Who hands what to whom, and when."""

    def __init__(self, company):
        self.org, self.agenda, self.today = company.org, company.agenda, company.today
        self.stories, self.running = company.stories, company.running

    def plan(self):
        self._on(self.today - timedelta(days=PILOT), 9, self.open_pilot)
        self._on(self.today - timedelta(days=PILOT - 10), 15, self.close_pilot)
        for story in self.stories:
            day = story.opens_on + timedelta(days=LENGTH + AFTER)
            self._on(day, 10, self.gather, story)
            self._on(day + timedelta(days=1), 14, self.give_away, story)
        self._on(self.running.opens_on + timedelta(days=ENTRUSTED_AFTER), 11, self.entrust)
        self._on(self.today - timedelta(days=1), 3, disposals.list_due)

    def _on(self, day, hour, act, *args):
        self.agenda.add(moment(day, hour), act, *args)

    # The pilot on paper

    def open_pilot(self):
        by, unit = self.org.users["officer"], self.org.units["QA"]
        draft = questionnaires.create(
            code="ZZ-00",
            name_zh="纸质问卷试点",
            name_en="Pilot on paper",
            unit=unit,
            by=by,
            definition=instruments.spot(),
        ).draft
        version = questionnaires.publish(draft, by=self.org.users["officer2"], note="试点用。")
        now = timezone.now()
        self.pilot = waves.create(
            by=by, owner=by, questionnaire_version=version, unit=unit, name_zh="纸质问卷试点调查", name_en="Pilot survey on paper",
            opens_at=now, closes_at=now + timedelta(days=12), audience={"nobody": True},
        )  # fmt: skip
        waves.schedule(self.pilot, by=by)
        waves.open_when_due(self.pilot)
        entering.issue_sheets(self.pilot, count=SHEETS, language="zh-hans", by=by)

    def close_pilot(self):
        by, instrument = self.org.users["officer"], instrument_of(self.pilot.questionnaire_version)
        wave = Wave.objects.get(pk=self.pilot.pk)
        for number in range(1, PILOT_ANSWERS + 1):
            rng = random.Random(f"pilot:{number}")  # noqa: S311 (repeatable demonstration data, no secret)
            payload = opinions.spot_payload(instrument, opinions.person(f"pilot:{number}", "SH", "zh-hans"), rng)
            entering.enter(
                payload=payload, by=by, mode=ResponseMode.PAPER, wave=wave, number=number, language="zh-hans"
            )
        waves.close(wave, by=by)
        waves.confirm_results(wave, by=self.org.users["officer2"], comment="试点结果已核对。")
        custody.set_terms(
            wave.custody, by=self.org.users["admin"], retention_years=PILOT_YEARS, secrecy=Secrecy.CONFIDENTIAL
        )
        self._hand(wave, "officer", "admin", HandoverKind.KEEPING, PILOT_ANSWERS, accepted=True)

    # The waves of the year

    def gather(self, story):
        """The department that collected the paper sheets hands them to the quality department."""
        self._hand(story.wave, "department", "officer", HandoverKind.FORMS, SHEETS, accepted=True)

    def give_away(self, story):
        """Quality hands everything to the administration; of the newest wave it is not confirmed yet."""
        is_newest = story is self.stories[-1]
        self._hand(story.wave, "officer", "admin", HandoverKind.KEEPING, SHEETS, accepted=not is_newest)

    def _hand(self, wave, giver, receiver, kind, forms, *, accepted):
        units = {"department": "SH-SV", "officer": "QA", "admin": "HQ"}
        row = handovers.submit(
            wave.custody, by=self.org.users[giver], receiver=self.org.users[receiver], kind=kind,
            from_unit=self.org.units[units[giver]], to_unit=self.org.units[units[receiver]], handed_on=timezone.localdate(),
            forms_n=forms, serials=f"{serials.write(1)} – {serials.write(forms)}",
            remark="含空白未用问卷，已清点。" if kind == HandoverKind.FORMS else "",
        )  # fmt: skip
        if accepted:
            handovers.accept(row, by=self.org.users[receiver])

    # The third party

    def entrust(self):
        """Whoever has not answered by mail is called by a commissioned agency until the return deadline."""
        day = timezone.localdate()
        entrustments.give(
            by=self.org.users["officer"], wave=Wave.objects.get(pk=self.running.wave.pk), user=self.org.users["agency"],
            organisation="方正市场调研有限公司", contract="WT-2026-018", starts_on=day, ends_on=day + timedelta(days=30),
            may_enter=True, sees_contacts=True, consent_basis="培训服务协议第9条：同意委托第三方开展满意度回访。",
        )  # fmt: skip
