"""Forms of the yearly plan."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit, User
from accounts.selectors import units_of
from core.conditional import shown_with
from core.forms import PortalForm, PortalModelForm
from surveys.choices import Recurrence
from surveys.models import PlanActivity, SurveyPlan
from surveys.models.plan import PARTS

UNUSUAL = [value for value in Recurrence.values if value != Recurrence.QUARTERLY]
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
        fields = [f"{key}_{language}" for key in PARTS for language in ("zh", "en")] + [
            "basis", "retention_years",
        ]  # fmt: skip
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in fields if name != "retention_years"}
        help_texts = {f"{key}_zh": text for key, text in HELP.items()} | {
            "retention_years": _("How long answers and papers of its waves are kept. Empty: as long as usual.")
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version


class ActivityForm(PortalModelForm):
    class Meta:
        model = PlanActivity
        fields = [
            "title_zh",
            "title_en",
            "method",
            "recurrence",
            "recurrence_reason",
            "starts_on",
            "ends_on",
            "owner",
            "expected_n",
            "needs_agency",
        ]
        widgets = {name: forms.DateInput(attrs={"type": "date"}) for name in ("starts_on", "ends_on")} | {
            "recurrence_reason": forms.TextInput(attrs=shown_with("recurrence", *UNUSUAL))
        }
        help_texts = {
            "recurrence_reason": _("Surveys take place every quarter unless a special case is named here."),
            "needs_agency": _("A wave of this activity opens only once it is entrusted to a third party by name."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.active()
        if not self.instance.pk:
            self.initial["recurrence"] = Recurrence.QUARTERLY

    def clean(self):
        data = super().clean()
        if data.get("recurrence") == Recurrence.QUARTERLY:
            data["recurrence_reason"] = ""
        elif data.get("recurrence") and not data.get("recurrence_reason"):
            self.add_error("recurrence_reason", _("Surveys take place every quarter: say why this one does not."))
        if not data.get("title_zh") and not data.get("title_en"):
            self.add_error("title_zh", _("Give the activity a title in Chinese or English."))
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("The end is before the start."))
        return data
