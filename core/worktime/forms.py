"""Changing one day, or the hours of the week."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.forms import PortalForm
from core.worktime.content import Day, parse_sessions

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
HOURS = _("For example 09:00-12:00, 13:00-18:00. Hours may go past midnight: 22:00-06:00.")


def read_hours(text):
    """Sessions from a line of hours; None for an empty one. Raises ValidationError."""
    pairs = [
        [part.strip() for part in piece.replace("–", "-").split("-")]
        for piece in text.replace("，", ",").split(",")
        if piece.strip()
    ]
    if any(len(pair) != 2 for pair in pairs):
        raise ValidationError(_("Write hours as 09:00-12:00, 13:00-18:00."))
    return parse_sessions(pairs) if pairs else None


class DayForm(PortalForm):
    KINDS = (
        ("rest", pgettext_lazy("kind of day", "Rest day")), ("work", pgettext_lazy("kind of day", "Working day")),
        ("week", pgettext_lazy("kind of day", "As every week")),
    )  # fmt: skip
    day = forms.DateField(label=_("Day"), widget=DAY)
    kind = forms.ChoiceField(label=_("Kind of day"), choices=KINDS, widget=forms.RadioSelect)
    hours = forms.CharField(
        label=_("Own hours"),
        required=False,
        help_text=format_lazy("{}{}", _("Only for a working day with other hours, such as a half day. "), HOURS),
    )
    label_zh = forms.CharField(label=_("Name (Chinese)"), required=False, max_length=60)
    label_en = forms.CharField(label=_("Name (English)"), required=False, max_length=60)

    def clean_hours(self):
        return read_hours(self.cleaned_data["hours"])

    def clean(self):
        data = super().clean()
        if data.get("hours") and data.get("kind") != "work":
            self.add_error("hours", _("Only a working day has hours."))
        return data

    def what(self):
        """The special day, or None for a day as every week."""
        data = self.cleaned_data
        if data["kind"] == "week":
            return None
        return Day(data["kind"] == "work", data["hours"], data["label_zh"], data["label_en"])


class WeekForm(PortalForm):
    """Hours per weekday from a day on."""

    NAMES = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    valid_from = forms.DateField(
        label=_("From"), widget=DAY, help_text=_("Clocks that run are computed anew; what is closed stays.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for number, name in enumerate(self.NAMES):
            self.fields[f"day{number}"] = forms.CharField(
                label=name, required=False, help_text=HOURS if number == 0 else ""
            )

    def clean(self):
        data = super().clean()
        for number in range(7):
            try:
                data[f"day{number}"] = read_hours(data.get(f"day{number}") or "") or ()
            except ValidationError as error:
                self.add_error(f"day{number}", error)
        return data

    def week(self):
        return {number: self.cleaned_data[f"day{number}"] for number in range(7)}
