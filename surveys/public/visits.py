"""Somebody who opened a link: what they meet, what they have answered so far and where it is kept."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.i18n import pick
from surveys.models import Invitation, Wave
from surveys.public.sheets import Sheet, index_of, resume_at, sections_of
from surveys.replies import check, read_post
from surveys.services import answering
from surveys.services.answering import Situation

LINK_OUTLIVES_WAVE = timedelta(days=30)  # then a link is expired: it says no more than an unknown one


def personal_home(token):
    return reverse("respond:personal", args=[token])


def open_home(code):
    return reverse("respond:open", args=[code])


@dataclass
class Visit:
    """A visit at the address ``home``: by personal link (``invitation``) or open link (``wave`` alone)."""

    home: str
    wave: Wave | None = None
    invitation: Invitation | None = None
    is_personal: bool = False
    wish: bool = False  # ticked on the page: please call me

    @classmethod
    def by_token(cls, token):
        invitation = answering.find_invitation(token)
        return cls(personal_home(token), invitation and invitation.wave, invitation, is_personal=True)

    @classmethod
    def by_code(cls, code):
        return cls(open_home(code), answering.find_wave(code))

    @cached_property
    def situation(self):
        if self.wave is None:
            return Situation.UNKNOWN
        found = answering.situation(self.wave, self.invitation)
        if found == Situation.CLOSED and timezone.now() > self.wave.closes_at + LINK_OUTLIVES_WAVE:
            return Situation.UNKNOWN
        return found

    @property
    def least(self):
        """Answers a group must have to be shown."""
        return settings.SUPPRESSION_SCORES

    @cached_property
    def instrument(self):
        return answering.instrument_for(self.wave)

    @property
    def keeper(self):
        """Who may open the seals of a confidential wave."""
        return pick(self.wave.seal_keeper, "name")

    @property
    def may_wish(self):
        """Whether the respondent can ask to be called (PRV-04)."""
        return self.is_personal and self.invitation is not None and self.wave.is_confidential

    @property
    def keeps_draft(self):
        """Whether the server keeps what is answered so far; else only the page and the device do."""
        return self.invitation is not None and not self.wave.is_anonymous

    @cached_property
    def draft(self):
        return answering.load_draft(self.invitation) if self.keeps_draft else answering.Saved({}, 0)

    @property
    def saved_at(self):
        """When the draft was saved last, or None."""
        draft = getattr(self.invitation, "draft", None) if self.keeps_draft else None
        return draft and draft.updated_at

    @property
    def receipt(self):
        return answering.receipt_of(self.invitation)

    @property
    def thanks(self):
        return pick(self.wave, "thanks")

    def sheet(self, part=None):
        """The section numbered ``part`` (text from the address), or where the draft left off."""
        payload = self.draft.payload
        index = index_of(part, self.instrument) if part else None
        if index not in sections_of(self.instrument, payload):  # not asked for, or off the way
            index = resume_at(self.instrument, payload)
        return Sheet(self.instrument, index, dict(self.draft.payload))

    def posted(self, post):
        """The sheet that was sent, with all that is answered so far; unanswered questions of it are None."""
        sheet = Sheet(self.instrument, index_of(post.get("part"), self.instrument))
        empty = {question.uid: None for question in sheet.section.questions}
        sheet.payload = self.draft.payload | empty | read_post(self.instrument, post)
        return sheet

    @property
    def deadline(self):
        """The last moment in words; a midnight belongs to the day that ends with it."""
        closes = timezone.localtime(self.wave.closes_at)
        day, clock = (closes, f"{closes:%H:%M}")
        if clock == "00:00":
            day, clock = closes - timedelta(days=1), "24:00"
        words = {
            "day": date_format(day, "SHORT_DATE_FORMAT"),
            "weekday": date_format(day, "l"),
            "time": clock,
        }
        return _("%(day)s (%(weekday)s), %(time)s") % words

    def keep(self, sheet, rev):
        """Save the answers of ``sheet`` that fit, where the server keeps a draft; the latest act wins."""
        if not self.keeps_draft:
            return
        here = {question.uid: sheet.payload.get(question.uid) for question in sheet.section.questions}
        _fit, errors = check(self.instrument, here, complete=False)
        fit = {uid: value for uid, value in here.items() if uid not in errors}
        try:
            self.draft = answering.save_answers(self.invitation, payload=fit, rev=rev)
        except answering.StaleDraft as newer:
            self.draft = answering.save_answers(self.invitation, payload=fit, rev=newer.rev)
