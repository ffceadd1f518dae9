"""Number and code by which a customer asks how far it is."""

import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _


class TrackForm(forms.Form):
    """Both as they may be typed: full-width, in small letters, with blanks."""

    number = forms.CharField(
        label=_("Number"), max_length=40,
        error_messages={"required": _("Please give the number. It looks like TS-2026-000123.")},
    )  # fmt: skip
    code = forms.CharField(
        label=_("Tracking code"), max_length=40,
        error_messages={"required": _("Please give the code. It stands beside the number on your receipt.")},
    )  # fmt: skip

    def clean_number(self):
        return "".join(unicodedata.normalize("NFKC", self.cleaned_data["number"]).upper().split())

    def clean_code(self):
        return unicodedata.normalize("NFKC", self.cleaned_data["code"])

    @property
    def problems(self):
        """(field, label, sentence) in the order of the page."""
        return [(name, self.fields[name].label, text) for name in self.fields for text in self.errors.get(name, ())]
