"""A cycle from draft to preview; publication is in ``publications``."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import OrgUnit
from appraisal.choices import CycleState
from appraisal.models import AppraisalCycle, ScoreSheet
from appraisal.selectors.results import all_weights, weights_for
from appraisal.services import facts
from appraisal.services.tell import tell
from appraisal.workflows import CYCLE
from core import periods
from core.choices import PeriodKind
from core.workflow import InvalidTransition, record, start
from core.workflow import edit as edit_row
from core.worktime import Limit, LimitKind, due
from core.worktime.store import calendar_for


@transaction.atomic
def create(*, by, day, scheme_version, superior, ratings_due, objection_days=5, kind=PeriodKind.QUARTER):
    """A draft for the period that holds ``day``. Raises InvalidTransition where there is one already."""
    period = periods.containing(kind, day)
    if AppraisalCycle.objects.filter(period=period).exists():
        raise InvalidTransition(_("There is an appraisal cycle for this period already."))
    _check_scheme(scheme_version)
    cycle = AppraisalCycle(
        period=period, scheme_version=scheme_version, superior=superior, ratings_due=ratings_due,
        objection_days=objection_days,
    )  # fmt: skip
    return start(cycle, by=by)


def edit(cycle, *, by, expected_version=None, **fields):
    """Change a draft: scheme_version, superior, ratings_due, objection_days."""
    if cycle.state != CycleState.DRAFT:
        raise InvalidTransition(_("A cycle is changed while it is a draft."))
    _check_scheme(fields.get("scheme_version", cycle.scheme_version))
    return edit_row(cycle, by=by, expected_version=expected_version, **fields)


def _check_scheme(version):
    if version.state != "approved":
        raise InvalidTransition(_("A cycle needs an approved scheme."))


@transaction.atomic
def open_cycle(cycle, *, by, expected_version=None):
    """Every unit with weights gets its sheet with its raters. Raises InvalidTransition where nobody is appraised."""
    CYCLE.move(cycle, CycleState.OPEN, by=by, expected_version=expected_version)
    weights = all_weights(cycle.scheme_version)
    units = OrgUnit.objects.filter(is_active=True).order_by("path")
    sheets = [
        start(_sheet(cycle, unit), by=by)
        for unit in units
        if weights_for(weights, unit_id=unit.pk, department_type=unit.department_type)
    ]
    if not sheets:
        raise InvalidTransition(_("The scheme has weights for no unit in use."))
    return cycle


def _sheet(cycle, unit):
    head = unit.head
    if head is not None and head.pk == cycle.superior_id:
        raise InvalidTransition(
            _("%(who)s heads %(unit)s and cannot be its superior as well.") % {"who": head, "unit": unit}
        )
    return ScoreSheet(
        cycle=cycle, unit=unit, department_type=unit.department_type, unit_name_zh=unit.name_zh, unit_name_en=unit.name_en,
        head=head, superior=cycle.superior,
    )  # fmt: skip


@transaction.atomic
def freeze(cycle, *, by, expected_version=None):
    """Keep the facts of the period, all in one transaction. Raises InvalidTransition before the period has ended."""
    if timezone.localdate() <= cycle.period.ends_on:
        raise InvalidTransition(_("The period has not ended yet."))
    locked = AppraisalCycle.objects.select_for_update().get(pk=cycle.pk)
    now = timezone.now()
    kept = facts.freeze(locked, now) if locked.state == CycleState.OPEN else 0
    CYCLE.move(
        cycle, CycleState.FROZEN, by=by, expected_version=expected_version, frozen_at=now, payload={"facts": kept}
    )
    return cycle


@transaction.atomic
def begin_scoring(cycle, *, by, expected_version=None):
    """Heads and superiors are asked for their ratings."""
    CYCLE.move(cycle, CycleState.SCORING, by=by, expected_version=expected_version)
    for person in {rater for sheet in cycle.sheets.all() for rater in sheet.raters.values() if rater}:
        tell("rating_due", person, url=reverse("appraisal:ratings"), about=cycle.pk, key=f"{cycle.pk}:asked", by=None)
    return cycle


def missing_ratings(cycle):
    """[(sheet, Source, rater or None)] that are not there yet, in the order of units."""
    return [
        (sheet, source, rater)
        for sheet in cycle.sheets.select_related("unit", "head", "superior").prefetch_related("ratings")
        for source, rater in sheet.raters.items()
        if source not in {rating.source for rating in sheet.ratings.all()}
    ]


@transaction.atomic
def show_preview(cycle, *, by, expected_version=None):
    """Heads see the result of their unit and may object for some working days. Missing ratings are spread (kept by name)."""
    now = timezone.now()
    until = due(calendar_for(), Limit(LimitKind.WORKING_DAYS, cycle.objection_days), now).at
    missing = [f"{sheet.unit_id}:{source}" for sheet, source, _rater in missing_ratings(cycle)]
    CYCLE.move(
        cycle, CycleState.PREVIEW, by=by, expected_version=expected_version, preview_at=now, objections_until=until,
        payload={"missing": missing},
    )  # fmt: skip
    for sheet in cycle.sheets.select_related("head"):
        tell("preview", sheet.head, by=by, url=sheet.get_absolute_url(), about=sheet.pk, key=f"{sheet.pk}")
    return cycle


@transaction.atomic
def change_superior(sheet, *, by, superior):
    """Another superior rates one unit; until the facts are frozen."""
    if sheet.cycle.state != CycleState.OPEN:
        raise InvalidTransition(_("Who rates is settled before the facts are frozen."))
    if superior.pk == sheet.head_id:
        raise InvalidTransition(_("%(who)s heads %(unit)s and cannot be its superior as well.")
                                % {"who": superior, "unit": sheet.unit_name})  # fmt: skip
    edit_row(sheet, by=by, superior=superior)
    record(sheet.cycle, "superior_changed", by=by, payload={"sheet": sheet.pk})
    return sheet
