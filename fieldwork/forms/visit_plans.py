"""Drawing up the visit plan of a year."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit
from core.forms import PortalModelForm
from customers.forms.fields import Versioned
from customers.models import Customer
from fieldwork.forms.meetings import CustomerField, visitors
from fieldwork.models import VisitPlan, VisitPlanLine

WORDS = forms.Textarea(attrs={"rows": 2})
DAY = {"type": "date"}


class PlanForm(Versioned, PortalModelForm):
    class Meta:
        model = VisitPlan
        fields = ("year", "unit", "purpose")
        widgets = {"purpose": WORDS}
        help_texts = {
            "purpose": _(
                "What every visit of the year is for, for example opinions of our service and the customers' situation."
            )
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = OrgUnit.objects.filter(is_active=True)
        if self.instance.pk:
            del self.fields["year"], self.fields["unit"]
        else:
            self.initial.setdefault("year", timezone.localdate().year)


class LineForm(Versioned, PortalModelForm):
    customer = CustomerField()

    class Meta:
        model = VisitPlanLine
        fields = ("customer", "stage", "from_on", "to_on", "form", "manner", "unit", "owner", "purpose")
        widgets = {
            "from_on": forms.DateInput(attrs=DAY, format="%Y-%m-%d"), "to_on": forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
            "purpose": WORDS,
        }  # fmt: skip
        help_texts = {
            "stage": _("For example: first quarter, before the summer courses."),
            "manner": _("Who comes along and how, for example together with technical support."),
            "unit": _("Left empty: the branch of the customer. A branch agrees to the visits of its customers."),
            "to_on": _("The visit is missed if nobody was there by this day."),
        }

    def __init__(self, *args, plan, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.plan = plan
        self.instance.plan = plan
        self.fields["customer"].look_among(Customer.objects.visible_to(user).active())
        if self.instance.pk:
            self.initial["customer"] = self.instance.customer.code
        self.fields["unit"].required = False
        self.fields["unit"].queryset = OrgUnit.objects.filter(is_active=True)
        self.fields["owner"].queryset = visitors()

    def clean(self):
        data = super().clean()
        first, last = data.get("from_on"), data.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", _("The last day lies before the first one."))
        for name, day in (("from_on", first), ("to_on", last)):
            if day and day.year != self.plan.year:
                self.add_error(name, _("This day lies outside the year of the plan."))
        if data.get("customer") and not data.get("unit"):
            data["unit"] = self.instance.unit = data["customer"].unit
        return data

    def _get_validation_exclusions(self):
        """Once per plan, customer and day is asked here, though the plan is no field."""
        return super()._get_validation_exclusions() - {"plan"}
