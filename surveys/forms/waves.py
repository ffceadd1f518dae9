"""Setting up a wave: what, when, whom."""

from datetime import datetime, time, timedelta

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit, User
from core.conditional import shown_with
from core.forms import PortalForm, VersionForm
from core.i18n import pick
from core.worktime.store import calendar_for
from customers.choices import Audience, CustomerType, Relation, ServiceKind, Tier
from customers.models import Customer, Project
from surveys.choices import Draw, Segment, WaveMode
from surveys.models import PlanActivity
from surveys.selectors.lists import is_untrained
from surveys.selectors.questionnaires import usable_versions

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
LISTS = ("kinds", "types", "tiers", "relations", "regions", "industries", "service_kinds")


def several(label, choices, **kwargs):
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, **kwargs
    )


class AudienceForm(PortalForm):
    """Whom a wave asks; nothing chosen does not restrict."""

    kinds = several(_("Who"), Audience)
    types = several(_("Customer type"), CustomerType)
    tiers = several(_("Tier"), Tier)
    relations = several(_("New or existing"), Relation)
    regions = several(_("Region"), ())
    industries = several(_("Industry"), ())
    units = forms.ModelMultipleChoiceField(
        label=_("Serving branch"),
        queryset=OrgUnit.objects.filter(is_active=True),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    projects = forms.ModelMultipleChoiceField(label=_("Projects"), queryset=Project.objects.all(), required=False,
                                              help_text=_("Hold Ctrl to choose several."))  # fmt: skip
    service_kinds = several(_("Was served by"), ServiceKind)
    service_since = forms.DateField(label=_("Served since"), required=False, widget=DAY)
    service_until = forms.DateField(label=_("Served until"), required=False, widget=DAY)
    primary_only = forms.BooleanField(label=_("Only the first contact of each customer"), required=False)
    rest_days = forms.IntegerField(
        label=_("Days of rest"), required=False, min_value=1, max_value=730,
        help_text=_("Nobody is asked whom another wave asked within so many days. Empty: everybody."),
    )  # fmt: skip

    nobody = forms.BooleanField(
        label=_("Invite nobody"), required=False,
        help_text=_("The answers come from call lists, paper or an open link; no mail is sent."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("region", "industry"):
            values = Customer.objects.exclude(**{name: ""}).order_by(name).values_list(name, flat=True).distinct()[:100]
            self.fields["regions" if name == "region" else "industries"].choices = [(value, value) for value in values]

    def audience(self):
        """The filter as a wave stores it."""
        data = self.cleaned_data
        found = {name: data[name] for name in LISTS if data[name]}
        for name in ("units", "projects"):
            if data[name]:
                found[name] = [row.pk for row in data[name]]
        for name in ("service_since", "service_until"):
            if data[name]:
                found[name] = data[name].isoformat()
        return found | {name: data[name] for name in ("primary_only", "rest_days", "nobody") if data[name]}


def usual_window():
    """Next working day at 9:00, and a fortnight later at 18:00."""
    calendar = calendar_for()
    day = calendar.nth_working_day(timezone.localdate(), 1)
    opens = timezone.make_aware(datetime.combine(day, time(9)))
    return opens, timezone.make_aware(datetime.combine(day + timedelta(days=14), time(18)))


def keepers():
    """Those whose role lets them open seals."""
    return User.objects.active().filter(groups__permissions__codename="open_seal").distinct()


class WaveForm(VersionForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=120)
    name_en = forms.CharField(label=_("Name (English)"), max_length=160)
    questionnaire_version = forms.ModelChoiceField(
        label=_("Questionnaire"), queryset=None, help_text=_("Published versions only.")
    )
    activity = forms.ModelChoiceField(
        label=_("Planned activity"),
        queryset=None,
        required=False,
        help_text=_("Which activity of an approved plan this wave carries out."),
    )
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=OrgUnit.objects.filter(is_active=True))
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.active())
    opens_at = forms.DateTimeField(label=_("Opens"), widget=MOMENT, help_text=_("Invitations go out at that moment."))
    closes_at = forms.DateTimeField(label=_("Return deadline"), widget=MOMENT)
    mode = forms.ChoiceField(
        label=_("Names"), choices=WaveMode, initial=WaveMode.IDENTIFIED, required=False,
        help_text=_(
            "Anonymous: nobody, not even with the database in hand, can join an answer to a person. Confidential: one "
            "named person may, on a low answer or at the respondent's wish, and every time is logged."
        ),
    )  # fmt: skip
    seal_keeper = forms.ModelChoiceField(
        label=_("Who may open seals"), queryset=None, required=False,
        help_text=_("The respondents read this name. Not the survey officer."),
        widget=forms.Select(attrs=shown_with("mode", "confidential")),
    )  # fmt: skip
    is_open_link = forms.BooleanField(
        label=_("Also an open link with QR code"), required=False, help_text=_("Anybody who has the link can answer.")
    )
    is_by_letter = forms.BooleanField(
        label=_("Ask by letter"), required=False,
        help_text=_("No mail and no reminder goes out; print the letters with their reply slips once the wave is open."),
    )  # fmt: skip
    sample_n = forms.IntegerField(
        label=_("Sample size"),
        required=False,
        min_value=1,
        help_text=_("Empty: everybody in the audience. A random draw can be repeated from its seed."),
    )
    draw = forms.ChoiceField(label=_("Way of drawing"), choices=Draw, initial=Draw.RANDOM)
    strata_by = forms.ChoiceField(
        label=_("Strata"), required=False, choices=[("", "–"), *Segment.choices],
        help_text=_("The precision plan shows them one by one; a stratified draw gives each its share."),
    )  # fmt: skip
    strata_least = forms.IntegerField(
        label=_("At least of each stratum"), min_value=0, max_value=1000, initial=10,
        widget=forms.NumberInput(attrs=shown_with("draw", "stratified")),
    )  # fmt: skip
    expected_rate = forms.IntegerField(
        label=_("Expected response, %"), min_value=1, max_value=100, initial=40,
        help_text=_("What similar waves brought; the precision plan reckons with it."),
    )  # fmt: skip
    reminders_max = forms.IntegerField(label=_("Reminders at most"), min_value=0, max_value=5, initial=2)
    reminder_every_days = forms.IntegerField(label=_("Days between reminders"), min_value=1, max_value=30, initial=3)
    low_score_at = forms.DecimalField(
        label=_("An answer is low at"),
        min_value=1,
        max_value=5,
        decimal_places=2,
        initial=2,
        help_text=_("On the 5-point basis; low answers open a follow-up."),
    )
    follows_opinions = forms.BooleanField(
        label=_("Follow up opinions"), required=False, initial=True,
        help_text=_("A comment that names a problem or a suggestion opens a follow-up with the project manager, or the unit."),
    )  # fmt: skip
    target_score = forms.DecimalField(
        label=_("Target"),
        min_value=1,
        max_value=5,
        decimal_places=2,
        initial=4,
        help_text=_("On the 5-point basis; results below are proposed as findings."),
    )
    invitation_zh = forms.CharField(
        label=_("Invitation (Chinese)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One or two sentences: why you get this. The link and how to stop are added."),
    )
    invitation_en = forms.CharField(
        label=_("Invitation (English)"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    thanks_zh = forms.CharField(
        label=_("Thank-you (Chinese)"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    thanks_en = forms.CharField(
        label=_("Thank-you (English)"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args, user, wave=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.wave = wave
        if wave is None:
            self.fields["opens_at"].initial, self.fields["closes_at"].initial = usual_window()
        self.fields["questionnaire_version"].queryset = usable_versions(user)
        self.fields["seal_keeper"].queryset = keepers()
        mine = Q(pk=wave.activity_id) if wave is not None and wave.activity_id else Q(pk__in=[])
        self.fields["activity"].queryset = PlanActivity.objects.filter(
            Q(plan__state="approved") | mine  # the wave stays in its plan while that is revised
        ).select_related("plan__unit")
        self.fields["activity"].label_from_instance = lambda row: (
            f"{row.plan.year} {pick(row.plan.unit, 'name')} · {row}"
        )

    @staticmethod
    def initial_of(wave):
        return {name: getattr(wave, name) for name in WaveForm.base_fields if hasattr(wave, name)} | {
            "version": wave.version
        }

    def clean(self):
        data = super().clean()
        for name in ("opens_at", "closes_at"):  # the field shows minutes: what was not touched keeps its seconds
            stored = getattr(self.wave, name, None)
            if stored and data.get(name) == stored.replace(second=0, microsecond=0):
                data[name] = stored
        if data.get("mode") != WaveMode.CONFIDENTIAL:
            data["seal_keeper"] = None
        elif not data.get("seal_keeper"):
            self.add_error("seal_keeper", _("A confidential wave needs the one person who may open seals."))
        if data.get("draw") == Draw.STRATIFIED and not data.get("strata_by"):
            self.add_error("strata_by", _("A stratified draw needs its strata."))
        if data.get("draw") in (Draw.STRATIFIED, Draw.SYSTEMATIC) and not data.get("sample_n"):
            self.add_error(
                "sample_n", _("This way of drawing needs a sample size; to ask everybody choose simple random.")
            )
        if data.get("opens_at") and data.get("closes_at") and data["closes_at"] <= data["opens_at"]:
            self.add_error("closes_at", _("The return deadline must be after the opening."))
        elif data.get("opens_at") and data.get("closes_at") and (data["closes_at"] - data["opens_at"]).days < 3:
            self.warn(_("Less than three days to answer is short; many people will not see the mail in time."))
        owner = data.get("owner")
        if owner and owner.pk != getattr(self.wave, "owner_id", None) and is_untrained(owner):
            self.warn(
                _("%(person)s is not noted as trained for surveys. Train and guide people before they run one.")
                % {"person": owner}
            )
        return data

    def values(self):
        mode = self.cleaned_data["mode"]
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "mode")} | {
            "is_anonymous": mode in (WaveMode.ANONYMOUS, WaveMode.CONFIDENTIAL), "is_confidential": mode == WaveMode.CONFIDENTIAL,
        }  # fmt: skip


class FindingForm(PortalForm):
    unit = forms.ModelChoiceField(label=_("Responsible unit"), queryset=OrgUnit.objects.filter(is_active=True))
    note = forms.CharField(
        label=_("What is wrong, in a sentence"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )
