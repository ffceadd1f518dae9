"""Forms of the questionnaire editor."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import OrgUnit
from core.forms import PortalForm, VersionForm
from surveys.choices import QuestionKind, ScaleKind
from surveys.models import Questionnaire, Scale
from surveys.outline import read_options, write_options


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


class SectionForm(VersionForm):
    """A section is a dimension; its code stays the same over versions so that results compare."""

    code = forms.SlugField(
        label=_("Code of the dimension"),
        max_length=40,
        help_text=_("Lasting, for example trainer. Results compare by it."),
    )
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=120)
    title_en = forms.CharField(label=_("Title (English)"), max_length=160)

    def part(self):
        data = self.cleaned_data
        return {"code": data["code"], "title": {"zh": data["title_zh"], "en": data["title_en"]}}


class QuestionForm(VersionForm):
    kind = forms.ChoiceField(label=pgettext_lazy("question", "Kind"), choices=QuestionKind)
    title_zh = forms.CharField(label=_("Question (Chinese)"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    title_en = forms.CharField(label=_("Question (English)"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    help_zh = forms.CharField(label=_("Help (Chinese)"), required=False, max_length=300)
    help_en = forms.CharField(label=_("Help (English)"), required=False, max_length=300)
    required = forms.BooleanField(label=_("An answer is required"), required=False)
    is_overall = forms.BooleanField(label=_("Stands for overall satisfaction"), required=False,
                                    help_text=_("One question at most; headline and trend come from it."))  # fmt: skip
    scale = forms.ChoiceField(label=_("Scale (for ratings)"), required=False)
    options = forms.CharField(
        label=_("Options (for choices)"), required=False, widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=_("One a line: 中文 | English. A “!” at the end marks an answer that excludes all others."),
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
        found = {name: item.get(name) for name in ("kind", "required", "is_overall", "scale")}
        for name in ("title", "help", "na"):
            for key in ("zh", "en"):
                found[f"{name}_{key}"] = (item.get(name) or {}).get(key, "")
        return found | {"options": write_options(item.get("options"))}

    def clean(self):
        data = super().clean()
        kind = data.get("kind")
        if kind == QuestionKind.RATING and not data.get("scale"):
            self.add_error("scale", _("A rating needs a scale."))
        if kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE):
            self._clean_options(data)
        if bool(data.get("na_zh")) != bool(data.get("na_en")):
            self.add_error("na_en" if data.get("na_zh") else "na_zh", _("Give it in both languages, or in none."))
        return data

    def _clean_options(self, data):
        try:
            data["read_options"] = read_options(data.get("options", ""), self.item.get("options") or ())
        except ValueError as error:
            self.add_error(
                "options", _("Line %(number)s needs both languages with a “|” between them.") % {"number": error}
            )
            return
        if len(data["read_options"]) < 2:
            self.add_error("options", _("A choice needs at least two options."))

    def question(self):
        """The question as the definition stores it."""
        data, kind = self.cleaned_data, self.cleaned_data["kind"]
        item = {
            "kind": kind, "title": {"zh": data["title_zh"], "en": data["title_en"]}, "help": both({"zh": data["help_zh"], "en": data["help_en"]}),
            "required": data["required"], "is_overall": data["is_overall"], "na": both({"zh": data["na_zh"], "en": data["na_en"]}),
        }  # fmt: skip
        if kind == QuestionKind.RATING:
            code = data["scale"]
            same = self.item.get("scale") == code and self.item.get("points")
            item |= {"scale": code, "points": self.item["points"] if same else self.scales[code].points}
        if kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE):
            item["options"] = data["read_options"]
        return item


class CopyForm(NewQuestionnaireForm):
    pass
