"""Lists of appraisal: one class each for the screen and every export."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appraisal.choices import CycleState, Source
from appraisal.models import AppraisalCycle, SchemeVersion, ScoreSheet
from core.tables import BadgeColumn, DayColumn, NumberColumn, PortalTable


class CycleTable(PortalTable):
    period = tables.Column(verbose_name=_("Period"), order_by="period__starts_on")
    scheme_version = tables.Column(verbose_name=_("Scheme"), orderable=False)
    units = NumberColumn(verbose_name=_("Units"), accessor="units_n", orderable=False)
    ratings_due = DayColumn(verbose_name=_("Ratings due"))
    objections_until = DayColumn(verbose_name=_("Objections until"), default="–")
    published_at = DayColumn(verbose_name=_("Published"), default="–")
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")

    class Meta(PortalTable.Meta):
        model = AppraisalCycle
        fields = ("period", "scheme_version", "units", "ratings_due", "objections_until", "published_at", "state")
        empty_text = _("No cycle yet. One is drawn up per quarter, from an approved scheme.")


class SchemeTable(PortalTable):
    scheme = tables.Column(verbose_name=_("Scheme"), orderable=False)
    no = NumberColumn(verbose_name=_("Version"))
    author = tables.Column(verbose_name=_("Written by"), orderable=False)
    approved_by = tables.Column(verbose_name=_("Approved by"), orderable=False, default="–")
    approved_at = DayColumn(verbose_name=_("Approved at"), default="–")
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")

    class Meta(PortalTable.Meta):
        model = SchemeVersion
        fields = ("scheme", "no", "author", "approved_by", "approved_at", "state")
        empty_text = _("No scheme yet. It says what units are appraised by.")


class RatingTable(PortalTable):
    unit = tables.Column(verbose_name=_("Unit"), accessor="unit_name", order_by="unit__path")
    cycle = tables.Column(verbose_name=_("Period"), orderable=False)
    part = tables.Column(verbose_name=_("You give the"), orderable=False)
    given = NumberColumn(verbose_name=_("Your rating"), orderable=False, default="–")
    ratings_due = DayColumn(verbose_name=_("Due"), accessor="cycle__ratings_due", orderable=False)
    state = BadgeColumn("cycle__state_badge", verbose_name=_("State"), orderable=False)

    class Meta(PortalTable.Meta):
        model = ScoreSheet
        fields = ("unit", "cycle", "part", "given", "ratings_due", "state")
        empty_text = _("No rating is asked of you. Heads and superiors rate while a cycle is being rated.")

    def render_part(self, value):
        return Source(value).label

    @staticmethod
    def row_url(record):
        """The rating: to give, or as it was given."""
        is_there = record.given is not None or record.cycle.state == CycleState.SCORING
        return reverse("appraisal:rate", args=[record.pk]) if is_there else ""
