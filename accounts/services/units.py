"""The organisation tree."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import OrgUnit
from core.workflow import InvalidTransition, record


@transaction.atomic
def create(*, by, code, name_zh, name_en, kind, department_type="", parent=None, position=0):
    unit = OrgUnit.objects.create(
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        kind=kind,
        department_type=department_type,
        parent=parent,
        position=position,
    )
    _set_path(unit)
    record(unit, "created", by=by)
    return unit


@transaction.atomic
def edit(unit, *, by, **fields):
    """Change a unit; moving it moves everything below. Raises InvalidTransition for a move below itself."""
    unit.refresh_from_db(fields=["path"])
    if fields.get("parent") is not None:
        fields["parent"] = OrgUnit.objects.select_for_update().get(pk=fields["parent"].pk)
    parent = fields.get("parent", unit.parent)
    if parent is not None and parent.path.startswith(unit.path):
        raise InvalidTransition(_("A unit cannot belong to itself or to a unit below it."))
    changes = {n: [str(getattr(unit, n) or ""), str(v or "")] for n, v in fields.items() if getattr(unit, n) != v}
    for name, value in fields.items():
        setattr(unit, name, value)
    unit.save()
    _set_path(unit)
    if changes:
        record(unit, "edited", by=by, payload={"changes": changes})
    return unit


def _set_path(unit):
    """``/0000000001/0000000007/``; fixed width, so that the text order is the tree order."""
    path = f"{unit.parent.path if unit.parent else '/'}{unit.pk:010d}/"
    if path == unit.path:
        return
    old, unit.path = unit.path, path
    unit.save(update_fields=["path"])
    for child in unit.children.all() if old else ():
        _set_path(child)
