"""Forms: one helper, optional fields marked, unusual values as warnings to acknowledge."""

from datetime import date

import django_filters
from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core import attachments, moments

YEARS = (1900, 2199)  # of a day that somebody types; beyond them clocks and time zones cannot count


def helper():
    """The one crispy helper: the page writes the form tag and its buttons."""
    made = FormHelper()
    made.form_tag = False
    made.disable_csrf = True
    made.label_class = "form-label"
    made.attrs = {"novalidate": ""}
    return made


def within_reach(moment):
    """Refuse a day of another age: a slip of the hand, or somebody who tries what happens."""
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise ValidationError(_("Give a day between %(first)s and %(last)s.") % {"first": YEARS[0], "last": YEARS[1]})


class PortalFormMixin:
    """Soft warnings: ``warn(text)`` in clean() asks once for an acknowledgement instead of refusing."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DateField | forms.DateTimeField):
                field.validators.append(within_reach)
        self.helper = helper()
        self.soft_warnings = []

    def warn(self, text):
        self.soft_warnings.append(text)

    def is_valid(self):
        valid = super().is_valid()
        acknowledged = self.data.get(self.add_prefix("acknowledge")) == "1"
        return valid and (acknowledged or not self.soft_warnings)


class PortalForm(PortalFormMixin, forms.Form):
    pass


class PortalModelForm(PortalFormMixin, forms.ModelForm):
    pass


class VersionForm(PortalForm):
    """Carries the version the page showed, so that a later writer hears of the earlier one."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class StepForm(PortalForm):
    """A step; made with ``version`` it carries the one the page showed, as VersionForm does."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, version=None, **kwargs):
        super().__init__(*args, **kwargs)
        if version is None:
            del self.fields["version"]
        else:
            self.fields["version"].initial = version

    def values(self):
        """What the step's service takes; the version travels as ``expected_version``."""
        values = dict(self.cleaned_data)
        if "version" in values:
            values["expected_version"] = values.pop("version")
        return values


class ReasonForm(StepForm):
    """A step that owes a reason."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class ConfirmForm(StepForm):
    """A step that only wants a yes."""


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files to attach, none included, each one checked; cleaned to a list."""

    widget = FilesInput(attrs={"accept": attachments.ACCEPT})

    def __init__(self, **kwargs):
        shown = {"label": _("Files"), "help_text": _("PDF, pictures, Excel, Word, CSV or text; at most 10 MB each.")}
        super().__init__(**shown | {"required": False} | kwargs)

    def clean(self, data, initial=None):
        files = [super(FilesField, self).clean(file, initial) for file in data or []]
        for file in files:
            attachments.check(file)
        return files


def _read(part):
    """One end of a range as people read it; of moments that bound days, the day."""
    return moments.day_text(part) if isinstance(part, date) else str(part)


class PortalFilterSet(django_filters.FilterSet):
    """Filter bar of a list. Unknown parameters are refused, values shown as removable chips."""

    KNOWN = {"page", "after", "before", "sort", "format", "columns", "saved", "lang"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.form.helper = helper()

    @property
    def unknown(self):
        return sorted(
            set(self.data or {})
            - set(self.filters)
            - self.KNOWN
            - {f"{n}_{s}" for n in self.filters for s in ("min", "max", "after", "before")}
        )

    def chips(self):
        """(label, value, query string without it) for each filter in use."""
        if not self.is_bound or not self.form.is_valid():
            return []
        rows = []
        for name, value in self.form.cleaned_data.items():
            if value in (None, "", []) or name not in self.form.fields:
                continue
            query = self.data.copy() if hasattr(self.data, "copy") else dict(self.data)
            for key in [k for k in query if k == name or k.startswith(f"{name}_")] + ["page", "after", "before"]:
                query.pop(key, None)
            rows.append((self.form.fields[name].label, self._shown(name, value), query.urlencode()))
        return rows

    def _shown(self, name, value):
        field = self.form.fields[name]
        if isinstance(field, forms.NullBooleanField):
            return _("Yes") if value else _("No")
        choices = dict(getattr(field, "choices", ()) or ()) if not hasattr(field, "queryset") else {}
        if isinstance(value, slice):
            return " – ".join(_read(part) for part in (value.start, value.stop) if part is not None)
        return choices.get(value, value)
