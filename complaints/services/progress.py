"""Long cases: at the interval of the policy the customer hears where things stand (CMP-19)."""

from django.db import transaction
from django.utils import timezone

from complaints.models import Complaint, Cycle, ProgressReport
from complaints.services import conversations
from core.workflow import record
from customers.choices import Channel
from notifications.models import Notice
from notifications.services import outbox

BATCH = 500


@transaction.atomic
def report(complaint, *, by, text, channel):
    """Tell the customer where things stand: by mail ``text`` goes out, otherwise it is what was said. Returns the
    ProgressReport.
    """
    made = ProgressReport.objects.create(cycle=complaint.cycle, text=text, by=by)
    record(complaint, "progress_told", by=by, comment=text, payload={"progress": made.pk})
    if channel == Channel.MAIL:
        outbox.queue("complaints.progress", context={"complaint": complaint.pk, "progress": made.pk},
                     language=complaint.language, dedupe_key=f"complaints.progress:{made.pk}")  # fmt: skip
    else:
        _told(made, conversations.log(complaint, by=by, summary=text, channel=channel))
    return made


def _told(made, talk):
    made.sent_at, made.interaction = talk.interaction.started_at, talk.interaction
    made.save(update_fields=["sent_at", "interaction"])


@transaction.atomic
def mark_sent(pk, at):
    """The mail went out at ``at``: a contact with the customer. Safe to repeat."""
    made = ProgressReport.objects.select_for_update(of=("self",)).select_related("by").get(pk=pk)
    if made.sent_at is None:
        rows = Complaint.objects.select_related("cycle", "complainant", "customer", "contact")
        complaint = rows.get(cycles=made.cycle_id)
        _told(made, conversations.log(complaint, by=made.by, channel=Channel.MAIL, summary=made.text, started_at=at))


@transaction.atomic
def mark_failed(pk, error):
    """The mail did not arrive: the handler owes the customer a word now."""
    made = ProgressReport.objects.get(pk=pk)
    complaint = Complaint.objects.select_related("cycle", "handler").get(cycles=made.cycle_id)
    record(complaint, "reply_failed", by=None, comment=error[:300])
    Cycle.objects.filter(pk=complaint.cycle_id, closed_at=None).update(progress_due=timezone.now())


def owed(at=None):
    """Open records whose customers are to hear where things stand; the longest wait first."""
    rows = Complaint.objects.open().filter(cycle__progress_due__lte=at or timezone.now(), cycle__replied_at=None)
    return rows.select_related("cycle", "handler").order_by("cycle__progress_due", "pk")


def ask_handlers(now=None):
    """Tell each handler once of every customer who is to hear something. Returns how many there are."""
    rows = [row for row in owed(now)[:BATCH] if row.handler_id]
    Notice.objects.bulk_create(
        [
            Notice(
                user=row.handler, kind="complaints.progress_owed", url=row.get_absolute_url(),
                context={"number": row.number, "title": row.title},
                dedupe_key=f"complaints.progress_owed:{row.cycle_id}:{row.cycle.progress_due.isoformat()}:{row.handler_id}",
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return len(rows)
