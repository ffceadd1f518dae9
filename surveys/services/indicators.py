"""The indicator system: dimensions and indicators that last while questionnaires change (QST-09)."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition, start
from core.workflow import edit as edit_row
from surveys.choices import Use
from surveys.models import Indicator
from surveys.workflows import INDICATOR


@transaction.atomic
def create(*, by, **fields):
    """``code``, names, meanings, ``since``, ``parent`` of an indicator, ``position``. IntegrityError: the code is taken."""
    _check_parent(None, fields.get("parent"))
    return start(Indicator(**fields), by=by)


@transaction.atomic
def edit(indicator, *, by, expected_version=None, **fields):
    """Change words, place and day. The code stays: results compare by it. Raises InvalidTransition, LostRace."""
    if indicator.state != Use.ACTIVE:
        raise InvalidTransition(_("What is retired stays as it was."))
    if "parent" in fields:
        _check_parent(indicator, fields["parent"])
    return edit_row(indicator, by=by, expected_version=expected_version, **fields)


@transaction.atomic
def retire(indicator, *, by, reason, expected_version=None):
    """Nothing new can be set under it; results of the past stay. Raises InvalidTransition while indicators stand below."""
    if indicator.indicators.in_use().exists():
        raise InvalidTransition(_("Indicators below it are in use; retire or move them first."))
    INDICATOR.move(indicator, Use.RETIRED, by=by, comment=reason, expected_version=expected_version)
    return indicator


@transaction.atomic
def restore(indicator, *, by, expected_version=None):
    """Take it into use again."""
    if indicator.parent and indicator.parent.state != Use.ACTIVE:
        raise InvalidTransition(_("Its dimension is retired; restore that first."))
    INDICATOR.move(indicator, Use.ACTIVE, by=by, expected_version=expected_version)
    return indicator


def _check_parent(indicator, parent):
    """Two levels: a dimension has no parent, an indicator has a dimension that is in use."""
    if parent is None:
        return
    if parent.parent_id or (indicator and indicator.pk == parent.pk):
        raise InvalidTransition(_("An indicator stands below a dimension, not below another indicator."))
    if parent.state != Use.ACTIVE:
        raise InvalidTransition(_("“%(name)s” is retired.") % {"name": parent})
    if indicator and indicator.indicators.exists():
        raise InvalidTransition(_("A dimension with indicators of its own cannot become an indicator."))
