"""The customer visit plan of a year: drawn up, agreed with the branches, confirmed, revised (VIS-03, VIS-04)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition, edit, record, start
from fieldwork.choices import VisitPlanState
from fieldwork.models import VisitPlan, VisitPlanLine
from fieldwork.workflows import VISIT_PLAN


def create(*, by, year, unit, purpose=""):
    return start(VisitPlan(year=year, unit=unit, purpose=purpose), by=by)


def change(plan, *, by, expected_version=None, **fields):
    """Its purpose, while it is drawn up."""
    _must_be_draft(plan)
    return edit(plan, by=by, expected_version=expected_version, **fields)


@transaction.atomic
def add_line(plan, *, by, customer, from_on, to_on, unit=None, **fields):
    """A customer to be visited; ``unit`` (the customer's branch) says yes to its own customers."""
    _must_be_draft(plan)
    line = VisitPlanLine(
        plan=plan, customer=customer, unit=unit or customer.unit, from_on=from_on, to_on=to_on, **fields
    )
    return start(line, by=by)


@transaction.atomic
def change_line(line, *, by, expected_version=None, **fields):
    """Another customer, time or manner; what the branch agreed to changed, so it is asked anew."""
    _must_be_draft(line.plan)
    asked_anew = {"agreed_at": None, "agreed_by": None} if line.agreed_at else {}
    return edit(line, by=by, expected_version=expected_version, **fields, **asked_anew)


@transaction.atomic
def remove_line(line, *, by, comment):
    """Off the plan, with the reason in the plan's history; impossible once a visit hangs on it."""
    _must_be_draft(line.plan)
    if line.meetings.exists():
        raise InvalidTransition(_("A visit was booked for this line: it stays on the plan. Change its days instead."))
    record(line.plan, "line_removed", by=by, comment=comment,
           payload={"customer": line.customer_id, "from": f"{line.from_on}"})  # fmt: skip
    line.delete()


@transaction.atomic
def agree(line, *, by):
    """The department of the branch says yes to a line with its customer."""
    _must_be_draft(line.plan)
    if line.agreed_at:
        raise InvalidTransition(_("This line is agreed already."))
    return edit(line, by=by, event="agreed", agreed_at=timezone.now(), agreed_by=by)


@transaction.atomic
def confirm(plan, *, by, expected_version=None):
    """The plan holds from now on. Raises InvalidTransition while a line is missing or a branch has not agreed."""
    lines = list(plan.lines.select_related("plan__unit", "unit", "customer"))
    if not lines:
        raise InvalidTransition(_("The plan has no line yet. Add the customers to be visited first."))
    waiting = [line.customer.name for line in lines if line.needs_agreement]
    if waiting:
        told = _("Not agreed with the branch yet: %(names)s.") % {"names": "、".join(waiting[:5])}
        raise InvalidTransition(told)
    VISIT_PLAN.move(plan, VisitPlanState.CONFIRMED, by=by, expected_version=expected_version,
                    confirmed_at=timezone.now(), confirmed_by=by)  # fmt: skip
    return plan


@transaction.atomic
def revise(plan, *, by, comment, expected_version=None):
    """Open a confirmed plan for changes; the reason and every change stay in its history."""
    VISIT_PLAN.move(plan, VisitPlanState.DRAFT, by=by, comment=comment, expected_version=expected_version,
                    confirmed_at=None, confirmed_by=None)  # fmt: skip
    return plan


def _must_be_draft(plan):
    if plan.state != VisitPlanState.DRAFT:
        raise InvalidTransition(_("A confirmed plan does not change. Revise it first, with the reason."))
