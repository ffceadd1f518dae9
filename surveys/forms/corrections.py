"""The form around corrected values."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm


class CorrectionForm(PortalForm):
    """Why; the values themselves are checked by the questionnaire."""

    reason = forms.CharField(
        label=_("Reason of the correction"), max_length=500,
        help_text=_("What shows that the value was wrong: the paper sheet, a call, the interviewer's note."),
    )  # fmt: skip
