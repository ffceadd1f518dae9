"""Forms of the questionnaire editor."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import OrgUnit
from core.conditional import shown_with
from core.forms import PortalForm, StepForm, VersionForm
from surveys import files
from surveys.choices import QuestionKind, ScaleKind
from surveys.models import Indicator, Questionnaire, Scale
from surveys.outline import read_options, read_rows, write_options, write_rows

RATED = (QuestionKind.RATING.value, QuestionKind.MATRIX.value)
NEEDS_BOTH = _("Line %(number)s needs both languages with a “|” between them.")


def both(text):
    """{"zh", "en"} or None of a pair of fields."""
    return text if text["zh"] or text["en"] else None


class NewQuestionnaireForm(PortalForm):
    code = forms.SlugField(label=_("Code"), max_length=30, help_text=_("Short and lasting, for example TRAINING-6."))
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=120)
    name_en = forms.CharField(label=_("Name (English)"), max_length=160)
    unit = forms.ModelChoiceField(label=_("Owning unit"), queryset=OrgUnit.objects.filter(is_active=True))

    def clean_code(self):
        code = self.cleaned_data["code"]
        if Questionnaire.objects.filter(code__iexact=code).exists():
            raise forms.ValidationError(_("This code is taken."))
        return code


class HeadForm(VersionForm):
    """Title and introduction of the draft."""

    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=120)
    title_en = forms.CharField(label=_("Title (English)"), max_length=160)
    intro_zh = forms.CharField(label=_("Introduction (Chinese)"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
                               help_text=_("Why we ask and who sees the answers; shown before the first question."))  # fmt: skip
    intro_en = forms.CharField(
        label=_("Introduction (English)"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    note = forms.CharField(
        label=_("What changed"), required=False, max_length=1000, help_text=_("For whoever reviews this version.")
    )

    def parts(self):
        data = self.cleaned_data
        return {
            "title": {"zh": data["title_zh"], "en": data["title_en"]},
            "intro": both({"zh": data["intro_zh"], "en": data["intro_en"]}),
        }


class RoutedForm(VersionForm):
    """A part that may be asked only after certain answers; ``before`` are the questions that come earlier."""

    show_if = forms.MultipleChoiceField(
        label=_("Only after these answers"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing chosen: everybody is asked. Several answers of one question: any of them leads here; of several questions: one of each."),
    )  # fmt: skip

    def __init__(self, *args, before=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["show_if"].choices = [
            (f"{question.code} {question.title}", [
                *((f"{question.uid}:{choice.value}", choice.text) for choice in question.best_first),
                *([(f"{question.uid}:na", question.na_text)] if question.na else []),
            ])
            for question in before if question.choices
        ]  # fmt: skip
        if not self.fields["show_if"].choices:
            del self.fields["show_if"]

    @staticmethod
    def ways_to(part):
        """Initial values of ``show_if`` from a part of the definition."""
        return [f"{uid}:{value}" for uid, values in (part.get("show_if") or {}).items() for value in values]

    def conditions(self):
        """{"show_if": …} as the definition stores it, or {} where everybody is asked."""
        found = {}
        for chosen in self.cleaned_data.get("show_if") or ():
            uid, _colon, value = chosen.rpartition(":")
            found.setdefault(uid, []).append(int(value) if value != "na" else value)
        return {"show_if": found} if found else {}


class SectionForm(RoutedForm):
    """A section is a dimension; its code stays the same over versions so that results compare.

    A new one may be a dimension of the indicator system, with its code and name.
    """

    field_order = ("version", "indicator", "code", "title_zh", "title_en", "show_if")
    indicator = forms.ModelChoiceField(
        label=_("From the indicator system"), required=False, queryset=Indicator.objects.in_use().filter(parent=None),
        empty_label=_("none: a section of its own"),
        help_text=_("Gives code and titles below where they are left empty, and results compare with every questionnaire that measures it."),
    )  # fmt: skip
    code = forms.SlugField(
        label=_("Code of the dimension"),
        max_length=40,
        help_text=_("Lasting, for example trainer. Results compare by it."),
    )
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=120)
    title_en = forms.CharField(label=_("Title (English)"), max_length=160)

    def __init__(self, *args, is_new=False, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_new or not self.fields["indicator"].queryset.exists():
            del self.fields["indicator"]
        elif self.data.get("indicator"):
            for name in ("code", "title_zh", "title_en"):
                self.fields[name].required = False

    def clean(self):
        data = super().clean()
        if row := data.get("indicator"):
            if data.get("code") and data["code"] != row.code:
                self.add_error("code", _("The dimension has the code %(code)s; leave this empty.") % {"code": row.code})
            data["code"] = row.code
            for key in ("zh", "en"):
                data[f"title_{key}"] = data.get(f"title_{key}") or getattr(row, f"name_{key}")
        return data

    def part(self):
        data = self.cleaned_data
        return {"code": data["code"], "title": {"zh": data["title_zh"], "en": data["title_en"]}} | self.conditions()


class QuestionForm(RoutedForm):
    field_order = ("version", "kind", "title_zh", "title_en", "help_zh", "help_en", "scale", "rows", "options", "places",
                   "low", "high", "decimals", "unit_zh", "unit_en", "na_zh", "na_en", "required", "is_overall", "show_if")  # fmt: skip
    kind = forms.ChoiceField(label=pgettext_lazy("question", "Kind"), choices=QuestionKind)
    title_zh = forms.CharField(label=_("Question (Chinese)"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
                               help_text=_("{Q3} repeats what was answered to question Q3 of an earlier section."))  # fmt: skip
    title_en = forms.CharField(label=_("Question (English)"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    help_zh = forms.CharField(label=_("Help (Chinese)"), required=False, max_length=300)
    help_en = forms.CharField(label=_("Help (English)"), required=False, max_length=300)
    required = forms.BooleanField(label=_("An answer is required"), required=False)
    is_overall = forms.BooleanField(label=_("Stands for overall satisfaction"), required=False,
                                    widget=forms.CheckboxInput(attrs=shown_with("kind", "rating", "scale_0_10")),
                                    help_text=_("One question at most; headline and trend come from it."))  # fmt: skip
    scale = forms.ChoiceField(label=_("Scale"), required=False, widget=forms.Select(attrs=shown_with("kind", *RATED)))
    rows = forms.CharField(
        label=_("What is rated"), required=False, help_text=_("One a line: 中文 | English."),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"} | shown_with("kind", "matrix")),
    )  # fmt: skip
    options = forms.CharField(
        label=_("Options"), required=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"} | shown_with("kind", *QuestionKind.with_options())),
        help_text=_("One a line: 中文 | English. A “!” at the end marks an answer that excludes all others."),
    )  # fmt: skip
    places = forms.IntegerField(
        label=_("Places to give"), required=False, min_value=1, max_value=20,
        widget=forms.NumberInput(attrs=shown_with("kind", "ranking")),
        help_text=_("Empty: all options are put in order. More than three tire people."),
    )  # fmt: skip
    low, high = (
        forms.FloatField(label=label, required=False, widget=forms.NumberInput(attrs=shown_with("kind", "number")))
        for label in (_("At least"), _("At most"))
    )
    decimals = forms.IntegerField(
        label=_("Decimal places"), required=False, min_value=0, max_value=4,
        widget=forms.NumberInput(attrs=shown_with("kind", "number")),
    )  # fmt: skip
    unit_zh, unit_en = (
        forms.CharField(label=label, required=False, max_length=20, widget=forms.TextInput(attrs=shown_with("kind", "number")))
        for label in (_("Unit (Chinese)"), _("Unit (English)"))
    )  # fmt: skip
    na_zh = forms.CharField(
        label=_("“Does not apply” (Chinese)"),
        required=False,
        max_length=60,
        help_text=_("Empty: everybody can judge it."),
    )
    na_en = forms.CharField(label=_("“Does not apply” (English)"), required=False, max_length=60)

    def __init__(self, *args, item=None, **kwargs):
        self.item = item or {}
        super().__init__(*args, **kwargs)
        self.scales = {scale.code: scale for scale in Scale.objects.filter(kind=ScaleKind.LABELS)}
        self.fields["scale"].choices = [("", "–")] + [(code, str(scale)) for code, scale in self.scales.items()]

    @staticmethod
    def initial_of(item):
        """Initial values from a question of the definition."""
        found = {name: item.get(name) for name in ("kind", "required", "is_overall", "scale", "decimals")}
        if item.get("kind") == QuestionKind.NUMBER:
            found |= {"low": item.get("min"), "high": item.get("max")}
        if item.get("kind") == QuestionKind.RANKING:
            found["places"] = item.get("max")
        for name in ("title", "help", "na", "unit"):
            for key in ("zh", "en"):
                found[f"{name}_{key}"] = (item.get(name) or {}).get(key, "")
        lines = {"options": write_options(item.get("options")), "rows": write_rows(item.get("items"))}
        return found | lines | {"show_if": RoutedForm.ways_to(item)}

    def clean(self):
        data = super().clean()
        kind = data.get("kind")
        if kind in RATED and not data.get("scale"):
            self.add_error("scale", _("A rating needs a scale."))
        if kind in QuestionKind.with_options():
            self._clean_options(data)
        if kind == QuestionKind.MATRIX:
            self._clean_rows(data)
        if None not in (data.get("low"), data.get("high")) and data["low"] > data["high"]:
            self.add_error("high", _("It lies below the least number."))
        for name in ("na", "unit"):
            if bool(data.get(f"{name}_zh")) != bool(data.get(f"{name}_en")):
                missing = "en" if data.get(f"{name}_zh") else "zh"
                self.add_error(f"{name}_{missing}", _("Give it in both languages, or in none."))
        return data

    def _clean_rows(self, data):
        try:
            data["read_rows"] = read_rows(data.get("rows", ""), self.item.get("items") or ())
        except ValueError as error:
            self.add_error("rows", NEEDS_BOTH % {"number": error})
            return
        if len(data["read_rows"]) < 2:
            self.add_error("rows", _("At least two rows are needed."))

    def _clean_options(self, data):
        try:
            data["read_options"] = read_options(data.get("options", ""), self.item.get("options") or ())
        except ValueError as error:
            self.add_error("options", NEEDS_BOTH % {"number": error})
            return
        if len(data["read_options"]) < 2:
            self.add_error("options", _("A choice needs at least two options."))
        elif (data.get("places") or 0) > len(data["read_options"]):
            self.add_error("places", _("There are fewer options than places."))

    def question(self):
        """The question as the definition stores it."""
        data, kind = self.cleaned_data, self.cleaned_data["kind"]
        item = {
            "kind": kind, "title": {"zh": data["title_zh"], "en": data["title_en"]}, "help": both({"zh": data["help_zh"], "en": data["help_en"]}),
            "required": data["required"], "is_overall": data["is_overall"], "na": both({"zh": data["na_zh"], "en": data["na_en"]}),
        }  # fmt: skip
        if kind in RATED:
            code = data["scale"]
            same = self.item.get("scale") == code and self.item.get("points")
            item |= {"scale": code, "points": self.item["points"] if same else self.scales[code].points}
        if kind in QuestionKind.with_options():
            item["options"] = data["read_options"]
        if kind == QuestionKind.MATRIX:
            item |= {"items": data["read_rows"], "is_overall": False}
        if kind == QuestionKind.RANKING and data["places"]:
            item["max"] = data["places"]
        if kind == QuestionKind.NUMBER:
            item |= {"min": data["low"], "max": data["high"], "decimals": data["decimals"] or 0,
                     "unit": both({"zh": data["unit_zh"], "en": data["unit_en"]})}  # fmt: skip
        return item | self.conditions()


class ReviewForm(StepForm):
    """The review before publishing: what the second person looked at stays in the history of the version (QST-28)."""

    reason = forms.CharField(
        label=_("What you checked"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example: read in both languages, tried on a phone, compared with this year's services. Stays in the history."),
    )  # fmt: skip


class FileForm(NewQuestionnaireForm):
    """A questionnaire from a file."""

    file = forms.FileField(
        label=_("File"), help_text=_("A .json file that this portal wrote, also on another machine.")
    )

    def clean_file(self):
        try:
            self.definition = files.read(self.cleaned_data["file"].read(files.MOST_BYTES + 1))
        except files.FileProblem as problem:
            raise forms.ValidationError(str(problem))
        return self.cleaned_data["file"]
