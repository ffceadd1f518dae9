"""Writing for the library, meetings, clusters, case reports, feedback."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import OrgUnit, User
from complaints.choices import CodeList, Difficulty, EditionState, LibraryKind
from complaints.forms.figures import any_of
from complaints.models import CaseReport, LibraryEdition, LibraryEntry
from complaints.selectors import code_lists
from core.forms import StepForm
from customers.forms.fields import DayField

UNITS = OrgUnit.objects.filter(is_active=True)


def types_of_all():
    return any_of(code_lists.every(CodeList.CATEGORY))


def words(label, *, rows=4, required=True, help_text=""):
    return forms.CharField(
        label=label,
        required=required,
        max_length=20_000,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def several(queryset, label, **kwargs):
    return forms.ModelMultipleChoiceField(
        queryset=queryset, label=label, required=False, widget=forms.SelectMultiple(attrs={"size": 6}), **kwargs
    )


class EntryForm(StepForm):
    """Facts and words of an entry; names, numbers and addresses that are typed here are taken out as it is saved."""

    kind = forms.ChoiceField(label=_("Kind"), choices=LibraryKind)
    title = forms.CharField(label=_("Title"), max_length=200)
    category = forms.ChoiceField(label=pgettext_lazy("figures", "Type"), choices=types_of_all, required=False)
    difficulty = forms.ChoiceField(label=_("Level of difficulty"), choices=Difficulty)
    units = several(UNITS, _("Departments involved"))
    background = words(_("Background"))
    process = words(_("Process"))
    solution = words(_("Solution"))
    feedback = words(_("The customer's feedback"), required=False, rows=3)
    lesson = words(_("Lesson"), required=False, rows=3)

    @staticmethod
    def initial_of(entry, edition):
        facts = {name: getattr(entry, name) for name in ("kind", "category", "difficulty")}
        texts = {name: getattr(edition, name) for name in ("title", *LibraryEdition.PARTS, "lesson")}
        return {**facts, **texts, "units": list(entry.units.all())}


class ConfirmEditionForm(StepForm):
    """The second person's word (LIB-10)."""

    nothing_personal = forms.BooleanField(
        label=_("I have read it whole: no name, number, address or company of a customer remains."),
        error_messages={"required": _("Please read it whole and confirm this.")},
    )

    def values(self):
        return {name: value for name, value in super().values().items() if name != "nothing_personal"}


class MeetingForm(StepForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    held_on = DayField(label=_("Date"), initial=timezone.localdate)
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    attendees = forms.ModelMultipleChoiceField(
        queryset=User.objects.active(), label=_("Who takes part"), widget=forms.SelectMultiple(attrs={"size": 8})
    )
    entries = several(LibraryEntry.objects.none(), _("Entries talked about"))
    minutes = words(_("Minutes of the meeting"), required=False, rows=6)
    agreed = words(_("What was agreed, by whom, until when"), required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        shared = LibraryEntry.objects.visible_to(user).filter(editions__state=EditionState.SHARED)
        self.fields["entries"].queryset = shared.distinct()
        self.fields["attendees"].queryset = User.objects.with_capability("complaints.see_library")

    @staticmethod
    def initial_of(meeting):
        names = ("title", "held_on", "place", "minutes", "agreed")
        people = {"attendees": list(meeting.attendees.all()), "entries": list(meeting.entries.all())}
        return {name: getattr(meeting, name) for name in names} | people


class ClusterForm(StepForm):
    note = words(
        _("What these complaints have in common"), help_text=_("The unit reads this as the problem to put right.")
    )


class CaseReportForm(StepForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in CaseReport.WORDS:
            for language in ("zh", "en"):
                field = CaseReport._meta.get_field(f"{name}_{language}")
                self.fields[field.name] = words(field.verbose_name.capitalize(), rows=5, required=False)


class FeedbackForm(StepForm):
    title = forms.CharField(label=_("Theme"), max_length=200)
    category = forms.ChoiceField(label=pgettext_lazy("figures", "Type"), choices=types_of_all, required=False)
    since = DayField(label=_("From"))
    until = DayField(label=pgettext_lazy("period", "Until"))
    summary = words(_("What customers say, and what is proposed"), rows=6)
    unit = forms.ModelChoiceField(label=_("Handed to"), queryset=UNITS)

    def clean(self):
        data = super().clean()
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", _("The period ends before it begins."))
        return data


class AnswerForm(StepForm):
    answer = words(_("What becomes of it"))
