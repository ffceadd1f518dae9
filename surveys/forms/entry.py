"""Forms around answers that are typed in for respondents."""

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm
from surveys.choices import ResponseMode
from surveys.services.entering import MOST_SHEETS

WAYS = [(way, ResponseMode(way).label) for way in ResponseMode.entered()]


class SheetsForm(PortalForm):
    count = forms.IntegerField(label=_("Sheets"), min_value=1, max_value=MOST_SHEETS, initial=20)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class EntryForm(PortalForm):
    """How the answers came; the answers themselves are checked by the questionnaire."""

    mode = forms.ChoiceField(label=_("How they came"), choices=WAYS)
    given_on = forms.DateField(
        label=_("Day they were given"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    is_proxy = forms.BooleanField(
        label=_("I filled them in on the respondent's behalf"), required=False,
        help_text=_("The respondent said them and could not conveniently write; it is marked with your name."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note on how it came"), required=False, max_length=100,
        help_text=_("For example: by fax; sealed by the customer."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def clean_given_on(self):
        day = self.cleaned_data["given_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day lies in the future."))
        return day
