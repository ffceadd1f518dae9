"""Mails and inbox lines about reports."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.i18n import pick
from notifications.kinds import Kind, from_template, register
from reports.models import Report


def _kind(code, title, subject, line):
    def render(message, context):
        report = Report.objects.select_related("period").get(pk=context["report"])
        return from_template(
            "action", {"intro": str(line) % {"report": report}, "button": _("Open the report"), "link": settings.BASE_URL + report.get_absolute_url()},
            to=message.to_user.email, subject=str(subject) % {"report": report}, language=message.language,
        )  # fmt: skip

    def inbox_line(context):
        return str(line) % {"report": pick(context, "name")}

    register(Kind(code, title, render=render, line=inbox_line))


_kind(
    "reports.drafted",
    gettext_lazy("Report drafted"),
    gettext_lazy("Draft ready: %(report)s"),
    gettext_lazy("The draft of “%(report)s” is ready. Check its words and hand it in for review."),
)
_kind(
    "reports.to_review",
    gettext_lazy("Report to review"),
    gettext_lazy("Please review: %(report)s"),
    gettext_lazy("“%(report)s” waits for your review."),
)
_kind(
    "reports.to_issue",
    gettext_lazy("Report to issue"),
    gettext_lazy("Ready to issue: %(report)s"),
    gettext_lazy("“%(report)s” has been reviewed and can be issued."),
)
_kind(
    "reports.sent_back",
    gettext_lazy("Report sent back"),
    gettext_lazy("Sent back: %(report)s"),
    gettext_lazy("“%(report)s” came back from review with a reason."),
)
_kind(
    "reports.issued",
    gettext_lazy("Report issued"),
    gettext_lazy("Issued: %(report)s"),
    gettext_lazy("“%(report)s” has been issued. Please read it and confirm."),
)
