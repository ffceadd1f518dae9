"""Mails and inbox lines about measures."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from improvements.models import Measure
from notifications.kinds import Kind, from_template, register


def _facts(context):
    """Words of a message: number, title, due day of the measure, None when it is gone."""
    measure = Measure.objects.select_related("case").filter(pk=context["measure"]).first()
    if measure is None:
        return None
    due = datetime.fromisoformat(context["due"]) if "due" in context else measure.due_at
    return measure, {
        "number": measure.number,
        "title": measure.title,
        "due": date_format(timezone.localtime(due), "SHORT_DATE_FORMAT"),
    }


def _kind(code, title, line):
    """``line(context)`` gives the sentence of inbox and mail with holes for number, title and due."""

    def render(message, context):
        found = _facts(context)
        if found is None:
            return None
        measure, words = found
        return from_template(
            "action", {"intro": str(line(context)) % words, "button": _("Open the measure"),
                       "link": settings.BASE_URL + measure.get_absolute_url()},
            to=message.to_user.email, subject=f"{title}: {words['number']} {words['title']}", language=message.language,
        )  # fmt: skip

    def inbox_line(context):
        found = _facts(context)
        return str(line(context)) % found[1] if found else ""

    register(Kind(code, title, render=render, line=inbox_line))


def _fixed(text):
    return lambda context: text


def _due_line(context):
    if context.get("stage") == "overdue":
        return _("“%(title)s” (%(number)s) was due %(due)s and has not been handed in.")
    return _("“%(title)s” (%(number)s) is due %(due)s.")


_kind(
    "improvements.measure_issued",
    gettext_lazy("Measure for you"),
    _fixed(gettext_lazy("“%(title)s” (%(number)s) is yours to carry out, due %(due)s.")),
)
_kind(
    "improvements.measure_cancelled",
    gettext_lazy("Measure cancelled"),
    _fixed(gettext_lazy("“%(title)s” (%(number)s) need not be carried out any more.")),
)
_kind(
    "improvements.measure_accepted",
    gettext_lazy("Measure verified"),
    _fixed(gettext_lazy("“%(title)s” (%(number)s) was found carried out.")),
)
_kind(
    "improvements.measure_returned",
    gettext_lazy("Measure sent back"),
    _fixed(gettext_lazy("“%(title)s” (%(number)s) came back from verification with a reason.")),
)
_kind(
    "improvements.measure_redone",
    gettext_lazy("Measure to be redone"),
    _fixed(gettext_lazy("“%(title)s” (%(number)s) did not have the wanted effect. A new cycle begins, due %(due)s.")),
)
_kind(
    "improvements.effect_known",
    gettext_lazy("Effect of a measure"),
    _fixed(gettext_lazy("The next wave shows what “%(title)s” (%(number)s) achieved.")),
)
_kind(
    "improvements.extension_asked",
    gettext_lazy("Extension asked for"),
    _fixed(gettext_lazy("An extension of “%(title)s” (%(number)s), due %(due)s, waits for your decision.")),
)
_kind(
    "improvements.extension_decided",
    gettext_lazy("Extension decided"),
    _fixed(gettext_lazy("The extension of “%(title)s” (%(number)s) has been decided; it is due %(due)s.")),
)
_kind("improvements.measure_due", gettext_lazy("Measure due"), _due_line)
