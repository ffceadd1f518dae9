from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.i18n import pick
from core.models import Tracked
from surveys.choices import Method, PlanState, Recurrence

PARTS = {
    "goal": _("Goal"),
    "scope": _("Scope"),
    "respondents": _("Respondents"),
    "methods": _("Methods"),
    "schedule": pgettext_lazy("plan", "Schedule"),
    "participants": _("People taking part"),
}


def text(label):
    return models.TextField(label, blank=True)


class PlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.has_perm("surveys.see_plans") else self.none()


class SurveyPlan(Tracked):
    """The yearly plan of a unit with its six required parts; each part in Chinese, English or both."""

    year = models.PositiveSmallIntegerField(_("year"))
    unit = models.ForeignKey("accounts.OrgUnit", models.PROTECT, related_name="survey_plans", verbose_name=_("unit"))
    goal_zh, goal_en = text(_("goal (Chinese)")), text(_("goal (English)"))
    scope_zh, scope_en = text(_("scope (Chinese)")), text(_("scope (English)"))
    respondents_zh, respondents_en = text(_("respondents (Chinese)")), text(_("respondents (English)"))
    methods_zh, methods_en = text(_("methods (Chinese)")), text(_("methods (English)"))
    schedule_zh, schedule_en = text(_("schedule (Chinese)")), text(_("schedule (English)"))
    participants_zh = text(_("people taking part (Chinese)"))
    participants_en = text(_("people taking part (English)"))
    basis = models.TextField(_("based on"), blank=True)
    state = models.CharField(_("state"), max_length=20, choices=PlanState, default=PlanState.DRAFT)
    retention_years = models.PositiveSmallIntegerField(
        _("years its material is kept"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )
    revision_no = models.PositiveSmallIntegerField(_("revision"), default=0)
    revision_reason = models.TextField(_("reason of the revision"), blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="survey_plans", verbose_name=_("author")
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "unit"]
        verbose_name = _("survey plan")
        verbose_name_plural = _("survey plans")
        constraints = [
            models.UniqueConstraint(fields=["year", "unit"], name="one_plan_per_year_and_unit"),
            models.CheckConstraint(condition=Q(state__in=PlanState.values), name="plan_state_known"),
            models.CheckConstraint(condition=~Q(approved_by=F("author")), name="plan_author_is_not_approver"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="plan_approved_at_with_by",
            ),
            models.CheckConstraint(
                condition=~Q(state=PlanState.APPROVED) | Q(approved_at__isnull=False),
                name="plan_approved_has_date",
            ),
        ]
        permissions = [
            ("see_plans", _("Can see survey plans")),
            ("write_plan", _("Can write and submit survey plans")),
            ("approve_plan", _("Can approve survey plans")),
            ("decide_level", _("Can decide on survey plans where a level of approval asks for it")),
            ("confirm_duty", _("Can confirm what a survey asks of the own department")),
        ]

    def __str__(self):
        return _("%(year)s survey plan of %(unit)s") % {"year": self.year, "unit": pick(self.unit, "name")}

    def get_absolute_url(self):
        return reverse("surveys:plan", args=[self.pk])

    @property
    def parts(self):
        """[(key, label, text in the reader's language)] of the six parts."""
        return [(key, label, pick(self, key)) for key, label in PARTS.items()]

    @property
    def missing_parts(self):
        return [label for _key, label, content in self.parts if not content.strip()]


class PlanActivity(models.Model):
    """One dated intention of a plan: whom, about what, how, when, by whom."""

    plan = models.ForeignKey(SurveyPlan, models.CASCADE, related_name="activities", verbose_name=_("plan"))
    title_zh = models.CharField(_("title (Chinese)"), max_length=200, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    method = models.CharField(_("method"), max_length=10, choices=Method, default=Method.WEB)
    recurrence = models.CharField(_("how often"), max_length=15, choices=Recurrence, default=Recurrence.ONCE)
    recurrence_reason = models.CharField(_("why not every quarter"), max_length=300, blank=True)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="survey_activities", verbose_name=_("owner")
    )
    expected_n = models.PositiveIntegerField(_("expected answers"), null=True, blank=True)
    needs_agency = models.BooleanField(_("carried out by a third party only"), default=False)

    class Meta:
        ordering = ["starts_on", "pk"]
        verbose_name = _("planned activity")
        verbose_name_plural = _("planned activities")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="activity_dates_in_order"),
            models.CheckConstraint(condition=~Q(title_zh="", title_en=""), name="activity_has_a_title"),
            models.CheckConstraint(condition=Q(method__in=Method.values), name="activity_method_known"),
            models.CheckConstraint(condition=Q(recurrence__in=Recurrence.values), name="activity_recurrence_known"),
        ]

    def __str__(self):
        return pick(self, "title")

    def get_absolute_url(self):
        return reverse("surveys:activity", args=[self.plan_id, self.pk])


class PlanRevision(models.Model):
    """What was approved, whole, as it stood: number, date, author, reason. Insert-only."""

    plan = models.ForeignKey(SurveyPlan, models.PROTECT, related_name="revisions", verbose_name=_("plan"))
    no = models.PositiveSmallIntegerField(_("number"))
    on = models.DateField(_("date"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("approved by")
    )
    reason = models.TextField(_("reason"), blank=True)
    content = models.JSONField(_("content"))

    class Meta:
        ordering = ["plan", "-no"]
        verbose_name = _("plan revision")
        verbose_name_plural = _("plan revisions")
        constraints = [
            models.UniqueConstraint(fields=["plan", "no"], name="one_plan_revision_per_number"),
            models.CheckConstraint(condition=~Q(approved_by=F("author")), name="revision_author_is_not_approver"),
            models.CheckConstraint(condition=Q(no=1) | ~Q(reason=""), name="revision_has_a_reason"),
        ]

    def __str__(self):
        return f"{self.plan} #{self.no}"
