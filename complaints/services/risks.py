"""Early risks: noticed by anybody on the staff, assessed, put right, closed (CMP-47)."""

from django.db import transaction
from django.utils import timezone

from accounts.selectors import main_unit
from complaints.choices import RiskState
from complaints.models import PreventionItem
from complaints.selectors.people import leads
from complaints.workflows import RISKS
from core import numbering
from core.workflow import start
from notifications.services import outbox


@transaction.atomic
def notice(*, by, title, detail, unit=None, customer=None):
    """Number and store a risk; the leads hear of it."""
    item = PreventionItem(title=title, detail=detail, unit=unit or main_unit(by), customer=customer, reporter=by)
    item.number = numbering.take("YF")
    start(item, by=by)
    _tell("risk_noticed", item, leads(), by=by)
    return item


@transaction.atomic
def assess(item, *, by, likelihood, impact, comment="", expected_version=None):
    """How likely it is and how bad it would be."""
    RISKS.move(
        item, RiskState.ASSESSED, by=by, comment=comment, expected_version=expected_version, likelihood=likelihood,
        impact=impact,
    )  # fmt: skip
    return item


@transaction.atomic
def take_measure(item, *, by, measure, owner, due_on, expected_version=None):
    """What is done about it, by whom and until when."""
    RISKS.move(
        item, RiskState.MEASURE, by=by, comment=measure, expected_version=expected_version, measure=measure, owner=owner,
        due_on=due_on,
    )  # fmt: skip
    _tell("risk_measure", item, [owner], by=by)
    return item


@transaction.atomic
def close(item, *, by, comment, expected_version=None):
    """It is put right, or nothing needs to be done: ``comment`` says which. Who noticed it is told."""
    RISKS.move(
        item, RiskState.CLOSED, by=by, comment=comment, expected_version=expected_version, closed_at=timezone.now()
    )
    _tell("risk_closed", item, [item.reporter], by=by)
    return item


def _tell(kind, item, users, *, by):
    for user in users:
        if user.pk != by.pk:
            outbox.queue(
                f"complaints.{kind}", to_user=user, mail=False, url=item.get_absolute_url(),
                context={"number": item.number, "title": item.title},
                dedupe_key=f"complaints.{kind}:{item.pk}:{item.version}:{user.pk}",
            )  # fmt: skip
