"""Filter bars of survey lists."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit
from core.forms import PortalFilterSet
from surveys.choices import CheckState, FindingState, Flag, InvitationState, PlanState, Segment, WaveState
from surveys.models import Finding, Invitation, Questionnaire, Response, ResponseCheck, SurveyPlan, Wave


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


class WaveFilter(PortalFilterSet):
    q = django_filters.CharFilter(label=_("Name or code"), method="search")
    state = django_filters.ChoiceFilter(label=_("State"), choices=WaveState)
    unit = django_filters.ModelChoiceFilter(label=_("Unit"), queryset=OrgUnit.objects.all())

    class Meta:
        model = Wave
        fields = ("q", "state", "unit")

    def search(self, rows, name, value):
        return rows.filter(Q(code__icontains=value) | Q(name_zh__icontains=value) | Q(name_en__icontains=value))


class InvitationFilter(PortalFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=InvitationState)

    class Meta:
        model = Invitation
        fields = ("state",)


class ResponseFilter(PortalFilterSet):
    """Single answers; ``question`` and ``value`` open the rows behind a bar, a segment those behind a group."""

    question = django_filters.CharFilter(label=_("Question"), method="by_question")
    value = django_filters.NumberFilter(label=_("Answer"), method="nothing")
    low = django_filters.BooleanFilter(label=_("With a low answer"), method="by_low")

    class Meta:
        model = Response
        fields = ("question", "value", "low")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for column in Segment:
            self.filters[column.value] = django_filters.CharFilter(label=column.label, field_name=column.value)
            self.filters[column.value].parent, self.filters[column.value].model = self, Response

    def by_question(self, rows, name, value):
        chosen = {"answers__question__uid": value}
        number = self.form.cleaned_data.get("value")
        if number is not None:
            return rows.filter(Q(answers__num=number) | Q(answers__option=number), **chosen).distinct()
        return rows.filter(**chosen).distinct()

    def nothing(self, rows, name, value):
        return rows

    def by_low(self, rows, name, value):
        return rows.filter(low_answers__isnull=not value).distinct()


class CheckFilter(PortalFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=CheckState)
    flag = django_filters.ChoiceFilter(label=_("Mark"), choices=Flag, method="by_flag")

    class Meta:
        model = ResponseCheck
        fields = ("state", "flag")

    def by_flag(self, rows, name, value):
        return rows.filter(flags__contains=[value])


class FindingFilter(PortalFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=FindingState)
    wave = django_filters.ModelChoiceFilter(label=_("Wave"), queryset=Wave.objects.all())
    unit = django_filters.ModelChoiceFilter(label=_("Responsible unit"), queryset=OrgUnit.objects.all())

    class Meta:
        model = Finding
        fields = ("state", "wave", "unit")
