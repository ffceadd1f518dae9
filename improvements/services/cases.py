"""Improvement cases: proposed by the portal or opened by a person, closed when every measure has ended."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import numbering
from core.workflow import InvalidTransition, record, start
from core.workflow import edit as edit_row
from improvements.choices import Area, CaseState
from improvements.models import ImprovementCase
from improvements.models.case import ORIGINS
from improvements.rules import has_ended_measures
from improvements.workflows import CASE


@transaction.atomic
def open_case(*, by, unit, title="", problem="", area=Area.OTHER, cooperating=(), **origin):
    """Open a case for exactly one of ``finding``, ``complaint``, ``observation``. Returns it.

    Raises InvalidTransition when there is one for that origin, TypeError for none or several origins.
    """
    try:
        return _make(
            by, origin, unit=unit, title=title, problem=problem, area=area, cooperating=cooperating,
            state=CaseState.OPEN, opened_by=by,
        )  # fmt: skip
    except IntegrityError:
        raise InvalidTransition(_("There is an improvement case for this already."))


def propose(*, unit, title="", problem="", by=None, **origin):
    """Propose a case; the one that exists for the origin already is returned unchanged."""
    existing = _of(origin)
    if existing is None:
        try:
            existing = _make(by, origin, unit=unit, title=title, problem=problem, state=CaseState.PROPOSED)
        except IntegrityError:
            existing = _of(origin)
    return existing


def propose_for_finding(finding):
    """A confirmed finding must be put right: its unit gets a proposal."""
    return propose(finding=finding, unit=finding.unit, problem=finding.note)


def propose_for_complaint(complaint, determination):
    """A justified complaint must not come again: the responsible unit gets a proposal."""
    return propose(
        complaint=complaint, unit=complaint.unit, title=complaint.title, problem=str(determination.get_cause_display())
    )


def propose_for_point(point, *, by):
    """A problem that a focus group shares must be put right: the responsible unit gets a proposal (FGD-03)."""
    return propose(point=point, unit=point.unit, title=point.title, problem=point.text, by=by)


def propose_for_cluster(cluster, *, by):
    """What customers complain of again and again must be put right at its root: the unit gets a proposal (CMP-43)."""
    return propose(cluster=cluster, unit=cluster.unit, problem=cluster.note, by=by)


def _of(origin):
    return ImprovementCase.objects.filter(**origin).first()


@transaction.atomic
def _make(by, origin, *, cooperating=(), **fields):
    if len(origin) != 1 or not set(origin) <= set(ORIGINS):
        raise TypeError("a case has exactly one origin")
    case = ImprovementCase(number=numbering.take("IC"), **origin, **fields)
    start(case, by=by)
    case.cooperating.set(cooperating)
    return case


@transaction.atomic
def accept(case, *, by, cooperating=None, expected_version=None, **fields):
    """Take a proposal up, with what is to be put right in ``fields``."""
    CASE.move(case, CaseState.OPEN, by=by, expected_version=expected_version, opened_by=by, **fields)
    if cooperating is not None:
        case.cooperating.set(cooperating)
    return case


@transaction.atomic
def dismiss(case, *, by, reason, expected_version=None):
    """Nothing is to be put right, and why."""
    CASE.move(case, CaseState.DISMISSED, by=by, comment=reason, expected_version=expected_version)
    return case


@transaction.atomic
def edit(case, *, by, expected_version=None, cooperating=None, **fields):
    """Change what is to be put right, and which units take part (IMP-04)."""
    if case.state not in (CaseState.PROPOSED, CaseState.OPEN):
        raise InvalidTransition(_("A case that has ended cannot be changed."))
    edit_row(case, by=by, expected_version=expected_version, **fields)
    if cooperating is not None:
        before, after = set(case.cooperating.all()), set(cooperating)
        if before != after:
            case.cooperating.set(after)
            record(case, "cooperation_changed", by=by, comment="、".join(sorted(str(unit) for unit in after)))
    return case


@transaction.atomic
def close(case, *, by, lessons="", expected_version=None):
    """Every measure has ended; ``lessons`` are what others should know (IMP-13, 17)."""
    if not has_ended_measures(by, case):
        raise InvalidTransition(_("A case is closed when it has a measure and each of them has ended."))
    CASE.move(
        case, CaseState.CLOSED, by=by, expected_version=expected_version, lessons=lessons,
        closed_at=timezone.now(), closed_by=by,
    )  # fmt: skip
    return case


@transaction.atomic
def reopen(case, *, by, reason, expected_version=None):
    """It came again, or was dismissed too early."""
    CASE.move(
        case, CaseState.OPEN, by=by, comment=reason, expected_version=expected_version, closed_at=None, closed_by=None
    )
    return case
