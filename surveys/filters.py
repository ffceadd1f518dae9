"""Filter bars of survey lists."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit
from core.forms import PortalFilterSet
from surveys.choices import PlanState
from surveys.models import Questionnaire, SurveyPlan


class PlanFilter(PortalFilterSet):
    year = django_filters.NumberFilter(label=_("Year"))
    unit = django_filters.ModelChoiceFilter(label=_("Unit"), queryset=OrgUnit.objects.all())
    state = django_filters.ChoiceFilter(label=_("State"), choices=PlanState)

    class Meta:
        model = SurveyPlan
        fields = ("year", "unit", "state")


class QuestionnaireFilter(PortalFilterSet):
    q = django_filters.CharFilter(label=_("Name or code"), method="search")
    unit = django_filters.ModelChoiceFilter(label=_("Owning unit"), queryset=OrgUnit.objects.all())

    class Meta:
        model = Questionnaire
        fields = ("q", "unit")

    def search(self, rows, name, value):
        return rows.filter(Q(code__icontains=value) | Q(name_zh__icontains=value) | Q(name_en__icontains=value))
