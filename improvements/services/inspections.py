"""Inspections: four focus items with verdicts, the records that were looked at, and what was seen."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core import numbering
from core.workflow import InvalidTransition, compare_and_set, record, start
from core.workflow import edit as edit_row
from improvements.choices_supervision import Focus, InspectionState
from improvements.models import FocusItem, InspectedRecord, Inspection, Observation
from improvements.workflows import INSPECTION

NUMBER_KIND = "DC"


@transaction.atomic
def begin(*, by, title, starts_on, ends_on, unit=None):
    """A numbered inspection of ``unit`` (None: the whole company) over the days, with its four items. Returns it."""
    made = Inspection(
        title=title, unit=unit, starts_on=starts_on, ends_on=ends_on, led_by=by, number=numbering.take(NUMBER_KIND)
    )
    start(made, by=by)
    FocusItem.objects.bulk_create(FocusItem(inspection=made, no=no, focus=focus) for no, focus in enumerate(Focus, 1))
    return made


@transaction.atomic
def edit(inspection, *, by, expected_version=None, **fields):
    """Change title, unit or days while it is under way."""
    _open(inspection)
    return edit_row(inspection, by=by, expected_version=expected_version, **fields)


@transaction.atomic
def judge(item, *, by, verdict, note, records=(), expected_version=None):
    """Give the verdict of one focus item, what was looked at, and the records (selectors.checklists.Record)."""
    inspection = item.inspection
    _open(inspection)
    compare_and_set(inspection, expected_version=expected_version)
    item.verdict, item.note = verdict, note
    item.save(update_fields=["verdict", "note"])
    kept = {row.key for row in records}
    item.records.exclude(key__in=kept).delete()
    InspectedRecord.objects.bulk_create(
        [InspectedRecord(item=item, key=row.key, number=row.number, title=row.title, url=row.url) for row in records],
        ignore_conflicts=True,
    )
    record(inspection, "judged", by=by, comment=f"{item.get_focus_display()}: {item.get_verdict_display()}")
    return item


@transaction.atomic
def observe(inspection, *, by, focus, unit, title, text, severity, clause, expected_version=None):
    """Write down a problem that was seen. Returns the Observation."""
    _open(inspection)
    compare_and_set(inspection, expected_version=expected_version)
    last = inspection.observations.aggregate(last=Max("no"))["last"] or 0
    made = Observation(
        inspection=inspection, no=last + 1, focus=focus, unit=unit, title=title, text=text, severity=severity,
        clause=clause,
    )  # fmt: skip
    return start(made, by=by)


@transaction.atomic
def revise(observation, *, by, expected_version=None, **fields):
    """Put the words of an observation right while its inspection is under way."""
    _open(observation.inspection)
    return edit_row(observation, by=by, expected_version=expected_version, **fields)


@transaction.atomic
def drop(observation, *, by, reason, expected_version=None):
    """Take back an observation while its inspection is under way; the reason stays with the inspection."""
    inspection = observation.inspection
    _open(inspection)
    compare_and_set(observation, expected_version=expected_version)
    record(inspection, "observation_dropped", by=by, comment=f"{observation.number} {observation.title}: {reason}")
    observation.delete()
    return inspection


@transaction.atomic
def conclude(inspection, *, by, summary, expected_version=None):
    """Settle the inspection: verdicts and observations stay as they are from now on."""
    if inspection.items.filter(verdict="").exists():
        raise InvalidTransition(_("One of the four items has no verdict yet."))
    INSPECTION.move(
        inspection, InspectionState.CONCLUDED, by=by, expected_version=expected_version, summary=summary,
        concluded_at=timezone.now(), concluded_by=by,
    )  # fmt: skip
    return inspection


def _open(inspection):
    if Inspection.objects.select_for_update().get(pk=inspection.pk).state != InspectionState.OPEN:
        raise InvalidTransition(_("The inspection is concluded: what it found stays as it is."))
