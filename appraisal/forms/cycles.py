"""Setting up a cycle, rating, objecting, deciding, correcting."""

from datetime import date, timedelta
from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from appraisal.choices import TOTAL
from appraisal.models import AppraisalCycle, SchemeVersion
from core import periods
from core.forms import PortalForm, StepForm
from customers.forms.fields import DayField, end_of

QUARTERS = 6  # the running one and those before


class CycleForm(StepForm):
    """A draft: which quarter by which scheme, who rates as the superior, by when, and how long objections are taken."""

    day = forms.ChoiceField(label=_("Quarter"))
    scheme_version = forms.ModelChoiceField(
        SchemeVersion.objects.none(), label=_("Scheme"), help_text=_("Only approved versions; nothing of them changes any more.")
    )  # fmt: skip
    superior = forms.ModelChoiceField(
        User.objects.none(), label=_("Rates as the superior"), help_text=_("Can be changed for single units once the cycle is open.")
    )  # fmt: skip
    ratings_on = DayField(label=_("Ratings due on"))
    objection_days = forms.IntegerField(
        label=_("Working days for objections"), min_value=1, max_value=30, initial=5,
        help_text=_("Counted from the preview. Nothing can be published before they are over."),
    )  # fmt: skip

    def __init__(self, *args, instance=None, **kwargs):
        super().__init__(*args, version=instance.version if instance else None, **kwargs)
        if instance:
            del self.fields["day"]
            for name in ("scheme_version", "superior", "objection_days"):
                self.initial[name] = getattr(instance, name)
            self.initial["ratings_on"] = timezone.localdate(instance.ratings_due)
        else:
            self.fields["day"].choices = free_quarters()
        versions = SchemeVersion.objects.approved().select_related("scheme")
        self.fields["scheme_version"].queryset = versions
        self.fields["superior"].queryset = User.objects.with_capability("appraisal.publish")
        self.fields["superior"].initial = self.fields["superior"].queryset.first()
        self.fields["scheme_version"].initial = versions.first()
        self.fields["ratings_on"].initial = timezone.localdate() + timedelta(days=7)

    def clean_ratings_on(self):
        day = self.cleaned_data["ratings_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("That day has passed."))
        return day

    def values(self):
        data = dict(self.cleaned_data)
        if "day" in data:
            data["day"] = date.fromisoformat(data["day"])
        if "version" in data:
            data["expected_version"] = data.pop("version")
        return data | {"ratings_due": end_of(data.pop("ratings_on"))}


def free_quarters():
    """[(first day, name)] of quarters without a cycle, the newest first."""
    taken = set(AppraisalCycle.objects.values_list("period__starts_on", flat=True))
    period, found = periods.of("quarter", timezone.localdate()), []
    for _step in range(QUARTERS):
        if period.starts_on not in taken:
            found.append((period.starts_on.isoformat(), periods.label(period)))
        period = periods.of("quarter", period.starts_on - timedelta(days=1))
    return found


def points(label, **options):
    return forms.DecimalField(
        label=label, min_value=Decimal(0), max_value=Decimal(100), max_digits=5, decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}), **options,
    )  # fmt: skip


def grounds(label, **options):
    return forms.CharField(label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": 5}), **options)


class RatingForm(PortalForm):
    score = points(_("Points, 0–100"), help_text=_("Two places at most, for example 86.5."))
    comment = grounds(_("Grounds"), help_text=_("What you saw: facts, not impressions. Read by the head of the unit."))


class SuperiorForm(PortalForm):
    superior = forms.ModelChoiceField(User.objects.none(), label=_("Rates as the superior"))

    def __init__(self, *args, sheet, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["superior"]
        field.queryset = User.objects.with_capability("appraisal.rate").exclude(pk=sheet.head_id)
        field.initial = sheet.superior_id


class LineField(forms.ChoiceField):
    def __init__(self, *, lines, **kwargs):
        super().__init__(label=_("Line"), choices=[(line.code, line.title) for line in lines], **kwargs)


class AppealForm(PortalForm):
    ground = grounds(_("Ground"), help_text=_("What is wrong, and which record shows it."))

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {"line": LineField(lines=lines)} | self.fields


class UpholdForm(StepForm):
    after = points(_("Points of the line"))
    reason = grounds(_("Reason"))


class RejectForm(StepForm):
    reason = grounds(_("Reason"))


class TotalForm(PortalForm):
    after = points(_("Score of the unit"))
    reason = grounds(_("Reason"))


class CorrectionForm(StepForm):
    """One line of a published result."""

    after = points(_("Right points"))
    reason = grounds(_("Reason of the correction"))

    def __init__(self, *args, lines, is_decided=False, **kwargs):
        super().__init__(*args, **kwargs)
        field = LineField(lines=lines)
        if is_decided:
            field.choices = [(TOTAL, _("Total")), *field.choices]
        self.fields = {"line": field} | self.fields
