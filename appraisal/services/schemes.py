"""Schemes: written as a draft, approved by somebody else, never changed afterwards."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import DepartmentType
from appraisal.choices import IndicatorCode, SchemeState
from appraisal.indicators import REGISTRY
from appraisal.models import Scheme, SchemeVersion, Standard, Weight
from appraisal.workflows import SCHEME
from core.workflow import InvalidTransition, start
from core.workflow import edit as edit_row

C, D = IndicatorCode, DepartmentType
ORDER = (C.SATISFACTION, C.COMPLAINT_RATE, C.SUGGESTION_ADOPTION, C.MEASURE_COMPLETION)
# What a new scheme begins with (KPI-02): business is judged by satisfaction, support by putting things right.
WEIGHTS = {
    D.BUSINESS: (50, 30, 10, 10),
    D.SUPPORT: (30, 10, 20, 40),
    D.SERVICE: (40, 30, 10, 20),
    D.OTHER: (40, 20, 20, 20),
}


@transaction.atomic
def create(*, by, name_zh, name_en):
    """A new scheme with its first draft: the usual mix, bands, weights and standards. Returns the SchemeVersion."""
    scheme = Scheme.objects.create(name_zh=name_zh, name_en=name_en)
    version = start(SchemeVersion(scheme=scheme, no=1, author=by), by=by)
    Standard.objects.bulk_create(
        Standard(version=version, indicator=code, floor=floor, target=target, minimum_n=least)
        for code, (floor, target, least) in ((one.code, one.standard) for one in REGISTRY.values())
    )
    Weight.objects.bulk_create(
        Weight(version=version, department_type=kind, indicator=code, weight=weight)
        for kind, row in WEIGHTS.items()
        for code, weight in zip(ORDER, row, strict=True)
    )
    return version


@transaction.atomic
def renew(version, *, by, expected_version=None):
    """The draft after an approved version, equal to it. Raises InvalidTransition where a later one is under way."""
    scheme = Scheme.objects.select_for_update().get(pk=version.scheme_id)
    newest = scheme.versions.first()
    if newest.state != SchemeState.APPROVED:
        raise InvalidTransition(_("There is a later version that has not been approved yet."))
    kept = {"state": SchemeState.DRAFT, "no": newest.no + 1, "author": by, "approved_by": None, "approved_at": None}
    fields = {field.name: getattr(version, field.name) for field in version._meta.concrete_fields
              if field.name.startswith(("share_", "from_", "coefficient_", "missing_", "bonus_"))}  # fmt: skip
    made = start(SchemeVersion(scheme=scheme, **fields, **kept), by=by, payload={"after": version.no})
    for model in (Standard, Weight):
        copies = list(model.objects.filter(version=version))
        for row in copies:
            row.pk, row.version, row._state.adding = None, made, True
        model.objects.bulk_create(copies)
    return made


@transaction.atomic
def save(version, *, by, fields, standards, weights, expected_version=None):
    """Write a draft anew. ``fields`` of the version; ``standards`` {indicator: {floor, target, cap, minimum_n}};
    ``weights`` {(department type, unit or None): {indicator: weight}}. Raises InvalidTransition unless a draft whose
    weights add up to exactly 100.00 each (K1)."""
    if version.state != SchemeState.DRAFT:
        raise InvalidTransition(_("Only a draft can be changed; an approved version gets a successor."))
    check_weights(weights)
    edit_row(version, by=by, expected_version=expected_version, **fields)
    version.standards.all().delete()
    version.weights.all().delete()
    Standard.objects.bulk_create(Standard(version=version, indicator=code, **row) for code, row in standards.items())
    Weight.objects.bulk_create(
        Weight(version=version, department_type=kind, unit=unit, indicator=code, weight=weight)
        for (kind, unit), row in weights.items()
        for code, weight in row.items()
    )
    return version


def check_weights(weights):
    """Raises InvalidTransition naming the first set that does not add up to exactly 100.00."""
    for (kind, unit), row in weights.items():
        total = sum(row.values(), Decimal(0))
        if total != 100:
            raise InvalidTransition(
                _("The weights of “%(who)s” add up to %(total)s, not to 100.")
                % {"who": unit or DepartmentType(kind).label, "total": total}
            )


def submit(version, *, by, expected_version=None):
    """Hand the draft in for approval."""
    sets = {}
    for row in version.weights.select_related("unit"):
        sets.setdefault((row.department_type, row.unit), {})[row.indicator] = row.weight
    if not sets or version.standards.count() != len(REGISTRY):
        raise InvalidTransition(_("A scheme needs weights, and a standard for each indicator."))
    check_weights(sets)
    SCHEME.move(version, SchemeState.SUBMITTED, by=by, expected_version=expected_version)
    return version


def approve(version, *, by, expected_version=None):
    """In force for cycles from now on; nothing of it changes any more. Raises InvalidTransition for its author."""
    if by.pk == version.author_id:
        raise InvalidTransition(_("A scheme is approved by management, and not by its author."))
    SCHEME.move(
        version,
        SchemeState.APPROVED,
        by=by,
        expected_version=expected_version,
        approved_by=by,
        approved_at=timezone.now(),
    )
    return version


def send_back(version, *, by, reason, expected_version=None):
    """A draft again, with the reason."""
    SCHEME.move(version, SchemeState.DRAFT, by=by, comment=reason, expected_version=expected_version)
    return version
