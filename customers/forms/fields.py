"""Fields that several forms of customers share."""

from datetime import datetime, time

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.names import is_usual_phone, stored_phone

DAY_END = time(18, 0)


def end_of(day):
    """Close of business of a day a person typed, as an aware moment; None stays None."""
    return timezone.make_aware(datetime.combine(day, DAY_END)) if day else None


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PhoneField(forms.CharField):
    """A number in any writing, kept in E.164 with its extension."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"})

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return ""
        number = stored_phone(value)
        if not number:
            raise forms.ValidationError(_("There is no phone number in this. Write for example 138 1234 5678."))
        return number


class WarnsOfPhone:
    """Mixin: a number of a pattern nobody knows is asked about once, then kept."""

    def clean(self):
        data = super().clean()
        phone = data.get("phone")
        if phone and not is_usual_phone(phone):
            self.warn(_("%(number)s is no usual phone number. Keep it all the same?") % {"number": phone})
        return data


class Versioned(forms.Form):
    """The version the page showed travels with an edit, so that a later writer hears of the earlier one."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["version"].initial = self.instance.version
        else:
            del self.fields["version"]

    def values(self):
        """What the service takes: plain fields, and ``expected_version`` for an edit."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        if self.cleaned_data.get("version") is not None:
            values["expected_version"] = self.cleaned_data["version"]
        return values
