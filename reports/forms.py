"""Words of a report, and which period to draw up."""

from datetime import date, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import periods
from core.forms import PortalForm, VersionForm


class TextForm(VersionForm):
    text_zh = forms.CharField(label=_("Chinese text"), widget=forms.Textarea(attrs={"rows": 10}), max_length=8000)
    text_en = forms.CharField(label=_("English text"), widget=forms.Textarea(attrs={"rows": 10}), max_length=8000)


class PeriodForm(PortalForm):
    """The last eight quarters."""

    period = forms.ChoiceField(label=_("Quarter"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        period, found = periods.of("quarter", timezone.localdate()), []
        for _step in range(8):
            found.append((period.starts_on.isoformat(), periods.label(period)))
            period = periods.of("quarter", period.starts_on - timedelta(days=1))
        self.fields["period"].choices = found

    def clean_period(self):
        """The stored period."""
        return periods.containing("quarter", date.fromisoformat(self.cleaned_data["period"]))
