"""Figures of pauses, extensions and remedies: what the registry of indicators holds beside the clocks themselves."""

from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _

from complaints.choices import ExtensionState, Kind, RecoveryState
from complaints.models import Complaint, Cycle, Extension, Pause, Recovery
from complaints.selectors.indicators import SERVICE, WATCH, Indicator, _due, add, always

TENTH = ExpressionWrapper((OuterRef("result_due") - OuterRef("started_at")) / Value(10), output_field=DurationField())
# What was left when a pause began is what lies between its end and the due moment that follows from it.
LATE_PAUSE = Pause.objects.filter(cycle=OuterRef("pk"), ended_at__gte=OuterRef("result_due") - TENTH)
EXTENDED = Extension.objects.filter(cycle=OuterRef("pk"), state=ExtensionState.APPROVED)
PAID = Recovery.objects.filter(complaint=OuterRef("pk"), state=RecoveryState.DONE, amount__gt=0)
FELL_DUE = _("complaints whose result fell due in the period")

add(
    Indicator("original_in_time", _("Result in time by the original date"), Cycle, "result_due", _due("result"),
              always(Q(replied_at__lte=F("original_due")) | Q(original_due=None, replied_at__lte=F("result_due"))),
              _("complaints whose result fell due in the period, as if nothing had been extended"), group=SERVICE),
    Indicator("compensated", _("Compensated"), Complaint, "received_at", always(Q(kind=Kind.COMPLAINT)),
              always(Q(Exists(PAID))), _("complaints received in the period"), group=SERVICE, higher_is_better=False),
    Indicator("paused_late", _("Paused in the last tenth of the time"), Cycle, "result_due", _due("result"),
              always(Q(Exists(LATE_PAUSE))), FELL_DUE, group=WATCH, higher_is_better=False),
    Indicator("extended", _("Time extended"), Cycle, "result_due", _due("result"), always(Q(Exists(EXTENDED))),
              FELL_DUE, group=WATCH, higher_is_better=False),
)  # fmt: skip
