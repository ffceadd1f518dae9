from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.forms import FilesField, PortalForm, VersionForm
from customers.choices import FollowUpReason, Outcome
from customers.forms.fields import DayField, end_of


class FollowUpForm(PortalForm):
    reason = forms.ChoiceField(label=_("Reason"), choices=FollowUpReason, initial=FollowUpReason.REQUEST)
    title = forms.CharField(label=_("About"), max_length=200)
    detail = forms.CharField(label=_("Details"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    owner = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Handled by"),
        required=False,
        empty_label=_("Nobody yet: the unit's queue"),
    )
    due_on = DayField(
        label=_("Due on"), required=False, help_text=_("Left empty, the working days of the reason count.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.with_capability("customers.handle_follow_up")

    def values(self):
        values = {name: value for name, value in self.cleaned_data.items() if name != "due_on"}
        return values | {"due_at": end_of(self.cleaned_data["due_on"])}


class FinishForm(PortalForm):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What came of it"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    files = FilesField()

    def clean(self):
        data = super().clean()
        if data.get("outcome") == Outcome.UNRESOLVED and not data.get("note"):
            self.add_error("note", _("Say what is still open, so that the next person need not ask again."))
        return data


class AssignForm(VersionForm):
    to = forms.ModelChoiceField(User.objects.none(), label=_("New owner"))
    comment = forms.CharField(label=_("Remark"), required=False, max_length=500)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = User.objects.with_capability("customers.handle_follow_up")


class PostponeForm(VersionForm):
    due_on = DayField(label=_("New day"))
    comment = forms.CharField(label=_("Reason"), max_length=500)
