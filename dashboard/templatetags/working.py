"""The line under the home page's title."""

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.worktime import words

register = template.Library()


@register.filter
def today_line(minutes):
    """4月8日，星期三。今天的工作时间还剩6.5小时。"""
    today = timezone.localdate()
    day = _("%(date)s, %(weekday)s.") % {
        "date": date_format(today, "SHORT_DATE_FORMAT"),
        "weekday": date_format(today, "l"),
    }
    if minutes is None:
        return day + _(" Not a working day.")
    if not minutes:
        return day + _(" Working hours are over.")
    return day + _(" Working time left today: %(span)s.") % {"span": words.span(minutes, 480)}
