"""What lists of appraisal can be narrowed by."""

import django_filters
from django.utils.translation import gettext_lazy as _

from appraisal.choices import CycleState, SchemeState
from appraisal.models import AppraisalCycle, SchemeVersion, ScoreSheet
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


class RatingFilter(PortalFilterSet):
    unit = UnitFilter(field_name="unit")
    state = django_filters.ChoiceFilter(label=_("State"), field_name="cycle__state", choices=CycleState)

    class Meta:
        model = ScoreSheet
        fields = ("unit", "state")
