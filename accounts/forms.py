"""Forms for people and the organisation."""

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models import OrgUnit, User
from core.forms import PortalForm, PortalModelForm


class UserForm(PortalModelForm):
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=[(r.value, r.label) for r in Role if r not in (Role.EMPLOYEE, Role.SUPERVISOR)],
        widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("Rights of several roles add up. The supervision group is named by management on its own page."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ["username", "name_zh", "name_en", "email", "phone", "post", "language"]
        labels = {"username": _("Login")}
        help_texts = {"username": _("Letters, digits and . - _ only.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["roles"].initial = list(self.instance.groups.values_list("name", flat=True))

    def values(self):
        """Plain fields for the service (without roles)."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class NewUserForm(UserForm):
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=OrgUnit.objects.filter(is_active=True), required=False)
    is_head = forms.BooleanField(label=_("Heads the unit"), required=False)


class MembershipForm(PortalForm):
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=OrgUnit.objects.filter(is_active=True))
    is_head = forms.BooleanField(label=_("Heads the unit"), required=False)
    since = forms.DateField(
        label=_("Since"), initial=timezone.localdate, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self):
        data = super().clean()
        unit = data.get("unit")
        if unit and self.user.memberships.filter(unit=unit, until__isnull=True).exists():
            self.add_error("unit", _("This person already belongs to the unit."))
        if unit and data.get("is_head") and unit.memberships.filter(is_head=True, until__isnull=True).exists():
            self.add_error("is_head", _("The unit has a head. End that membership first."))
        return data


class UnitForm(PortalModelForm):
    class Meta:
        model = OrgUnit
        fields = ["code", "name_zh", "name_en", "kind", "department_type", "parent", "position", "is_active"]

    def clean(self):
        data = super().clean()
        if data.get("kind") == "department" and not data.get("department_type"):
            self.add_error("department_type", _("A department needs a type; it decides weights and duties."))
        return data


class SupervisorForm(PortalForm):
    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.active())
    since = forms.DateField(
        label=_("Since"), initial=timezone.localdate, widget=forms.DateInput(attrs={"type": "date"})
    )


class ProfileForm(PortalModelForm):
    """What everybody may change of themself."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    theme = forms.ChoiceField(
        label=_("Appearance"), choices=[("auto", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))]
    )

    class Meta:
        model = User
        fields = ["phone", "language", "theme"]
