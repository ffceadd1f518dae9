"""Forms around answers that come from elsewhere."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm
from core.imports.reader import HEADER_WITHIN
from core.imports.service import check_upload
from surveys.choices import Tool


class BringForm(PortalForm):
    tool = forms.ChoiceField(label=_("Exported from"), choices=Tool)
    file = forms.FileField(
        label=_("File of answers"), help_text=_("As the tool exports it, one row per answer (.xlsx, .csv)."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )  # fmt: skip
    heading_row = forms.IntegerField(
        label=_("Row of the headings"), required=False, min_value=1, max_value=HEADER_WITHIN,
        help_text=_("Empty: found by the portal."),
    )  # fmt: skip

    def clean_file(self):
        file = self.cleaned_data["file"]
        check_upload(file)
        return file
