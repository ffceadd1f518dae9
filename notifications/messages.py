"""Kinds of messages that belong to the portal itself."""

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.kinds import Guarantee, Kind, from_template, register


def login_mail(message, context):
    """allauth's own mails (password reset and the like) in our frame."""
    prefix = context.pop("prefix")
    subject = " ".join(render_to_string(f"{prefix}_subject.txt", context).split())
    body = render_to_string(f"{prefix}_message.txt", context).strip()
    return from_template("plain", {"body": body}, to=message.to_email, subject=subject, language=message.language)


def job_line(context):
    texts = {
        "done": _("Finished: %(title)s"),
        "failed": _("Did not work: %(title)s"),
        "cancelled": _("Cancelled: %(title)s"),
    }
    return texts.get(context["state"], texts["done"]) % {"title": context["title"]}


register(Kind("accounts.login_mail", gettext_lazy("Login mail"), render=login_mail, guarantee=Guarantee.AT_LEAST_ONCE))
register(Kind("core.job_ended", gettext_lazy("Long work ended"), line=job_line))
