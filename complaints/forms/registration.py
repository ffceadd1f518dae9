"""Registering what a customer said."""

import uuid

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from complaints.choices import Kind
from core.forms import FilesField, PortalForm
from core.worktime.store import calendar_for
from customers.choices import Channel
from customers.forms.fields import PhoneField, WarnsOfPhone
from customers.models import ContactPerson, Customer, FollowUp, Interaction

ORIGINS = (("customer", Customer), ("contact", ContactPerson), ("interaction", Interaction), ("follow_up", FollowUp))


class MomentField(forms.DateTimeField):
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    input_formats = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")

    def __init__(self, **kwargs):
        super().__init__(input_formats=self.input_formats, **kwargs)


class RegisterForm(WarnsOfPhone, PortalForm):
    """What was said, by whom and when; who it is about. Of a known contact person nothing personal is typed again."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Kind, initial=Kind.COMPLAINT, widget=forms.RadioSelect)
    title = forms.CharField(label=_("About"), max_length=200)
    text = forms.CharField(
        label=pgettext_lazy("complaint", "What was said"), max_length=10000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("In the customer's words: what happened, when, with whom, and what the customer wants."),
    )  # fmt: skip
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel, initial=Channel.PHONE)
    received_at = MomentField(label=_("Received"), help_text=_("The clocks run from this moment on."))
    name = forms.CharField(label=_("Complainant's name"), required=False, max_length=100)
    phone = PhoneField(label=_("Phone"), required=False, max_length=40)
    email = forms.EmailField(
        label=_("E-mail"), required=False, max_length=200, help_text=_("Receipt and reply go to this address.")
    )
    consent = forms.BooleanField(label=_("Agrees that we use these data for this matter"), required=False)
    concerned = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("Colleagues it is about"), required=False, widget=forms.SelectMultiple(attrs={"size": 5}),
        help_text=_("They neither handle it nor see it."),
    )  # fmt: skip
    files = FilesField()
    customer = forms.ModelChoiceField(Customer.objects.none(), required=False, widget=forms.HiddenInput)
    contact = forms.ModelChoiceField(ContactPerson.objects.none(), required=False, widget=forms.HiddenInput)
    interaction = forms.ModelChoiceField(Interaction.objects.none(), required=False, widget=forms.HiddenInput)
    follow_up = forms.ModelChoiceField(FollowUp.objects.none(), required=False, widget=forms.HiddenInput)
    form_key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        for name, model in ORIGINS:
            self.fields[name].queryset = model.objects.visible_to(user)
        self.fields["concerned"].queryset = User.objects.active().exclude(pk=user.pk)
        self.fields["form_key"].initial = uuid.uuid4().hex
        self.fields["received_at"].initial = timezone.localtime().strftime("%Y-%m-%dT%H:%M")

    def clean_received_at(self):
        at = self.cleaned_data["received_at"]
        if at > timezone.now():
            raise forms.ValidationError(_("This moment is still to come."))
        return at

    def clean(self):
        data = super().clean()
        contact, customer = data.get("contact"), data.get("customer")
        if contact and customer and contact.customer_id != customer.pk:
            self.add_error(None, _("The contact person does not belong to this customer."))
        at = data.get("received_at")
        if at and calendar_for().between(at, timezone.now()) > calendar_for().minutes_per_day:
            self.warn(
                _("This is registered more than one working day after it was received. Register it all the same?")
            )
        return data

    def values(self):
        """What ``register`` takes."""
        data = dict(self.cleaned_data)
        person = {name: data.pop(name) for name in ("name", "phone", "email", "consent")}
        return data | {"complainant": person}
