"""Forms of the steps by which a record is worked on together."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import OrgUnit, User
from complaints import placeholders
from complaints.choices import (
    CheckedBy,
    CodeList,
    Conduct,
    MeasureResult,
    RecoveryOutcome,
    RecoveryState,
    RemedyKind,
    Sorting,
    State,
)
from complaints.forms.acts import ActForm, words
from complaints.models import Complaint, HandlingMeasure, Recovery, ReplyTemplate, ThreadPost
from complaints.selectors import code_lists
from complaints.selectors.people import barred
from complaints.services.recovery import LIMIT
from complaints.services.reply_templates import PLACEHOLDERS
from core.forms import PortalForm, PortalModelForm
from customers.choices import Channel
from customers.forms.fields import DayField

SCORES = [("", _("Not asked or not answered")), (5, _("5 very satisfied")), (4, _("4 satisfied")), (3, _("3 neither")),
          (2, _("2 dissatisfied")), (1, _("1 very dissatisfied"))]  # fmt: skip


def unit_field(label, **options):
    return forms.ModelChoiceField(OrgUnit.objects.filter(is_active=True), label=label, **options)


def day_to_come(form, name):
    day = form.cleaned_data.get(name)
    if day is not None and day < timezone.localdate():
        form.add_error(name, _("Give a day to come."))


class WithPerson(ActForm):
    """Names somebody whom the record does not concern."""

    def prepare(self):
        self.fields["person"].queryset = User.objects.active().exclude(pk__in=barred(self.complaint))


# Facts ------------------------------------------------------------------------------------------------


class VerifyForm(ActForm):
    means = forms.ChoiceField(label=_("Verified by"), choices=CheckedBy, widget=forms.RadioSelect)
    found = words(
        _("What is certain now"), rows=4, help_text=_("Facts, by which record or paper; what stays open as well.")
    )
    discussed = forms.BooleanField(label=_("A solution was discussed with the customer"), required=False)


class CiteForm(ActForm):
    code = forms.ChoiceField(label=_("Law or policy"))
    clause = forms.CharField(label=_("Clause"), max_length=200, required=False, help_text=_("For example: article 24."))

    def prepare(self):
        self.fields["code"].choices = code_lists.choices(CodeList.LAW)


class ConductForm(ActForm):
    conduct = forms.MultipleChoiceField(label=_("Conduct"), choices=Conduct, widget=forms.CheckboxSelectMultiple)


# Departments ------------------------------------------------------------------------------------------


class EscalateForm(ActForm):
    lead = unit_field(_("Department in the lead"))
    units = forms.ModelMultipleChoiceField(
        OrgUnit.objects.filter(is_active=True), label=_("Departments that take part"), required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )  # fmt: skip
    comment = words(_("Why several departments have to work on it"))

    def prepare(self):
        self.fields["lead"].initial = self.complaint.unit_id


class InvolveForm(ActForm):
    unit = unit_field(_("Department"))
    task = words(_("What it is to do"), required=False)


class ReleaseForm(ActForm):
    unit = forms.ModelChoiceField(OrgUnit.objects.none(), label=_("Department"))
    comment = words(_("What it has done"))

    def prepare(self):
        active = self.complaint.involvements.active().values("unit")
        self.fields["unit"].queryset = OrgUnit.objects.filter(pk__in=active)


class PostForm(ActForm):
    text = words(_("To the departments that take part"), rows=4)


class DisagreeForm(ActForm):
    text = words(_("What the departments see differently"), rows=4)


class SettleForm(ActForm):
    post = forms.ModelChoiceField(ThreadPost.objects.none(), label=_("Disagreement"))
    text = words(_("What was agreed on, and why"), rows=4)

    def prepare(self):
        rows = ThreadPost.objects.unsettled().filter(complaint=self.complaint).exclude(by=self.user)
        self.fields["post"].queryset = rows
        self.fields["post"].initial = rows.first()


# Measures ---------------------------------------------------------------------------------------------


class MeasureForm(WithPerson):
    what = words(_("What is done"))
    unit = unit_field(_("Responsible department"))
    person = forms.ModelChoiceField(User.objects.none(), label=_("Responsible person"))
    due_on = DayField(label=_("Until"))
    effect = words(
        _("Expected effect"), help_text=_("What is different afterwards, so that one can see whether it worked.")
    )

    def prepare(self):
        super().prepare()
        self.fields["unit"].initial = self.complaint.unit_id

    def clean(self):
        day_to_come(self, "due_on")
        return super().clean()


class SettleMeasureForm(ActForm):
    measure = forms.ModelChoiceField(HandlingMeasure.objects.none(), label=_("Measure"))
    result = forms.ChoiceField(
        label=_("Done"), choices=[one for one in MeasureResult.choices if one[0] != MeasureResult.PLANNED], widget=forms.RadioSelect
    )  # fmt: skip
    note = words(_("How it went"))

    def prepare(self):
        rows = HandlingMeasure.objects.open().filter(complaint=self.complaint)
        if not self.user.has_perm("complaints.assess") and self.complaint.handler_id != self.user.pk:
            rows = rows.filter(person=self.user)
        self.fields["measure"].queryset = rows
        self.fields["measure"].initial = rows.first()


# Merging ----------------------------------------------------------------------------------------------


class MergeForm(ActForm):
    master = forms.CharField(
        label=_("Handled together with the number"), max_length=20, widget=forms.TextInput(attrs={"class": "w-s mono"}),
        help_text=_("That record goes on; this one takes no more work."),
    )  # fmt: skip
    mass_event = forms.CharField(
        label=_("Mass event"), max_length=120, required=False, help_text=_("Needed when the customers are different: what both speak of.")
    )  # fmt: skip
    comment = words(_("Reason"))

    def clean_master(self):
        number = self.cleaned_data["master"].strip().upper()
        rows = Complaint.objects.visible_to(self.user).filter(state__in=State.open()).exclude(pk=self.complaint.pk)
        found = rows.filter(number=number).first()
        if found is None:
            raise forms.ValidationError(_("There is no other open record with this number."))
        return found


class UnmergeForm(ActForm):
    reason = words(_("Reason"))


# Recovery ---------------------------------------------------------------------------------------------


class RecoveryForm(ActForm):
    reason = words(_("Why the customer is dissatisfied"))
    remedy = forms.ChoiceField(label=_("Remedy"), choices=RemedyKind, widget=forms.RadioSelect)
    detail = words(
        _("What the customer gets"), help_text=_("The customer reads it on the tracking page once it is approved.")
    )
    amount = forms.DecimalField(
        label=_("Amount (CNY)"), required=False, min_value=0, max_digits=10, decimal_places=2,
        help_text=_("For a refund or compensation. Above the limit somebody else approves it."),
    )  # fmt: skip

    def clean(self):
        data = super().clean()
        if data.get("remedy") in RemedyKind.paid() and not data.get("amount"):
            self.add_error("amount", _("Please give the amount."))
        if data.get("amount") and data["amount"] > LIMIT:
            self.warn(_("Above the limit: it is promised to the customer only after somebody else has approved it."))
        return data


class PickRecovery(ActForm):
    state = RecoveryState.PROPOSED
    recovery = forms.ModelChoiceField(Recovery.objects.none(), label=_("Recovery"))

    def prepare(self):
        rows = Recovery.objects.filter(complaint=self.complaint, state=self.state)
        self.fields["recovery"].queryset = rows
        self.fields["recovery"].label_from_instance = recovery_words
        self.fields["recovery"].initial = rows.first()


def recovery_words(row):
    return " · ".join(
        filter(None, [row.get_remedy_display(), f"¥{row.amount:,.2f}" if row.amount else "", row.detail[:60]])
    )


class GrantRecoveryForm(PickRecovery):
    comment = words(_("Remark"), required=False)


class RefuseRecoveryForm(PickRecovery):
    comment = words(_("Reason"))


class FinishRecoveryForm(PickRecovery):
    state = RecoveryState.APPROVED
    outcome = forms.ChoiceField(label=_("How the customer took it"), choices=RecoveryOutcome, widget=forms.RadioSelect)
    outcome_note = words(_("In the customer's words"), required=False)


# The customer's word ----------------------------------------------------------------------------------


class RemarkOnReplyForm(ActForm):
    score = forms.TypedChoiceField(
        label=_("Satisfaction with the handling"), required=False, coerce=int, empty_value=None, choices=SCORES
    )
    comment = words(_("In the customer's words"), required=False)

    def clean(self):
        data = super().clean()
        if data.get("score") is None and not (data.get("comment") or "").strip():
            self.add_error("comment", _("Please choose a rating or write a comment."))
        return data


class SortForm(ActForm):
    sorting = forms.ChoiceField(label=_("Sorted as"), choices=Sorting, widget=forms.RadioSelect)
    comment = words(_("Remark"), required=False)

    def values(self):
        return super().values() | {"remark": self.complaint.cycle.remark}


# Suggestions ------------------------------------------------------------------------------------------


class ProposerForm(WithPerson):
    person = forms.ModelChoiceField(User.objects.none(), label=_("Proposed by the colleague"))
    comment = words(_("Remark"), required=False)


class ImplementForm(WithPerson):
    plan = words(_("What is put into effect"))
    unit = unit_field(_("Responsible department"))
    person = forms.ModelChoiceField(User.objects.none(), label=_("Carried out by"))
    due_on = DayField(label=_("Until"))

    def prepare(self):
        super().prepare()
        self.fields["unit"].initial = self.complaint.unit_id

    def clean(self):
        day_to_come(self, "due_on")
        return super().clean()


class DoneForm(ActForm):
    note = words(_("What is in effect now"))


class SeenForm(ActForm):
    note = words(_("What was looked at"), help_text=_("Where, when and by which paper; the proposer does not read it."))


class ThankForm(ActForm):
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel, initial=Channel.PHONE)
    summary = words(_("How the proposer was thanked"), required=False)

    def prepare(self):
        if self.complaint.implementation.told_at is not None:
            del self.fields["channel"], self.fields["summary"]


class WithdrawForm(ActForm):
    channel = forms.ChoiceField(label=_("How the customer told us"), choices=Channel, initial=Channel.PHONE)
    comment = words(_("What the customer said"))


# Lists and templates ----------------------------------------------------------------------------------


class CodeForm(PortalForm):
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=80)
    name_en = forms.CharField(label=_("Name (English)"), max_length=80)
    code = forms.RegexField(
        r"^[a-z][a-z0-9_]{1,19}$", label=pgettext_lazy("list", "Code"), max_length=20, widget=forms.TextInput(attrs={"class": "w-s mono"}),
        help_text=_("Small letters, digits, underlines; it stands in files and never changes."),
    )  # fmt: skip


class TemplateForm(PortalModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = ReplyTemplate
        fields = ("name_zh", "name_en", "category", "measures_zh", "measures_en", "result_zh", "result_en", "meaning_zh",
                  "meaning_en", "thanks_zh", "thanks_en")  # fmt: skip
        widgets = {
            f"{part}_{language}": forms.Textarea(attrs={"rows": 3})
            for part in ReplyTemplate.PARTS for language in ("zh", "en")
        }  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        every = [("", _("Any type")), *code_lists.choices(CodeList.CATEGORY, self.instance.category)]
        self.fields["category"] = forms.ChoiceField(label=_("For the type"), choices=every, required=False)
        self.fields["version"].initial = self.instance.version

    def clean(self):
        """No text keeps a placeholder that would reach the customer unfilled."""
        data = super().clean()
        for name in self.Meta.widgets:
            try:
                placeholders.check(data.get(name) or "", PLACEHOLDERS)
            except forms.ValidationError as error:
                self.add_error(name, error)
        return data

    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
