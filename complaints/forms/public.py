"""What a customer fills in. Every error is a sentence that names the field and says what to do."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from complaints.choices import Kind
from core import attachments
from customers.names import is_usual_phone, stored_phone

MOST_FILES = 5
KINDS = [
    (Kind.COMPLAINT.value, Kind.COMPLAINT.label, _("Something went wrong")),
    (Kind.SUGGESTION.value, Kind.SUGGESTION.label, _("It could be better")),
    (Kind.ENQUIRY.value, Kind.ENQUIRY.label, _("I want to know something")),
    (Kind.PRAISE.value, Kind.PRAISE.label, _("Somebody did well")),
]


class Way(models.TextChoices):
    """How the customer wants to be answered."""

    PHONE = "phone", pgettext_lazy("customer", "By phone")
    EMAIL = "email", pgettext_lazy("customer", "By e-mail")
    NONE = "none", _("Not at all, I stay anonymous")


class Text(forms.CharField):
    """Typed words; a line break counts as one character, as people count it."""

    def __init__(self, label, most, *, missing="", **kwargs):
        super().__init__(label=label, required=bool(missing), **kwargs)
        self.error_messages["required"] = missing
        self.error_messages["null_characters_not_allowed"] = format_lazy(
            _("“{label}” holds a character that cannot be stored. Please type it again."), label=label
        )
        self.most = most

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")

    def validate(self, value):
        super().validate(value)
        if len(value) > self.most:
            text = gettext("“%(label)s” is too long: %(count)s characters, and %(most)s fit. Please shorten it.")
            raise ValidationError(text % {"label": self.label, "count": len(value), "most": self.most})


class VoiceForm(forms.Form):
    """``kept`` are files of an earlier try; ``files`` are the uploads that came now."""

    kind = forms.ChoiceField(
        choices=Kind,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"),
            _("“What do you want to tell us?” is open. Please choose complaint, suggestion, enquiry or praise."),
        ),
    )
    text = Text(_("What happened?"), 10000, missing=_("“What happened?” is empty. Please write at least one sentence."))
    wish = Text(_("What would put it right?"), 1000)
    by = forms.ChoiceField(
        choices=Way,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"),
            _("“How shall we answer you?” is open. Please choose phone, e-mail or not at all."),
        ),
    )
    phone = Text(pgettext_lazy("customer", "Phone number"), 40)
    email = Text(pgettext_lazy("customer", "E-mail address"), 200)
    name = Text(_("Your name"), 100)
    consent = forms.BooleanField(required=False)

    def __init__(self, data=None, files=(), kept=()):
        super().__init__(data)
        self.uploads, self.kept = list(files), list(kept)

    def clean_phone(self):
        """A number of an unknown pattern is asked about once; the page sends it back as ``checked_phone``."""
        phone = self.cleaned_data["phone"]
        if not phone or is_usual_phone(phone):
            return phone
        if not stored_phone(phone):
            raise ValidationError(_("“Phone number” holds no number. Please write it for example as 138 1234 5678."))
        if self.data.get("checked_phone", "").strip() != phone:
            raise ValidationError(
                _(
                    "“Phone number” does not look like one we can call. Please check it; if it is right, press Send once more."
                )
            )
        return phone

    def clean_email(self):
        email = self.cleaned_data["email"]
        try:
            return validate_email(email) or email if email else email
        except ValidationError:
            raise ValidationError(_("“E-mail address” is incomplete. Please write it like name@example.com."))

    def clean(self):
        data = super().clean()
        by = data.get("by")
        if by == Way.NONE:  # whoever wants to stay anonymous leaves nothing behind
            data |= {"name": "", "phone": "", "email": "", "consent": False}
            for name in {"name", "phone", "email"} & self.errors.keys():
                del self.errors[name]
        elif by and by not in self.errors and not data.get(by):
            self.add_error(by, MISSING[by])
        if by in (Way.PHONE, Way.EMAIL) and not data.get("consent"):
            text = _(
                "The consent is missing. Please tick it, or choose to stay anonymous; without it we may not use your data."
            )
            self.add_error("consent", text)
        self._clean_files()
        return data

    def _clean_files(self):
        errors, self.good_uploads = [], []
        for file in self.uploads:
            try:
                attachments.check(file)
                self.good_uploads.append(file)
            except ValidationError as error:
                said = {"name": attachments.clean_name(file.name), "problem": " ".join(error.messages)}
                errors.append(gettext("%(name)s: %(problem)s") % said)
        if len(self.kept) + len(self.uploads) > MOST_FILES:
            errors.append(gettext("At most %(most)s files fit. Please choose fewer.") % {"most": MOST_FILES})
            self.good_uploads = []
        self.file_errors = errors

    def is_valid(self):
        return super().is_valid() and not self.file_errors

    @property
    def problems(self):
        """{field: sentence}, in the order of the page."""
        found = {name: " ".join(self.errors[name]) for name in self.fields if name in self.errors}
        if self.file_errors:
            found["files"] = gettext("“Photos or files”: %(problems)s") % {
                "problems": " ".join(map(str, self.file_errors))
            }
        return found


MISSING = {
    Way.PHONE: _("“Phone number” is empty. Please give it, or choose another way to be answered."),
    Way.EMAIL: _("“E-mail address” is empty. Please give it, or choose another way to be answered."),
}
