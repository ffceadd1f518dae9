"""Forms of inspections and rectification notices."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit, User
from core.forms import FilesField, StepForm
from customers.forms.fields import DayField, end_of
from improvements.choices_supervision import Focus, Severity, Verdict
from improvements.forms.measures import SendBackForm


def text(label, *, rows=3, required=True, **more):
    return forms.CharField(
        label=label, max_length=4000, required=required, widget=forms.Textarea(attrs={"rows": rows}), **more
    )


class InspectionForm(StepForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    unit = forms.ModelChoiceField(
        OrgUnit.objects.filter(is_active=True), label=_("Inspected unit"), required=False,
        empty_label=_("The whole company"),
    )  # fmt: skip
    starts_on = DayField(label=_("Looked at from"))
    ends_on = DayField(label=_("Looked at until"))

    def clean(self):
        data = super().clean()
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("This is before the first day."))
        return data

    @staticmethod
    def initial_of(inspection):
        return {
            "title": inspection.title, "unit": inspection.unit_id, "starts_on": inspection.starts_on,
            "ends_on": inspection.ends_on,
        }  # fmt: skip


class JudgeForm(StepForm):
    """The verdict of one focus item; ``records`` are those that can be looked at."""

    verdict = forms.ChoiceField(label=_("Verdict"), choices=Verdict, widget=forms.RadioSelect)
    note = text(_("What was looked at and seen"))
    records = forms.MultipleChoiceField(
        label=_("Records that were looked at"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, item, records, **kwargs):
        super().__init__(*args, **kwargs)
        kept = {row.key: row for row in item.records.all()}
        self.known = kept | {row.key: row for row in records}
        self.fields["records"].choices = [
            (key, " · ".join(filter(None, (row.number, row.title, getattr(row, "note", "")))))
            for key, row in self.known.items()
        ]
        if not self.known:
            del self.fields["records"]
        self.initial |= {"verdict": item.verdict, "note": item.note, "records": list(kept)}

    def clean_records(self):
        return [self.known[key] for key in self.cleaned_data["records"]]


class ObservationForm(StepForm):
    focus = forms.ChoiceField(label=_("Focus item"), choices=Focus)
    unit = forms.ModelChoiceField(OrgUnit.objects.filter(is_active=True), label=_("Responsible unit"))
    title = forms.CharField(label=_("Problem"), max_length=200)
    text = text(
        _("What was seen"), help_text=_("Facts: how many were looked at, how many were wrong, which records show it.")
    )
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity, initial=Severity.MINOR)
    clause = forms.CharField(
        label=_("Rule that it goes against"), max_length=200, help_text=_("Document, chapter and item.")
    )

    @staticmethod
    def initial_of(observation):
        names = ("focus", "title", "text", "severity", "clause")
        return {name: getattr(observation, name) for name in names} | {"unit": observation.unit_id}


class ConcludeForm(StepForm):
    summary = text(_("Conclusion"))


class NoticeForm(StepForm):
    """A draft: which observations, what each of them requires and how that is verified, by when an answer is owed."""

    title = forms.CharField(label=_("Subject"), max_length=200)
    due_on = DayField(label=_("Answer due on"), help_text=_("Until 18:00 of that day."))
    note = text(_("Further words"), rows=2, required=False)

    def __init__(self, *args, observations, **kwargs):
        super().__init__(*args, **kwargs)
        self.observations = list(observations)
        for one in self.observations:
            self.fields[f"use_{one.pk}"] = forms.BooleanField(
                label=f"{one.number} {one.title}", required=False, initial=True, help_text=one.text
            )
            self.fields[f"requirement_{one.pk}"] = text(_("Requirement"), rows=2, required=False)
            self.fields[f"criterion_{one.pk}"] = forms.CharField(
                label=_("How it is verified"), max_length=300, required=False
            )

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if end_of(day) <= timezone.now():
            raise forms.ValidationError(_("Choose a later day."))
        return day

    def clean(self):
        data = super().clean()
        used = [one for one in self.observations if data.get(f"use_{one.pk}")]
        if not used:
            self.add_error(None, _("A notice needs at least one observation."))
        for one in used:
            for name in (f"requirement_{one.pk}", f"criterion_{one.pk}"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("A chosen observation needs this."))
        return data

    def values(self):
        """What the service takes."""
        data = self.cleaned_data
        items = [
            (one, data[f"requirement_{one.pk}"], data[f"criterion_{one.pk}"])
            for one in self.observations
            if data[f"use_{one.pk}"]
        ]
        found = {"title": data["title"], "due_at": end_of(data["due_on"]), "note": data["note"], "items": items}
        return found | ({"expected_version": data["version"]} if data.get("version") is not None else {})

    @staticmethod
    def initial_of(notice, observations):
        found = {"title": notice.title, "due_on": timezone.localdate(notice.due_at), "note": notice.note}
        used = {row.observation_id: row for row in notice.items.all()}
        for one in observations:
            row = used.get(one.pk)
            found |= {f"use_{one.pk}": row is not None}
            if row:
                found |= {f"requirement_{one.pk}": row.requirement, f"criterion_{one.pk}": row.criterion}
        return found


class AcknowledgeForm(StepForm):
    """The head names somebody of the unit who carries it out."""

    executor = forms.ModelChoiceField(User.objects.none(), label=_("Carried out by"))
    comment = forms.CharField(label=_("Remark"), required=False, max_length=500)

    def __init__(self, *args, notice, **kwargs):
        super().__init__(*args, **kwargs)
        able = User.objects.with_capability("improvements.reply_notice")
        self.fields["executor"].queryset = able.filter(
            memberships__unit__path__startswith=notice.unit.path, memberships__until=None
        ).distinct()


class ReplyForm(StepForm):
    cause = text(_("Cause"))
    text = text(_("What was put right"))
    files = FilesField(label=_("Evidence"), required=True, help_text=_("At least one file; at most 10 MB each."))


class ReturnForm(SendBackForm):
    due_on = DayField(label=_("Next answer due on"))

    def clean(self):
        data = super().clean()
        data["due_at"] = end_of(data.pop("due_on", None))
        if data["due_at"] and data["due_at"] <= timezone.now():
            self.add_error("due_on", _("Choose a later day."))
        return data
