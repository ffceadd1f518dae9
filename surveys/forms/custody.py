"""Hand-overs, custodians, terms and holds of survey material."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit, User
from core.forms import StepForm
from surveys.choices import HandoverKind, Secrecy
from surveys.serials import read

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def keepers():
    return User.objects.with_capability("surveys.keep_material")


class HandoverForm(StepForm):
    """What is handed over, from where to where, to whom."""

    kind = forms.ChoiceField(label=_("What for"), choices=HandoverKind)
    receiver = forms.ModelChoiceField(
        label=_("Received by"), queryset=None,
        help_text=_("For keeping: this person becomes the custodian and alone exports single answers from then on."),
    )  # fmt: skip
    from_unit = forms.ModelChoiceField(label=_("From department"), queryset=OrgUnit.objects.filter(is_active=True))
    to_unit = forms.ModelChoiceField(label=_("To department"), queryset=OrgUnit.objects.filter(is_active=True))
    handed_on = forms.DateField(label=_("Handed over on"), widget=DAY)
    forms_n = forms.IntegerField(label=_("Forms"), min_value=0, max_value=1_000_000)
    serials = forms.CharField(
        label=_("Serial numbers"), required=False, max_length=200,
        help_text=_("As on the sheets, single or from – to, for example 0001-8 – 0020-8."),
    )  # fmt: skip
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["receiver"].queryset = User.objects.with_capability("surveys.hand_over").exclude(pk=user.pk)
        self.fields["handed_on"].initial = timezone.localdate()

    def clean_handed_on(self):
        day = self.cleaned_data["handed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("A hand-over is written down on its day, not before."))
        return day

    def clean_serials(self):
        text = self.cleaned_data["serials"].strip()
        for part in (
            text.replace("，", ",").replace("、", ",").replace("–", ",").replace("—", ",").replace(" ", ",").split(",")
        ):
            if part and read(part) is None:
                raise forms.ValidationError(
                    _("“%(text)s” is no serial number: please compare it with the sheet, check digit included.")
                    % {"text": part}
                )
        return text

    def clean(self):
        data = super().clean()
        receiver = data.get("receiver")
        if data.get("kind") == HandoverKind.KEEPING and receiver and not keepers().filter(pk=receiver.pk).exists():
            self.add_error(
                "receiver", _("%(name)s cannot be a custodian: no role of theirs allows it.") % {"name": receiver}
            )
        if data.get("from_unit") and data.get("from_unit") == data.get("to_unit"):
            self.add_error("to_unit", _("The department is the same. Where does the material go?"))
        return data


class CustodianForm(StepForm):
    custodian = forms.ModelChoiceField(label=_("Custodian"), queryset=None)
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["custodian"].queryset = keepers()


class TermsForm(StepForm):
    retention_years = forms.IntegerField(label=_("Years kept"), min_value=1, max_value=30)
    secrecy = forms.ChoiceField(label=_("Secrecy"), choices=Secrecy)


class HoldForm(StepForm):
    reason = forms.CharField(
        label=_("Why it is kept longer"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A dispute, an audit, a request of an authority …"),
    )  # fmt: skip
    until = forms.DateField(
        label=_("Until"), required=False, widget=DAY, help_text=_("Empty: until somebody lifts it.")
    )

    def clean_until(self):
        day = self.cleaned_data["until"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("That day has passed."))
        return day


class ProposeForm(StepForm):
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
