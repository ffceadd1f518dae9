"""Objections of a unit to a line of its result, and what becomes of them (RWD-18)."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from appraisal.choices import TOTAL, AppealState
from appraisal.models import Adjustment, Appeal
from appraisal.rules import is_apart
from appraisal.selectors.results import result_of
from appraisal.services.tell import tell
from appraisal.workflows import APPEAL
from core.permissions import allows
from core.workflow import InvalidTransition, record, start


@transaction.atomic
def raise_appeal(sheet, *, by, line, ground):
    """An objection to ``line``; tells those who may decide it. Raises InvalidTransition when the time for it is over."""
    if not sheet.cycle.takes_objections:
        raise InvalidTransition(_("The time for objections is over."))
    appeal = Appeal(sheet=sheet, line=line, ground=ground, raised_by=by)
    try:
        with transaction.atomic():
            start(appeal, by=by, comment=ground)
    except IntegrityError:
        raise InvalidTransition(_("There is an open objection to this line already."))
    for person in User.objects.with_capability("appraisal.decide_objection"):
        if allows(person, "appraisal.decide_appeal", appeal):
            tell("appeal_raised", person, by=by, url=appeal.get_absolute_url(), about=appeal.pk, key=appeal.pk)
    return appeal


@transaction.atomic
def uphold(appeal, *, by, after, reason, expected_version=None):
    """The line is set to ``after`` points. Raises InvalidTransition for raters and people of the unit."""
    _decide(appeal, AppealState.UPHELD, by, reason, expected_version)
    return adjust(appeal.sheet, by=by, line=appeal.line, after=after, reason=reason, appeal=appeal)


@transaction.atomic
def reject(appeal, *, by, reason, expected_version=None):
    """The line stays as it is, and why."""
    _decide(appeal, AppealState.REJECTED, by, reason, expected_version)
    return appeal


def _decide(appeal, to, by, reason, expected_version):
    _check_apart(appeal.sheet, by)
    APPEAL.move(
        appeal, to, by=by, comment=reason, expected_version=expected_version, decided_by=by, decided_at=timezone.now(),
        decision=reason,
    )  # fmt: skip
    tell("appeal_decided", appeal.raised_by, by=by, url=appeal.sheet.get_absolute_url(), about=appeal.pk, key=appeal.pk)


def _check_apart(sheet, by):
    if not is_apart(by, sheet):
        raise InvalidTransition(_("Whoever rated the unit or belongs to it does not decide about its result."))


@transaction.atomic
def decide_total(sheet, *, by, after, reason):
    """The total of a unit with too few facts, with the reason. Raises InvalidTransition where facts suffice."""
    _check_apart(sheet, by)
    if result_of(sheet).total is not None:
        raise InvalidTransition(_("The facts suffice; the score is computed."))
    return adjust(sheet, by=by, line=TOTAL, after=after, reason=reason)


def adjust(sheet, *, by, line, after, reason, appeal=None):
    """Set a line to ``after`` points and keep what it was. Raises InvalidTransition without a reason or a change."""
    content = result_of(sheet).content
    now = {one["code"]: one["points"] for one in content["lines"]} | {TOTAL: content["total"]}
    if line not in now:
        raise InvalidTransition(_("This line does not count for the unit."))
    if not reason.strip():
        raise InvalidTransition(_("Please give a reason."))
    made = Adjustment.objects.create(
        sheet=sheet,
        appeal=appeal,
        line=line,
        before=now[line],
        after=after,
        reason=reason.strip(),
        by=by,
        at=timezone.now(),
    )
    sheet._prefetched_objects_cache = {}
    record(sheet, "adjusted", by=by, comment=reason, payload={"line": line, "before": now[line], "after": str(after)})
    return made
