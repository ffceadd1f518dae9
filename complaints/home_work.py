"""What working a record adds to home pages, the navigation and the words of the history."""

from datetime import datetime, time

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices import RecoveryState, State
from complaints.models import Complaint, HandlingMeasure, Implementation, Recovery
from complaints.selectors import ledger
from complaints.selectors.working import may_verify
from core import due, history, nav

SHOWN = 20
HISTORY = {
    "facts_verified": gettext_lazy("Facts verified"), "cited": gettext_lazy("Law or policy cited"),
    "conduct_noted": gettext_lazy("Violation of conduct noted"), "escalated": gettext_lazy("Reported upward, handled jointly"),
    "unit_involved": gettext_lazy("A department takes part"), "unit_released": gettext_lazy("A department has done its part"),
    "thread_note": gettext_lazy("A department wrote on the thread"), "thread_conflict": gettext_lazy("A disagreement was raised"),
    "thread_settled": gettext_lazy("A disagreement was settled"), "measure_planned": gettext_lazy("Handling measure planned"),
    "measure_done": gettext_lazy("Handling measure done"), "measure_not_done": gettext_lazy("Handling measure not done"),
    "merge": gettext_lazy("Handled together with another"), "merged_in": gettext_lazy("Another record is handled with it"),
    "due_tightened": gettext_lazy("Due earlier, by a record that was merged in"), "unmerge": gettext_lazy("Taken apart"),
    "unmerge_asked": gettext_lazy("Taking apart was asked for"), "unmerge_refused": gettext_lazy("Taking apart was refused"),
    "unmerged": gettext_lazy("A record was taken apart from it"), "recovery_proposed": gettext_lazy("Making up for it was proposed"),
    "recovery_approved": gettext_lazy("Compensation approved"), "recovery_refused": gettext_lazy("Compensation refused"),
    "recovery_done": gettext_lazy("Made up for it"), "remarked": gettext_lazy("The customer rated or commented the handling"),
    "customer_added": gettext_lazy("The customer added something"),
    "remark_sorted": gettext_lazy("The customer's word was sorted"), "person_proposed": gettext_lazy("Named whose idea it is"),
    "implement": gettext_lazy("To be put into effect"), "implementation_done": gettext_lazy("Reported to be in effect"),
    "verify": gettext_lazy("Verified to be in effect"), "thanked": gettext_lazy("The proposer was thanked"),
    "reply_returned": gettext_lazy("The mail came back"), "retired": gettext_lazy("Retired"), "restored": gettext_lazy("Offered again"),
}  # fmt: skip


def register():
    history.add_words(HISTORY)
    nav.add(
        nav.Entry(
            "voice", gettext_lazy("Lists and templates"), "complaints:code_lists", ("complaints.assess",), order=60
        )
    )
    due.add_due("complaints.work", due_items)


def due_items(user):
    """Measures and suggestions to carry out, to verify, compensation to approve, replies that came back."""
    if user.has_perm("complaints.handle"):
        yield from _measures(user)
        yield from _to_implement(user)
        yield from _to_tell(user)
        yield from _to_verify(user)
    if user.has_perm("complaints.manage"):
        yield from _to_approve(user)


def _end_of(day):
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


def _item(row, act, *, kind=None, due_at=None, sub=""):
    return due.DueItem(kind=kind or row.get_kind_display(), title=row.title, url=row.get_absolute_url(), act=act, due_at=due_at,
                       number=row.number, sub=sub)  # fmt: skip


def _measures(user):
    seen = Complaint.objects.visible_to(user).values("pk")
    rows = HandlingMeasure.objects.open().filter(person=user, complaint__in=seen).select_related("complaint")
    for row in rows.order_by("due_on")[:SHOWN]:
        yield _item(
            row.complaint, _("Carry out the measure"), kind=_("Measure"), due_at=_end_of(row.due_on), sub=row.what[:60]
        )


def _to_implement(user):
    seen = Complaint.objects.visible_to(user).values("pk")
    mine = Implementation.objects.filter(person=user, done_at=None, complaint__in=seen).select_related("complaint")
    for row in mine.order_by("due_on")[:SHOWN]:
        yield _item(row.complaint, _("Put it into effect"), due_at=_end_of(row.due_on))
    adopted = ledger.rows(user).filter(handler=user, state__in=[State.ADOPTED, State.PARTLY])
    for row in adopted.order_by("pk")[:SHOWN]:
        yield _item(row, _("Name who puts it into effect"))


def _to_verify(user):
    if not user.has_perm("complaints.decide_suggestion"):
        return
    rows = ledger.rows(user).filter(state=State.IMPLEMENTING, implementation__done_at__isnull=False)
    for row in rows.select_related("implementation", "decision").order_by("implementation__done_at")[:SHOWN]:
        if may_verify(row, user):
            yield _item(row, _("Verify that it is in effect"))


def _to_tell(user):
    """Approved replies that the customer does not have: to be told by phone or letter, or the mail came back."""
    waits = Q(cycle__reply__approved_at__isnull=False, cycle__reply__sent_at=None) & ~Q(cycle__reply__form="mail")
    returned = Q(cycle__reply__sent_at=None, cycle__reply__form="mail", cycle__first_response_at__isnull=False)
    rows = ledger.rows(user).filter(waits | returned, handler=user, state=State.REPLIED)
    for row in rows.order_by("cycle__result_due")[:SHOWN]:
        yield _item(row, _("Tell the customer the reply"), due_at=row.cycle.due_at)


def _to_approve(user):
    seen = Complaint.objects.visible_to(user).values("pk")
    rows = Recovery.objects.filter(state=RecoveryState.PROPOSED, complaint__in=seen).exclude(by=user)
    for row in rows.select_related("complaint").order_by("pk")[:SHOWN]:
        yield _item(row.complaint, _("Decide on the compensation"), sub=f"¥{row.amount:,.2f}")
