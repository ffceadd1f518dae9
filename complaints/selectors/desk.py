"""What canned answers are filled with, and which of them fit what is said."""

from datetime import datetime, time

from django.conf import settings
from django.utils import timezone

from complaints.models import CannedAnswer, ChannelNotice
from complaints.selectors.search import grams
from core import moments
from core.i18n import CHINESE, pick


def end_of_day(day):
    return timezone.make_aware(datetime.combine(day, time(18, 0)))


def text_of(answer, contact=None, language=""):
    """The text of a canned answer in the language of who gets it."""
    return pick(answer, "text", language or (contact.language if contact else CHINESE))


def values_for(*, by, complaint=None, interaction=None):
    """What the placeholders of a canned answer stand for; what is not known is left out."""
    contact = interaction.contact if interaction else complaint and complaint.contact
    person = (
        contact.name if contact else complaint.complainant.name if complaint else interaction and interaction.caller
    )
    values = {"customer": person or "", "agent": by.get_full_name()}
    notice = ChannelNotice.objects.first()
    values["hotline"] = notice.hotline if notice else settings.PORTAL["phone"]
    if complaint:
        at = complaint.cycle.due_at
        values |= {"number": complaint.number, "title": complaint.title, "due": moments.text(at) if at else ""}
    return values


MOST = 300  # answers in use that are compared; the most used ones
FITTING = 4


def fitting(user, said):
    """Answers in use that share the most pairs of characters with ``said``; without words, or without a match, those used most."""
    rows = list(CannedAnswer.objects.visible_to(user).in_use().with_uses().order_by("-uses_n", "pk")[:MOST])
    pairs = {gram for gram in grams(said) if len(gram) > 1}
    shares = {row.pk: len(pairs.intersection(_pairs(row))) for row in rows} if pairs else {}
    likely = [row for row in rows if shares.get(row.pk)]
    return sorted(likely, key=lambda row: -shares[row.pk])[:FITTING] or rows[:FITTING]


def _pairs(answer):
    return grams("\n".join((answer.title_zh, answer.title_en, answer.text_zh, answer.text_en)))
