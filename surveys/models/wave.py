from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.crypto import EncryptedTextField
from core.i18n import pick
from core.models import Tracked
from surveys.choices import Draw, Segment, WaveMode, WaveState
from surveys.models.entrustment import Entrustment

SCORE = {"max_digits": 3, "decimal_places": 2, "validators": [MinValueValidator(1), MaxValueValidator(5)]}


class WaveQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever may see waves sees all of them; whoever may see results, those that have some; custodians those they
        keep; a third party those entrusted to it today (SEC-06, 07).
        """
        if user.has_perm("surveys.see_waves"):
            return self
        seen = Q(pk__in=[])
        if user.has_perm("surveys.see_results"):
            seen |= Q(state__in=WaveState.ended())
        if user.has_perm("surveys.keep_material"):
            seen |= Q(custody__custodian=user)
        if user.has_perm("surveys.run_entrusted"):
            seen |= self.entrusted_to(user)
        return self.filter(seen)

    @staticmethod
    def entrusted_to(user, **may):
        """Condition: an active entrustment gives ``user`` the wave, or the activity it carries out."""
        given = Entrustment.objects.active().filter(user=user, **may)
        named = Q(pk__in=given.exclude(wave=None).values("wave")) | Q(
            activity__in=given.exclude(activity=None).values("activity")
        )
        return named & Q(state__in=WaveState.entrusted())

    def due_to_open(self, now=None):
        return self.filter(state=WaveState.SCHEDULED, opens_at__lte=now or timezone.now())

    def due_to_close(self, now=None):
        return self.filter(state=WaveState.OPEN, closes_at__lte=now or timezone.now())

    def with_results(self):
        return self.filter(state__in=WaveState.with_results())


class Wave(Tracked):
    """One dated round of a survey: who is asked, with which version, from when to when."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160)
    activity = models.ForeignKey(
        "surveys.PlanActivity", models.PROTECT, null=True, blank=True, related_name="waves",
        verbose_name=_("planned activity"),
    )  # fmt: skip
    questionnaire_version = models.ForeignKey(
        "surveys.QuestionnaireVersion",
        models.PROTECT,
        related_name="waves",
        verbose_name=_("questionnaire version"),
    )
    unit = models.ForeignKey("accounts.OrgUnit", models.PROTECT, related_name="waves", verbose_name=_("unit"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="waves", verbose_name=_("owner"))
    state = models.CharField(_("state"), max_length=20, choices=WaveState, default=WaveState.DRAFT)
    # no answer is stored with a person; in a confidential wave a sealed link leads to one (docs/adr/0011)
    is_anonymous = models.BooleanField(_("anonymous"), default=False)
    is_confidential = models.BooleanField(_("confidential"), default=False)
    seal_keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("who may open seals"),
    )  # fmt: skip
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("return deadline"))
    audience = models.JSONField(_("audience"), default=dict, blank=True)
    sample_n = models.PositiveIntegerField(_("sample size"), null=True, blank=True)
    sample_seed = models.BigIntegerField(_("seed of the draw"), null=True, blank=True)
    draw = models.CharField(_("way of drawing"), max_length=12, choices=Draw, default=Draw.RANDOM)
    strata_by = models.CharField(_("strata"), max_length=12, choices=Segment, blank=True)
    strata_least = models.PositiveSmallIntegerField(_("at least of each stratum"), default=10)
    expected_rate = models.PositiveSmallIntegerField(
        _("expected response, %"), default=40, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    frame = models.JSONField(_("frame of the draw"), default=list, blank=True, editable=False)
    population_n = models.PositiveIntegerField(_("population"), null=True, blank=True)
    reminders_max = models.PositiveSmallIntegerField(
        _("reminders at most"), default=2, validators=[MaxValueValidator(5)]
    )
    reminder_every_days = models.PositiveSmallIntegerField(
        _("days between reminders"), default=3, validators=[MinValueValidator(1)]
    )
    low_score_at = models.DecimalField(_("an answer is low at (5-point)"), default=Decimal("2.00"), **SCORE)
    target_score = models.DecimalField(_("target (5-point)"), default=Decimal("4.00"), **SCORE)
    follows_opinions = models.BooleanField(_("follow up opinions"), default=False)
    is_open_link = models.BooleanField(_("open link with QR code"), default=False)
    is_by_letter = models.BooleanField(_("asked by letter"), default=False)
    open_code = models.CharField(_("code of the open link"), max_length=20, null=True, blank=True, unique=True)
    invitation_zh = models.TextField(_("invitation (Chinese)"), blank=True)
    invitation_en = models.TextField(_("invitation (English)"), blank=True)
    thanks_zh = models.TextField(_("thank-you (Chinese)"), blank=True)
    thanks_en = models.TextField(_("thank-you (English)"), blank=True)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("results confirmed at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("results confirmed by"),
    )  # fmt: skip

    objects = WaveQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_at", "-pk"]
        verbose_name = _("wave")
        verbose_name_plural = _("waves")
        indexes = [models.Index(fields=["state", "closes_at"], name="wave_state_closes")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=WaveState.values), name="wave_state_known"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="wave_window_in_order"),
            models.CheckConstraint(
                condition=Q(state__in=WaveState.ended(), closed_at__isnull=False)
                | (~Q(state__in=WaveState.ended()) & Q(closed_at__isnull=True)),
                name="wave_closed_at_iff_closed",
            ),
            models.CheckConstraint(
                condition=Q(state=WaveState.CONFIRMED, confirmed_at__isnull=False, confirmed_by__isnull=False)
                | (~Q(state=WaveState.CONFIRMED) & Q(confirmed_at__isnull=True, confirmed_by__isnull=True)),
                name="wave_confirmed_iff_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(is_open_link=False) | Q(open_code__isnull=False), name="wave_open_link_has_code"
            ),
            models.CheckConstraint(
                condition=Q(draw__in=Draw.values) & (~Q(draw=Draw.STRATIFIED) | ~Q(strata_by="")),
                name="wave_strata_named",
            ),
            models.CheckConstraint(
                condition=Q(expected_rate__gte=1, expected_rate__lte=100), name="wave_expected_rate_is_percent"
            ),
            models.CheckConstraint(
                condition=Q(is_confidential=False, seal_keeper__isnull=True)
                | Q(is_confidential=True, is_anonymous=True, seal_keeper__isnull=False),
                name="wave_confidential_names_keeper",
            ),
            # the response's foreign key on (wave, is_anonymous) stands on this: see migrations
            models.UniqueConstraint(fields=["id", "is_anonymous"], name="wave_and_mode"),
        ]
        permissions = [
            ("see_waves", _("Can see waves and their invitations")),
            ("run_wave", _("Can set up, open and close waves")),
            ("enter_answers", _("Can enter answers from paper, calls and visits")),
            ("see_results", _("Can see results")),
            ("see_answers", _("Can see single answers with names")),
            ("export_answers", _("Can export single answers")),
            ("open_seal", _("Can open the seal of a confidential answer")),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"

    @property
    def name(self):
        """In the reader's language."""
        return pick(self, "name")

    def get_absolute_url(self):
        return reverse("surveys:wave", args=[self.pk])

    @property
    def mode(self):
        if self.is_confidential:
            return WaveMode.CONFIDENTIAL
        return WaveMode.ANONYMOUS if self.is_anonymous else WaveMode.IDENTIFIED

    @property
    def takes_answers(self):
        """Open by state and by the clock, whichever beat was late."""
        return self.state == WaveState.OPEN and timezone.now() < self.closes_at

    @property
    def has_ended(self):
        return self.state in WaveState.ended()


class WaveKey(models.Model):
    """The link key of a wave: tokens, spent markers, receipts, the box. Destroyed at close."""

    wave = models.OneToOneField(Wave, models.CASCADE, primary_key=True, related_name="link_key", verbose_name=_("wave"))
    key = EncryptedTextField()

    class Meta:
        verbose_name = _("link key")
        verbose_name_plural = _("link keys")

    def __str__(self):
        return f"link key {self.pk}"


class ResultSnapshot(models.Model):
    """The figures of a wave as they stood at a moment; reports and appraisals read it. Insert-only."""

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="snapshots", verbose_name=_("wave"))
    taken_at = models.DateTimeField(_("taken at"), default=timezone.now)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken by"),
    )
    filter = models.JSONField(_("filter"), default=dict, blank=True)
    dataset_sha256 = models.CharField(_("fingerprint of the answers"), max_length=64)
    numbers = models.JSONField(_("numbers"))

    class Meta:
        ordering = ["-taken_at"]
        verbose_name = _("result snapshot")
        verbose_name_plural = _("result snapshots")

    def __str__(self):
        return f"{self.wave.code} {self.taken_at:%Y-%m-%d %H:%M}"
