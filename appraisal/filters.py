"""What lists of appraisal can be narrowed by."""

import django_filters
from django.utils.translation import gettext_lazy as _

from appraisal.choices import AppealState, CycleState, SchemeState
from appraisal.models import Appeal, AppraisalCycle, SchemeVersion
from core.forms import PortalFilterSet
from customers.filters import UnitFilter


class CycleFilter(PortalFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=CycleState)

    class Meta:
        model = AppraisalCycle
        fields = ("state",)


class SchemeFilter(PortalFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=SchemeState)

    class Meta:
        model = SchemeVersion
        fields = ("state",)


class AppealFilter(PortalFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=AppealState)
    unit = UnitFilter(field_name="sheet__unit")

    class Meta:
        model = Appeal
        fields = ("state", "unit")
