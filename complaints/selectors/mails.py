"""Reading the mails to the service desk."""

from django.db.models import Count, Q
from django.utils import timezone

from complaints.choices import MailState
from complaints.models import MailItem

RELATED = ("complaint", "related", "contact__customer", "taken_by")


def rows(user):
    """The queue and the archive as ``user`` sees them, ready for a list."""
    return MailItem.objects.visible_to(user).select_related(*RELATED).defer("words", "text")


def counts(user):
    """{"new", "mine", "interim", "overdue"} of mails that wait, once per request."""
    if not hasattr(user, "_mail_counts"):
        late = Q(state__in=MailState.unanswered(), answer_due__lt=timezone.now())
        user._mail_counts = MailItem.objects.visible_to(user).aggregate(
            new=Count("pk", filter=Q(state__in=MailState.untaken())),
            open=Count("pk", filter=Q(state=MailState.OPEN)),
            interim=Count("pk", filter=Q(state=MailState.INTERIM)),
            overdue=Count("pk", filter=late),
        )
    return user._mail_counts


def of_record(complaint):
    """The mails of a record with their answers, the newest first, in two queries."""
    rows = complaint.mails.defer("words").prefetch_related("replies__by", "replies__message")
    return list(rows.order_by("-received_at"))


def headers_for(complaint):
    """Headers that put a mail about ``complaint`` into the thread of what its customer wrote last; none without a mail."""
    item = complaint.mails.exclude(message_id="").only("message_id", "references").order_by("-received_at").first()
    return thread_headers(item) if item else {}


def thread_headers(item):
    """In-Reply-To and References (RFC 5322, 3.6.4) of an answer to ``item``."""
    if not item.message_id:
        return {}
    return {"In-Reply-To": item.message_id, "References": " ".join(item.references or [item.message_id])}
