from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from core.i18n import pick
from core.models import Tracked
from surveys.choices import Asked, Decision, FilingState

FILING_DAYS = 10  # after the approval, where nothing else is set


class ApprovalRoute(models.Model):
    """One edition of the levels that plans of a unit, or of the whole company, pass. Insert-only: the newest counts."""

    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    no = models.PositiveSmallIntegerField(_("edition"))
    filing_days = models.PositiveSmallIntegerField(
        _("days to file an approved plan"), default=FILING_DAYS, validators=[MaxValueValidator(365)]
    )
    reason = models.CharField(_("why it was changed"), max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"), db_default=Now())

    class Meta:
        ordering = ["unit__path", "-no"]
        permissions = [("set_rules", _("Can set approval levels and task templates of surveys"))]
        verbose_name = _("approval route")
        verbose_name_plural = _("approval routes")
        constraints = [
            models.UniqueConstraint(fields=["unit", "no"], nulls_distinct=False, name="one_route_per_unit_and_edition"),
            models.CheckConstraint(condition=~Q(reason=""), name="route_has_a_reason"),
        ]

    def __str__(self):
        return f"{self.unit or _('Whole company')} #{self.no}"


class LevelFacts(models.Model):
    """What a level is called and whom it asks."""

    no = models.PositiveSmallIntegerField(_("level"))
    name_zh = models.CharField(_("name (Chinese)"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    asked = models.CharField(_("asks"), max_length=10, choices=Asked, default=Asked.ANYBODY)
    role = models.CharField(_("role"), max_length=20, choices=Role, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )

    class Meta:
        abstract = True

    @property
    def name(self):
        return pick(self, "name")

    @property
    def asks(self):
        """Whom, in words."""
        if self.asked == Asked.ROLE:
            return Role(self.role).label
        return str(self.person) if self.asked == Asked.PERSON else Asked(self.asked).label


def whole(name):
    """Constraint: exactly what the kind of question needs is filled in."""
    return models.CheckConstraint(
        condition=Q(asked="role", person__isnull=True) & ~Q(role="")
        | Q(asked="person", person__isnull=False, role="")
        | Q(asked__in=["anybody", "head"], person__isnull=True, role=""),
        name=name,
    )


class ApprovalLevel(LevelFacts):
    """A level of a route. Insert-only."""

    route = models.ForeignKey(ApprovalRoute, models.PROTECT, related_name="levels", verbose_name=_("route"))

    class Meta:
        ordering = ["route", "no"]
        verbose_name = _("approval level")
        verbose_name_plural = _("approval levels")
        constraints = [
            models.UniqueConstraint(fields=["route", "no"], name="one_level_per_number"),
            whole("approval_level_says_whom_it_asks"),
        ]

    def __str__(self):
        return f"{self.no}. {self.name}"


class PlanApproval(LevelFacts):
    """A level that a handed-in plan passes: fixed when it was handed in, decided once."""

    plan = models.ForeignKey("surveys.SurveyPlan", models.PROTECT, related_name="approvals", verbose_name=_("plan"))
    round_no = models.PositiveSmallIntegerField(_("time handed in"))
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    at = models.DateTimeField(_("decided at"), null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True)

    class Meta:
        ordering = ["plan", "round_no", "no"]
        verbose_name = _("approval of a plan")
        verbose_name_plural = _("approvals of plans")
        constraints = [
            models.UniqueConstraint(fields=["plan", "round_no", "no"], name="one_approval_per_level"),
            models.UniqueConstraint(fields=["plan", "round_no", "by"], name="nobody_decides_two_levels"),
            models.CheckConstraint(
                condition=Q(decision="", by__isnull=True, at__isnull=True, comment="")
                | (~Q(decision="") & Q(by__isnull=False, at__isnull=False)),
                name="plan_approval_decided_with_by_and_at",
            ),
            models.CheckConstraint(condition=~Q(decision="returned") | ~Q(comment=""), name="plan_sent_back_says_why"),
            whole("plan_approval_says_whom_it_asks"),
        ]

    def __str__(self):
        return f"{self.plan_id} {self.round_no}.{self.no} {self.decision}"

    @property
    def badge(self):
        return Decision(self.decision)


class FilingQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.has_perm("surveys.see_plans") else self.none()

    def due(self):
        return self.filter(state__in=FilingState.due())


class Filing(Tracked):
    """An approved version of a plan on file with the next-higher department (SUR-07)."""

    plan = models.ForeignKey("surveys.SurveyPlan", models.PROTECT, related_name="filings", verbose_name=_("plan"))
    revision_no = models.PositiveSmallIntegerField(_("revision"))
    state = models.CharField(_("state"), max_length=12, choices=FilingState, default=FilingState.OWED)
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("filed with")
    )
    due_on = models.DateField(_("due"))
    filed_on = models.DateField(_("filed on"), null=True, blank=True)
    reference = models.CharField(_("reference number"), max_length=60, blank=True)

    objects = FilingQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "-revision_no"]
        permissions = [("file_plan", _("Can put survey plans on file"))]
        verbose_name = _("filing")
        verbose_name_plural = _("filings")
        constraints = [
            models.UniqueConstraint(fields=["plan", "revision_no"], name="one_filing_per_revision"),
            models.CheckConstraint(condition=Q(state__in=FilingState.values), name="filing_state_known"),
            models.CheckConstraint(
                condition=~Q(state="filed") | Q(filed_on__isnull=False) & ~Q(reference=""), name="filed_has_date_and_number"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["filed", "returned"]) | Q(filed_on__isnull=True, reference=""),
                name="filing_date_only_when_filed",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.plan} #{self.revision_no}"

    def get_absolute_url(self):
        return f"{self.plan.get_absolute_url()}approval/"

    @property
    def state_badge(self):
        return FilingState(self.state)

    @property
    def is_overdue(self):
        return self.state in FilingState.due() and self.due_on < timezone.localdate()
