"""What complaints hear from below."""

from complaints.choices import Kind, State
from complaints.models import Complaint
from complaints.services import personal
from complaints.services.registration import register
from customers.choices import Channel, FollowUpReason


def follow_up_escalated(sender, follow_up, by, comment, **kwargs):
    """It became a complaint; once per follow-up, however often this is heard. The clocks run from now on."""
    text = "\n\n".join(filter(None, [follow_up.detail, comment])) or follow_up.title
    channel = Channel.PHONE if follow_up.reason == FollowUpReason.DISSATISFIED_CALL else Channel.WEB
    register(
        kind=Kind.COMPLAINT, title=follow_up.title, text=text, channel=channel, by=by, customer=follow_up.customer,
        contact=follow_up.contact, follow_up=follow_up, language=getattr(follow_up.contact, "language", None) or "zh-hans",
    )  # fmt: skip


def contact_erased(sender, contact, by, **kwargs):
    """Who forgot the person forgets the complainant of records that have ended as well."""
    rows = Complaint.objects.filter(contact=contact, state__in=State.ended()).select_related("complainant")
    for complaint in rows:
        personal.erase(complaint, by=by)
