"""Forms about time: pauses, extensions, progress, policies, absences and handing over."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from complaints.choices import Category, Kind, Severity
from complaints.forms.acts import ActForm, RemarkForm, words
from complaints.models import ClockPolicy, PauseReason
from complaints.selectors import policies
from core.forms import PortalForm, PortalModelForm
from customers.choices import Channel
from customers.forms.fields import DayField

WAITING = {
    "zh-hans": "您反映的事项仍在办理中。",
    "en": "We are still working on your matter.",
}
NEW_DAY = {
    "zh-hans": "为把情况查实，我们还需要一些时间，抱歉让您久等。",
    "en": "To get to the bottom of it we need a little more time. We are sorry to keep you waiting.",
}


class GrantForm(RemarkForm):
    """Another person agrees."""


class PauseForm(ActForm):
    reason = forms.ModelChoiceField(
        PauseReason.objects.none(), label=_("Why the clock should stand still"), empty_label=None
    )
    comment = words(_("What we wait for"), help_text=_("From whom, and what was asked when."))
    resume_on = DayField(label=_("Goes on on"))

    def prepare(self):
        self.fields["reason"].queryset = PauseReason.objects.filter(is_active=True)
        one, _together = policies.caps_of(self.complaint.cycle)
        text = ngettext("At most %(n)s working day from now.", "At most %(n)s working days from now.", one)
        self.fields["resume_on"].help_text = text % {"n": one}

    def clean_resume_on(self):
        day = self.cleaned_data["resume_on"]
        if day <= timezone.localdate():
            raise forms.ValidationError(_("Give a day to come on which it goes on."))
        return day


class ExtensionForm(ActForm):
    days = forms.IntegerField(
        label=_("How many more days"), min_value=1, max_value=60, help_text=_("Counted as the limit counts."),
        widget=forms.NumberInput(attrs={"class": "w-s"}),
    )  # fmt: skip
    reason = words(_("Reason"), help_text=_("For the lead who decides."))
    told = words(_("What the customer is told"), help_text=_("The new day is added by itself."))

    def prepare(self):
        self.fields["told"].initial = NEW_DAY.get(self.complaint.language, NEW_DAY["zh-hans"])


class ProgressForm(ActForm):
    channel = forms.ChoiceField(
        label=_("Channel"), choices=Channel,
        help_text=_("By e-mail the text below goes out as it stands; otherwise write what was said. The customer also finds it where the progress is shown."),
    )  # fmt: skip
    text = words(_("Where things stand"), rows=5)

    def prepare(self):
        has_mail = bool(self.complaint.complainant.email)
        self.fields["channel"].choices = [one for one in Channel.choices if one[0] != Channel.WEB]
        self.fields["channel"].initial = Channel.MAIL if has_mail else Channel.PHONE
        self.fields["text"].initial = WAITING.get(self.complaint.language, WAITING["zh-hans"])

    def clean_channel(self):
        channel = self.cleaned_data["channel"]
        if channel == Channel.MAIL and not self.complaint.complainant.email:
            raise forms.ValidationError(_("There is no e-mail address. Choose another channel."))
        return channel


class PolicyForm(PortalModelForm):
    """The next version of a policy."""

    ANY = [("", _("Any"))]
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind)
    channel = forms.ChoiceField(label=_("Channel"), choices=[*ANY, *Channel.choices], required=False)
    category = forms.ChoiceField(label=_("Category"), choices=[*ANY, *Category.choices], required=False)
    severity = forms.ChoiceField(label=_("Severity"), choices=[*ANY, *Severity.choices], required=False)
    effective_from = DayField(label=_("In force from"))
    is_active = forms.BooleanField(
        label=_("In force"),
        required=False,
        initial=True,
        help_text=_("Taken away, the more general policy counts again."),
    )
    note = forms.CharField(label=_("Reason of the version"), max_length=300)

    class Meta:
        model = ClockPolicy
        fields = (
            "kind", "channel", "category", "severity", "effective_from", "response_amount", "response_kind", "result_amount",
            "result_kind", "progress_days", "pause_days", "pause_total_days", "grace_minutes", "is_active", "note",
        )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["response_amount"].help_text = _("Empty: no first response of its own is owed.")
        self.fields["progress_days"].help_text = _("Empty: no progress reports are owed.")
        if not self.initial.get("effective_from"):
            self.initial["effective_from"] = timezone.localdate()

    def clean_effective_from(self):
        day = self.cleaned_data["effective_from"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("A version begins today or later: what was promised stays promised."))
        return day

    def clean(self):
        data = super().clean()
        one, together = data.get("pause_days"), data.get("pause_total_days")
        if one is not None and together is not None and together < one:
            self.add_error("pause_total_days", _("All pauses together take at least as long as one."))
        if data.get("response_amount") == 0:
            self.add_error("response_amount", _("Give at least 1, or leave it empty."))
        if data.get("is_active") is False and not any(data.get(name) for name in ("channel", "category", "severity")):
            self.add_error("is_active", _("The general policy of a kind is changed, not ended."))
        return data


class ReasonOfPauseForm(PortalModelForm):
    class Meta:
        model = PauseReason
        fields = ("name_zh", "name_en", "is_automatic", "ends_on_reply")


def handlers():
    return User.objects.with_capability("complaints.handle").order_by("name_key")


class AbsenceForm(PortalForm):
    user = forms.ModelChoiceField(User.objects.none(), label=_("Who is away"), empty_label=None)
    since = DayField(label=_("First day away"))
    until = DayField(label=_("Last day away"))
    substitute = forms.ModelChoiceField(
        User.objects.none(), label=_("Who stands in"),
        help_text=_("Is given what comes in new, is reminded, and sees what the person handles."),
    )  # fmt: skip
    note = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        people = handlers()
        self.fields["substitute"].queryset = people
        self.fields["user"].queryset = people if by.has_perm("complaints.assess") else people.filter(pk=by.pk)
        self.fields["user"].initial = by.pk
        self.fields["since"].initial = timezone.localdate() + timedelta(days=1)

    def clean(self):
        data = super().clean()
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day comes after the first."))
        if until and until < timezone.localdate():
            self.add_error("until", _("This is over already."))
        if data.get("user") and data.get("user") == data.get("substitute"):
            self.add_error("substitute", _("Nobody stands in for themselves."))
        return data


class HandOverForm(PortalForm):
    to = forms.ModelChoiceField(User.objects.none(), label=_("To whom"))
    comment = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = handlers().exclude(pk=person.pk)
