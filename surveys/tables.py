"""Lists of surveys: one class each for screen and files."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core.tables import BadgeColumn, NumberColumn, PortalTable
from surveys.choices import PlanState
from surveys.models import SurveyPlan


class PlanTable(PortalTable):
    year = tables.Column(verbose_name=_("Year"))
    unit = tables.Column(verbose_name=_("Unit"), orderable=False)
    state = BadgeColumn("state", verbose_name=_("State"))
    author = tables.Column(verbose_name=_("Author"), orderable=False)
    activities_n = NumberColumn(verbose_name=_("Activities"), orderable=False)
    done_n = NumberColumn(verbose_name=_("Carried out"), orderable=False)
    revision_no = NumberColumn(verbose_name=_("Revision"))

    class Meta(PortalTable.Meta):
        model = SurveyPlan
        fields = ("year", "unit", "state", "author", "activities_n", "done_n", "revision_no")
        empty_text = _("No plan yet. A yearly plan says whom to ask about what, how and when; waves carry it out.")

    def render_state(self, value):
        return PlanState(value)
