"""What an agent says after a call, and a lead after checking."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.conditional import shown_with
from core.forms import PortalForm, VersionForm
from core.worktime.store import calendar_for
from fieldwork.choices import CallResult, LapseReason, Ledger, Satisfaction

WORDS = forms.Textarea(attrs={"rows": 3})
REACHED = CallResult.REACHED.value
SAYS = (Satisfaction.SATISFIED, Satisfaction.BASIC, Satisfaction.DISSATISFIED, Satisfaction.UNSAID)


class CallForm(VersionForm):
    """How the attempt went; the answers to the script are checked by the questionnaire."""

    result = forms.ChoiceField(label=_("How did it go?"), choices=CallResult, widget=forms.RadioSelect)
    next_at = forms.DateTimeField(
        label=_("Call again at"), required=False,
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local"} | shown_with("result", CallResult.LATER.value), format="%Y-%m-%dT%H:%M"
        ),
    )  # fmt: skip
    satisfaction = forms.ChoiceField(
        label=_("How satisfied is the customer?"), required=False, choices=[(one.value, one.label) for one in SAYS],
        widget=forms.RadioSelect(attrs=shown_with("result", REACHED)),
    )  # fmt: skip
    lapse_reason = forms.ChoiceField(
        label=_("Why does the customer not come any more?"), required=False, choices=[("", "–"), *LapseReason.choices],
        widget=forms.Select(attrs=shown_with("result", REACHED)),
    )  # fmt: skip
    booked_on = forms.DateField(
        label=_("The customer comes on"), required=False,
        widget=forms.DateInput(attrs={"type": "date"} | shown_with("result", REACHED), format="%Y-%m-%d"),
        help_text=_("The unit gets a follow-up for that day."),
    )  # fmt: skip
    note = forms.CharField(label=_("What was said"), required=False, max_length=4000, widget=WORDS)
    is_opinion = forms.BooleanField(
        label=_("This is an opinion or a suggestion that somebody should answer"), required=False,
        widget=forms.CheckboxInput(attrs=shown_with("result", REACHED)),
    )  # fmt: skip

    def __init__(self, *args, task, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = task.version
        ledger = task.rule.ledger
        if ledger != Ledger.LAPSED:
            del self.fields["lapse_reason"]
        if ledger not in (Ledger.REMINDER, Ledger.LAPSED):
            del self.fields["booked_on"]

    def clean(self):
        data = super().clean()
        self._agreed(data)
        if data.get("result") == REACHED:
            self._said(data)
        return data

    def _agreed(self, data):
        if data.get("result") != CallResult.LATER:
            data["next_at"] = None
        elif not data.get("next_at"):
            self.add_error("next_at", _("When does the customer want to be called?"))
        elif data["next_at"] <= timezone.now():
            self.add_error("next_at", _("This moment has passed."))
        elif not calendar_for().is_working_day(timezone.localdate(data["next_at"])):
            self.warn(_("This is no working day. Call all the same?"))

    def _said(self, data):
        if not data.get("satisfaction"):
            self.add_error("satisfaction", _("Please choose one; “Did not say” is an answer too."))
        if data.get("satisfaction") == Satisfaction.DISSATISFIED and not data.get("note"):
            self.add_error("note", _("What is the customer dissatisfied with? Whoever calls back needs to know."))
        if data.get("is_opinion") and not data.get("note"):
            self.add_error("note", _("Please write down the opinion."))
        if data.get("booked_on") and data["booked_on"] < timezone.localdate():
            self.add_error("booked_on", _("This day has passed."))


class CheckForm(PortalForm):
    outcome = forms.CharField(label=_("Final outcome"), max_length=2000, widget=WORDS)
    rating = forms.ChoiceField(
        label=_("Final customer rating"), choices=[(one.value, one.label) for one in SAYS], widget=forms.RadioSelect
    )
