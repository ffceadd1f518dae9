"""Message kinds of customers: inbox lines."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.i18n import suffix
from notifications.kinds import Kind, register


def _moment(context):
    return date_format(timezone.localtime(datetime.fromisoformat(context["due"])), "SHORT_DATETIME_FORMAT")


def _title(context):
    return (context.get("title_en") if suffix() == "en" else "") or context["title"]


def _assigned(context):
    return _("Follow-up for you: %(title)s, due %(due)s") % {
        "title": _title(context),
        "due": _moment(context),
    }


def _escalated(context):
    return _("Escalated to you: %(title)s") % {"title": _title(context)}


def _due(context):
    text = _("Overdue since %(due)s: %(title)s") if context["overdue"] else _("Due %(due)s: %(title)s")
    return text % {"title": _title(context), "due": _moment(context)}


register(Kind("customers.follow_up_assigned", gettext_lazy("Follow-up assigned"), line=_assigned))
register(Kind("customers.follow_up_escalated", gettext_lazy("Follow-up escalated"), line=_escalated))
register(Kind("customers.follow_up_due", gettext_lazy("Follow-up due"), line=_due))
