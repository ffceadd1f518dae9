from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import DepartmentType
from appraisal.choices import Grade, IndicatorCode, SchemeState
from core.i18n import pick
from core.models import TimeStamped, Tracked

PERCENT = {
    "max_digits": 5, "decimal_places": 2,
    "validators": [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
}  # fmt: skip
COEFFICIENT = {"max_digits": 4, "decimal_places": 2, "validators": [MinValueValidator(Decimal(0))]}
VALUE = {"max_digits": 9, "decimal_places": 3}


def person(label, *, null=True):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=null, blank=null, related_name="+", verbose_name=label
    )


class Scheme(TimeStamped):
    """What units are appraised by; its rules are in versions."""

    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=120)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("appraisal scheme")
        verbose_name_plural = _("appraisal schemes")

    def __str__(self):
        return pick(self, "name")


class SchemeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.is_active and user.has_perm("appraisal.see_all") else self.none()

    def approved(self):
        return self.filter(state=SchemeState.APPROVED)


class SchemeVersion(Tracked):
    """The rules of a score: mix of the three parts, bands of the grades, coefficients. Shares and scores in 0–100.

    Bands are half-open: from ``from_excellent`` on excellent, from ``from_good`` on good, from ``from_pass`` on
    pass, below it fail; so they cover 0 to 100 without a gap. ``bonus_base`` is yuan a person and quarter.
    """

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="versions", verbose_name=_("appraisal scheme"))
    no = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=20, choices=SchemeState, default=SchemeState.DRAFT)
    author = person(_("written by"), null=False)
    approved_by = person(_("approved by"))
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    share_self = models.DecimalField(_("share of the self-rating (%)"), default=Decimal(20), **PERCENT)
    share_superior = models.DecimalField(_("share of the superior's rating (%)"), default=Decimal(30), **PERCENT)
    share_customers = models.DecimalField(_("share of the customers' side (%)"), default=Decimal(50), **PERCENT)
    missing_max = models.DecimalField(
        _("no score if more than this is missing (%)"), default=Decimal(40), **PERCENT
    )  # fmt: skip
    from_excellent = models.DecimalField(_("excellent from"), default=Decimal(90), **PERCENT)
    from_good = models.DecimalField(_("good from"), default=Decimal(80), **PERCENT)
    from_pass = models.DecimalField(_("pass from"), default=Decimal(60), **PERCENT)
    coefficient_excellent = models.DecimalField(_("coefficient: excellent"), default=Decimal("1.5"), **COEFFICIENT)
    coefficient_good = models.DecimalField(_("coefficient: good"), default=Decimal("1.2"), **COEFFICIENT)
    coefficient_pass = models.DecimalField(_("coefficient: pass"), default=Decimal("1"), **COEFFICIENT)
    coefficient_fail = models.DecimalField(_("coefficient: fail"), default=Decimal("0.8"), **COEFFICIENT)
    bonus_base = models.DecimalField(
        _("bonus base (yuan a person)"), max_digits=10, decimal_places=2, default=Decimal(2000),
        validators=[MinValueValidator(Decimal(0))],
    )  # fmt: skip

    objects = SchemeQuerySet.as_manager()

    class Meta:
        ordering = ["scheme", "-no"]
        verbose_name = _("version of an appraisal scheme")
        verbose_name_plural = _("versions of appraisal schemes")
        constraints = [
            models.UniqueConstraint(fields=["scheme", "no"], name="one_scheme_version_per_number"),
            models.CheckConstraint(condition=Q(state__in=SchemeState.values), name="scheme_state_known"),
            models.CheckConstraint(
                condition=Q(
                    share_self__gte=0,
                    share_superior__gte=0,
                    share_customers=Decimal(100) - F("share_self") - F("share_superior"),
                )
                & Q(share_customers__gte=0),
                name="scheme_mix_is_100",
            ),
            models.CheckConstraint(
                condition=Q(
                    from_pass__gt=0, from_good__gt=F("from_pass"), from_excellent__gt=F("from_good"),
                    from_excellent__lte=100,
                ),
                name="scheme_bands_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state=SchemeState.APPROVED, approved_by__isnull=False, approved_at__isnull=False)
                | (~Q(state=SchemeState.APPROVED) & Q(approved_by=None, approved_at=None)),
                name="scheme_approved_iff_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("author")), name="scheme_author_does_not_approve"
            ),
        ]  # fmt: skip
        permissions = [
            ("manage_scheme", _("Can write appraisal schemes")),
            ("approve_scheme", _("Can approve appraisal schemes")),
        ]

    def __str__(self):
        return f"{self.scheme} v{self.no}"

    def get_absolute_url(self):
        return reverse("appraisal:scheme", args=[self.pk])

    @property
    def number(self):
        return f"v{self.no}"

    @property
    def state_badge(self):
        return SchemeState(self.state)

    def bands(self):
        """[(grade, from, below or None, coefficient)], the best first."""
        floors = [self.from_excellent, self.from_good, self.from_pass, Decimal(0)]
        return [
            (grade, floor, floors[place - 1] if place else None, getattr(self, f"coefficient_{grade.value}"))
            for place, (grade, floor) in enumerate(zip(Grade, floors, strict=True))
        ]


class Standard(models.Model):
    """How an indicator's value becomes points: 0 at the floor, 100 at the target, linear between and on up to the cap."""

    version = models.ForeignKey(SchemeVersion, models.CASCADE, related_name="standards")
    indicator = models.CharField(_("indicator"), max_length=30, choices=IndicatorCode)
    floor = models.DecimalField(_("floor (0 points)"), **VALUE)
    target = models.DecimalField(_("target (100 points)"), **VALUE)
    cap = models.DecimalField(
        _("points at most"), max_digits=5, decimal_places=2, default=Decimal(100),
        validators=[MinValueValidator(Decimal(100)), MaxValueValidator(Decimal(120))],
    )  # fmt: skip
    minimum_n = models.PositiveIntegerField(_("fewest cases"), default=1, validators=[MinValueValidator(1)])

    class Meta:
        ordering = ["indicator"]
        verbose_name = _("standard of an indicator")
        verbose_name_plural = _("standards of indicators")
        constraints = [
            models.UniqueConstraint(fields=["version", "indicator"], name="one_standard_per_indicator"),
            models.CheckConstraint(condition=Q(indicator__in=IndicatorCode.values), name="standard_indicator_known"),
            models.CheckConstraint(condition=~Q(floor=F("target")), name="standard_floor_is_not_target"),
            models.CheckConstraint(condition=Q(cap__gte=100, cap__lte=120), name="standard_cap_in_range"),
            models.CheckConstraint(condition=Q(minimum_n__gte=1), name="standard_minimum_n_positive"),
        ]

    def __str__(self):
        return f"{self.version} {self.indicator}"


class Weight(models.Model):
    """What an indicator weighs for a kind of department, or for one unit that has weights of its own (KPI-02)."""

    version = models.ForeignKey(SchemeVersion, models.CASCADE, related_name="weights")
    department_type = models.CharField(_("department type"), max_length=20, choices=DepartmentType, blank=True)
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    indicator = models.CharField(_("indicator"), max_length=30, choices=IndicatorCode)
    weight = models.DecimalField(_("weight (%)"), **PERCENT)

    class Meta:
        ordering = ["unit", "department_type", "indicator"]
        verbose_name = _("weight of an indicator")
        verbose_name_plural = _("weights of indicators")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "department_type", "unit", "indicator"], nulls_distinct=False,
                name="one_weight_per_indicator",
            ),
            models.CheckConstraint(condition=Q(indicator__in=IndicatorCode.values), name="weight_indicator_known"),
            models.CheckConstraint(
                condition=Q(department_type__in=DepartmentType.values, unit=None)
                | Q(department_type="", unit__isnull=False),
                name="weight_for_a_kind_or_a_unit",
            ),
            models.CheckConstraint(condition=Q(weight__gte=0, weight__lte=100), name="weight_in_percent"),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.version} {self.unit or self.department_type} {self.indicator}"
