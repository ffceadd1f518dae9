"""Lists of supervision: one class each for the screen and every export."""

import django_tables2 as tables
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.tables import BadgeColumn, CodeColumn, DayColumn, NumberColumn, PortalTable
from improvements.choices_supervision import Severity
from improvements.models import Inspection, Observation, RectificationNotice
from improvements.tables import WRAP


class InspectionTable(PortalTable):
    number = CodeColumn(verbose_name=_("Number"), order_by="pk")
    title = tables.Column(verbose_name=_("Inspection"), orderable=False, attrs=WRAP)
    unit = tables.Column(verbose_name=_("Inspected unit"), order_by="unit__path", default=_("The whole company"))
    starts_on = DayColumn(verbose_name=_("From"))
    ends_on = DayColumn(verbose_name=_("Until"))
    led_by = tables.Column(verbose_name=_("Led by"), order_by="led_by__name_key")
    observations = NumberColumn(verbose_name=_("Observations"), accessor="observations_n", orderable=False)
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")

    class Meta(PortalTable.Meta):
        model = Inspection
        fields = ("number", "title", "unit", "starts_on", "ends_on", "led_by", "observations", "state")
        empty_text = _("No inspection matches. The supervision group begins one with a unit and a span of days.")


class ObservationTable(PortalTable):
    number = CodeColumn(verbose_name=_("Number"), order_by=("inspection__pk", "no"))
    title = tables.Column(verbose_name=_("Problem"), orderable=False, attrs=WRAP)
    focus = tables.Column(verbose_name=_("Focus item"), accessor="get_focus_display", order_by="focus")
    unit = tables.Column(verbose_name=_("Responsible unit"), order_by="unit__path")
    severity = BadgeColumn("severity", states=Severity, verbose_name=_("Severity"), orderable=False)
    clause = tables.Column(verbose_name=_("Rule"), orderable=False, visible=False)
    notice = CodeColumn(verbose_name=_("Notice"), accessor="notice_number", orderable=False, default="–")

    class Meta(PortalTable.Meta):
        model = Observation
        fields = ("number", "title", "focus", "unit", "severity", "clause", "notice")
        empty_text = _("No observation matches. Observations are written down on the page of their inspection.")


class NoticeDueColumn(tables.TemplateColumn):
    """The due moment with working time left while an answer is owed, with the one of the first round beside it."""

    def __init__(self, **kwargs):
        code = (
            "{% if record.is_owed %}{% due at=record.current_due original=record.moved_from %}"
            "{% else %}{{ record.current_due|moment }}{% endif %}"
        )
        super().__init__(template_code=code, attrs={"td": {"class": "when"}, "th": {"class": "when"}}, **kwargs)

    def value(self, record, **kwargs):
        return timezone.localtime(record.current_due).replace(tzinfo=None)


class NoticeTable(PortalTable):
    number = CodeColumn(verbose_name=_("Number"), order_by="pk", empty_values=())
    title = tables.Column(verbose_name=_("Subject"), orderable=False, attrs=WRAP)
    unit = tables.Column(verbose_name=_("Responsible unit"), order_by="unit__path")
    executor = tables.Column(verbose_name=_("Carried out by"), order_by="executor__name_key", default="–")
    issued_at = DayColumn(verbose_name=_("Issued"), default="–")
    due = NoticeDueColumn(verbose_name=_("Answer due"), accessor="due", order_by="due")
    due_at = DayColumn(verbose_name=_("Due (first round)"), visible=False)
    first_replied_at = DayColumn(verbose_name=_("First answered"), default="–", visible=False)
    round = NumberColumn(verbose_name=_("Round"))
    verified_at = DayColumn(verbose_name=_("Verified"), default="–", visible=False)
    closed_at = DayColumn(verbose_name=_("Closed"), default="–", visible=False)
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")

    class Meta(PortalTable.Meta):
        model = RectificationNotice
        fields = (
            "number", "title", "unit", "executor", "issued_at", "due", "due_at", "first_replied_at", "round", "verified_at",
            "closed_at", "state",
        )  # fmt: skip
        empty_text = _("No notice matches. A notice is drafted from the observations of a concluded inspection.")

    def render_number(self, record):
        return record.number or "–"

    def value_number(self, record):
        return record.number
