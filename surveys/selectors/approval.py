"""Which levels a plan passes, whom each asks, and whether an activity may be carried out (SUR-09)."""

from django.db.models import Q

from accounts.models import Membership, OrgUnit, User
from core.models import Contribution
from surveys.choices import Asked, Decision, PlanState
from surveys.models import ApprovalRoute, PlanRevision


def route_for(unit):
    """The newest edition of the unit's own route, else of the nearest unit above, else of the company; or None."""
    above = [int(pk) for pk in unit.path.strip("/").split("/") if pk]
    rows = ApprovalRoute.objects.filter(Q(unit__in=above) | Q(unit=None)).select_related("unit")
    newest = {row.unit_id: row for row in rows.order_by("no")}
    return next((newest[pk] for pk in [*reversed(above), None] if pk in newest), None)


def editions():
    """Every edition with its levels, the newest of each unit first; the company's before those of units."""
    rows = ApprovalRoute.objects.select_related("unit", "made_by").prefetch_related("levels__person")
    return sorted(rows, key=lambda row: (row.unit.path if row.unit else "", -row.no))


def standing():
    """[edition that counts] of the company and of each unit with a route of its own."""
    found = {}
    for row in editions():
        found.setdefault(row.unit_id, row)
    return list(found.values())


def of_plan(plan):
    """PlanApprovals of the last time the plan was handed in, the first level first."""
    rows = list(plan.approvals.select_related("by", "person").order_by("round_no", "no"))
    return [row for row in rows if row.round_no == rows[-1].round_no]


def open_level(plan):
    """The PlanApproval a handed-in plan waits for; None also where it was handed in before there were levels."""
    if plan.state != PlanState.SUBMITTED:
        return None
    return next((row for row in of_plan(plan) if row.decision == Decision.OPEN), None)


def writers(plan):
    """Ids of the people who wrote on the plan: none of them approves it."""
    wrote = Contribution.objects.of(plan).filter(part="wrote").values_list("user", flat=True)
    return {plan.author_id, *wrote}


def people_asked(level, plan):
    """Active people whom ``level`` of ``plan`` asks, whoever wrote it (a queryset)."""
    decides = User.objects.with_capability("surveys.decide_level")
    if level.asked == Asked.ROLE:
        return decides.filter(pk__in=User.objects.filter(groups__name=level.role))
    if level.asked == Asked.PERSON:
        return decides.filter(pk=level.person_id)
    if level.asked == Asked.HEAD:
        return decides.filter(pk__in=_heads(plan.unit))
    return User.objects.with_capability("surveys.approve_plan")


def _heads(unit):
    """Who heads the unit today; where nobody does, who heads the nearest one above."""
    above = [int(pk) for pk in unit.path.strip("/").split("/") if pk]
    heads = dict(
        Membership.objects.current().filter(unit__in=above, is_head=True).values_list("unit", "user")
    )  # one head at a time
    return [heads[pk] for pk in reversed(above) if pk in heads][:1]


def is_asked(user, plan):
    """The open level of ``plan`` asks ``user``, who decided none before it."""
    if plan.state != PlanState.SUBMITTED:
        return False
    rows = of_plan(plan)
    level = next((row for row in rows if row.decision == Decision.OPEN), None)
    if level is None:
        return not rows and user.has_perm("surveys.approve_plan")
    if any(row.by_id == user.pk for row in rows):
        return False
    if level.asked == Asked.ANYBODY:
        return user.has_perm("surveys.approve_plan")
    return user.has_perm("surveys.decide_level") and people_asked(level, plan).filter(pk=user.pk).exists()


def unanswerable(levels, plan):
    """The first of ``levels`` that nobody could decide, if each is decided by another person who did not write; or None."""
    out = writers(plan)
    asked = [[pk for pk in people_asked(level, plan).values_list("pk", flat=True) if pk not in out] for level in levels]
    taken = {}  # person: index of the level
    for index, level in enumerate(levels):
        if not _seat(index, asked, taken, set()):
            return level
    return None


def _seat(index, asked, taken, seen):
    """Give level ``index`` a person of its own, moving others where they have somebody else."""
    for pk in asked[index]:
        if pk in seen:
            continue
        seen.add(pk)
        if pk not in taken or _seat(taken[pk], asked, taken, seen):
            taken[pk] = index
            return True
    return False


def is_approved(activity):
    """An approved version of its plan holds the activity; without that nothing is printed or sent (SUR-09)."""
    if activity is None:
        return True
    held = {"activities": [{"id": activity.pk}]}
    return PlanRevision.objects.filter(plan=activity.plan_id, content__contains=held).exists()


def needed_agency(activity):
    """Does the plan as it was approved last have a third party carry ``activity`` out (SUR-08)?"""
    held = {"activities": [{"id": activity.pk, "needs_agency": True}]}
    newest = PlanRevision.objects.filter(plan=activity.plan_id).order_by("-no").values("pk")[:1]
    return PlanRevision.objects.filter(pk__in=newest, content__contains=held).exists()


def next_higher(unit):
    """The unit with which plans of ``unit`` are filed, or None at the top."""
    return OrgUnit.objects.filter(pk=unit.parent_id).first()
