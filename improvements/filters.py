"""What lists of improvement can be narrowed by."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.forms import PortalFilterSet
from customers.filters import UnitFilter, day_range
from improvements.choices import Area, CaseState, EffectVerdict, MeasureKind, MeasureState
from improvements.models import ImprovementCase, Measure
from improvements.models.case import ORIGINS
from surveys.models import Wave


class CaseFilter(PortalFilterSet):
    """Without a word on it: what has not ended."""

    STATES = (("pending", _("Not ended")), *CaseState.choices, ("any", _("In any state")))

    q = django_filters.CharFilter(label=_("Number or title"), method="named")
    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, method="as_it_is")
    origin = django_filters.ChoiceFilter(label=_("Began with"), choices=list(ORIGINS.items()), method="of_origin")
    area = django_filters.ChoiceFilter(label=_("Area"), choices=Area)
    unit = UnitFilter(field_name="unit")

    class Meta:
        model = ImprovementCase
        fields = ("q", "state", "origin", "area", "unit")

    def named(self, rows, name, value):
        return rows.filter(Q(number__icontains=value) | Q(title__icontains=value))

    def of_origin(self, rows, name, value):
        return rows.filter(**{f"{value}__isnull": False})

    def as_it_is(self, rows, name, value):
        return rows

    def filter_queryset(self, rows):
        rows = super().filter_queryset(rows)
        match self.form.cleaned_data.get("state") or "pending":
            case "pending":
                return rows.filter(state__in=[CaseState.PROPOSED, CaseState.OPEN])
            case "any":
                return rows
            case state:
                return rows.filter(state=state)


class MeasureFilter(PortalFilterSet):
    """Without a word on it: what has not ended, of everybody the person sees."""

    SCOPES = (("all", _("Everybody's")), ("mine", _("Mine")))
    STATES = (("pending", _("Not ended")), ("overdue", _("Overdue")), *MeasureState.choices, ("any", _("In any state")))

    q = django_filters.CharFilter(label=_("Number or title"), method="named")
    scope = django_filters.ChoiceFilter(label=_("Whose"), choices=SCOPES, method="of_scope")
    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, method="as_it_is")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=MeasureKind)
    area = django_filters.ChoiceFilter(label=_("Area"), field_name="case__area", choices=Area)
    unit = UnitFilter(field_name="unit")
    verdict = django_filters.ChoiceFilter(label=_("Effect"), choices=EffectVerdict)
    wave = django_filters.ModelChoiceFilter(
        label=_("Measured again by"), field_name="effects__wave", distinct=True,
        queryset=lambda request: Wave.objects.visible_to(request.user).filter(effects__isnull=False).distinct(),
    )  # fmt: skip
    original_due = day_range(label=_("Due (original)"))
    current_due = day_range(label=_("Due"))
    case = django_filters.ModelChoiceFilter(
        label=_("Case"), widget=forms.HiddenInput,
        queryset=lambda request: ImprovementCase.objects.visible_to(request.user),
    )  # fmt: skip

    class Meta:
        model = Measure
        fields = (
            "q",
            "scope",
            "state",
            "kind",
            "area",
            "unit",
            "verdict",
            "wave",
            "original_due",
            "current_due",
            "case",
        )

    def named(self, rows, name, value):
        return rows.filter(Q(case__number__icontains=value) | Q(title__icontains=value))

    def of_scope(self, rows, name, value):
        return rows.filter(owner=self.request.user) if value == "mine" else rows

    def as_it_is(self, rows, name, value):
        return rows

    def filter_queryset(self, rows):
        rows = super().filter_queryset(rows)
        chosen = self.form.cleaned_data
        match chosen.get("state") or ("any" if chosen.get("case") else "pending"):
            case "pending":
                return rows.exclude(state__in=MeasureState.ended())
            case "overdue":
                return rows.overdue()
            case "any":
                return rows
            case state:
                return rows.filter(state=state)
