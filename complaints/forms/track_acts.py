"""What a customer does on the page of progress: add something, say how satisfied, take it back."""

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.forms.track import TrackForm


class AddForm(TrackForm):
    text = forms.CharField(max_length=2000, error_messages={"required": _("Please write what you want to add.")})


class SayForm(TrackForm):
    """A rating, a comment, or both."""

    score = forms.TypedChoiceField(coerce=int, empty_value=None, required=False, choices=[(n, n) for n in range(1, 6)])
    comment = forms.CharField(max_length=2000, required=False)

    def clean(self):
        data = super().clean()
        if data.get("score") is None and not (data.get("comment") or "").strip():
            raise forms.ValidationError(_("Please choose a rating or write a comment."))
        return data


class TakeBackForm(TrackForm):
    """The yes is a box of its own, so that a slip of the finger ends nothing."""

    comment = forms.CharField(max_length=2000, required=False)
    sure = forms.BooleanField(error_messages={"required": _("Please tick that you want to take it back.")})
