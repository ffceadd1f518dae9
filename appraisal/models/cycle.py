from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import DepartmentType
from appraisal.choices import CycleState, IndicatorCode, Source
from appraisal.models.scheme import person
from core.i18n import pick
from core.models import Tracked

POINTS = {
    "max_digits": 5, "decimal_places": 2,
    "validators": [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
}  # fmt: skip


class CycleQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.is_active and user.has_perm("appraisal.see_all") else self.none()


class AppraisalCycle(Tracked):
    """One appraisal of all units over a period, from draft to publication."""

    period = models.OneToOneField("core.Period", models.PROTECT, related_name="appraisal", verbose_name=_("period"))
    scheme_version = models.ForeignKey(
        "appraisal.SchemeVersion", models.PROTECT, related_name="cycles", verbose_name=_("scheme")
    )
    superior = person(_("superior who rates"), null=False)
    state = models.CharField(_("state"), max_length=20, choices=CycleState, default=CycleState.DRAFT)
    ratings_due = models.DateTimeField(_("ratings due"))
    objection_days = models.PositiveSmallIntegerField(
        _("working days for objections"), default=5, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )
    frozen_at = models.DateTimeField(_("facts frozen at"), null=True, blank=True)
    preview_at = models.DateTimeField(_("preview since"), null=True, blank=True)
    objections_until = models.DateTimeField(_("objections until"), null=True, blank=True)
    published_at = models.DateTimeField(_("first published at"), null=True, blank=True)

    objects = CycleQuerySet.as_manager()

    class Meta:
        ordering = ["-period__starts_on"]
        verbose_name = _("appraisal cycle")
        verbose_name_plural = _("appraisal cycles")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CycleState.values), name="cycle_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=CycleState.with_facts(), frozen_at__isnull=False)
                | (~Q(state__in=CycleState.with_facts()) & Q(frozen_at=None)),
                name="cycle_frozen_iff_frozen",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=CycleState.with_results(), preview_at__isnull=False, objections_until__gt=F("preview_at")
                )
                | (~Q(state__in=CycleState.with_results()) & Q(preview_at=None, objections_until=None)),
                name="cycle_preview_iff_shown",
            ),
            models.CheckConstraint(
                condition=Q(state=CycleState.PUBLISHED, published_at__gte=F("objections_until"))
                | (~Q(state=CycleState.PUBLISHED) & Q(published_at=None)),
                name="cycle_published_after_objections",
            ),
        ]
        permissions = [
            ("see_all", _("Can see appraisals of all units")),
            ("run_cycle", _("Can run appraisal cycles")),
            ("publish", _("Can publish and correct appraisal results")),
        ]

    def __str__(self):
        return str(self.period)

    def get_absolute_url(self):
        return reverse("appraisal:cycle", args=[self.pk])

    @property
    def state_badge(self):
        return CycleState(self.state)

    @property
    def stage(self):
        """Place in the row of stages, counting from 1."""
        return list(CycleState).index(CycleState(self.state)) + 1

    @property
    def has_facts(self):
        return self.state in CycleState.with_facts()

    @property
    def has_results(self):
        return self.state in CycleState.with_results()

    @property
    def takes_objections(self):
        return self.state == CycleState.PREVIEW and timezone.now() < self.objections_until


class SheetQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All for those who see all; of the others heads their own from the preview, people of the unit what is published."""
        if not user.is_active:
            return self.none()
        if user.has_perm("appraisal.see_all"):
            return self
        if not user.has_perm("appraisal.see_own"):
            return self.none()
        own = user.memberships.current().values("unit")
        return self.filter(
            Q(cycle__state__in=CycleState.with_results(), head=user)
            | Q(cycle__state=CycleState.PUBLISHED, unit__in=own)
        )

    def to_rate_by(self, user):
        """Sheets that wait for a rating by ``user``."""
        rated = Rating.objects.filter(sheet=models.OuterRef("pk"))
        mine = Q(head=user) & ~Q(models.Exists(rated.filter(source=Source.SELF)))
        others = Q(superior=user) & ~Q(models.Exists(rated.filter(source=Source.SUPERIOR)))
        return self.filter(mine | others, cycle__state=CycleState.SCORING)

    def rated_by(self, user):
        """Sheets that name ``user`` as rater since rating began: ``part`` (Source) and ``given`` (the own score or None)."""
        part = models.Case(
            models.When(head=user, then=models.Value(Source.SELF.value)), default=models.Value(Source.SUPERIOR.value)
        )
        own = Rating.objects.filter(sheet=models.OuterRef("pk"), rater=user)
        return self.filter(Q(head=user) | Q(superior=user), cycle__state__in=CycleState.with_facts()[1:]).annotate(
            part=part, given=models.Subquery(own.values("score")[:1])
        )

    def with_all(self):
        return self.select_related("cycle__period", "cycle__scheme_version__scheme", "unit", "head", "superior")


class ScoreSheet(Tracked):
    """One unit in one cycle: who rates it, its facts and its ratings. Unit, kind and raters as they were at opening."""

    cycle = models.ForeignKey(AppraisalCycle, models.PROTECT, related_name="sheets", verbose_name=_("appraisal cycle"))
    unit = models.ForeignKey("accounts.OrgUnit", models.PROTECT, related_name="score_sheets", verbose_name=_("unit"))
    department_type = models.CharField(_("department type"), max_length=20, choices=DepartmentType, blank=True)
    unit_name_zh = models.CharField(max_length=80)
    unit_name_en = models.CharField(max_length=120)
    head = person(_("head of the unit"))
    superior = person(_("superior"), null=False)

    objects = SheetQuerySet.as_manager()

    class Meta:
        ordering = ["unit__path"]
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        constraints = [
            models.UniqueConstraint(fields=["cycle", "unit"], name="one_sheet_per_unit_and_cycle"),
            models.CheckConstraint(condition=Q(head=None) | ~Q(head=F("superior")), name="head_is_not_superior"),
        ]
        permissions = [
            ("see_own", _("Can see the published results of the own unit")),
            ("rate", _("Can rate units as their head or superior")),
        ]

    def __str__(self):
        return f"{self.unit_name} · {self.cycle}"

    @property
    def unit_name(self):
        return pick(self, "unit_name")

    def get_absolute_url(self):
        return reverse("appraisal:sheet", args=[self.pk])

    def source_of(self, user):
        """As what ``user`` rates this sheet, or None."""
        return {self.head_id: Source.SELF, self.superior_id: Source.SUPERIOR}.get(user.pk)

    @property
    def raters(self):
        return {Source.SELF: self.head, Source.SUPERIOR: self.superior}


class FactSnapshot(models.Model):
    """An indicator of a unit as it was when the facts were frozen, with the keys of its rows. Insert-only.

    ``value`` is None where the cases are too few (K4). ``current`` is the second figure shown beside, if any:
    {"numerator", "denominator", "value"}. Row keys are of ``row_model``; of surveys they name waves, never answers.
    """

    sheet = models.ForeignKey(ScoreSheet, models.PROTECT, related_name="facts", verbose_name=_("score sheet"))
    indicator = models.CharField(_("indicator"), max_length=30, choices=IndicatorCode)
    numerator = models.DecimalField(_("numerator"), max_digits=18, decimal_places=6, null=True)
    denominator = models.DecimalField(_("denominator"), max_digits=18, decimal_places=6)
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=6, null=True)
    minimum_n = models.PositiveIntegerField(_("fewest cases"))
    current = models.JSONField(_("second figure"), default=dict)
    row_model = models.CharField(_("rows are"), max_length=60)
    base_model = models.CharField(_("base is"), max_length=60)
    row_ids = ArrayField(models.BigIntegerField(), verbose_name=_("rows of the numerator"))
    base_ids = ArrayField(models.BigIntegerField(), verbose_name=_("rows of the denominator"))
    taken_at = models.DateTimeField(_("taken at"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)

    class Meta:
        ordering = ["indicator"]
        verbose_name = _("frozen fact")
        verbose_name_plural = _("frozen facts")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "indicator"], name="one_fact_per_indicator"),
            models.CheckConstraint(condition=Q(indicator__in=IndicatorCode.values), name="fact_indicator_known"),
            models.CheckConstraint(
                condition=Q(value=None) | Q(denominator__gt=0), name="fact_without_base_has_no_value"
            ),
        ]

    def __str__(self):
        return f"{self.sheet_id} {self.indicator}"

    def get_absolute_url(self):
        return reverse("appraisal:fact", args=[self.pk])


class Rating(models.Model):
    """What one rater gave, 0–100, with the grounds. Insert-only."""

    sheet = models.ForeignKey(ScoreSheet, models.PROTECT, related_name="ratings", verbose_name=_("score sheet"))
    source = models.CharField(_("given as"), max_length=20, choices=Source)
    rater = person(_("rater"), null=False)
    score = models.DecimalField(_("score (0–100)"), **POINTS)
    comment = models.TextField(_("grounds"), max_length=2000)
    submitted_at = models.DateTimeField(_("submitted at"))

    class Meta:
        ordering = ["source"]
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "source"], name="one_rating_per_source"),
            models.CheckConstraint(condition=Q(source__in=Source.rated()), name="rating_source_known"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=100), name="rating_in_range"),
            models.CheckConstraint(condition=~Q(comment=""), name="rating_has_grounds"),
        ]

    def __str__(self):
        return f"{self.sheet_id} {self.source}"
