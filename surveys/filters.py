"""Filter bars of survey lists."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit, User
from core.forms import PortalFilterSet
from surveys.choices import (
    CheckState,
    CustodyState,
    Direction,
    DisposalState,
    FindingState,
    Flag,
    InvitationState,
    PlanState,
    QuestionKind,
    ResponseMode,
    Secrecy,
    Segment,
    Theme,
    Use,
    WaveState,
)
from surveys.models import (
    BankQuestion,
    Custody,
    Disposal,
    Entrustment,
    Finding,
    Indicator,
    Invitation,
    PublishedRating,
    Questionnaire,
    Response,
    ResponseCheck,
    SurveyPlan,
    Wave,
)
from surveys.selectors.bank import searched


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


class BankFilter(PortalFilterSet):
    q = django_filters.CharFilter(label=_("Code or words"), method="search")
    indicator = django_filters.ModelChoiceFilter(label=_("Indicator"), queryset=Indicator.objects.all(), method="under")
    kind = django_filters.ChoiceFilter(label=_("Kind of question"), choices=QuestionKind)
    state = django_filters.ChoiceFilter(label=_("State"), choices=Use)

    class Meta:
        model = BankQuestion
        fields = ("q", "indicator", "kind", "state")

    def search(self, rows, name, value):
        return searched(rows, value)

    def under(self, rows, name, value):
        return rows.filter(Q(indicator=value) | Q(indicator__parent=value))


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
    mode = django_filters.ChoiceFilter(label=_("Way"), choices=ResponseMode)

    class Meta:
        model = Response
        fields = ("question", "value", "low", "mode")

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


class PublishedFilter(PortalFilterSet):
    q = django_filters.CharFilter(label=_("Where, who or words"), method="search")
    direction = django_filters.ChoiceFilter(label=_("Direction"), choices=Direction)
    theme = django_filters.ChoiceFilter(label=_("About what"), choices=Theme)
    unit = django_filters.ModelChoiceFilter(label=_("About the unit"), queryset=OrgUnit.objects.all())

    class Meta:
        model = PublishedRating
        fields = ("q", "direction", "theme", "unit")

    def search(self, rows, name, value):
        return rows.filter(Q(source__icontains=value) | Q(author__icontains=value) | Q(body__icontains=value))


class CustodyFilter(PortalFilterSet):
    """Material of waves; ``due`` narrows to what is past its date and nobody holds."""

    q = django_filters.CharFilter(label=_("Name or code"), method="search")
    state = django_filters.ChoiceFilter(label=_("State"), choices=CustodyState)
    secrecy = django_filters.ChoiceFilter(label=_("Secrecy"), choices=Secrecy)
    custodian = django_filters.ModelChoiceFilter(
        label=_("Custodian"), queryset=User.objects.filter(pk__in=Custody.objects.values("custodian"))
    )
    due = django_filters.BooleanFilter(label=_("Past its date"), method="by_due")

    class Meta:
        model = Custody
        fields = ("q", "state", "secrecy", "custodian", "due")

    def search(self, rows, name, value):
        found = Q(wave__code__icontains=value) | Q(wave__name_zh__icontains=value) | Q(wave__name_en__icontains=value)
        return rows.filter(found)

    def by_due(self, rows, name, value):
        late = Custody.objects.past_due().values("pk")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)


class DisposalFilter(PortalFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=DisposalState)

    class Meta:
        model = Disposal
        fields = ("state",)


class EntrustmentFilter(PortalFilterSet):
    q = django_filters.CharFilter(label=_("Third party, contract or wave"), method="search")
    active = django_filters.BooleanFilter(label=_("In force"), method="by_force")

    class Meta:
        model = Entrustment
        fields = ("q", "active")

    def search(self, rows, name, value):
        found = Q(organisation__icontains=value) | Q(contract__icontains=value) | Q(wave__code__icontains=value)
        return rows.filter(found | Q(wave__name_zh__icontains=value) | Q(wave__name_en__icontains=value))

    def by_force(self, rows, name, value):
        active = Entrustment.objects.active().values("pk")
        return rows.filter(pk__in=active) if value else rows.exclude(pk__in=active)
