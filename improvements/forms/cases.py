from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit
from core.forms import StepForm
from improvements.choices import Area


class CaseForm(StepForm):
    """What is to be put right, where, and who takes part."""

    title = forms.CharField(label=_("Title"), max_length=200)
    problem = forms.CharField(
        label=_("Problem"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What happened, since when, how often. Facts first, causes later."),
    )  # fmt: skip
    area = forms.ChoiceField(label=_("Area"), choices=Area)
    unit = forms.ModelChoiceField(OrgUnit.objects.filter(is_active=True), label=_("Owning unit"))
    cooperating = forms.ModelMultipleChoiceField(
        OrgUnit.objects.filter(is_active=True), label=_("Units that cooperate"), required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("They see the case and can carry out measures of it."),
    )  # fmt: skip

    def clean(self):
        data = super().clean()
        data["cooperating"] = [unit for unit in data.get("cooperating") or () if unit != data.get("unit")]
        return data

    @staticmethod
    def initial_of(case):
        return {
            "title": case.name[:200], "problem": case.problem, "area": case.area, "unit": case.unit_id,
            "cooperating": list(case.cooperating.values_list("pk", flat=True)) if case.pk else [],
        }  # fmt: skip


class CloseCaseForm(StepForm):
    lessons = forms.CharField(
        label=_("Lessons learned"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What others should know so that it does not happen again."),
    )  # fmt: skip
