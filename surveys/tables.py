"""Lists of surveys: one class each for screen and files."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core.tables import BadgeColumn, NumberColumn, PortalTable
from surveys.choices import PlanState, VersionState
from surveys.models import Questionnaire, SurveyPlan


class PlanTable(PortalTable):
    year = tables.Column(verbose_name=_("Year"))
    unit = tables.Column(verbose_name=_("Unit"), orderable=False)
    state = BadgeColumn("state", states=PlanState, verbose_name=_("State"))
    author = tables.Column(verbose_name=_("Author"), orderable=False)
    activities_n = NumberColumn(verbose_name=_("Activities"), orderable=False)
    done_n = NumberColumn(verbose_name=_("Carried out"), orderable=False)
    revision_no = NumberColumn(verbose_name=_("Revision"))

    class Meta(PortalTable.Meta):
        model = SurveyPlan
        fields = ("year", "unit", "state", "author", "activities_n", "done_n", "revision_no")
        empty_text = _("No plan yet. A yearly plan says whom to ask about what, how and when; waves carry it out.")



class QuestionnaireTable(PortalTable):
    code = tables.Column(verbose_name=_("Code"))
    name = tables.Column(verbose_name=_("Questionnaire"), accessor="pk", orderable=False)
    unit = tables.Column(verbose_name=_("Owning unit"), orderable=False)
    newest_no = NumberColumn(verbose_name=_("Newest version"))
    newest_state = BadgeColumn("newest_state", states=VersionState, verbose_name=_("State"), orderable=False)
    published_on = tables.DateColumn(verbose_name=_("Last published"), default="–", short=True)

    class Meta(PortalTable.Meta):
        model = Questionnaire
        fields = ("code", "name", "unit", "newest_no", "newest_state", "published_on")
        empty_text = _("No questionnaire yet. Design one; a second person publishes it, and from then on it never changes.")

    def render_name(self, record):
        return str(record)

    def value_name(self, record):
        return str(record)

