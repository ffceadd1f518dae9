"""Period and cut of the figures, and their targets."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import OrgUnit
from accounts.selectors import subtree
from complaints.choices import Category, Severity
from complaints.selectors.indicators import CUTS, REGISTRY, Scope
from core import periods
from core.forms import PortalForm, StepForm
from customers.choices import Channel, Tier
from customers.forms.fields import DayField

LONGEST = 3 * 366  # days


def any_of(choices):
    return [("", pgettext_lazy("filter", "All")), *choices]


class FigureForm(PortalForm):
    """Without a word on it: the last three months, this one included."""

    start = DayField(label=_("From"), required=False)
    end = DayField(label=pgettext_lazy("period", "Until"), required=False)
    cut = forms.ChoiceField(label=_("Compare by"), choices=list(CUTS.items()), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), choices=any_of(Channel.choices), required=False)
    category = forms.ChoiceField(
        label=pgettext_lazy("figures", "Type"), choices=any_of(Category.choices), required=False
    )
    severity = forms.ChoiceField(label=_("Severity"), choices=any_of(Severity.choices), required=False)
    tier = forms.ChoiceField(label=_("Tier of the customer"), choices=any_of(Tier.choices), required=False)

    def __init__(self, data=None, *, today=None, **kwargs):
        today = today or timezone.localdate()
        self.usual = {"start": periods.months_before(today.replace(day=1), 2), "end": today, "cut": "unit"}
        given = {
            **{name: str(value) for name, value in self.usual.items()},
            **{k: v for k, v in (data or {}).items() if v},
        }
        super().__init__(given, **kwargs)
        rows = list(OrgUnit.objects.all())  # for the choice and for the words of every picture
        self.units = {str(row.pk): row for row in rows}
        self.fields["unit"].choices = any_of([(str(row.pk), str(row)) for row in rows if row.is_active])

    @property
    def unit_names(self):
        return {key: str(row) for key, row in self.units.items()}

    def clean(self):
        data = super().clean()
        start, end = data.get("start"), data.get("end")
        if start and end and end < start:
            self.add_error("end", _("The period ends before it begins."))
        elif start and end and (end - start).days > LONGEST:
            self.add_error("end", _("Please choose at most three years."))
        return data

    def scope(self, user):
        """The Scope as chosen, or the usual one where something does not fit."""
        if not self.is_valid():
            return Scope(self.usual["start"], self.usual["end"], user=user)
        data = self.cleaned_data
        units = subtree(self.units[data["unit"]]) if data["unit"] else None
        return Scope(
            data["start"], data["end"], units, channel=data["channel"], category=data["category"], severity=data["severity"],
            tier=data["tier"], user=user,
        )  # fmt: skip

    @property
    def chosen_cut(self):
        return (self.cleaned_data.get("cut") if self.is_valid() else "") or "unit"

    @property
    def chosen_unit(self):
        return self.units.get(self.cleaned_data.get("unit")) if self.is_valid() else None


def presets(today):
    """[(label, start, end)] of periods people ask for."""
    month, quarter, year = (periods.of(kind, today) for kind in ("month", "quarter", "year"))
    last = [periods.of(one.kind, one.starts_on - timedelta(days=1)) for one in (month, quarter, year)]
    return [
        (periods.label(one), one.starts_on, min(one.ends_on, today))
        for one in (month, last[0], quarter, last[1], year, last[2])
    ]


class TargetForm(StepForm):
    """A figure's target from a day on; what was judged before stays as it was."""

    code = forms.ChoiceField(label=_("Figure"), choices=lambda: [(one.code, one.title) for one in REGISTRY.values()])
    value = forms.DecimalField(label=_("Target"), min_value=0, max_digits=8, decimal_places=2)
    valid_from = DayField(label=_("Valid from"), initial=timezone.localdate)
