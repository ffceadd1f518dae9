from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.selectors import main_unit
from core.forms import FilesField, PortalForm, PortalModelForm
from customers import selectors
from customers.choices import Channel, CustomerType, Direction, FollowUpReason, MatchStrength, Relation
from customers.forms.fields import DayField, Versioned, end_of
from customers.models import ContactPerson, Customer, FollowUp, Interaction
from customers.names import name_form, stored_phone

UNKNOWN, NEW = "unknown", "new"


class CallForm(PortalForm):
    """One contact with a customer as it is being logged. ``who`` is contact:<id>, customer:<id>, unknown or new."""

    number = forms.CharField(
        label=_("Phone number"), required=False, max_length=60,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off", "autofocus": True, "accesskey": "n"}),
    )  # fmt: skip
    who = forms.CharField(required=False, initial=UNKNOWN, max_length=40)
    caller = forms.CharField(
        label=_("Caller's name"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    customer_name = forms.CharField(
        label=_("At which customer"), required=False, max_length=200,
        help_text=_("The code or full name of a customer adds the person there, any other name opens a new customer. "
                    "Empty: a private person."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "customer-options"}),
    )  # fmt: skip
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel, initial=Channel.PHONE)
    direction = forms.ChoiceField(label=_("Direction"), choices=Direction, initial=Direction.IN)
    summary = forms.CharField(
        label=_("What was said"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6, "accesskey": "w"})
    )
    files = FilesField()
    with_follow_up = forms.BooleanField(
        label=_("Somebody owes the customer an answer: open a follow-up"), required=False,
        widget=forms.CheckboxInput(attrs={"accesskey": "f"}),
    )  # fmt: skip
    title = forms.CharField(label=_("About"), required=False, max_length=200)
    reason = forms.ChoiceField(
        label=_("Reason"), required=False, choices=FollowUpReason, initial=FollowUpReason.REQUEST
    )
    due_on = DayField(
        label=_("Due on"), required=False, help_text=_("Left empty, the working days of the reason count.")
    )
    mine = forms.BooleanField(label=_("I handle it myself"), required=False, initial=True)
    follow_up = forms.ModelChoiceField(FollowUp.objects.none(), required=False, widget=forms.HiddenInput)
    started_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["follow_up"].queryset = FollowUp.objects.visible_to(user)

    def clean(self):
        data = super().clean()
        self.resolve_who(data)
        if data.get("started_at") and data["started_at"] > timezone.now():
            data["started_at"] = None
        if data.get("with_follow_up") and data.get("follow_up"):
            self.add_error("with_follow_up", _("This contact already belongs to a follow-up."))
        return data

    def resolve_who(self, data):
        """``data["customer"]`` and ``data["contact"]`` from the choice; nobody outside the user's view."""
        data["customer"] = data["contact"] = None
        kind, _colon, key = (data.get("who") or UNKNOWN).partition(":")
        if kind == NEW:
            return self.resolve_new(data)
        model = {"contact": ContactPerson, "customer": Customer}.get(kind)
        row = model.objects.visible_to(self.user).filter(pk=key).first() if model and key.isdecimal() else None
        if model and row is None:
            self.add_error(None, _("This customer is not on your list any more. Please look the number up again."))
        elif model:
            data[kind] = row
        return None

    def resolve_new(self, data):
        if not self.user.has_perm("customers.edit_customer"):
            return self.add_error(None, _("Your role does not include opening customer files."))
        if not data.get("caller"):
            self.add_error("caller", _("Give the name of the new contact person."))
        if main_unit(self.user) is None:
            self.add_error(
                None,
                _("You belong to no unit, so a new customer would belong to none. Log the caller as unknown."),
            )
        named = data.get("customer_name") or ""
        if not named:
            return None
        rows = Customer.objects.visible_to(self.user).active().named(named)[:50]
        wanted = name_form(named)
        same = [row for row in rows if wanted in (name_form(row.code), name_form(row.name_zh), name_form(row.name_en))]
        if len(same) > 1:
            self.add_error("customer_name", _("Several customers have this name. Give the code instead."))
        data["customer"] = same[0] if len(same) == 1 else None
        return None

    def values(self):
        """What ``calls.save`` takes."""
        data = self.cleaned_data
        names = (
            "customer",
            "contact",
            "channel",
            "direction",
            "summary",
            "number",
            "caller",
            "started_at",
            "follow_up",
            "files",
        )
        is_new = data["who"] == NEW
        return {name: data[name] for name in names} | {
            "ended_at": timezone.now() if data["channel"] == Channel.PHONE else None,
            "match_strength": MatchStrength.NONE if is_new else self.strength(),
            "new_customer": self.new_customer() if is_new and not data["customer"] else None,
            "new_contact": self.new_contact() if is_new and data["customer"] else None,
            "open_follow_up": self.follow_up_request() if data["with_follow_up"] else None,
        }

    def new_contact(self):
        return {"name": self.cleaned_data["caller"], "phone": stored_phone(self.cleaned_data["number"])}

    def new_customer(self):
        named = self.cleaned_data["customer_name"]
        kind = CustomerType.ENTERPRISE if named else CustomerType.INDIVIDUAL
        return {
            "name_zh": named or self.cleaned_data["caller"], "type": kind, "unit": main_unit(self.user), "owner": self.user,
            "relation": Relation.NEW, "contact": self.new_contact(),
        }  # fmt: skip

    def follow_up_request(self):
        data = self.cleaned_data
        return {
            "title": data["title"] or data["summary"].splitlines()[0][:80],
            "reason": data["reason"] or FollowUpReason.REQUEST,
            "due_at": end_of(data["due_on"]),
            "owner": self.user if data["mine"] else None,
        }

    def strength(self):
        """How surely the number led to whom the agent chose."""
        lookup = selectors.callers_of(self.cleaned_data["number"], user=self.user)
        found = {caller.key: caller.strength for caller in lookup.callers}
        return found.get(self.cleaned_data["who"], MatchStrength.NONE)


class CorrectForm(Versioned, PortalModelForm):
    class Meta:
        model = Interaction
        fields = ["channel", "direction", "summary"]


class AddendumForm(PortalForm):
    text = forms.CharField(label=_("Addition"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    files = FilesField()
