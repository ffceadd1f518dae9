"""Forms of approval: a route with its levels, a decision with its comment, a filing."""

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models import OrgUnit, User
from accounts.roles import GRANTS
from core.conditional import shown_with
from core.forms import FilesField, PortalForm, StepForm
from surveys.choices import Asked
from surveys.services.routes import MOST

ROLES = [(role.value, role.label) for role in Role if "surveys.decide_level" in GRANTS[role]]


class CommentForm(StepForm):
    reason = forms.CharField(
        label=_("Comment"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class RouteForm(PortalForm):
    """Up to five levels in their order; a level without a name is none."""

    unit = forms.ModelChoiceField(
        label=_("Plans of"), queryset=OrgUnit.objects.filter(is_active=True), required=False, empty_label=_("Whole company"),
        help_text=_("The route of a unit counts for it and for the units below that have none of their own."),
    )  # fmt: skip
    filing_days = forms.IntegerField(
        label=_("Days to file an approved plan"), min_value=0, max_value=365,
        help_text=_("With the next-higher department, counted from the last approval."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        named = Q(groups__permissions__codename__in=("decide_level", "approve_plan"))
        people = User.objects.active().filter(named).distinct()
        for no in range(1, MOST + 1):
            self._add_level(no, people)
        self.fields["reason"] = forms.CharField(label=_("Why this is set"), max_length=300)

    def _add_level(self, no, people):
        key, told = f"level{no}_", {"no": no}
        self.fields[f"{key}name_zh"] = forms.CharField(
            label=_("Level %(no)s: name (Chinese)") % told, max_length=60, required=False,
            help_text=_("Empty: no such level.") if no > 1 else _("No level at all: one person who approves plans decides."),
        )  # fmt: skip
        self.fields[f"{key}name_en"] = forms.CharField(
            label=_("Level %(no)s: name (English)") % told, max_length=80, required=False
        )
        self.fields[f"{key}asked"] = forms.ChoiceField(
            label=_("Level %(no)s asks") % told, choices=Asked, required=False, initial=Asked.ANYBODY
        )
        self.fields[f"{key}role"] = forms.ChoiceField(
            label=_("Level %(no)s: role") % told, choices=[("", "–"), *ROLES], required=False,
            widget=forms.Select(attrs=shown_with(f"{key}asked", Asked.ROLE)),
        )  # fmt: skip
        self.fields[f"{key}person"] = forms.ModelChoiceField(
            label=_("Level %(no)s: person") % told, queryset=people, required=False,
            widget=forms.Select(attrs=shown_with(f"{key}asked", Asked.PERSON)),
        )  # fmt: skip

    def clean(self):
        data = super().clean()
        named = [no for no in range(1, MOST + 1) if data.get(f"level{no}_name_zh")]
        for no in range(1, max(named, default=0)):
            if no not in named:
                self.add_error(
                    f"level{no}_name_zh", _("A level in between has no name: name it, or move the others up.")
                )
        for no in named:
            for asked in (Asked.ROLE, Asked.PERSON):
                if data.get(f"level{no}_asked") == asked and not data.get(f"level{no}_{asked}"):
                    self.add_error(f"level{no}_{asked}", _("Whom does this level ask?"))
        return data

    def levels(self):
        """What services.routes takes."""
        data = self.cleaned_data
        return [self._level(data, f"level{no}_") for no in range(1, MOST + 1) if data[f"level{no}_name_zh"]]

    def _level(self, data, key):
        asked = data[f"{key}asked"] or Asked.ANYBODY
        return {
            "name_zh": data[f"{key}name_zh"], "name_en": data[f"{key}name_en"], "asked": asked,
            "role": data[f"{key}role"] if asked == Asked.ROLE else "",
            "person": data[f"{key}person"] if asked == Asked.PERSON else None,
        }  # fmt: skip

    @staticmethod
    def initial_of(route, unit):
        """What the page begins with: the edition that counts."""
        found = {"unit": unit, "filing_days": 10 if route is None else route.filing_days}
        for level in route.levels.all() if route else ():
            for name in ("name_zh", "name_en", "asked", "role"):
                found[f"level{level.no}_{name}"] = getattr(level, name)
            found[f"level{level.no}_person"] = level.person_id
        return found


class FilingForm(StepForm):
    filed_on = forms.DateField(label=_("Filed on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reference = forms.CharField(label=_("Reference number"), max_length=60)
    comment = forms.CharField(label=_("Comment"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip
    files = FilesField()

    def clean_filed_on(self):
        day = self.cleaned_data["filed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet: file the plan first, then note it here."))
        return day
