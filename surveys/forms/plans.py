"""Forms of the yearly plan."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit, User
from accounts.selectors import units_of
from core.forms import PortalForm, PortalModelForm
from surveys.models import PlanActivity, SurveyPlan
from surveys.models.plan import PARTS

HELP = {
    "goal": _("What the year is to show or change, for example: find the two weakest links of the service chain."),
    "scope": _("Which services, branches and projects."),
    "respondents": _("Who is asked: which customers, how many."),
    "methods": _("Online, telephone, visit … and why."),
    "schedule": _("When each round runs and when its result is due."),
    "participants": _("Who writes, sends, calls, analyses, and which departments assist."),
}


class NewPlanForm(PortalForm):
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=OrgUnit.objects.filter(is_active=True))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = timezone.localdate().year
        if not user.has_perm("surveys.run_wave"):  # as surveys.rules.in_own_unit
            self.fields["unit"].queryset = OrgUnit.objects.filter(is_active=True, pk__in=units_of(user))

    def clean(self):
        data = super().clean()
        if data.get("unit") and SurveyPlan.objects.filter(year=data.get("year"), unit=data["unit"]).exists():
            self.add_error("unit", _("This unit has a plan for that year. Open it and revise it."))
        return data


class PlanForm(PortalModelForm):
    """The six parts in both languages, and what the plan is based on."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = SurveyPlan
        fields = [f"{key}_{language}" for key in PARTS for language in ("zh", "en")] + ["basis"]
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in fields}
        help_texts = {f"{key}_zh": text for key, text in HELP.items()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version


class ActivityForm(PortalModelForm):
    class Meta:
        model = PlanActivity
        fields = ["title_zh", "title_en", "method", "recurrence", "starts_on", "ends_on", "owner", "expected_n"]
        widgets = {name: forms.DateInput(attrs={"type": "date"}) for name in ("starts_on", "ends_on")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.active()

    def clean(self):
        data = super().clean()
        if not data.get("title_zh") and not data.get("title_en"):
            self.add_error("title_zh", _("Give the activity a title in Chinese or English."))
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("The end is before the start."))
        return data
