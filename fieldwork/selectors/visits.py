"""Reading visit plans against the visits that took place (VIS-06)."""

from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from accounts.selectors import units_of
from fieldwork.choices import LineStanding, MeetingState
from fieldwork.models import Meeting, VisitPlan, VisitPlanLine

WARNED_DAYS = 21  # before its last day, a line without a booked visit is due


def plans(user):
    """Visible plans with ``lines_n``, ``visited_n`` and ``missed_n`` of today."""
    visited = Count("lines", filter=Q(lines__meetings__state=MeetingState.HELD), distinct=True)
    late = Q(lines__to_on__lt=timezone.localdate()) & ~Q(lines__in=_met())
    return (
        VisitPlan.objects.visible_to(user)
        .select_related("unit")
        .annotate(
            lines_n=Count("lines", distinct=True),
            visited_n=visited,
            missed_n=Count("lines", filter=late, distinct=True),
        )
    )


def _met():
    """Lines with a visit that took place or is booked."""
    states = (MeetingState.HELD, MeetingState.BOOKED)
    return Meeting.objects.filter(state__in=states, plan_line__isnull=False).values("plan_line")


def standing_of(line, today):
    """How a line read by ``with_standing`` stands on ``today``."""
    if line.is_visited:
        return LineStanding.DONE
    if line.is_booked:
        return LineStanding.BOOKED
    if line.to_on < today:
        return LineStanding.MISSED
    return LineStanding.DUE if line.from_on <= today else LineStanding.AHEAD


def totals(lines, today):
    """{standing: how many}, with ``all`` and what was due by today."""
    found = dict.fromkeys(LineStanding.values, 0) | {"all": 0, "due_by_now": 0}
    for line in lines:
        found[standing_of(line, today).value] += 1
        found["all"] += 1
        found["due_by_now"] += line.to_on < today
    return found


def waiting_for(user, plan):
    """Lines of the plan to which a branch of ``user`` has not said yes."""
    if not user.has_perm("fieldwork.make_visits"):
        return []
    return list(plan.lines.to_agree().filter(unit__in=units_of(user)).select_related("customer", "unit"))


def to_agree(user):
    """Lines of any plan that wait for the yes of the user's branch."""
    rows = VisitPlanLine.objects.to_agree().filter(unit__in=units_of(user))
    return rows.select_related("customer", "plan__unit")


def at_risk(user, today):
    """Lines of confirmed plans whose last day is near, or gone, with no visit booked: of who visits, else of who plans."""
    last = today + timedelta(days=WARNED_DAYS)
    rows = VisitPlanLine.objects.visible_to(user).filter(plan__state="confirmed", from_on__lte=today, to_on__lte=last)
    mine = Q(owner=user)
    if user.has_perm("fieldwork.plan_visits"):
        mine |= Q(owner=None, plan__unit__in=units_of(user))
    return rows.filter(mine).exclude(pk__in=_met()).select_related("customer", "plan")
