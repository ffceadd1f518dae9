"""Reading aids of the calendar page."""

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.i18n import pick
from core.worktime.words import sessions_text

register = template.Library()


@register.filter
def year_line(view):
    """2026年，248个工作日。"""
    return _("%(year)s: %(days)s working days.") % {"year": view.number, "days": view.working_days}


@register.filter
def month_name(day):
    return date_format(day, "F")


@register.filter
def day_label(day):
    """The name of a special day, in the reader's language."""
    return pick(day, "label")


@register.filter
def day_line(day):
    """Date, name and hours of a day."""
    parts = [
        date_format(day.date, "DATE_FORMAT"),
        date_format(day.date, "l"),
        pick(day, "label"),
        str(sessions_text(day.sessions)),
    ]
    return " · ".join(part for part in parts if part)


@register.filter
def version_note(version):
    return pick(version, "note")
