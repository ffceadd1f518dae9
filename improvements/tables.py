"""Lists of improvement: one class each for the screen and every export."""

import django_tables2 as tables
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.tables import NOWRAP, BadgeColumn, CodeColumn, DayColumn, PortalTable
from improvements.choices import EffectVerdict
from improvements.models import ImprovementCase, Measure

WRAP = {"td": {"class": "wrap"}}


class CaseTable(PortalTable):
    number = CodeColumn(verbose_name=_("Number"), order_by="pk")
    name = tables.Column(verbose_name=_("Problem"), orderable=False, attrs=WRAP)
    origin_label = tables.Column(verbose_name=_("Began with"), orderable=False, attrs=NOWRAP)
    area = tables.Column(verbose_name=_("Area"), accessor="get_area_display", order_by="area")
    unit = tables.Column(verbose_name=_("Owning unit"), order_by="unit__path")
    measures = tables.Column(
        verbose_name=_("Measures ended"), accessor="measures_n", orderable=False, attrs={"td": {"class": "num"}}
    )
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    created_at = DayColumn(verbose_name=_("Since"))

    class Meta(PortalTable.Meta):
        model = ImprovementCase
        fields = ("number", "name", "origin_label", "area", "unit", "measures", "state", "created_at")
        empty_text = _("No case matches. One begins with a confirmed finding, a justified complaint or an inspection.")

    def render_measures(self, value, record):
        return f"{record.ended_n}/{value}"


class MeasureDueColumn(tables.TemplateColumn):
    """The due day, late and soon ones marked while it is owed, with the original one where an extension moved it."""

    def __init__(self, **kwargs):
        code = (
            "{% if record.is_pending %}{% due at=record.due_on original=record.moved_from_on %}"
            "{% else %}{{ record.due_on|day }}{% endif %}"
        )
        super().__init__(template_code=code, attrs={"td": {"class": "when"}, "th": {"class": "when"}}, **kwargs)

    def value(self, record, **kwargs):
        return timezone.localtime(record.due_at).replace(tzinfo=None)


class VerdictColumn(BadgeColumn):
    def __init__(self, **kwargs):
        super().__init__("verdict", states=EffectVerdict, **kwargs)


class MeasureTable(PortalTable):
    number = CodeColumn(verbose_name=_("Number"), order_by=("case__pk", "no"))
    title = tables.Column(verbose_name=_("Measure"), orderable=False, attrs=WRAP)
    kind = tables.Column(verbose_name=_("Kind"), accessor="get_kind_display", order_by="kind")
    unit = tables.Column(verbose_name=_("Unit"), order_by="unit__path")
    owner = tables.Column(verbose_name=_("Responsible"), order_by="owner__name_key")
    due = MeasureDueColumn(verbose_name=_("Due"), accessor="due", order_by="due")
    original_due = DayColumn(verbose_name=_("Due (original)"), visible=False)
    submitted_at = DayColumn(verbose_name=_("Handed in"), default="–", visible=False)
    implemented_at = DayColumn(verbose_name=_("Verified"), default="–", visible=False)
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    verdict = VerdictColumn(verbose_name=_("Effect"), order_by="verdict", default="–")

    class Meta(PortalTable.Meta):
        model = Measure
        fields = (
            "number", "title", "kind", "unit", "owner", "due", "original_due", "submitted_at", "implemented_at", "state",
            "verdict",
        )  # fmt: skip
        order_by = "due"
        empty_text = _("No measure matches. Measures are planned on the page of their case.")
