"""Message kinds of working a record: what customers of merged records and proposers read, and lines for colleagues."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.messages import _about, _complaint, _mail
from notifications.kinds import Guarantee, Kind, register


def _merged(message, context):
    """That it is handled together with another record, whose number the customer may name."""
    complaint = _complaint(context)
    subject = _("[%(number)s] We handle it together with another record: %(title)s")
    return _mail("complaint_merged", message, complaint, subject, master=context["master"])


def _merged_reply(message, context):
    """The reply of the master, to the customer of a record merged into it; None where it was taken apart meanwhile."""
    from complaints.choices import State
    from complaints.models import Reply

    complaint, reply = _complaint(context), Reply.objects.filter(pk=context["reply"]).first()
    if complaint is None or complaint.state != State.MERGED:
        return None
    return _mail("complaint_reply", message, complaint, _("[%(number)s] Our reply: %(title)s"), reply=reply)


def _merged_decision(message, context):
    """What was decided about the suggestion it was merged into, and who had the idea first."""
    from complaints.models import Complaint
    from complaints.selectors.merging import first_proposer

    complaint = _complaint(context)
    master = Complaint.objects.select_related("decision").filter(pk=context["master"]).first()
    if complaint is None or master is None:
        return None
    first = first_proposer(master)
    words = {"decision": master.decision, "is_first": first.pk == complaint.pk}
    return _mail("suggestion_merged", message, complaint, _("[%(number)s] What we decided: %(title)s"), **words)


def _implemented(message, context):
    """That the suggestion is in effect, with thanks."""
    from complaints.models import Implementation

    row = Implementation.objects.filter(complaint=context.get("master") or context["complaint"]).first()
    subject = _("[%(number)s] In effect now, thanks to you: %(title)s")
    return _mail("suggestion_implemented", message, _complaint(context), subject, row=row)


def _implemented_sent(message):
    from complaints.services import implementing

    if "master" not in message.context:
        implementing.mark_told(message.context["complaint"], message.sent_at or timezone.now())


for _code, _title, _render in (
    ("merged", gettext_lazy("Handled together with another"), _merged),
    ("merged_decision", gettext_lazy("Decision on a merged suggestion"), _merged_decision),
):
    register(Kind(f"complaints.{_code}", _title, render=_render))
register(
    Kind(
        "complaints.merged_reply",
        gettext_lazy("Reply to a merged complaint"),
        render=_merged_reply,
        guarantee=Guarantee.AT_MOST_ONCE,
    )
)
register(
    Kind(
        "complaints.implemented",
        gettext_lazy("Suggestion in effect"),
        render=_implemented,
        on_sent=_implemented_sent,
    )
)
LINES = {
    "escalated": (gettext_lazy("Complex matter reported"), gettext_lazy("Reported upward, handled by several departments: %(number)s %(title)s")),
    "involved": (gettext_lazy("Department takes part"), gettext_lazy("Your department takes part in it: %(number)s %(title)s")),
    "thread": (gettext_lazy("Departments' thread"), gettext_lazy("A department wrote about it: %(number)s %(title)s")),
    "measure": (gettext_lazy("Handling measure"), gettext_lazy("A measure is yours: %(number)s %(title)s")),
    "measure_settled": (gettext_lazy("Handling measure settled"), gettext_lazy("A measure was done, or not: %(number)s %(title)s")),
    "merged_in": (gettext_lazy("Record merged in"), gettext_lazy("Another record is handled with it: %(number)s %(title)s")),
    "unmerge_asked": (gettext_lazy("Taking apart asked for"), gettext_lazy("Taking it apart waits for your decision: %(number)s %(title)s")),
    "unmerge_refused": (gettext_lazy("Taking apart refused"), gettext_lazy("It stays merged: %(number)s %(title)s")),
    "unmerged": (gettext_lazy("Taken apart"), gettext_lazy("It is handled by itself again: %(number)s %(title)s")),
    "recovery_asked": (gettext_lazy("Compensation to approve"), gettext_lazy("Compensation waits for your approval: %(number)s %(title)s")),
    "recovery_decided": (gettext_lazy("Compensation decided on"), gettext_lazy("Your compensation was decided on: %(number)s %(title)s")),
    "remarked": (gettext_lazy("Customer on the reply"), gettext_lazy("The customer rated or commented the handling: %(number)s %(title)s")),
    "added": (gettext_lazy("Words of the customer"), gettext_lazy("The customer added something: %(number)s %(title)s")),
    "withdrawn": (gettext_lazy("Withdrawn by the customer"), gettext_lazy("The customer took it back: %(number)s %(title)s")),
    "to_implement": (gettext_lazy("Suggestion to put into effect"), gettext_lazy("For you to put into effect: %(number)s %(title)s")),
    "to_verify": (gettext_lazy("Suggestion to verify"), gettext_lazy("Reported to be in effect, to be verified: %(number)s %(title)s")),
}  # fmt: skip
for _code, (_title, _line) in LINES.items():
    register(Kind(f"complaints.{_code}", _title, line=_about(_line)))
