import re
from datetime import date
from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import OrgUnit, User
from accounts.selectors import units_of
from core.forms import FilesField, StepForm
from customers.forms.fields import DayField, end_of
from improvements.choices import GoalIndicator, MeasureKind
from improvements.selectors import goals
from surveys.suggestions import Remedy

AREA = {"rows": 3}
DATED = re.compile(r"^(\d{4}-\d{1,2}-\d{1,2})\s+(.+)$")


class TasksField(forms.CharField):
    """One task per line, a day before those that have one; cleaned to pairs (day or None, text)."""

    def __init__(self, **kwargs):
        shown = {
            "label": _("Tasks"), "max_length": 6000, "widget": forms.Textarea(attrs={"rows": 5}),
            "help_text": _("One task per line. Put a day before it where it has its own: 2026-12-15 Train the trainers."),
        }  # fmt: skip
        super().__init__(**shown | kwargs)

    def clean(self, value):
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        return [self._task(number, line) for number, line in enumerate(lines, 1)]

    def _task(self, number, line):
        found = DATED.match(line)
        if len(line) > 300:
            raise forms.ValidationError(_("Line %(number)s is longer than 300 characters.") % {"number": number})
        if not found:
            return None, line
        try:
            return date(*map(int, found[1].split("-"))), found[2]
        except ValueError:
            raise forms.ValidationError(_("Line %(number)s: there is no such day.") % {"number": number})

    @staticmethod
    def text_of(tasks):
        return "\n".join(f"{task.due_on:%Y-%m-%d} {task.title}" if task.due_on else task.title for task in tasks)


class MeasureForm(StepForm):
    """A draft: what, who, by when, and how one will see that it worked."""

    kind = forms.ChoiceField(label=_("Kind"), choices=MeasureKind)
    title = forms.CharField(label=_("Measure"), max_length=200)
    goal = forms.CharField(label=pgettext_lazy("measure", "Goal"), max_length=2000, widget=forms.Textarea(attrs=AREA))
    tasks = TasksField()
    unit = forms.ModelChoiceField(OrgUnit.objects.none(), label=_("Responsible unit"))
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Responsible person"))
    due_on = DayField(label=_("Due on"))
    expected_effect = forms.CharField(
        label=_("Expected effect"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    figure = forms.ChoiceField(
        label=_("Survey figure that is to change"), required=False,
        help_text=_("The next wave of the same questionnaire decides. Without a figure the verification closes the measure."),
    )  # fmt: skip
    segment = forms.ChoiceField(label=_("For whom"), required=False)
    indicator = forms.ChoiceField(
        label=_("Measured by"), choices=GoalIndicator, required=False, initial=GoalIndicator.TOP2
    )
    target = forms.DecimalField(
        label=_("Target"), required=False, min_value=0, max_value=100, decimal_places=2,
        help_text=_("A share in percent, or a mean of 1–5."),
    )  # fmt: skip
    smallest_change = forms.DecimalField(
        label=_("Smallest change worth having"), required=False, min_value=0, max_value=100, decimal_places=2,
        help_text=_("In percent points, or points of the mean. Less than this is no success."),
    )  # fmt: skip

    def __init__(self, *args, case, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.case, self.baseline = case, None
        self.fields["unit"].queryset = self._units(case, user)
        self.fields["owner"].queryset = User.objects.with_capability("improvements.run_measure")
        self.fields["figure"].choices = [("", _("None: the goal is only in words")), *goals.choices(case)]
        self.fields["segment"].choices = goals.segment_choices(case)

    @staticmethod
    def _units(case, user):
        keys = {case.unit_id, *case.cooperating.values_list("pk", flat=True)}
        if not user.has_perm("improvements.open_case"):
            keys &= units_of(user)
        return OrgUnit.objects.filter(pk__in=keys)

    def clean(self):
        data = super().clean()
        if data.get("figure"):
            self._clean_figure(data)
        return data

    def _clean_figure(self, data):
        missing = [name for name in ("indicator", "target", "smallest_change") if not data.get(name)]
        for name in missing:
            if name not in self.errors:
                self.add_error(name, _("A survey figure as goal needs this."))
        if missing or self.errors:
            return
        found = goals.figure(
            indicator=data["indicator"], segment=goals.segment_of(data["segment"]), **goals.chosen(data["figure"])
        )
        if found is None:
            self.add_error("segment", _("Too few answered in this wave to show a figure for this group."))
            return
        self._clean_sizes(data, found)

    def _clean_sizes(self, data, found):
        """Percent become fractions; a goal below the baseline is refused, one that no wave can prove is asked about."""
        scale = 100 if data["indicator"] == GoalIndicator.TOP2 else 1
        if scale == 1 and data["target"] > 5:
            self.add_error("target", _("A mean lies between 1 and 5."))
            return
        if float(data["target"]) / scale <= found.value:
            shown = f"{found.value * scale:.{1 if scale == 100 else 2}f}"
            self.add_error("target", _("The baseline is %(value)s already.") % {"value": shown})
            return
        data["target"], data["smallest_change"] = data["target"] / scale, data["smallest_change"] / scale
        needed = goals.answers_needed(data["indicator"], found, data["smallest_change"])
        if needed and needed > found.n:
            self.warn(
                _(
                    "The baseline has %(n)s answers. To prove so small a change, each wave needs about %(needed)s. Keep it?"
                )
                % {"n": found.n, "needed": f"{needed:,}"}
            )

    def values(self):
        """What the service takes."""
        data = self.cleaned_data
        names = ("kind", "title", "goal", "tasks", "unit", "owner", "expected_effect")
        values = {name: data[name] for name in names} | {"due_at": end_of(data["due_on"]), "figure": None}
        if data["figure"]:
            values["figure"] = goals.chosen(data["figure"]) | {
                "indicator": data["indicator"], "target": data["target"], "smallest_change": data["smallest_change"],
                "segment": goals.segment_of(data["segment"]),
            }  # fmt: skip
        if data.get("version") is not None:
            values["expected_version"] = data["version"]
        return values

    @staticmethod
    def initial_for(case, *, remedy=""):
        """Of a new measure: unit, the suggestion taken up, and the figure of the finding the case began with."""
        first = {"unit": case.unit_id}
        if remedy in Remedy.values:
            first["title"] = str(Remedy(remedy).label)
        if not case.finding_id:
            return first
        return first | {"figure": goals.key_of(case.finding), "segment": goals.segment_key(case.finding.segment)}

    @staticmethod
    def initial_of(measure):
        names = ("kind", "title", "goal", "expected_effect", "indicator")
        found = {name: getattr(measure, name) for name in names} | {
            "unit": measure.unit_id, "owner": measure.owner_id, "due_on": timezone.localdate(measure.current_due),
            "tasks": TasksField.text_of(measure.tasks.all()),
        }  # fmt: skip
        if not measure.has_figure:
            return found
        scale = 100 if measure.indicator == GoalIndicator.TOP2 else 1
        return found | {
            "figure": goals.key_of(measure), "segment": goals.segment_key(measure.segment),
            "target": _typed(measure.target * scale),
            "smallest_change": _typed(measure.smallest_change * scale),
        }  # fmt: skip


def _typed(value):
    """As a person would type it: 85, not 85.00000."""
    return value.quantize(Decimal("0.01")).normalize() if value % 10 else int(value)


class ProgressForm(StepForm):
    text = forms.CharField(
        label=pgettext_lazy("measure", "Progress"), max_length=2000, widget=forms.Textarea(attrs=AREA)
    )
    difficulty = forms.CharField(
        label=_("Difficulty"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    remedy = forms.CharField(
        label=_("What is done about it"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    files = FilesField()

    def clean(self):
        data = super().clean()
        if data.get("difficulty") and not data.get("remedy"):
            self.add_error("remedy", _("Say what is done about the difficulty."))
        return data


class TasksForm(StepForm):
    tasks = TasksField()


class SubmitForm(StepForm):
    comment = forms.CharField(label=_("What was done"), max_length=2000, widget=forms.Textarea(attrs=AREA))
    files = FilesField(
        label=_("Evidence"),
        help_text=_("At least one file of this cycle, here or with the progress; at most 10 MB each."),
    )


class VerifyForm(StepForm):
    sampled = forms.CharField(
        label=_("What was looked at"), max_length=2000, widget=forms.Textarea(attrs=AREA),
        help_text=_("Which records, classes or calls were sampled."),
    )  # fmt: skip
    comment = forms.CharField(
        label=_("Remark"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class SendBackForm(StepForm):
    sampled = forms.CharField(label=_("What was looked at"), max_length=2000, widget=forms.Textarea(attrs=AREA))
    reason = forms.CharField(label=_("What is missing"), max_length=2000, widget=forms.Textarea(attrs=AREA))


class LaterDayForm(StepForm):
    """Another due day and why."""

    due_on = DayField(label=_("New due date"))
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs=AREA))

    def clean(self):
        data = super().clean()
        data["due_at"] = end_of(data.pop("due_on", None))
        return data


class ExtensionForm(LaterDayForm):
    def clean(self):
        data = super().clean()
        data["new_due"] = data.pop("due_at")
        return data


class RemarkForm(StepForm):
    comment = forms.CharField(
        label=_("Remark"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class OwnerForm(StepForm):
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Responsible person"))
    comment = forms.CharField(label=_("Remark"), required=False, max_length=500)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.with_capability("improvements.run_measure")
