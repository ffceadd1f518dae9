"""Somebody is away and somebody stands in; a lead hands all open records of a person over in one act."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices import Part, State
from complaints.models import Absence, Assignment, Complaint
from complaints.models.timing import forget_away
from complaints.services import handling
from complaints.services.people import take_part, tell
from core.workflow import InvalidTransition, compare_and_set, edit, record, start

BATCH = 500  # records handed over in one act


@transaction.atomic
def arrange(*, user, since, until, substitute, by, note=""):
    """``substitute`` stands in for ``user`` from ``since`` to ``until``. Raises InvalidTransition where somebody does so
    already, or the substitute is away as well.
    """
    if user == substitute:
        raise InvalidTransition(_("Nobody stands in for themselves."))
    if until < since or until < timezone.localdate():
        raise InvalidTransition(_("The last day comes after the first, and not before today."))
    overlapping = Absence.objects.select_for_update().filter(since__lte=until, until__gte=since)
    if overlapping.filter(user=user).exists():
        raise InvalidTransition(_("In these days somebody stands in for %(name)s already.") % {"name": user})
    if overlapping.filter(user=substitute).exists():
        raise InvalidTransition(_("%(name)s is away in these days as well.") % {"name": substitute})
    forget_away()
    return start(
        Absence(user=user, since=since, until=until, substitute=substitute, by=by, note=note), by=by, comment=note
    )


@transaction.atomic
def end(absence, *, by, expected_version=None):
    """The person is back, or did not go: from today on nobody stands in. Raises InvalidTransition when it is over."""
    today = timezone.localdate()
    if absence.until < today:
        raise InvalidTransition(_("This is over already."))
    yesterday = today - timedelta(days=1)
    forget_away()
    return edit(absence, by=by, expected_version=expected_version, event="back",
                since=min(absence.since, yesterday), until=yesterday)  # fmt: skip


# Handing over ----------------------------------------------------------------------------------------


def carried(person):
    """Open records that ``person`` handles, the most urgent first."""
    rows = Complaint.objects.open().filter(handler=person).select_related("cycle", "unit", "complainant")
    return rows.order_by("cycle__result_due", "pk")


def hand_over(person, *, to, by, comment, rows):
    """Give each of ``rows`` that ``person`` handles to ``to``. Returns [(record, "" or why it stayed)]; one that cannot be
    given stays where it is and stops no other.
    """
    return [(row, _try(row, person, to, by, comment)) for row in rows[:BATCH]]


def _try(row, person, to, by, comment):
    try:
        with transaction.atomic():
            _give(row, person, to, by, comment)
    except InvalidTransition as refused:
        return str(refused)
    return ""


def _give(row, person, to, by, comment):
    if row.handler_id != person.pk:
        raise InvalidTransition(_("Somebody else handles it by now."))
    if row.is_complaint and row.state == State.HANDLING:
        return handling.reassign(row, unit=row.unit, handler=to, by=by, comment=comment)
    take_part(row, to, Part.HANDLED)
    compare_and_set(row, handler=to)
    Assignment.objects.create(cycle=row.cycle, unit=row.unit, handler=to, note=comment, by=by)
    record(row, "handed_over", by=by, comment=comment, payload={"from": person.pk, "handler": to.pk})
    tell("assigned", row, [to], by=by)
    return row
