"""Moments and promises as customers read them."""

from datetime import timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints.selectors.policies import promised
from core.worktime.words import limit_text


def moment(at):
    """11月25日（星期三）18:00; a midnight belongs to the day that ends with it."""
    return _moment(timezone.localtime(at).replace(second=0, microsecond=0), get_language())


@lru_cache(maxsize=256)
def _moment(at, _language):
    day, clock = at, f"{at:%H:%M}"
    if clock == "00:00":
        day, clock = at - timedelta(days=1), "24:00"
    words = {"day": date_format(day, "SHORT_DATE_FORMAT"), "weekday": date_format(day, "l"), "time": clock}
    return _("%(day)s (%(weekday)s), %(time)s") % words


def written(code):
    """A code in two groups, as it is told and typed."""
    return f"{code[:4]}-{code[4:]}"


def promises(kind):
    """{"response", "result"} of a kind as lengths of time; ``response`` is None where there is no such clock."""
    terms = promised(kind)
    return {"response": terms.response and limit_text(terms.response), "result": limit_text(terms.result)}
