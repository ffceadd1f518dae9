"""Entrusting a survey to a third party."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from core.forms import PortalForm
from core.i18n import pick
from surveys.choices import WaveState
from surveys.models import PlanActivity, Wave

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
USUAL = 30  # days


class EntrustForm(PortalForm):
    wave = forms.ModelChoiceField(label=_("Wave"), queryset=None, required=False)
    activity = forms.ModelChoiceField(
        label=_("Planned activity"),
        queryset=None,
        required=False,
        help_text=_("Instead of one wave: every wave of the activity."),
    )
    user = forms.ModelChoiceField(
        label=_("Person of the third party"), queryset=None,
        help_text=_("A login with the role “Third-party survey agency”; the administrator makes it."),
    )  # fmt: skip
    organisation = forms.CharField(label=_("Third party"), max_length=120)
    contract = forms.CharField(label=_("Contract"), max_length=120, help_text=_("Number and date of the commission."))
    starts_on = forms.DateField(label=pgettext_lazy("dates", "From"), widget=DAY)
    ends_on = forms.DateField(
        label=pgettext_lazy("dates", "To"),
        widget=DAY,
        help_text=_("From the next day on nothing of it is seen any more."),
    )
    may_enter = forms.BooleanField(label=_("Enters answers from paper and calls"), required=False, initial=True)
    sees_contacts = forms.BooleanField(
        label=_("Sees names and phone numbers"), required=False,
        help_text=_("Otherwise respondents are codes. Each look at a name is recorded."),
    )  # fmt: skip
    consent_basis = forms.CharField(
        label=_("Consent to passing on customer data"), max_length=300, required=False,
        help_text=_("Where the customers' consent is recorded: contract clause, consent form, date. Who opted out or did not agree to surveys is never shown."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["starts_on"].initial, self.fields["ends_on"].initial = today, today + timedelta(days=USUAL)
        living = Wave.objects.filter(state__in=(WaveState.DRAFT, WaveState.SCHEDULED, WaveState.OPEN))
        self.fields["wave"].queryset = living.order_by("-opens_at")
        self.fields["activity"].queryset = PlanActivity.objects.filter(plan__state="approved").select_related(
            "plan__unit"
        )
        self.fields["activity"].label_from_instance = lambda row: (
            f"{row.plan.year} {pick(row.plan.unit, 'name')} · {row}"
        )
        self.fields["user"].queryset = User.objects.with_capability("surveys.run_entrusted")

    def clean(self):
        data = super().clean()
        if bool(data.get("wave")) == bool(data.get("activity")):
            self.add_error("wave", _("Choose either a wave or a planned activity."))
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("The end is before the start."))
        if data.get("sees_contacts") and not data.get("consent_basis", "").strip():
            self.add_error(
                "consent_basis",
                _("Customer data goes to a third party only with the customers' consent: say where it is recorded."),
            )
        return data
