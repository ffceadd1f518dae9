"""Forms of the indicator system and the bank of questions."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm, VersionForm
from surveys.choices import QuestionKind
from surveys.forms.questionnaires import QuestionForm
from surveys.models import BankQuestion, Indicator
from surveys.routing import codes_in
from surveys.selectors.bank import is_another

WORDS = {"widget": forms.Textarea(attrs={"rows": 2}), "max_length": 600}


def free(model, code):
    if model.objects.filter(code__iexact=code).exists():
        raise forms.ValidationError(_("This code is taken."))
    return code


class IndicatorField(forms.ModelChoiceField):
    """Dimensions and their indicators, each indicator behind its dimension."""

    def __init__(self, **kwargs):
        rows = Indicator.objects.in_use().select_related("parent").order_by("position", "code")
        super().__init__(queryset=rows, **kwargs)

    def label_from_instance(self, row):
        return f"{row.parent} › {row}" if row.parent_id else str(row)


class IndicatorForm(VersionForm):
    """A dimension or an indicator; the code is given once."""

    code = forms.SlugField(
        label=_("Code"),
        max_length=40,
        help_text=_("Lasting, for example trainer. A section with this code measures the dimension."),
    )
    parent = forms.ModelChoiceField(
        label=_("Dimension"), required=False, queryset=Indicator.objects.none(), empty_label=_("none: it is a dimension"),
    )  # fmt: skip
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=120)
    name_en = forms.CharField(label=_("Name (English)"), max_length=160)
    meaning_zh = forms.CharField(
        label=_("Meaning (Chinese)"),
        help_text=_("What exactly is measured, so that all read it the same way."),
        **WORDS,
    )
    meaning_en = forms.CharField(label=_("Meaning (English)"), **WORDS)
    since = forms.DateField(
        label=_("In use since"), widget=forms.DateInput(attrs={"type": "date"}), initial=timezone.localdate
    )
    position = forms.IntegerField(
        label=_("Position"), min_value=0, max_value=999, initial=0, help_text=_("Smaller numbers stand first.")
    )

    NAMES = ("parent", "name_zh", "name_en", "meaning_zh", "meaning_en", "since", "position")

    def __init__(self, *args, row=None, **kwargs):
        super().__init__(*args, **kwargs)
        above = Indicator.objects.in_use().filter(parent=None)
        if row:
            del self.fields["code"]
            above = Indicator.objects.none() if row.indicators.exists() else above.exclude(pk=row.pk)
        self.fields["parent"].queryset = above

    def clean_code(self):
        return free(Indicator, self.cleaned_data["code"])

    def values(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class BankQuestionForm(QuestionForm):
    """A question of the bank: as in the editor, without what belongs to its place in a questionnaire."""

    field_order = ("version", "code", "indicator", *QuestionForm.field_order[1:], "note")
    code = forms.SlugField(label=_("Code"), max_length=30, help_text=_("Lasting, for example TRAINER-CLEAR."))
    indicator = IndicatorField(label=_("Indicator"), required=False, empty_label=_("none"))
    note = forms.CharField(label=_("Why it changed"), required=False, max_length=300)

    def __init__(self, *args, row=None, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["is_overall"], self.fields["rows"]
        self.fields["title_zh"].help_text = ""
        kinds = [choice for choice in QuestionKind.choices if choice[0] != QuestionKind.MATRIX]
        if row:
            kinds = [choice for choice in kinds if choice[0] == row.kind]
            self.fields["indicator"].queryset |= Indicator.objects.filter(pk=row.indicator_id)
            del self.fields["code"]
        else:
            del self.fields["note"]
        self.fields["kind"].choices = kinds

    def clean_code(self):
        return free(BankQuestion, self.cleaned_data["code"])

    def clean(self):
        data = super().clean()
        for key in ("zh", "en"):
            if codes_in(data.get(f"title_{key}") or ""):
                self.add_error(
                    f"title_{key}", _("A question that repeats an earlier answer belongs to its questionnaire.")
                )
        if self.item and not self.errors and is_another(self.item, self.question()):
            self.add_error(
                None,
                _("Answers would no longer compare. Put it into the bank as a question of its own."),
            )
        return data

    def question(self):
        self.cleaned_data.setdefault("is_overall", False)
        kept = {
            key: value
            for key, value in self.item.items()
            if key == "max_length" or (key in ("min", "max") and self.item["kind"] == "multiple")
        }
        return kept | {key: value for key, value in super().question().items() if key != "is_overall"}


class PutForm(PortalForm):
    """A question that a questionnaire asks goes into the bank under a code and an indicator."""

    code = forms.SlugField(label=_("Code"), max_length=30, help_text=_("Lasting, for example TRAINER-CLEAR."))
    indicator = IndicatorField(label=_("Indicator"), required=False, empty_label=_("none"))

    def clean_code(self):
        return free(BankQuestion, self.cleaned_data["code"])


class TakeForm(VersionForm):
    """Questions of the bank for a section."""

    questions = forms.ModelMultipleChoiceField(
        label=_("Questions"), queryset=BankQuestion.objects.none(),
        error_messages={"required": _("Tick at least one question.")},
    )  # fmt: skip

    def __init__(self, *args, offered, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["questions"].queryset = offered
