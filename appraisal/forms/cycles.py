from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from appraisal.choices import LINES
from appraisal.indicators import REGISTRY
from appraisal.models import AppraisalCycle, SchemeVersion
from core import periods
from core.choices import PeriodKind
from core.forms import ReasonForm, StepForm

QUARTERS = 5  # to choose from: the running one and those before
POINTS = {"min_value": Decimal(0), "max_value": Decimal(100), "max_digits": 5, "decimal_places": 2}


def quarters():
    """[(first day, name)] of the quarters that have no cycle yet, the newest first."""
    day, found = timezone.localdate(), []
    for _number in range(QUARTERS):
        period = periods.of(PeriodKind.QUARTER, day)
        found.append(period)
        day = period.starts_on - timedelta(days=1)
    taken = set(AppraisalCycle.objects.values_list("period__starts_on", flat=True))
    return [(one.starts_on.isoformat(), str(one)) for one in found if one.starts_on not in taken]


def superiors():
    """Management: they rate and see all."""
    return User.objects.with_capability("appraisal.rate").filter(
        pk__in=User.objects.with_capability("appraisal.publish")
    )


class CycleForm(StepForm):
    """A draft of a cycle; a stored one keeps its quarter."""

    day = forms.ChoiceField(label=gettext_lazy("Quarter"))
    scheme_version = forms.ModelChoiceField(label=gettext_lazy("Scheme"), queryset=None)
    superior = forms.ModelChoiceField(label=gettext_lazy("Superior who rates"), queryset=None)
    ratings_due = forms.DateField(
        label=gettext_lazy("Ratings due"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    objection_days = forms.IntegerField(
        label=gettext_lazy("Working days for objections"), min_value=1, max_value=30, initial=5
    )

    def __init__(self, *args, cycle=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["scheme_version"].queryset = SchemeVersion.objects.approved().select_related("scheme")
        self.fields["superior"].queryset = superiors()
        if cycle is not None:
            del self.fields["day"]
        else:
            self.fields["day"].choices = quarters()

    @staticmethod
    def initial_of(cycle):
        kept = {name: getattr(cycle, name) for name in ("scheme_version", "superior", "objection_days")}
        return kept | {"ratings_due": timezone.localdate(cycle.ratings_due)}

    def clean_ratings_due(self):
        return timezone.make_aware(datetime.combine(self.cleaned_data["ratings_due"], time(18)))

    def values(self):
        """What services.cycles takes."""
        found = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        if "day" in found:
            found["day"] = date.fromisoformat(found["day"])
        return found


class RatingForm(StepForm):
    """Given once."""

    score = forms.DecimalField(label=gettext_lazy("Score (0–100)"), **POINTS)
    comment = forms.CharField(
        label=gettext_lazy("Grounds"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("What the unit did and what the score rests on. Read by the unit's head and by those who decide."),
    )  # fmt: skip


class SuperiorForm(StepForm):
    superior = forms.ModelChoiceField(label=gettext_lazy("Superior who rates"), queryset=None)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["superior"].queryset = superiors()


def lines_of(content):
    """[(code, name)] of the lines that count for a sheet."""
    known = {line["code"] for line in content["lines"]}
    return [(code, label) for code, label in LINES if code in known]


class AppealForm(StepForm):
    line = forms.ChoiceField(label=gettext_lazy("Line objected to"))
    ground = forms.CharField(label=gettext_lazy("Ground"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, *args, content, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = lines_of(content)


class UpholdForm(ReasonForm):
    """The line is set to other points."""

    after = forms.DecimalField(label=gettext_lazy("Points of the line (0–100)"), **POINTS)
    field_order = ("after", "reason", "version")


class TotalForm(ReasonForm):
    """A person decides where facts are too few."""

    after = forms.DecimalField(label=gettext_lazy("Total (0–100)"), **POINTS)
    field_order = ("after", "reason", "version")


class CorrectForm(ReasonForm):
    """One line of one unit, in the next version."""

    sheet = forms.ModelChoiceField(label=gettext_lazy("Unit"), queryset=None)
    line = forms.ChoiceField(label=gettext_lazy("Line"), choices=LINES)
    after = forms.DecimalField(label=gettext_lazy("Points of the line (0–100)"), **POINTS)
    field_order = ("sheet", "line", "after", "reason", "version")

    def __init__(self, *args, cycle, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sheet"].queryset = cycle.sheets.all()
        self.fields["sheet"].label_from_instance = lambda sheet: sheet.unit_name

    def clean(self):
        found = super().clean()
        sheet, line = found.get("sheet"), found.get("line")
        if sheet and line in REGISTRY and not sheet.facts.filter(indicator=line).exists():
            self.add_error("line", _("This line does not count for the unit."))
        return found
