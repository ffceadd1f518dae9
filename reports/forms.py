"""Words of a report, and which period to draw up."""

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
        period, found = periods.containing("quarter", timezone.localdate()), []
        for _step in range(8):
            found.append((str(period.pk), periods.label(period)))
            period = periods.previous(period)
        self.fields["period"].choices = found
