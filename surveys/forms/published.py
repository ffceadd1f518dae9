"""The form of a published rating."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit
from core.forms import VersionForm
from customers.models import Customer
from surveys.choices import Direction, Theme
from surveys.models import PublishedRating
from surveys.services.published import key_of

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PublishedForm(VersionForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    source = forms.CharField(
        label=_("Published at"),
        max_length=80,
        help_text=_("The site or paper, for example: Dianping, a tender portal."),
    )
    published_on = forms.DateField(label=_("Published on"), widget=DAY)
    author = forms.CharField(label=_("Signed as"), max_length=80, required=False)
    customer_code = forms.CharField(
        label=_("Customer number"), max_length=40, required=False, help_text=_("If the customer is known.")
    )
    unit = forms.ModelChoiceField(
        label=_("About the unit"), queryset=OrgUnit.objects.filter(is_active=True), required=False
    )
    points = forms.DecimalField(label=_("Points"), max_digits=5, decimal_places=2, required=False)
    lowest = forms.DecimalField(label=_("Scale from"), max_digits=5, decimal_places=2, initial=1)
    highest = forms.DecimalField(label=_("Scale to"), max_digits=5, decimal_places=2, initial=5)
    body = forms.CharField(label=_("Words"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    link = forms.URLField(label=_("Address"), required=False, max_length=500, assume_scheme="https")
    direction = forms.ChoiceField(
        label=_("Direction"), required=False, choices=[("", _("as the words hint")), *Direction.choices]
    )
    theme = forms.ChoiceField(label=_("About what"), required=False, choices=[("", "–"), *Theme.choices])

    def __init__(self, *args, user, row=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.row = user, row

    @staticmethod
    def initial_of(row):
        fields = {name: getattr(row, name) for name in PublishedForm.base_fields if hasattr(row, name)}
        return fields | {"customer_code": row.customer.code if row.customer else ""}

    def clean_published_on(self):
        day = self.cleaned_data["published_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day lies in the future."))
        return day

    def clean_customer_code(self):
        code = self.cleaned_data["customer_code"].strip()
        self.customer = Customer.objects.visible_to(self.user).filter(code=code).first() if code else None
        if code and self.customer is None:
            raise forms.ValidationError(_("There is no customer of this number that you may see."))
        return code

    def clean(self):
        data = super().clean()
        low, high, points = data.get("lowest"), data.get("highest"), data.get("points")
        if low is not None and high is not None and low >= high:
            self.add_error("highest", _("The scale ends above where it begins."))
        elif None not in (low, high, points) and not low <= points <= high:
            self.add_error("points", _("The points lie between %(low)s and %(high)s.") % {"low": low, "high": high})
        if not self.errors and points is None and not data.get("body"):
            self.add_error("body", _("Give the points, the words, or both."))
        if not self.errors and self._is_there(data):
            raise forms.ValidationError(_("This rating was collected before: same place, day, signature and words."))
        return data

    def _is_there(self, data):
        key = key_of(*(data[name] for name in ("source", "published_on", "author", "body", "link", "points")))
        return PublishedRating.objects.filter(key=key).exclude(pk=self.row and self.row.pk).exists()

    def fields_of_rating(self):
        data = {name: value for name, value in self.cleaned_data.items() if name not in ("customer_code", "version")}
        return data | {"customer": self.customer}
