"""Registering what a customer said."""

import uuid

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from complaints.choices import Kind
from core.conditional import shown_with
from core.forms import FilesField, PortalForm
from core.worktime.store import calendar_for
from customers.choices import Channel
from customers.forms.fields import DayField, PhoneField, WarnsOfPhone
from customers.models import ContactPerson, Customer, FollowUp, Interaction
from customers.selectors import callers_of

ORIGINS = (("customer", Customer), ("contact", ContactPerson), ("interaction", Interaction), ("follow_up", FollowUp))


# What a channel tells of itself: fields of the form by channel, the first one is wanted (CMP-01-04).
SOURCED = {
    Channel.LETTER.value: ("dated_on", "reference"),
    Channel.SOCIAL.value: ("platform", "account"),
    Channel.TRANSFER.value: ("body", "reference"),
}
COLUMNS = {"platform": "place", "body": "place"}  # of models.Source, where the name differs
NOBODY = ""
FOUND = 8  # customers of a name that are offered


def only_for(*channels):
    return shown_with("channel", *(channel.value for channel in channels))


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
    dated_on = DayField(
        label=_("Date of the letter"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", **only_for(Channel.LETTER)}, format="%Y-%m-%d"),
    )
    platform = forms.CharField(
        label=_("Platform"), required=False, max_length=100, widget=forms.TextInput(attrs=only_for(Channel.SOCIAL))
    )
    account = forms.CharField(
        label=_("Account there"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", **only_for(Channel.SOCIAL)}),
    )
    body = forms.CharField(
        label=_("Transferring body"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs=only_for(Channel.TRANSFER)),
    )
    reference = forms.CharField(
        label=_("Their number or reference"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs=only_for(Channel.LETTER, Channel.TRANSFER)),
    )
    received_at = MomentField(label=_("Received"), help_text=_("The clocks run from this moment on."))
    name = forms.CharField(label=_("Complainant's name"), required=False, max_length=100)
    phone = PhoneField(label=_("Phone"), required=False, max_length=40)
    company = forms.CharField(
        label=_("Customer"), required=False, max_length=200, help_text=_("Code or name of a customer in the files."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    who = forms.ChoiceField(
        label=_("Who is it in the files"), required=False, widget=forms.RadioSelect,
        help_text=_("Nothing is taken over on a guess: choose who it is."),
    )  # fmt: skip
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
        self._offer_customers()

    def _offer_customers(self):
        """Customers in the files that phone and name may mean; none where it is known who it is."""
        self.callers = []
        if any(self[name].value() for name in ("customer", "contact", "interaction", "follow_up")):
            del self.fields["company"], self.fields["who"]
            return
        self.number = self["phone"].value() or ""
        self.callers = callers_of(self.number, user=self.user).callers
        found = {caller.key: f"{self._named(caller)} ({caller.strength.label})" for caller in self.callers}
        if named := (self["company"].value() or "").strip():
            rows = Customer.objects.visible_to(self.user).active().named(named).order_by("code")[:FOUND]
            found |= {f"customer:{row.pk}": f"{row} {row.code}" for row in rows}
        if not found:
            del self.fields["who"]
            return
        self.fields["who"].choices = [*found.items(), (NOBODY, _("None of these"))]
        certain = [caller.key for caller in self.callers if caller.is_certain]
        self.fields["who"].initial = certain[0] if certain else NOBODY

    @staticmethod
    def _named(caller):
        person = caller.contact.masked_name if caller.contact else ""
        return " · ".join(filter(None, [person, str(caller.customer), caller.customer.code]))

    def _choose(self, data):
        """``customer`` and ``contact`` from who was chosen among those that were offered."""
        kind, _colon, key = (data.pop("who", "") or "").partition(":")
        data.pop("company", None)
        if kind == "contact":
            data["contact"] = ContactPerson.objects.visible_to(self.user).select_related("customer").get(pk=key)
            data["customer"] = data["contact"].customer
        elif kind == "customer":
            data["customer"] = Customer.objects.visible_to(self.user).get(pk=key)

    def _check_source(self, data):
        names = SOURCED.get(data.get("channel"), ())
        if names and not data.get(names[0]) and names[0] not in self.errors:
            self.add_error(names[0], _("Please fill this in for this channel."))
        if data.get("dated_on") and "dated_on" in names and data["dated_on"] > timezone.localdate():
            self.add_error("dated_on", _("This day is still to come."))

    def clean_received_at(self):
        at = self.cleaned_data["received_at"]
        if at > timezone.now():
            raise forms.ValidationError(_("This moment is still to come."))
        return at

    def clean(self):
        data = super().clean()
        self._choose(data)
        self._check_source(data)
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
        facts = {name: data.pop(name) for name in ("dated_on", "platform", "account", "body", "reference")}
        names = SOURCED.get(data["channel"], ())
        source = {COLUMNS.get(name, name): facts[name] for name in names if facts[name]}
        return data | {"complainant": person, "source": source or None}
