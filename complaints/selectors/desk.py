"""What canned answers are filled with."""

from datetime import datetime, time

from django.conf import settings
from django.utils import timezone

from complaints.models import ChannelNotice
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
