"""The yearly plan: written, submitted, approved by somebody else, revised with history."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition, contribute, has_contributed, record, start
from core.workflow import edit as edit_row
from surveys.choices import PlanState
from surveys.errors import NotReady
from surveys.models import PlanActivity, PlanRevision, SurveyPlan
from surveys.models.plan import PARTS
from surveys.workflows import PLAN


@transaction.atomic
def create(*, year, unit, by, **parts):
    """A new draft plan; ``parts`` are ``goal_zh``, ``goal_en``, … and ``basis``. IntegrityError: the unit
    has one.
    """
    plan = start(SurveyPlan(year=year, unit=unit, author=by, **parts), by=by)
    contribute(plan, by, "wrote")
    return plan


@transaction.atomic
def edit(plan, *, by, expected_version=None, **fields):
    """Change parts of a plan that is in its author's hands. Raises InvalidTransition otherwise, LostRace."""
    _require_editable(plan)
    edit_row(plan, by=by, expected_version=expected_version, **fields)
    contribute(plan, by, "wrote")
    return plan


@transaction.atomic
def add_activity(plan, *, by, **fields):
    """A dated activity: ``title_zh``/``title_en``, ``method``, ``starts_on``, ``ends_on``, ``owner``,
    ``expected_n``.
    """
    _require_editable(plan)
    activity = PlanActivity.objects.create(plan=plan, **fields)
    record(plan, "activity_added", by=by, payload={"activity": activity.pk, "title": str(activity)})
    contribute(plan, by, "wrote")
    return activity


@transaction.atomic
def edit_activity(activity, *, by, **fields):
    _require_editable(activity.plan)
    for name, value in fields.items():
        setattr(activity, name, value)
    activity.save()
    record(activity.plan, "activity_edited", by=by, payload={"activity": activity.pk, "title": str(activity)})
    contribute(activity.plan, by, "wrote")
    return activity


@transaction.atomic
def remove_activity(activity, *, by):
    """Take an activity out. Raises InvalidTransition when a wave carries it out already."""
    plan = activity.plan
    _require_editable(plan)
    if activity.waves.exists():
        raise InvalidTransition(_("A wave carries out this activity already; it cannot be removed."))
    record(plan, "activity_removed", by=by, payload={"activity": activity.pk, "title": str(activity)})
    contribute(plan, by, "wrote")
    activity.delete()


@transaction.atomic
def submit(plan, *, by, expected_version=None):
    """Hand in for approval. Raises NotReady naming the empty parts or the missing activity."""
    gaps = [_("“%(part)s” is not filled in.") % {"part": label} for label in plan.missing_parts]
    if not plan.activities.exists():
        gaps.append(_("The plan needs at least one dated activity."))
    if gaps:
        raise NotReady(gaps)
    PLAN.move(plan, PlanState.SUBMITTED, by=by, submitted_at=timezone.now(), expected_version=expected_version)
    return plan


@transaction.atomic
def approve(plan, *, by, comment="", expected_version=None):
    """Put the plan in force and keep a snapshot. Raises InvalidTransition when ``by`` wrote on it."""
    if plan.author_id == by.pk or has_contributed(plan, by, "wrote"):
        raise InvalidTransition(_("A plan is approved by somebody who did not write it."))
    PLAN.move(plan, PlanState.APPROVED, by=by, comment=comment, approved_at=timezone.now(), approved_by=by,
              revision_no=plan.revision_no + 1, expected_version=expected_version)  # fmt: skip
    PlanRevision.objects.create(
        plan=plan, no=plan.revision_no, on=timezone.localdate(), author=plan.author, approved_by=by,
        reason=plan.revision_reason, content=snapshot(plan),
    )  # fmt: skip
    return plan


@transaction.atomic
def send_back(plan, *, by, reason, expected_version=None):
    """Return to the author with what must change."""
    PLAN.move(plan, PlanState.RETURNED, by=by, comment=reason, expected_version=expected_version)
    return plan


@transaction.atomic
def revise(plan, *, by, reason, expected_version=None):
    """Open an approved plan for changes; the approved one stays readable as its revision. ``by`` becomes
    its author.
    """
    PLAN.move(
        plan,
        PlanState.REVISING,
        by=by,
        comment=reason,
        author=by,
        revision_reason=reason,
        approved_at=None,
        approved_by=None,
        expected_version=expected_version,
    )
    contribute(plan, by, "wrote")
    return plan


def snapshot(plan):
    """Everything a plan says, as JSON."""
    parts = {f"{key}_{language}": getattr(plan, f"{key}_{language}") for key in PARTS for language in ("zh", "en")}
    activities = [
        {
            "id": row.pk, "title_zh": row.title_zh, "title_en": row.title_en, "method": row.method,
            "starts_on": row.starts_on.isoformat(), "ends_on": row.ends_on.isoformat(),
            "owner": row.owner.name_zh, "owner_id": row.owner_id, "expected_n": row.expected_n,
            "recurrence": row.recurrence,
        }
        for row in plan.activities.select_related("owner")
    ]  # fmt: skip
    return {
        "year": plan.year,
        "unit": plan.unit.code,
        "basis": plan.basis,
        "parts": parts,
        "activities": activities,
    }


def _require_editable(plan):
    if plan.state not in PlanState.editable():
        raise InvalidTransition(
            _("A plan that is “%(state)s” cannot be changed.") % {"state": PlanState(plan.state).label}
        )
