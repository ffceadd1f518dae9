"""Booking an appointment, saying how it went, and the report."""

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit, User
from core.forms import PortalForm, VersionForm
from core.worktime.store import calendar_for
from customers.choices import Tier
from customers.models import ContactPerson, Customer, Project
from fieldwork.choices import MeetingKind, PointKind, Reply, VisitForm
from fieldwork.models import VisitPlanLine
from fieldwork.services import meetings
from surveys.choices import WaveState
from surveys.models import Wave

WORDS = forms.Textarea(attrs={"rows": 3})


def visitors():
    """Our people who can be sent: whose role makes visits."""
    return User.objects.with_capability("fieldwork.make_visits")


def moment_field(**kwargs):
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(widget=widget, **kwargs)


class CustomerField(forms.CharField):
    """A customer by its number or full name, among those that ``look_among`` was given."""

    def __init__(self, **kwargs):
        shown = {"label": _("Customer"), "help_text": _("Number or full name.")}
        super().__init__(**shown | kwargs)
        self.rows = Customer.objects.none()

    def look_among(self, rows):
        self.rows = rows

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        found = list(self.rows.filter(Q(code__iexact=text) | Q(name_zh=text) | Q(name_en__iexact=text))[:2])
        if len(found) != 1:
            several = _("There are several customers of this name: please give the number.")
            raise forms.ValidationError(
                several if found else _("There is no customer of this number or name that you may see.")
            )
        return found[0]


class WhoForm(PortalForm):
    """The first step of a booking: whom."""

    customer = CustomerField()

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["customer"].look_among(Customer.objects.visible_to(user).active())


class TimeFields(PortalForm):
    """When, how long and where, as every booking asks."""

    starts_at = moment_field(label=_("Begins"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=10, max_value=600, initial=60)
    place = forms.CharField(label=_("Place"), max_length=300)

    def clean_starts_at(self):
        at = self.cleaned_data["starts_at"]
        if at <= timezone.now():
            raise forms.ValidationError(_("This moment has passed."))
        if not calendar_for().is_working_day(timezone.localdate(at)):
            self.warn(_("This is no working day. Book it all the same?"))
        return at


class BookVisitForm(TimeFields):
    """A visit to one customer."""

    contact = forms.ModelChoiceField(label=_("Contact person"), queryset=ContactPerson.objects.none())
    form = forms.ChoiceField(label=_("Form of visit"), choices=VisitForm)
    purpose = forms.CharField(label=_("Purpose"), max_length=1000, widget=WORDS)
    lead = forms.ModelChoiceField(label=_("Who visits"), queryset=User.objects.none())
    hosts = forms.ModelMultipleChoiceField(
        label=_("Who comes along"), queryset=User.objects.none(), required=False,
        help_text=_("For example technical support or the department concerned."),
    )  # fmt: skip
    plan_line = forms.ModelChoiceField(
        label=_("Line of the visit plan"), queryset=VisitPlanLine.objects.none(), required=False
    )
    project = forms.ModelChoiceField(label=_("Project"), queryset=Project.objects.none(), required=False)
    wave = forms.ModelChoiceField(
        label=_("Questionnaire"), queryset=Wave.objects.none(), required=False,
        help_text=_("Is asked face to face; the answers count as the one answer of this person to the wave."),
    )  # fmt: skip
    field_order = (
        "contact",
        "starts_at",
        "minutes",
        "place",
        "form",
        "purpose",
        "lead",
        "hosts",
        "plan_line",
        "project",
        "wave",
    )

    def __init__(self, *args, customer, user, **kwargs):
        super().__init__(*args, **kwargs)
        fields = self.fields
        fields["contact"].queryset = meetings.askable().filter(customer=customer)
        fields["lead"].queryset = fields["hosts"].queryset = visitors()
        fields["lead"].initial = user.pk
        fields["plan_line"].queryset = (
            VisitPlanLine.objects.visible_to(user)
            .filter(customer=customer, plan__state="confirmed")
            .select_related("customer", "plan")
        )
        fields["project"].queryset = Project.objects.visible_to(user).filter(customer=customer)
        fields["wave"].queryset = Wave.objects.filter(
            is_anonymous=False, state__in=(WaveState.SCHEDULED, WaveState.OPEN)
        )


class GroupForm(TimeFields):
    """A focus group of customers, or a symposium of our own people."""

    kind = forms.ChoiceField(
        label=_("Who comes together"), widget=forms.RadioSelect,
        choices=[(MeetingKind.GROUP.value, _("Customers: a focus group")), (MeetingKind.SYMPOSIUM.value, _("Our own people: a staff symposium"))],
    )  # fmt: skip
    title = forms.CharField(label=_("Topic"), max_length=200)
    shared_need = forms.CharField(
        label=_("Shared need or industry"), max_length=200, required=False,
        help_text=_("What those invited have in common."),
    )  # fmt: skip
    purpose = forms.CharField(label=_("Purpose"), max_length=1000, required=False, widget=WORDS)
    lead = forms.ModelChoiceField(label=_("Moderator"), queryset=User.objects.none())
    field_order = ("kind", "title", "shared_need", "starts_at", "minutes", "place", "purpose", "lead")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["lead"].queryset = visitors()
        self.fields["lead"].initial = user.pk
        self.fields["kind"].initial = MeetingKind.GROUP.value


class ChangeForm(TimeFields, VersionForm):
    purpose = forms.CharField(label=_("Purpose"), max_length=1000, required=False, widget=WORDS)
    comment = forms.CharField(
        label=_("Why is it changed?"),
        max_length=500,
        help_text=_("Stays in the history; the customer does not read it."),
    )
    field_order = ("starts_at", "minutes", "place", "purpose", "comment", "version")


class InviteForm(PortalForm):
    """People for a group: contact persons of customers by industry and tier, or our own people."""

    contacts = forms.ModelMultipleChoiceField(
        label=_("Contact persons"), queryset=ContactPerson.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    users = forms.ModelMultipleChoiceField(label=_("Our people"), queryset=User.objects.none(), required=False)

    def __init__(self, *args, meeting, contacts, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["contacts"]
        if meeting.kind == MeetingKind.SYMPOSIUM:
            del self.fields["contacts"]
        else:
            field.queryset = contacts
            field.label_from_instance = lambda one: f"{one.customer.name} · {one.masked_name}"
        self.fields["users"].queryset = User.objects.active()

    def clean(self):
        data = super().clean()
        if not data.get("contacts") and not data.get("users"):
            raise forms.ValidationError(_("Please choose at least one person."))
        return data


class InvitedSearch(PortalForm):
    """Whom to choose from when a group is invited."""

    industry = forms.CharField(label=_("Industry"), required=False, max_length=60)
    tier = forms.ChoiceField(label=_("Tier"), required=False, choices=[("", _("All")), *Tier.choices])
    customer = forms.CharField(label=_("Customer"), required=False, max_length=100)

    def rows(self, user, meeting):
        data = self.cleaned_data if self.is_valid() else {}
        rows = meetings.askable().visible_to(user).exclude(meetings__meeting=meeting, meetings__withdrawn_at=None)
        if data.get("industry"):
            rows = rows.filter(customer__industry__icontains=data["industry"])
        if data.get("tier"):
            rows = rows.filter(customer__tier=data["tier"])
        if data.get("customer"):
            text = data["customer"]
            rows = rows.filter(
                Q(customer__code__iexact=text)
                | Q(customer__name_zh__icontains=text)
                | Q(customer__name_en__icontains=text)
            )
        return rows.select_related("customer").order_by("customer__name_key", "pk")


class RepliesForm(PortalForm):
    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        for one in people:
            if not one.is_host:
                self.fields[f"reply_{one.pk}"] = forms.ChoiceField(label=whose(one), choices=Reply, initial=one.reply)

    def replies(self):
        """(key of the row, answer)."""
        return [(int(name.partition("_")[2]), value) for name, value in self.cleaned_data.items()]


class HoldForm(VersionForm):
    """Who came, and a word on it; the answers to the questionnaire are checked by the questionnaire."""

    came = forms.MultipleChoiceField(label=_("Who came?"), required=False, widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(label=_("In a sentence"), required=False, max_length=1000, widget=WORDS,
                           help_text=_("Stands in the customer's history. The report follows on the next page."))  # fmt: skip

    def __init__(self, *args, meeting, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.meeting, self.people = meeting, people
        self.fields["version"].initial = meeting.version
        self.fields["came"].choices = [(f"{one.pk}", whose(one)) for one in people]
        self.fields["came"].initial = [f"{one.pk}" for one in people if one.reply != Reply.DECLINED]

    def clean_came(self):
        came = {int(one) for one in self.cleaned_data["came"]}
        if self.meeting.is_visit and not any(one.pk in came and one.contact_id for one in self.people):
            raise forms.ValidationError(
                _("Nobody of the customer was there: say “The customer was not there” instead.")
            )
        return came


def whose(person):
    return f"{person.contact.customer.name} · {person}" if person.contact_id else str(person)


class ReportForm(PortalForm):
    """The visit report or the minutes, as a draft. Trade secrets stand apart."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    setting = forms.CharField(label=_("Training setting and needs seen"), required=False, max_length=8000, widget=WORDS)
    opinion = forms.CharField(label=_("Opinion of our service"), required=False, max_length=8000, widget=WORDS)
    situation = forms.CharField(label=_("Customer's current situation"), required=False, max_length=8000, widget=WORDS)
    discussion = forms.CharField(
        label=_("Discussion"), required=False, max_length=20000, widget=forms.Textarea(attrs={"rows": 8})
    )
    next_steps = forms.CharField(label=_("What follows"), required=False, max_length=8000, widget=WORDS)
    secrets = forms.CharField(
        label=_("Trade secrets learned"), required=False, max_length=4000, widget=WORDS,
        help_text=_("Kept encrypted; read only against a reason, in no list, file or search. Write them nowhere else."),
    )  # fmt: skip
    wants_answer = forms.BooleanField(
        label=_("The customer expects an answer to the opinion: open a follow-up"), required=False
    )
    OF_VISIT = ("setting", "opinion", "situation")
    OF_GROUP = ("discussion",)

    def __init__(self, *args, meeting, draft, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.OF_GROUP if meeting.is_visit else (*self.OF_VISIT, "wants_answer"):
            del self.fields[name]
        if draft is None:
            return
        self.fields["version"].initial = draft.version
        self.initial |= {name: getattr(draft, name) for name in self.words() if name != "secrets"}
        if draft.secrets:
            self.fields["secrets"].help_text = _(
                "Something is kept already. What you type here takes its place; left empty, it stays."
            )

    def words(self):
        return [name for name in self.fields if name not in ("version", "wants_answer")]

    def clean(self):
        data = super().clean()
        if self.data.get("then") == "submit":
            if not any(data.get(name) for name in self.words() if name != "secrets"):
                raise forms.ValidationError(_("The report is empty. Please write down what was seen and said."))
            if data.get("wants_answer") and not data.get("opinion"):
                self.add_error("opinion", _("Please write down the opinion that somebody should answer."))
        return data

    def values(self):
        """What the draft stores; kept secrets are not shown again and stay when nothing is typed."""
        values = {name: self.cleaned_data[name] for name in self.words()}
        return values if values["secrets"] else {name: value for name, value in values.items() if name != "secrets"}


class RevealSecretsForm(PortalForm):
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("Stays in the history with your name."))


class PointForm(PortalForm):
    kind = forms.ChoiceField(label=_("What is it?"), choices=PointKind, widget=forms.RadioSelect)
    text = forms.CharField(label=_("What was said"), max_length=2000, widget=WORDS)
    voices = forms.IntegerField(label=_("How many said so"), min_value=1, max_value=500, initial=1)
    unit = forms.ModelChoiceField(label=_("Responsible unit"), queryset=OrgUnit.objects.filter(is_active=True))
