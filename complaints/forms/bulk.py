"""What an act on several records asks for."""

from functools import partial

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit, User
from complaints.choices import CodeList
from complaints.selectors import code_lists
from core.forms import PortalForm


class RemarkForm(PortalForm):
    comment = forms.CharField(
        label=_("Remark"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )  # fmt: skip

    def values(self):
        return dict(self.cleaned_data)


class UnitForm(RemarkForm):
    unit = forms.ModelChoiceField(OrgUnit.objects.none(), label=_("Responsible unit"))
    field_order = ("unit", "handler", "comment")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = OrgUnit.objects.filter(is_active=True)


class AssignForm(UnitForm):
    handler = forms.ModelChoiceField(User.objects.none(), label=_("Handled by"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["handler"].queryset = User.objects.with_capability("complaints.handle")
        self.fields["comment"].label = _("Reason, or what to look into")


class CategoryForm(RemarkForm):
    category = forms.ChoiceField(label=_("Category"), choices=partial(code_lists.choices, CodeList.CATEGORY))
    field_order = ("category", "comment")


FORMS = {"assign": AssignForm, "unit": UnitForm, "category": CategoryForm, "remind": RemarkForm}
