"""Filter bars of survey lists."""

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit
from core.forms import PortalFilterSet
from surveys.choices import PlanState
from surveys.models import SurveyPlan


class PlanFilter(PortalFilterSet):
    year = django_filters.NumberFilter(label=_("Year"))
    unit = django_filters.ModelChoiceFilter(label=_("Unit"), queryset=OrgUnit.objects.all())
    state = django_filters.ChoiceFilter(label=_("State"), choices=PlanState)

    class Meta:
        model = SurveyPlan
        fields = ("year", "unit", "state")
