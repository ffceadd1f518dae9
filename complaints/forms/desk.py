"""Forms of taking in: canned answers, early risks, the notice of channels."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit, User
from complaints.choices import Category, Kind, Level
from complaints.models import CannedAnswer, ChannelNotice, PreventionItem
from complaints.services import canned
from core.forms import PortalModelForm, StepForm
from customers.forms.fields import DayField, Versioned
from customers.models import Customer

PLACES = ", ".join(f"{{{name}}}" for name in canned.PLACEHOLDERS)


class CannedForm(Versioned, PortalModelForm):
    class Meta:
        model = CannedAnswer
        fields = ["title_zh", "title_en", "topic", "kind", "text_zh", "text_en"]
        widgets = {name: forms.Textarea(attrs={"rows": 6}) for name in ("text_zh", "text_en")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = [("", _("Any")), *Category.choices]
        self.fields["kind"].choices = [("", _("Any")), *Kind.choices]
        self.fields["text_zh"].help_text = _("Filled in when it is used:") + f" {PLACES}"

    def _checked(self, name):
        canned.check_text(self.cleaned_data[name])
        return self.cleaned_data[name]

    def clean_text_zh(self):
        return self._checked("text_zh")

    def clean_text_en(self):
        return self._checked("text_en")

    def clean(self):
        data = super().clean()
        found = [set(canned.placeholders_of(data[name])) for name in ("text_zh", "text_en") if data.get(name)]
        if len(found) == 2 and found[0] != found[1]:
            self.warn(_("The two texts do not use the same placeholders. Keep them all the same?"))
        return data

    def _post_clean(self):
        """The service writes the row; the form only judges what was typed."""


class RiskForm(PortalModelForm):
    class Meta:
        model = PreventionItem
        fields = ["title", "detail", "unit", "customer"]
        widgets = {"detail": forms.Textarea(attrs={"rows": 5})}
        help_texts = {
            "detail": _("What you saw or heard, and what may come of it."),
            "unit": _("Left empty: your own."),
        }

    customer = forms.CharField(label=_("Customer number"), required=False, max_length=40)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["unit"].queryset = OrgUnit.objects.filter(is_active=True)
        self.fields["unit"].required = False

    def clean_customer(self):
        code = self.cleaned_data["customer"].strip()
        if not code:
            return None
        found = Customer.objects.visible_to(self.user).filter(code=code).first()
        if found is None:
            raise ValidationError(_("There is no customer of this number that you may see."))
        return found

    def _post_clean(self):
        """The service writes the row."""


class DeskStep(StepForm):
    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user


class RemarkForm(DeskStep):
    comment = forms.CharField(
        label=_("Remark"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class WhyForm(DeskStep):
    comment = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class AssessRiskForm(RemarkForm):
    likelihood = forms.ChoiceField(label=_("Likelihood"), choices=Level, widget=forms.RadioSelect)
    impact = forms.ChoiceField(label=_("Effect on customers"), choices=Level, widget=forms.RadioSelect)
    field_order = ["likelihood", "impact", "comment"]


class MeasureForm(DeskStep):
    measure = forms.CharField(label=_("Measure"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Who does it"))
    due_on = DayField(label=_("Until"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.with_capability("complaints.log_risk")


class NoticeForm(PortalModelForm):
    class Meta:
        model = ChannelNotice
        exclude = ["n", "by", "at"]
        widgets = {name: forms.Textarea(attrs={"rows": 4}) for name in ("promise_zh", "promise_en")}

    def _post_clean(self):
        """An edition is written by the service."""
