"""The form around the opening of a seal."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm
from surveys.choices import SealGround


class SealForm(PortalForm):
    """On which ground the answer gives, and why it is needed."""

    ground = forms.ChoiceField(label=_("Ground of the opening"))
    reason = forms.CharField(
        label=_("Reason"), min_length=10, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why the follow-up cannot do without the name. It is kept for good, and the wave's owner reads it."),
    )  # fmt: skip

    def __init__(self, *args, grounds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = [(ground.value, SealGround(ground).label) for ground in grounds]
