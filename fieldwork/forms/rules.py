"""Setting up a call list."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.conditional import shown_with
from core.forms import PortalModelForm
from customers.choices import DueKind, Priority, ServiceKind, Tier
from customers.forms.fields import Versioned
from fieldwork.choices import RuleKind
from fieldwork.models import CallRule
from fieldwork.models.rule import RATES
from surveys.choices import WaveState
from surveys.models import Wave

K = RuleKind
WORDS = {"rows": 2}


def several(label, choices, kind):
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, help_text=_("Nothing chosen does not restrict."),
        widget=forms.CheckboxSelectMultiple(attrs=shown_with("kind", *kind)),
    )  # fmt: skip


def with_kind(name, *kinds):
    return forms.NumberInput(attrs=shown_with("kind", *kinds))


class RuleForm(Versioned, PortalModelForm):
    service_kinds = several(_("Which services"), ServiceKind, (K.AFTER_SERVICE,))
    tiers = several(_("Which tiers"), Tier, (K.REGULAR,))

    class Meta:
        model = CallRule
        fields = (
            "code", "name_zh", "name_en", "kind", "ledger", "service_kinds", "tiers", "due_kind", "months", "lead_days",
            "every_days", "look_back_days", "unit", "seat", "wave", "opening_zh", "opening_en", "most", "attempts_max",
            "retry_minutes", "working_days_only", "starts_on", "is_active",
        )  # fmt: skip
        widgets = {
            "kind": forms.Select, "ledger": forms.Select(attrs=shown_with("kind", K.SOURCE)),
            "due_kind": forms.Select(choices=[("", _("Everything")), *DueKind.choices], attrs=shown_with("kind", K.DUE)),
            "months": with_kind("months", K.LAPSED), "lead_days": with_kind("lead_days", K.DUE, K.SURVEY),
            "every_days": with_kind("every_days", K.REGULAR),
            "look_back_days": with_kind("look_back_days", K.AFTER_SERVICE, K.SOURCE),
            "opening_zh": forms.Textarea(attrs=WORDS), "opening_en": forms.Textarea(attrs=WORDS),
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }  # fmt: skip
        help_texts = {
            "seat": _("Only people of this unit call. Empty: everybody whose role makes calls."),
            "wave": _("An open wave with names: its questionnaire is the script, the answers count in its results."),
            "look_back_days": _("Services booked late are still called within so many days."),
            "most": _("Those for whom there is no room are found again on the next day."),
            "starts_on": _("Nothing older is called."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        chosen = self.instance.wave_id
        waves = Wave.objects.filter(is_anonymous=False)
        self.fields["wave"].queryset = waves.filter(state__in=(WaveState.SCHEDULED, WaveState.OPEN)) | waves.filter(
            pk=chosen
        )
        self.fields["ledger"].required = False
        if not self.instance.pk:
            self.initial["starts_on"] = timezone.localdate()
        for priority in Priority.values:
            self.fields[f"rate_{priority}"] = forms.IntegerField(
                label=_("Call back of %(priority)s, %%") % {"priority": priority}, min_value=0, max_value=100, required=False,
                initial=self.instance.rates.get(priority, RATES[priority]), widget=with_kind("rates", K.SAMPLE),
            )  # fmt: skip

    def clean(self):
        data = super().clean()
        if data.get("kind") == K.SURVEY and not data.get("wave"):
            self.add_error("wave", _("Which wave's people are to be called?"))
        return data

    def values(self):
        """What services.rules takes."""
        data = dict(self.cleaned_data)
        version = data.pop("version", None)
        rates = {name: data.pop(f"rate_{name}") or 0 for name in Priority.values}
        return data | {"rates": rates} | ({"expected_version": version} if version is not None else {})
