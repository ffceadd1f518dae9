"""How a survey was carried out, looked at by departments concerned and the supervision group (SUR-28)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition, record
from surveys.choices import WaveState
from surveys.models import QualityCheck
from surveys.selectors.task_lists import is_own_work
from surveys.services import tasks


@transaction.atomic
def check(wave, *, by, verdict, met=(), remark="", unit=None):
    """A record that stays. Raises InvalidTransition for a wave that was not open yet, and for one's own work."""
    if wave.state not in WaveState.with_results():
        raise InvalidTransition(_("A survey is checked once it is under way."))
    if is_own_work(wave, by):
        raise InvalidTransition(_("Who ran the survey does not check it."))
    row = QualityCheck.objects.create(
        wave=wave, by=by, at=timezone.now(), verdict=verdict, met=list(met), remark=remark, unit=unit
    )
    record(wave, "quality_checked", by=by, comment=remark, payload={"verdict": verdict})
    tasks.sync(wave)
    return row
