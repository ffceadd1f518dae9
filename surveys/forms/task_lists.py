"""Forms of task lists and quality checks."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit, User
from core.forms import PortalForm, PortalModelForm
from surveys.choices import CheckPoint, CycleStep, Phase, Verdict
from surveys.models import TaskTemplate
from surveys.selectors.lists import is_untrained

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
PHASES = {Phase.PREPARATION: (1, 2), Phase.SURVEY: (3,), Phase.CONFIRMATION: (4, 5, 6, 7)}  # steps of each


class TickForm(PortalForm):
    outcome = forms.CharField(
        label=_("What came of it"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Written down for whoever reads this list later; it is needed here."),
    )  # fmt: skip

    def __init__(self, *args, wants_outcome, **kwargs):
        super().__init__(*args, **kwargs)
        if not wants_outcome:
            del self.fields["outcome"]


class AssignForm(PortalForm):
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.active())
    due_on = forms.DateField(label=_("Due"), widget=DAY)

    def clean(self):
        data = super().clean()
        owner = data.get("owner")
        if owner and owner.pk != self.initial.get("owner") and is_untrained(owner):
            self.warn(
                _("%(person)s is not noted as trained for surveys. Train and guide people before they run one.")
                % {"person": owner}
            )
        return data


class TemplateForm(PortalModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = TaskTemplate
        fields = (
            "code", "title_zh", "title_en", "phase", "step", "position", "fact", "anchor", "offset_days", "is_required",
            "wants_outcome", "is_active",
        )  # fmt: skip
        help_texts = {
            "fact": _("What the portal knows by itself ticks the task; nobody else can. Empty: a person ticks it."),
            "offset_days": _("Negative: so many days before."),
            "is_active": _("Waves set up before keep their lists."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.fields["fact"].choices = [("", _("A person")), *self.fields["fact"].choices[1:]]
        if self.instance.pk:
            self.fields["code"].disabled = True

    def clean(self):
        data = super().clean()
        phase, step = data.get("phase"), data.get("step")
        if phase and step and step not in PHASES[phase]:
            steps = ", ".join(str(CycleStep(one).label) for one in PHASES[phase])
            self.add_error(
                "step", _("This step belongs to another phase; the steps of this one: %(steps)s.") % {"steps": steps}
            )
        if data.get("fact") and data.get("wants_outcome"):
            self.add_error(
                "wants_outcome",
                _("What the portal ticks has no written outcome: leave this out, or let a person tick it."),
            )
        return data

    def values(self):
        data = dict(self.cleaned_data)
        version = data.pop("version", None)
        return data | ({"expected_version": version} if self.instance.pk else {})


class QualityForm(PortalForm):
    met = forms.MultipleChoiceField(
        label=_("In order"), choices=CheckPoint, required=False, widget=forms.CheckboxSelectMultiple
    )
    verdict = forms.ChoiceField(label=_("Verdict"), choices=Verdict)
    unit = forms.ModelChoiceField(
        label=_("For the unit"), queryset=OrgUnit.objects.filter(is_active=True), required=False, empty_label=_("Supervision group")
    )  # fmt: skip
    remark = forms.CharField(
        label=_("What was seen"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean(self):
        data = super().clean()
        if data.get("verdict") in (Verdict.REMARKS, Verdict.FLAWED) and not data.get("remark"):
            self.add_error("remark", _("Say what was not in order, so that it can be put right."))
        if data.get("verdict") == Verdict.SOUND and len(data.get("met", ())) < len(CheckPoint):
            self.add_error(
                "verdict", _("“Carried out properly” needs every point in order; choose another verdict and say why.")
            )
        return data
