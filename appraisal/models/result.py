from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appraisal.choices import LINES, TOTAL, AppealState, Grade
from appraisal.models.cycle import POINTS, ScoreSheet
from appraisal.models.scheme import person
from core.models import Tracked

LINE_NAMES = {str(code): label for code, label in [*LINES, (TOTAL, _("Total"))]}


class AppealQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.is_active and user.has_perm("appraisal.see_all"):
            return self
        return self.filter(sheet__in=ScoreSheet.objects.visible_to(user), raised_by=user)

    def waiting(self):
        return self.filter(state=AppealState.OPEN)


class Appeal(Tracked):
    """An objection of a unit to one line of its result (RWD-18)."""

    sheet = models.ForeignKey(ScoreSheet, models.PROTECT, related_name="appeals", verbose_name=_("score sheet"))
    line = models.CharField(_("line"), max_length=30, choices=LINES)
    ground = models.TextField(_("ground"), max_length=2000)
    state = models.CharField(_("state"), max_length=20, choices=AppealState, default=AppealState.OPEN)
    raised_by = person(_("raised by"), null=False)
    decided_by = person(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision = models.TextField(_("decision"), blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=AppealState.values), name="appeal_state_known"),
            models.CheckConstraint(
                condition=Q(state=AppealState.OPEN, decided_by=None, decided_at=None, decision="")
                | (
                    ~Q(state=AppealState.OPEN) & Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision="")
                ),
                name="appeal_decided_iff_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("raised_by")), name="appeal_raiser_does_not_decide"
            ),
            models.UniqueConstraint(
                fields=["sheet", "line"], condition=Q(state=AppealState.OPEN), name="one_open_appeal_per_line"
            ),
        ]
        permissions = [("decide_objection", _("Can decide objections to appraisal results"))]

    def __str__(self):
        return f"{self.sheet.unit_name} · {self.line_name}"

    def get_absolute_url(self):
        return reverse("appraisal:appeal", args=[self.pk])

    @property
    def line_name(self):
        return LINE_NAMES[self.line]

    @property
    def state_badge(self):
        return AppealState(self.state)


class Adjustment(models.Model):
    """A line of a sheet set by a person, with what it was before and why. Insert-only."""

    sheet = models.ForeignKey(ScoreSheet, models.PROTECT, related_name="adjustments", verbose_name=_("score sheet"))
    appeal = models.OneToOneField(
        Appeal, models.PROTECT, null=True, blank=True, related_name="adjustment", verbose_name=_("objection")
    )
    line = models.CharField(_("line"), max_length=30, choices=[*LINES, (TOTAL, _("Total"))])
    before = models.DecimalField(_("points before"), null=True, **POINTS)
    after = models.DecimalField(_("points after"), **POINTS)
    reason = models.TextField(_("reason"), max_length=2000)
    by = person(_("by"), null=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        constraints = [
            models.CheckConstraint(condition=Q(after__gte=0, after__lte=100), name="adjustment_in_range"),
            models.CheckConstraint(condition=~Q(reason=""), name="adjustment_has_reason"),
        ]

    def __str__(self):
        return f"{self.sheet_id} {self.line}"

    @property
    def line_name(self):
        return LINE_NAMES[self.line]


class Publication(models.Model):
    """One version of the results of a cycle, as it was made known. Insert-only: a correction is the next version."""

    cycle = models.ForeignKey(
        "appraisal.AppraisalCycle", models.PROTECT, related_name="publications", verbose_name=_("appraisal cycle")
    )
    no = models.PositiveSmallIntegerField(_("version"))
    published_at = models.DateTimeField(_("published at"))
    published_by = person(_("published by"), null=False)
    reason = models.TextField(_("reason of the correction"), blank=True)
    content = models.JSONField(_("content"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)

    class Meta:
        ordering = ["cycle", "-no"]
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        constraints = [
            models.UniqueConstraint(fields=["cycle", "no"], name="one_publication_per_number"),
            models.CheckConstraint(condition=Q(no=1, reason="") | (Q(no__gt=1) & ~Q(reason="")), name="correction_has_reason"),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.cycle} v{self.no}"

    def get_absolute_url(self):
        return reverse("appraisal:publication", args=[self.cycle_id, self.no])


class ScoreQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(sheet__in=ScoreSheet.objects.visible_to(user))

    def newest(self):
        """Of each sheet the score of the newest publication."""
        return self.order_by("sheet_id", "-publication__no").distinct("sheet_id")


class Score(models.Model):
    """The published result of a unit, 0–100. Insert-only; ``content`` is the whole sheet as it was rendered."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="scores", verbose_name=_("publication"))
    sheet = models.ForeignKey(ScoreSheet, models.PROTECT, related_name="scores", verbose_name=_("score sheet"))
    total = models.DecimalField(_("total"), null=True, **POINTS)
    grade = models.CharField(_("grade"), max_length=10, choices=Grade, blank=True)
    coefficient = models.DecimalField(_("coefficient"), max_digits=4, decimal_places=2, null=True)
    bonus = models.DecimalField(_("bonus (yuan a person)"), max_digits=12, decimal_places=2, null=True)
    content = models.JSONField(_("content"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        ordering = ["publication", "sheet"]
        verbose_name = _("published score")
        verbose_name_plural = _("published scores")
        constraints = [
            models.UniqueConstraint(fields=["publication", "sheet"], name="one_score_per_publication"),
            models.CheckConstraint(condition=Q(total=None) | Q(total__gte=Decimal(0), total__lte=Decimal(100)),
                                   name="score_in_range"),
            models.CheckConstraint(
                condition=Q(total=None, grade="", coefficient=None, bonus=None)
                | Q(total__isnull=False, grade__in=Grade.values, coefficient__isnull=False, bonus__isnull=False),
                name="score_is_whole_or_absent",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.sheet_id} v{self.publication_id}"

    def get_absolute_url(self):
        return reverse("appraisal:evidence", args=[self.pk])

    @property
    def grade_badge(self):
        return Grade(self.grade) if self.grade else None
