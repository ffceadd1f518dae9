from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm, PortalModelForm
from customers.choices import ConsentSource
from customers.forms.fields import DayField, PhoneField, Versioned, WarnsOfPhone
from customers.models import ContactPerson


class NewContactForm(WarnsOfPhone, Versioned, PortalModelForm):
    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    phone = PhoneField(label=_("Phone"), max_length=60, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    consent_source = forms.ChoiceField(
        label=_("Agrees to surveys, said in"),
        choices=[("", _("No consent yet")), *ConsentSource.choices],
        required=False,
        help_text=_("Without consent nobody is invited to a survey."),
    )
    retention_until = DayField(
        label=_("Kept until"), required=False, help_text=_("After this day name, phone and mail are erased.")
    )
    verified_on = DayField(label=_("Checked with the person on"), required=False)

    class Meta:
        model = ContactPerson
        fields = [
            "name", "title", "phone", "email", "language", "is_primary", "consent_source", "retention_until",
            "verified_on",
        ]  # fmt: skip

    def validate_constraints(self):
        """The service keeps one first contact and gives consent its time."""

    def values(self):
        values = super().values()
        return values | {"consent_survey": bool(values["consent_source"])}


class ContactForm(NewContactForm):
    """Changing a person without showing what is stored: an empty field keeps it."""

    PERSONAL = ("name", "phone", "email")
    consent_source = None
    remove_phone = forms.BooleanField(label=_("Remove the phone number"), required=False)
    remove_email = forms.BooleanField(label=_("Remove the mail address"), required=False)

    class Meta(NewContactForm.Meta):
        fields = [
            "name",
            "title",
            "phone",
            "email",
            "language",
            "is_primary",
            "retention_until",
            "verified_on",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.PERSONAL:
            self.initial[name] = ""
            masked = getattr(self.instance, f"masked_{name}")
            self.fields[name].required = False
            self.fields[name].help_text = _("Now %(masked)s. Left empty, it stays.") % {"masked": masked or "—"}
        for name in ("phone", "email"):
            if not getattr(self.instance, name):
                del self.fields[f"remove_{name}"]

    def values(self):
        values = Versioned.values(self)
        for name in self.PERSONAL:
            if values.pop(f"remove_{name}", False):
                values[name] = ""
            elif not values[name]:
                del values[name]
        return values


class ConsentForm(PortalForm):
    agrees = forms.TypedChoiceField(
        label=_("Surveys"),
        choices=[("1", _("Agrees to be asked")), ("0", _("Takes the consent back"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    source = forms.ChoiceField(label=_("Known from"), choices=[("", "—"), *ConsentSource.choices], required=False)
    comment = forms.CharField(label=_("Remark"), required=False, max_length=500)

    def clean(self):
        data = super().clean()
        if data.get("agrees") and not data.get("source"):
            self.add_error("source", _("Please say where the consent comes from."))
        return data


class RevealForm(PortalForm):
    reason = forms.CharField(
        label=_("Why you need it"),
        max_length=300,
        help_text=_("The reason and your name stay in the history."),
    )
