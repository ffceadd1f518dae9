"""Complex matters are reported upward and handled by several departments, which share one thread (CMP-16, 48)."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.selectors import main_unit, units_of
from complaints.choices import PostKind
from complaints.models import Involvement, ThreadPost
from complaints.selectors.people import barred, leads
from complaints.services.people import tell
from core.workflow import InvalidTransition, record


@transaction.atomic
def escalate(complaint, *, by, comment, lead, units=(), expected_version=None):
    """Report it upward: ``lead`` coordinates, ``units`` take part. Leads and the heads of the departments are told."""
    if not comment.strip():
        raise InvalidTransition(_("Please give a reason."))
    for unit in dict.fromkeys([lead, *units]):
        _involve(complaint, unit, by=by, is_lead=unit == lead)
    payload = {"lead": lead.pk, "units": [unit.pk for unit in units if unit != lead]}
    event = record(complaint, "escalated", by=by, comment=comment, payload=payload)
    people = {*leads(complaint), *_heads(complaint, [lead, *units])}
    tell("escalated", complaint, people, by=by, key=f"escalated:{event.pk}")
    return complaint


@transaction.atomic
def involve(complaint, *, by, unit, task=""):
    """One more department takes part; its heads are told what it is to do."""
    made = _involve(complaint, unit, by=by, task=task)
    record(complaint, "unit_involved", by=by, comment=f"{unit} {task}".strip(), payload={"unit": unit.pk})
    tell("involved", complaint, _heads(complaint, [unit]), by=by, key=f"involved:{made.pk}")
    return made


@transaction.atomic
def release(complaint, *, by, unit, comment):
    """A co-department has done its part; it no longer reads along. The lead department stays while others take part."""
    row = complaint.involvements.select_for_update(of=("self",)).active().filter(unit=unit).first()
    if row is None:
        raise InvalidTransition(_("This department takes no part."))
    if row.is_lead and complaint.involvements.active().count() > 1:
        raise InvalidTransition(_("The department in the lead stays until the others have done their part."))
    if complaint.measures.open().filter(unit=unit).exists():
        raise InvalidTransition(_("This department still owes a handling measure."))
    row.left_at = timezone.now()
    row.save(update_fields=["left_at"])
    record(complaint, "unit_released", by=by, comment=f"{unit} {comment}".strip(), payload={"unit": unit.pk})
    return row


def _involve(complaint, unit, *, by, is_lead=False, task=""):
    """The row of ``unit``; who is in the lead already hands the lead over."""
    if is_lead:
        complaint.involvements.active().filter(is_lead=True).exclude(unit=unit).update(is_lead=False)
    row = complaint.involvements.active().filter(unit=unit).first()
    if row is None:
        return Involvement.objects.create(complaint=complaint, unit=unit, is_lead=is_lead, task=task, by=by)
    if is_lead and not row.is_lead:
        row.is_lead = True
        row.save(update_fields=["is_lead"])
    return row


def take_along(complaint, unit, *, by):
    """A department that owes a measure takes part, if several departments work on the record at all."""
    if unit.pk != complaint.unit_id and not complaint.involvements.active().filter(unit=unit).exists():
        involve(complaint, by=by, unit=unit)


def _heads(complaint, units):
    """Heads of the departments whom the record does not concern."""
    found = User.objects.active().filter(memberships__in=_memberships(units), memberships__is_head=True)
    return set(found.exclude(pk__in=barred(complaint)))


def _memberships(units):
    return Membership.objects.current().filter(unit__in=[unit.pk for unit in units])


# The thread -------------------------------------------------------------------------------------------


def post(complaint, *, by, text):
    """Tell the other departments; their heads and the handler get a line."""
    return _write(complaint, PostKind.NOTE, text, by=by)


def disagree(complaint, *, by, text):
    """Departments see it differently: until it is settled the reply is not handed in."""
    return _write(complaint, PostKind.CONFLICT, text, by=by)


@transaction.atomic
def settle(complaint, *, by, post, text):
    """What was agreed on about the disagreement ``post``, by somebody who did not raise it."""
    if post.complaint_id != complaint.pk or post.kind != PostKind.CONFLICT:
        raise InvalidTransition(_("This is no disagreement about this record."))
    if post.by_id == by.pk:
        raise InvalidTransition(_("A disagreement is settled by somebody other than who raised it."))
    try:
        with transaction.atomic():
            return _write(complaint, PostKind.SETTLED, text, by=by, settles=post)
    except IntegrityError:
        raise InvalidTransition(_("This disagreement is settled already."))


@transaction.atomic
def _write(complaint, kind, text, *, by, settles=None):
    units = units_of(by)
    unit = next(
        (row.unit for row in complaint.involvements.active().select_related("unit") if row.unit_id in units), None
    )
    made = ThreadPost.objects.create(
        complaint=complaint, kind=kind, text=text, by=by, unit=unit or main_unit(by), settles=settles
    )
    record(complaint, f"thread_{kind.value}", by=by, payload={"post": made.pk})  # the words stay in the thread
    involved = [row.unit for row in complaint.involvements.active().select_related("unit")]
    people = {complaint.handler, *_heads(complaint, involved)} - {None}
    if kind == PostKind.CONFLICT:
        people |= set(leads(complaint))
    tell("thread", complaint, people, by=by, key=f"post:{made.pk}")
    return made
