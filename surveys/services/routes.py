"""Which levels of approval plans pass: set in editions, the newest counts; a plan keeps the one it was handed in under."""

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.i18n import both
from core.workflow import InvalidTransition
from surveys.choices import Asked, Decision
from surveys.errors import NotReady
from surveys.models import ApprovalLevel, ApprovalRoute, PlanApproval
from surveys.models.approval import FILING_DAYS
from surveys.selectors import approval

MOST = 5  # levels
_APPROVAL = gettext_lazy("Approval")
FACTS = ("no", "name_zh", "name_en", "asked", "role", "person")


@transaction.atomic
def set_route(*, unit, levels, reason, by, filing_days=FILING_DAYS):
    """A new edition for ``unit`` (None: the whole company). ``levels`` are dicts of ApprovalLevel's facts, in order;
    none at all: one person who approves plans. Plans on their way keep theirs.
    """
    with connection.cursor() as cursor:  # two who set one at once follow each other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"surveys.route:{unit.pk if unit else 0}"])
    last = ApprovalRoute.objects.filter(unit=unit).aggregate(no=Max("no"))["no"] or 0
    route = ApprovalRoute.objects.create(
        unit=unit, no=last + 1, filing_days=filing_days, reason=reason, made_by=by, made_at=timezone.now()
    )
    ApprovalLevel.objects.bulk_create(
        ApprovalLevel(route=route, no=no, **facts) for no, facts in enumerate(levels[:MOST], 1)
    )
    return route


def standard():
    """The one level of a company that has set nothing."""
    names = both(_APPROVAL)
    return ApprovalLevel(no=1, name_zh=names["zh"], name_en=names["en"], asked=Asked.ANYBODY)


def levels_for(plan):
    route = approval.route_for(plan.unit)
    return (list(route.levels.select_related("person")) if route else []) or [standard()]


def filing_days(plan):
    route = approval.route_for(plan.unit)
    return route.filing_days if route else FILING_DAYS


def check(plan):
    """Raise NotReady where a level that somebody set could be decided by nobody."""
    levels = levels_for(plan)
    stuck = approval.unanswerable(levels, plan) if levels[0].pk else None
    if stuck:
        text = _(
            "Nobody could decide on level %(no)s, “%(name)s”: it needs a person who did not write the plan and decides on no other level."
        )
        raise NotReady([text % {"no": stuck.no, "name": stuck.name}])


@transaction.atomic
def lay(plan):
    """Fix the levels that the plan now handed in will pass."""
    last = plan.approvals.aggregate(no=Max("round_no"))["no"] or 0
    PlanApproval.objects.bulk_create(
        PlanApproval(plan=plan, round_no=last + 1, **{name: getattr(level, name) for name in FACTS})
        for level in levels_for(plan)
    )


@transaction.atomic
def decide(plan, decision, *, by, comment=""):
    """Write ``by``'s decision on the open level. Returns whether it was the last one. Raises InvalidTransition."""
    if not plan.approvals.exists():  # handed in before there were levels
        lay(plan)
    rows = approval.of_plan(plan)
    level = next((row for row in rows if row.decision == Decision.OPEN), None)
    if level is None or by.pk in approval.writers(plan):
        raise InvalidTransition(_("A plan is approved by somebody who did not write it."))
    if any(row.by_id == by.pk for row in rows):
        raise InvalidTransition(_("You decided on an earlier level; this one is decided by somebody else."))
    level.decision, level.by, level.at, level.comment = decision, by, timezone.now(), comment
    level.save(update_fields=["decision", "by", "at", "comment"])
    return level == rows[-1]
