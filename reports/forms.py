"""Words of a report, and which period to draw up."""

from datetime import date, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import periods
from core.choices import PeriodKind
from core.forms import PortalForm, VersionForm


class TextForm(VersionForm):
    text_zh = forms.CharField(label=_("Chinese text"), widget=forms.Textarea(attrs={"rows": 10}), max_length=8000)
    text_en = forms.CharField(label=_("English text"), widget=forms.Textarea(attrs={"rows": 10}), max_length=8000)


class PeriodForm(PortalForm):
    """The last eight quarters, and half-years and years that bring them together (ANA-13)."""

    OFFERED = ((PeriodKind.QUARTER, 8), (PeriodKind.HALF_YEAR, 4), (PeriodKind.YEAR, 3))

    period = forms.ChoiceField(label=_("Period"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = [(kind.label, list(_last(kind, n))) for kind, n in self.OFFERED]

    def clean_period(self):
        """The stored period."""
        kind, _colon, day = self.cleaned_data["period"].partition(":")
        return periods.containing(kind, date.fromisoformat(day))


def _last(kind, n):
    day = timezone.localdate()
    for _step in range(n):
        period = periods.of(kind, day)
        yield f"{kind.value}:{period.starts_on.isoformat()}", periods.label(period)
        day = period.starts_on - timedelta(days=1)
