"""Mails and inbox lines about rectification notices."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from improvements.models import RectificationNotice
from notifications.kinds import Kind, from_template, register


def _facts(context):
    """The notice with the words of a message: number, title, unit, due moment; None when there is none."""
    notice = RectificationNotice.objects.select_related("unit").filter(pk=context["notice"]).first()
    if notice is None:
        return None
    due = datetime.fromisoformat(context["due"]) if "due" in context else notice.current_due
    return notice, {
        "number": notice.number, "title": notice.title, "unit": str(notice.unit),
        "due": date_format(timezone.localtime(due), "SHORT_DATETIME_FORMAT"),
    }  # fmt: skip


def _kind(code, title, line):
    """``line(context)`` is the sentence of inbox and mail with holes for number, title, unit and due."""

    def render(message, context):
        found = _facts(context)
        if found is None:
            return None
        notice, words = found
        return from_template(
            "action", {"intro": str(line(context)) % words, "button": _("Open the notice"),
                       "link": settings.BASE_URL + notice.get_absolute_url()},
            to=message.to_user.email, subject=f"{title}: {words['number']} {words['title']}", language=message.language,
        )  # fmt: skip

    def inbox_line(context):
        found = _facts(context)
        return str(line(context)) % found[1] if found else ""

    register(Kind(f"improvements.{code}", title, render=render, line=inbox_line))


def _due_line(context):
    if context.get("phase") == "overdue":
        return _("“%(title)s” (%(number)s) to %(unit)s was due %(due)s and has not been answered.")
    return _("“%(title)s” (%(number)s) is to be answered by %(due)s.")


LINES = {
    "notice_issued": (
        gettext_lazy("Rectification notice"),
        gettext_lazy("The supervision group requires %(unit)s to put “%(title)s” (%(number)s) right by %(due)s."),
    ),
    "notice_yours": (
        gettext_lazy("Rectification for you"),
        gettext_lazy("You carry out the rectification of “%(title)s” (%(number)s), to be answered by %(due)s."),
    ),
    "notice_acknowledged": (
        gettext_lazy("Receipt of a notice confirmed"),
        gettext_lazy("%(unit)s has confirmed the receipt of “%(title)s” (%(number)s)."),
    ),
    "notice_replied": (
        gettext_lazy("Answer to a notice"),
        gettext_lazy("%(unit)s has answered “%(title)s” (%(number)s). It waits for verification."),
    ),
    "notice_returned": (
        gettext_lazy("Rectification sent back"),
        gettext_lazy("“%(title)s” (%(number)s) came back with a reason. Please answer again by %(due)s."),
    ),
    "notice_verified": (
        gettext_lazy("Rectification verified"),
        gettext_lazy("“%(title)s” (%(number)s) was found put right."),
    ),
    "notice_closed": (gettext_lazy("Notice closed"), gettext_lazy("“%(title)s” (%(number)s) is closed.")),
}
for _code, (_title, _line) in LINES.items():
    _kind(_code, _title, lambda context, line=_line: line)
_kind("notice_due", gettext_lazy("Answer to a notice due"), _due_line)
