"""The yearly plan: written, submitted, approved by somebody else, revised with history."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition, compare_and_set, contribute, record, start
from core.workflow import edit as edit_row
from surveys.choices import Decision, PlanState, Recurrence
from surveys.errors import NotReady
from surveys.models import PlanActivity, PlanRevision, SurveyPlan
from surveys.models.plan import PARTS
from surveys.services import filings, routes
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
    require_editable(plan)
    edit_row(plan, by=by, expected_version=expected_version, **fields)
    contribute(plan, by, "wrote")
    return plan


@transaction.atomic
def add_activity(plan, *, by, **fields):
    """A dated activity: ``title_zh``/``title_en``, ``method``, ``starts_on``, ``ends_on``, ``owner``,
    ``expected_n``.
    """
    require_editable(plan)
    activity = PlanActivity.objects.create(plan=plan, **fields)
    record(plan, "activity_added", by=by, payload={"activity": activity.pk, "title": str(activity)})
    contribute(plan, by, "wrote")
    return activity


@transaction.atomic
def edit_activity(activity, *, by, **fields):
    require_editable(activity.plan)
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
    require_editable(plan)
    if activity.waves.exists():
        raise InvalidTransition(_("A wave carries out this activity already; it cannot be removed."))
    record(plan, "activity_removed", by=by, payload={"activity": activity.pk, "title": str(activity)})
    contribute(plan, by, "wrote")
    activity.delete()


@transaction.atomic
def submit(plan, *, by, expected_version=None):
    """Hand in for approval; the levels it will pass are fixed now. Raises NotReady naming everything that is missing."""
    gaps = [_("“%(part)s” is not filled in.") % {"part": label} for label in plan.missing_parts]
    if not plan.activities.exists():
        gaps.append(_("The plan needs at least one dated activity."))
    unusual = plan.activities.filter(recurrence_reason="").exclude(recurrence=Recurrence.QUARTERLY)
    gaps += [
        _("“%(activity)s” does not take place every quarter: please say why.") % {"activity": row} for row in unusual
    ]
    if gaps:
        raise NotReady(gaps)
    routes.check(plan)
    PLAN.move(plan, PlanState.SUBMITTED, by=by, submitted_at=timezone.now(), expected_version=expected_version)
    routes.lay(plan)
    return plan


@transaction.atomic
def take_back(plan, *, by, reason, expected_version=None):
    """Its writers have a handed-in plan back before it is decided; handed in again, it starts at the first level."""
    PLAN.move(plan, PlanState.DRAFT, by=by, comment=reason, expected_version=expected_version)
    return plan


@transaction.atomic
def approve(plan, *, by, comment="", expected_version=None):
    """Pass the open level; past the last one the plan is in force, with a snapshot and its filing owed.

    Raises InvalidTransition when ``by`` wrote on it or decided on an earlier level.
    """
    if plan.state != PlanState.SUBMITTED:
        PLAN.move(plan, PlanState.APPROVED, by=by)  # says why not
    if not routes.decide(plan, Decision.APPROVED, by=by, comment=comment):
        compare_and_set(plan, expected_version=expected_version)
        record(plan, "level_passed", by=by, comment=comment)
        return plan
    PLAN.move(plan, PlanState.APPROVED, by=by, comment=comment, approved_at=timezone.now(), approved_by=by,
              revision_no=plan.revision_no + 1, expected_version=expected_version)  # fmt: skip
    PlanRevision.objects.create(
        plan=plan, no=plan.revision_no, on=timezone.localdate(), author=plan.author, approved_by=by,
        reason=plan.revision_reason, content=snapshot(plan),
    )  # fmt: skip
    filings.owe(plan)
    return plan


@transaction.atomic
def send_back(plan, *, by, reason, expected_version=None):
    """Return to the author with what must change."""
    if plan.state == PlanState.SUBMITTED and reason.strip():
        routes.decide(plan, Decision.RETURNED, by=by, comment=reason)
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
    rows = plan.activities.select_related(
        "owner", "scheme__organiser", "scheme__questionnaire_version__questionnaire"
    ).prefetch_related("scheme__assisting__unit", "scheme__concerned")
    activities = [
        {
            "id": row.pk, "title_zh": row.title_zh, "title_en": row.title_en, "method": row.method,
            "starts_on": row.starts_on.isoformat(), "ends_on": row.ends_on.isoformat(),
            "owner": row.owner.name_zh, "owner_id": row.owner_id, "expected_n": row.expected_n,
            "recurrence": row.recurrence, "recurrence_reason": row.recurrence_reason, "needs_agency": row.needs_agency,
            "scheme": _scheme(row.scheme) if hasattr(row, "scheme") else None,
        }
        for row in rows
    ]  # fmt: skip
    return {
        "year": plan.year,
        "unit": plan.unit.code,
        "basis": plan.basis,
        "retention_years": plan.retention_years,
        "parts": parts,
        "activities": activities,
    }


WORDS = ("scope", "respondents", "processing")


def _scheme(row):
    words = {f"{name}_{language}": getattr(row, f"{name}_{language}") for name in WORDS for language in ("zh", "en")}
    assisting = [
        {**_unit(one.unit), "duty": one.duty, "due_on": one.due_on.isoformat() if one.due_on else None}
        for one in row.assisting.all()
    ]
    return words | {
        "goals": row.goals, "stages": row.stages, "designer": row.designer, "third_party": row.third_party,
        "questionnaire": str(row.questionnaire_version) if row.questionnaire_version else "",
        "organiser": _unit(row.organiser) if row.organiser else None, "assisting": assisting,
        "notice_days": row.notice_days, "concerned": [person.name_zh for person in row.concerned.all()],
    }  # fmt: skip


def _unit(unit):
    return {"code": unit.code, "unit_zh": unit.name_zh, "unit_en": unit.name_en}


def require_editable(plan):
    """Raise InvalidTransition unless the plan is in its author's hands."""
    if plan.state not in PlanState.editable():
        raise InvalidTransition(
            _("A plan that is “%(state)s” cannot be changed.") % {"state": PlanState(plan.state).label}
        )
