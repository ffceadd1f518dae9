from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit, User
from accounts.selectors import units_of
from core.forms import PortalForm, PortalModelForm
from customers.choices import CustomerType, HoldReason
from customers.forms.fields import DayField, Versioned, end_of
from customers.models import ContactPerson, Customer
from customers.names import name_form


def units_for(user):
    """Units a person may file things under."""
    units = OrgUnit.objects.filter(is_active=True)
    return units if user.has_perm("customers.see_all") else units.filter(pk__in=units_of(user))


class CustomerForm(Versioned, PortalModelForm):
    """A stored address is not shown: an empty field keeps it."""

    remove_address = forms.BooleanField(label=_("Remove the address"), required=False)

    class Meta:
        model = Customer
        fields = [
            "type", "name_zh", "name_en", "code", "kind", "tier", "relation", "unit", "owner", "region", "industry",
            "address", "interests", "needs", "note", "is_active",
        ]  # fmt: skip
        help_texts = {
            "code": _("Left empty, the next number is taken."),
            "name_zh": _("Of a private person only the first character stays here; the full name is encrypted."),
            "owner": _("This person keeps the file true and complete."),
        }
        widgets = {
            "code": forms.TextInput(attrs={"class": "w-s"}),
            "address": forms.TextInput(attrs={"autocomplete": "off"}),
            "interests": forms.Textarea(attrs={"rows": 2}),
            "needs": forms.Textarea(attrs={"rows": 2}),
            "note": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["code"].required = bool(self.instance.pk)
        self.fields["unit"].queryset = units_for(user)
        self.fields["owner"].queryset = User.objects.active()
        self.initial["address"] = ""
        if self.instance.address:
            self.fields["address"].help_text = _("One is stored. Left empty, it stays.")
        else:
            del self.fields["remove_address"]
        if self.instance.pk:
            self.fields["code"].help_text = ""
        if self.instance.pk and self.instance.is_individual:
            del self.fields["name_zh"], self.fields["name_en"]

    def clean(self):
        data = super().clean()
        named = data.get("name_zh") or data.get("name_en")
        if "name_zh" in self.fields and not named:
            self.add_error("name_zh", _("Give the name in Chinese or English."))
        elif named and not self.instance.pk:
            self._warn_of_twin(data, named)
        return data

    def values(self):
        values = super().values()
        if values.pop("remove_address", False):
            return values | {"address": ""}
        return values if values["address"] else {name: value for name, value in values.items() if name != "address"}

    def _warn_of_twin(self, data, named):
        if data.get("type") == CustomerType.INDIVIDUAL:
            twins = Customer.objects.visible_to(self.user).filter(
                contacts__in=ContactPerson.objects.with_name(named), type=CustomerType.INDIVIDUAL
            )
        else:
            twins = Customer.objects.visible_to(self.user).named(named)[:20]
            twins = [twin for twin in twins if name_form(named) in (name_form(twin.name_zh), name_form(twin.name_en))]
        for twin in twins[:3]:
            self.warn(_("%(code)s has the same name. Open a second file?") % {"code": twin.code})


class HoldForm(PortalForm):
    contact = forms.ModelChoiceField(
        ContactPerson.objects.none(),
        label=_("Contact person"),
        required=False,
        empty_label=_("Everybody at this customer"),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=HoldReason)
    until = DayField(label=_("Until"), required=False, help_text=_("Left empty, the hold lasts until it is lifted."))

    def __init__(self, *args, customer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = customer.contacts.filter(erased_at=None)

    def values(self):
        until = end_of(self.cleaned_data["until"])
        return self.cleaned_data | {"until": until}


class PersonalExportForm(PortalForm):
    """Personal data leave the portal only with a reason that stays in the history."""

    reason = forms.CharField(
        label=_("What the data are needed for"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    format = forms.ChoiceField(label=_("File"), choices=[("xlsx", "Excel"), ("csv", "CSV")])
