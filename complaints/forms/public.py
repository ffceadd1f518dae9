"""What a customer fills in without a login."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from complaints.choices import Kind
from core.forms import FilesField
from customers.names import is_usual_phone

MOST_FILES = 5
HINTS = {
    Kind.COMPLAINT: _("something to put right"),
    Kind.SUGGESTION: _("something could be better"),
    Kind.ENQUIRY: _("a question"),
    Kind.PRAISE: _("somebody or something good"),
}


class NamedFiles(FilesField):
    """A refusal names the file it is about."""

    def clean(self, data, initial=None):
        errors, files = [], [file for file in data or [] if file]
        for file in files:
            try:
                super().clean([file], initial)
            except ValidationError as refused:
                errors += [
                    _now("“%(name)s”: %(error)s") % {"name": file.name, "error": text} for text in refused.messages
                ]
        if len(files) > MOST_FILES:
            errors.append(
                _now("These are %(n)s files. Please choose at most %(most)s.") % {"n": len(files), "most": MOST_FILES}
            )
        if errors:
            raise ValidationError([*errors, _now("Please choose the files again.")])
        return files


class TextField(forms.CharField):
    """No ``maxlength`` in the page: a browser would cut what is pasted without a word."""

    def __init__(self, *, most, **kwargs):
        self.most = most
        super().__init__(**{"required": False} | kwargs)

    def clean(self, value):
        value = super().clean(value)
        if len(value) > self.most:
            raise ValidationError(
                _now("This has %(n)s characters. Please shorten it to %(most)s, or attach it as a file.")
                % {"n": len(value), "most": self.most}
            )
        return value


class VoiceForm(forms.Form):
    """A complaint, suggestion, enquiry or praise. Either there is a way to answer, or it is explicitly anonymous."""

    kind = forms.ChoiceField(
        label=_("What would you like to tell us?"), choices=Kind,
        error_messages={"required": _("Please choose one of the four.")},
    )  # fmt: skip
    text = TextField(
        most=5000, label=_("What happened?"), required=True,
        error_messages={"required": _("Please write in a few words what it is about.")},
    )  # fmt: skip
    wish = TextField(most=500, label=_("What would you like us to do?"))
    files = NamedFiles(label=_("Pictures or files"))
    phone = TextField(most=40, label=_("Telephone"))
    email = forms.EmailField(
        label=_("E-mail"), required=False, max_length=200,
        error_messages={"invalid": _("This address is not complete. It looks like name@example.com.")},
    )  # fmt: skip
    name = TextField(most=100, label=_("How may we address you?"))
    anonymous = forms.BooleanField(label=_("Do not contact me. I look up the progress myself."), required=False)
    consent = forms.BooleanField(label=_("I agree that you use these data to deal with this matter."), required=False)

    def clean_phone(self):
        phone = self.cleaned_data["phone"]
        if phone and not is_usual_phone(phone):
            raise ValidationError(
                _now("This number cannot be dialled. Please check it; with a foreign one write + and the country code.")
            )
        return phone

    def clean(self):
        found = super().clean()
        if found.get("anonymous"):
            for name in ("phone", "email", "name"):  # what counts is the wish to stay unknown
                found[name] = ""
                self.errors.pop(name, None)
            return found
        if not {"phone", "email"} & self.errors.keys() and not found.get("phone") and not found.get("email"):
            self.add_error(
                "phone",
                _now("Please give a telephone number or an e-mail address, or tick that we shall not contact you."),
            )
        if not found.get("consent"):
            self.add_error(
                "consent", _now("Please tick this so that we may keep how to reach you, or choose not to be contacted.")
            )
        return found

    @property
    def kinds(self):
        """(value, label, hint, chosen) of each kind; a complaint is what most come for."""
        chosen = self["kind"].value() or Kind.COMPLAINT
        return [(kind.value, kind.label, HINTS[kind], kind == chosen) for kind in Kind]

    @property
    def problems(self):
        """(field, label, sentence) in the order of the page."""
        return [(name, self.fields[name].label, text) for name in self.fields for text in self.errors.get(name, ())]

    def record(self):
        """What is registered: the columns of the record and the complainant, or None where there is none."""
        found = self.cleaned_data
        text = found["text"]
        if found["wish"]:
            text += f"\n\n{self.fields['wish'].label}\n{found['wish']}"
        person = {name: found[name] for name in ("name", "phone", "email", "consent")}
        return {
            "kind": found["kind"], "title": headline(found["text"]), "text": text, "files": found["files"],
            "complainant": None if found["anonymous"] else person,
        }  # fmt: skip


def headline(text, most=40):
    """The first sentence, or as much of it as fits a line."""
    line = text.strip().splitlines()[0].strip()
    ends = [at for at in (line.find(sign) for sign in "。！？!?；;") if at > 0] + [
        at for at in [line.find(". ")] if at > 0
    ]
    line = line[: min(ends)] if ends else line
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


class TrackForm(forms.Form):
    number = forms.CharField(
        label=_("Number"), max_length=40, error_messages={"required": _("Please give the number.")}
    )
    code = forms.CharField(
        label=_("Tracking code"), max_length=40, error_messages={"required": _("Please give the code.")}
    )

    def clean_number(self):
        return "".join(unicodedata.normalize("NFKC", self.cleaned_data["number"]).upper().replace("—", "-").split())

    def clean_code(self):
        return unicodedata.normalize("NFKC", self.cleaned_data["code"])
