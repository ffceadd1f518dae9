"""Forms around letters and personal sheets."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PostForm(PortalForm):
    """What became of chosen sheets: sent, or come back."""

    on = forms.DateField(label=_("Day"), widget=DAY, initial=timezone.localdate)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=200, help_text=_("For those that came back, for example: moved.")
    )

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day lies in the future."))
        return day
