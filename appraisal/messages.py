"""Mails and inbox lines about appraisal."""

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from appraisal.models import Appeal, AppraisalCycle, ScoreSheet
from notifications.kinds import Kind, from_template, register


def _of_cycle(row):
    due = date_format(localtime(row.ratings_due), "SHORT_DATE_FORMAT")
    return {"what": row, "due": due}, reverse("appraisal:ratings")


def _of_sheet(row):
    until = row.cycle.objections_until
    due = date_format(localtime(until), "SHORT_DATE_FORMAT") if until else ""
    return {"what": row.unit_name, "cycle": row.cycle, "due": due}, row.get_absolute_url()


def _of_appeal(row):
    return {"what": row, "cycle": row.sheet.cycle}, row.get_absolute_url()


def _of_decided(row):
    return {"what": row, "cycle": row.sheet.cycle}, row.sheet.get_absolute_url()


READERS = {AppraisalCycle: _of_cycle, ScoreSheet: _of_sheet, Appeal: _of_appeal}


def _kind(code, title, text, model, read=None):
    """A message about one row; nothing is sent when the row is gone."""

    def facts(context):
        row = model.objects.filter(pk=context["about"]).first()
        return (read or READERS[model])(row) if row else None

    def render(message, context):
        found = facts(context)
        if found is None:
            return None
        words, path = found
        return from_template(
            "action", {"intro": str(text) % words, "button": _("Open in the portal"), "link": settings.BASE_URL + path},
            to=message.to_user.email, subject=f"{title}: {words['what']}", language=message.language,
        )  # fmt: skip

    def line(context):
        found = facts(context)
        return str(text) % found[0] if found else ""

    register(Kind(f"appraisal.{code}", title, render=render, line=line))


_kind("rating_due", _("Ratings wait for you"),
      _("The appraisal of %(what)s asks for your ratings by %(due)s."), AppraisalCycle)  # fmt: skip
_kind("preview", _("Result of your unit"),
      _("The result of %(what)s in the appraisal of %(cycle)s can be seen. You may object until %(due)s."), ScoreSheet)  # fmt: skip
_kind("appeal_raised", _("Objection to an appraisal"),
      _("An objection waits for your decision: %(what)s, %(cycle)s."), Appeal)  # fmt: skip
_kind("appeal_decided", _("Objection decided"),
      _("Your objection has been decided: %(what)s, %(cycle)s."), Appeal, _of_decided)  # fmt: skip
_kind("published", _("Appraisal published"),
      _("The result of %(what)s in the appraisal of %(cycle)s has been published."), ScoreSheet)  # fmt: skip
