"""Forms of a scheme, of what departments must do, and of the service chain."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit, User
from core.conditional import shown_with
from core.forms import PortalForm, PortalModelForm
from surveys.choices import Designer, Goal, Stage
from surveys.models import AssistingUnit, Scheme
from surveys.selectors.questionnaires import usable_versions

WORDS = {"rows": 3}
BOXES = forms.CheckboxSelectMultiple


class SchemeForm(PortalModelForm):
    goals = forms.MultipleChoiceField(label=_("Goals"), choices=Goal, required=False, widget=BOXES)
    stages = forms.MultipleChoiceField(
        label=_("Stages of the service chain"), choices=Stage, required=False, widget=BOXES,
        help_text=_("Besides those that the dimensions of the questionnaire look at."),
    )  # fmt: skip

    class Meta:
        model = Scheme
        fields = (
            "goals", "scope_zh", "scope_en", "respondents_zh", "respondents_en", "questionnaire_version", "stages",
            "processing_zh", "processing_en", "organiser", "designer", "third_party", "notice_days", "concerned",
        )  # fmt: skip
        widgets = {
            name: forms.Textarea(attrs=WORDS)
            for name in ("scope_zh", "scope_en", "respondents_zh", "respondents_en", "processing_zh", "processing_en")
        } | {"third_party": forms.TextInput(attrs=shown_with("designer", Designer.THIRD_PARTY))}
        help_texts = {
            "processing_zh": _("Who analyses, who gets the results by when, and what they are used for."),
            "questionnaire_version": _("Published versions only."),
            "notice_days": _("So many days before a wave opens the people concerned are told its date. Empty: nobody is told."),
            "concerned": _("Besides the owners, the author of the plan and the heads of the departments."),
        }  # fmt: skip

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        chosen = self.instance.questionnaire_version_id
        versions = usable_versions(user)
        if chosen:
            versions = (
                versions.model.objects.filter(pk=chosen).defer("definition").select_related("questionnaire") | versions
            )
        self.fields["questionnaire_version"].queryset = versions
        self.fields["organiser"].queryset = OrgUnit.objects.filter(is_active=True)
        self.fields["concerned"].queryset = User.objects.active()
        self.fields["concerned"].help_text += " " + str(_("Hold Ctrl to choose several."))

    def clean(self):
        data = super().clean()
        if data.get("designer") == Designer.OWN:
            data["third_party"] = ""
        elif data.get("designer") == Designer.THIRD_PARTY and not data.get("third_party"):
            self.add_error("third_party", _("Which organisation designs the survey?"))
        if not data.get("goals"):
            self.add_error("goals", _("Choose at least one goal."))
        return data


class DutyForm(PortalModelForm):
    class Meta:
        model = AssistingUnit
        fields = ("unit", "duty", "due_on")
        widgets = {
            "duty": forms.Textarea(attrs=WORDS), "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        }  # fmt: skip
        help_texts = {"duty": _("For example: names three contact persons of each project and tells them beforehand.")}

    def __init__(self, *args, scheme=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.scheme = scheme
        self.fields["unit"].queryset = OrgUnit.objects.filter(is_active=True)

    def clean_unit(self):
        unit = self.cleaned_data["unit"]
        if self.scheme and self.scheme.assisting.filter(unit=unit).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This department is on the list already: change what it must do there."))
        return unit


class StagesForm(PortalForm):
    """Which stage each dimension of a questionnaire looks at."""

    def __init__(self, *args, dimensions, **kwargs):
        super().__init__(*args, **kwargs)
        for code, title in dimensions:
            self.fields[f"stage_{code}"] = forms.ChoiceField(
                label=title or code, choices=[("", _("None of the chain")), *Stage.choices], required=False
            )

    def stages(self):
        return {name.removeprefix("stage_"): value for name, value in self.cleaned_data.items()}


class TrainingForm(PortalForm):
    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.active())
    on = forms.DateField(label=_("Trained on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    subject = forms.CharField(
        label=_("In what"), max_length=200, help_text=_("Process, methods, skills: for example telephone interviews.")
    )

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet: note a training once it has taken place."))
        return day
