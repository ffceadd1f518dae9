"""Forms of the steps a record takes. Each knows the record and the user, and hands its service what it takes."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import OrgUnit, User
from complaints.choices import (
    CodeList,
    Decision,
    Ending,
    Kind,
    Nature,
    Part,
    Priority,
    ReplyForm,
    Scope,
    Severity,
    Verdict,
)
from complaints.models import Complaint, Reply, ReplyTemplate
from complaints.selectors import code_lists
from complaints.selectors.people import eligible
from complaints.services import reply_templates
from core.forms import FilesField, StepForm
from customers.choices import Channel, Direction
from customers.forms.fields import DayField

THANKS = {
    "zh-hans": "感谢您告诉我们，这帮助我们做得更好。如不同意以上处理，可在60日内要求复核。",
    "en": "Thank you for telling us; it helps us to do better. If you do not agree, you may ask for a review within 60 days.",
}


def words(label, *, rows=3, required=True, **options):
    return forms.CharField(
        label=label, required=required, max_length=5000, widget=forms.Textarea(attrs={"rows": rows}), **options
    )


class ActForm(StepForm):
    """A step on a record; plain, it only wants a yes."""

    def __init__(self, *args, complaint, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.complaint, self.user = complaint, user
        self.prepare()

    def prepare(self):
        """Choices and first values that depend on the record."""


class RemarkForm(ActForm):
    comment = words(_("Remark"), required=False)


class WhyForm(ActForm):
    comment = words(_("Reason"))


class AssessForm(ActForm):
    category = forms.ChoiceField(label=_("Category"))
    nature = forms.ChoiceField(label=_("Nature"), choices=Nature)
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity)
    scope = forms.ChoiceField(label=_("Scope of effect"), choices=Scope)
    priority = forms.ChoiceField(
        label=_("Priority"), choices=[("", _("As it follows from severity, scope and customer")), *Priority.choices], required=False
    )  # fmt: skip
    repeat_of = forms.CharField(
        label=_("Repeats the earlier one with the number"), required=False, max_length=20,
        widget=forms.TextInput(attrs={"class": "w-s mono"}),
    )  # fmt: skip
    comment = words(_("Remark"), required=False)

    def prepare(self):
        self.fields["category"].choices = code_lists.choices(CodeList.CATEGORY, self.complaint.category)
        for name in ("category", "nature", "severity", "scope"):
            self.fields[name].initial = getattr(self.complaint, name)
        self.fields["repeat_of"].initial = self.complaint.repeat_of.number if self.complaint.repeat_of_id else ""

    def clean_repeat_of(self):
        number = self.cleaned_data["repeat_of"].strip().upper()
        if not number:
            return None
        found = Complaint.objects.visible_to(self.user).filter(number=number).exclude(pk=self.complaint.pk).first()
        if found is None:
            raise forms.ValidationError(_("There is no other record with this number."))
        return found


class DirectForm(ActForm):
    """An ordinary matter, handled by who received it."""

    category = forms.ChoiceField(label=_("Category"))
    nature = forms.ChoiceField(label=_("Nature"), choices=Nature)
    scope = forms.ChoiceField(label=_("Scope of effect"), choices=Scope)

    def prepare(self):
        self.fields["category"].choices = code_lists.choices(CodeList.CATEGORY, self.complaint.category)
        if not self.complaint.is_complaint:
            del self.fields["nature"], self.fields["scope"]

    def values(self):
        return super().values() | {"severity": Severity.MINOR.value}


class AssignForm(ActForm):
    capability = "complaints.handle"
    unit = forms.ModelChoiceField(OrgUnit.objects.none(), label=_("Responsible unit"))
    handler = forms.ModelChoiceField(
        User.objects.none(), label=_("Handled by"),
        help_text=_("Whom it is about, and who reviewed or called back, is not on the list."),
    )  # fmt: skip
    note = words(_("What to look into"), required=False)

    def prepare(self):
        self.fields["unit"].queryset = OrgUnit.objects.filter(is_active=True)
        self.fields["unit"].initial = self.complaint.unit_id
        self.fields["handler"].queryset = eligible(self.complaint, self.capability, Part.HANDLED)


class ReassignForm(AssignForm):
    comment = words(_("Reason"))


class PassOnForm(AssignForm):
    capability = "complaints.decide_suggestion"


class DetermineForm(ActForm):
    verdict = forms.ChoiceField(label=_("Responsibility"), choices=Verdict, widget=forms.RadioSelect)
    facts = words(_("Facts found"), rows=4, help_text=_("What is certain, and by which record or paper."))
    cause = forms.ChoiceField(label=_("Cause"))
    remedy = words(_("Remedy"), help_text=_("What is put right, by whom and until when."))

    def prepare(self):
        last = self.complaint.cycle.determinations.last()
        self.fields["cause"].choices = code_lists.choices(CodeList.CAUSE, getattr(last, "cause", ""))
        for name in self.fields:
            self.fields[name].initial = getattr(last, name, None)


class DraftForm(ActForm):
    """The reply; its version is that of the draft, not of the record."""

    measures = words(_("Measures taken"), rows=4)
    result = words(_("Result"), rows=3)
    meaning = words(_("What it means for the customer"), rows=3)
    thanks = words(_("Thanks"), rows=2)
    form = forms.ChoiceField(
        label=_("Form of the reply"), choices=ReplyForm, help_text=_("It should fit the way the customer chose.")
    )

    def prepare(self):
        reply = Reply.objects.filter(cycle=self.complaint.cycle).first()
        self.fields["form"].help_text = _("The customer came by: %(channel)s. The reply should take the same way.") % {
            "channel": self.complaint.get_channel_display()
        }
        first = {"thanks": THANKS.get(self.complaint.language, THANKS["zh-hans"]), "form": self.usual_form()}
        first |= self.from_template()
        for name in ("measures", "result", "meaning", "thanks", "form"):
            self.fields[name].initial = getattr(reply, name, first.get(name))
        if reply is None:
            self.fields.pop("version", None)
        elif "version" in self.fields:
            self.fields["version"].initial = reply.version

    @property
    def templates(self):
        """Templates to begin with, those for the type of the record first."""
        rows = ReplyTemplate.objects.filter(retired_at=None, category__in=["", self.complaint.category])
        return sorted(rows, key=lambda row: (row.category == "", row.pk))

    def from_template(self):
        """Texts of the template whose key is in the address of the page."""
        key = str(self.initial.get("template") or "")
        found = ReplyTemplate.objects.filter(pk=key, retired_at=None).first() if key.isdecimal() else None
        return reply_templates.filled(found, self.complaint) if found else {}

    def usual_form(self):
        """As the customer came: a letter is answered by letter, a call by phone, the rest by mail where there is an address."""
        came, has_mail = self.complaint.channel, bool(self.complaint.complainant.email)
        if came == Channel.LETTER:
            return ReplyForm.LETTER
        if came in (Channel.PHONE, Channel.WALK_IN, Channel.VISIT) and self.complaint.complainant.phone:
            return ReplyForm.PHONE
        return ReplyForm.MAIL if has_mail else ReplyForm.PHONE

    def clean_form(self):
        form = self.cleaned_data["form"]
        if form == ReplyForm.MAIL and not self.complaint.complainant.email:
            raise forms.ValidationError(_("There is no e-mail address. Choose another form."))
        return form


class ToldForm(ActForm):
    """How the approved reply reached the customer."""

    channel = forms.ChoiceField(
        label=_("Channel"), choices=[one for one in Channel.choices if one[0] not in (Channel.WEB, Channel.MAIL)]
    )
    summary = words(_("What was said"))
    reached = forms.BooleanField(label=_("The customer was reached"), required=False, initial=True)


class CallBackForm(ActForm):
    RESOLVED, UNRESOLVED, NOT_REACHED = "resolved", "unresolved", "not_reached"
    RESULTS = (
        (RESOLVED, _("Reached, resolved")),
        (UNRESOLVED, _("Reached, not resolved: it is handled again")),
        (NOT_REACHED, pgettext_lazy("call-back", "Not reached")),
    )
    answer = forms.ChoiceField(label=_("What the customer says"), choices=RESULTS, widget=forms.RadioSelect)
    score = forms.TypedChoiceField(
        label=_("Satisfaction with the handling"), required=False, coerce=int, empty_value=None,
        choices=[("", _("Not asked or not answered")), (5, _("5 very satisfied")), (4, _("4 satisfied")), (3, _("3 neither")),
                 (2, _("2 dissatisfied")), (1, _("1 very dissatisfied"))],
    )  # fmt: skip
    comment = words(_("In the customer's words"), required=False)

    def clean(self):
        data = super().clean()
        if data.get("answer") == self.UNRESOLVED and not data.get("comment"):
            self.add_error("comment", _("Say what is still open, so that the next person need not ask again."))
        return data

    def values(self):
        values = super().values()
        answer = values.pop("answer")
        return values | {
            "reached": answer != self.NOT_REACHED,
            "resolved": None if answer == self.NOT_REACHED else answer == self.RESOLVED,
        }


class EndingForm(ActForm):
    ending = forms.ChoiceField(label=_("What should happen"), choices=Ending, widget=forms.RadioSelect)
    reason = words(
        _("Reason"), help_text=_("When it is not our matter: also which other way the customer was told of.")
    )

    def prepare(self):
        if self.complaint.kind not in (Kind.COMPLAINT, Kind.SUGGESTION):
            self.fields["ending"].choices = [(Ending.VOID.value, Ending.VOID.label)]


class TalkForm(ActForm):
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel, initial=Channel.PHONE)
    direction = forms.ChoiceField(label=_("Direction"), choices=Direction, initial=Direction.OUT)
    summary = words(_("What was said"), rows=4)
    reached = forms.BooleanField(label=_("The customer was reached"), required=False, initial=True)
    files = FilesField()


class FilesForm(ActForm):
    files = FilesField(required=True)
    comment = words(_("What they show"), rows=2, required=False)

    def clean_files(self):
        if not self.cleaned_data["files"]:
            raise forms.ValidationError(_("Choose at least one file."))
        return self.cleaned_data["files"]


class ConcernedForm(ActForm):
    person = forms.ModelChoiceField(User.objects.none(), label=_("Person"))
    comment = words(_("What it says of the person"), required=False)

    def prepare(self):
        self.fields["person"].queryset = User.objects.active()


class DecideForm(ActForm):
    outcome = forms.ChoiceField(label=_("Decision"), choices=Decision, widget=forms.RadioSelect)
    reason_zh = words(_("Reason (Chinese)"), help_text=_("The proposer reads it, after the thanks."))
    reason_en = words(_("Reason (English)"))
    review_on = DayField(label=_("Looked at again on"), required=False, help_text=_("For a deferred suggestion only."))

    def clean(self):
        data = super().clean()
        is_deferred, day = data.get("outcome") == Decision.DEFERRED, data.get("review_on")
        if is_deferred and (day is None or day <= timezone.localdate()):
            self.add_error("review_on", _("Give a day to come on which it is looked at again."))
        if data.get("outcome") and not is_deferred and day is not None:
            self.add_error("review_on", _("Only a deferred suggestion has such a day."))
        return data


class CloseSuggestionForm(ActForm):
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel, initial=Channel.PHONE)
    summary = words(_("How the proposer was told"), required=False)

    def prepare(self):
        if self.complaint.decision.told_at is not None:
            del self.fields["channel"], self.fields["summary"]


class AnswerForm(ActForm):
    channel = forms.ChoiceField(
        label=_("Channel"), choices=Channel, help_text=_("By e-mail the text below goes out as it stands; otherwise write what was said.")
    )  # fmt: skip
    text = words(pgettext_lazy("enquiry", "Answer"), rows=6)

    def prepare(self):
        self.fields["channel"].initial = Channel.MAIL if self.complaint.complainant.email else Channel.PHONE

    def clean_channel(self):
        channel = self.cleaned_data["channel"]
        if channel == Channel.MAIL and not self.complaint.complainant.email:
            raise forms.ValidationError(_("There is no e-mail address. Choose another channel."))
        return channel
