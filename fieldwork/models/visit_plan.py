from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.selectors import units_of
from core.models import Tracked
from fieldwork.choices import LineStanding, MeetingState, VisitForm, VisitPlanState

SEES = ("fieldwork.see_visits", "fieldwork.plan_visits")


def sees_all(user):
    return any(user.has_perm(name) for name in SEES)


class VisitPlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All with ``see_visits`` or ``plan_visits``; who visits sees the plans with lines of the own units."""
        if not user.is_active:
            return self.none()
        if sees_all(user):
            return self
        if user.has_perm("fieldwork.make_visits"):
            units = units_of(user)
            mine = VisitPlanLine.objects.filter(Q(unit__in=units) | Q(owner=user)).values("plan")
            return self.filter(Q(unit__in=units) | Q(pk__in=mine))
        return self.none()


class VisitPlan(Tracked):
    """The customer visit plan of a unit for a year (VIS-03): drawn up, agreed with the branches, confirmed."""

    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, related_name="visit_plans", verbose_name=_("drawn up by unit")
    )
    purpose = models.TextField(_("purpose"), blank=True)
    state = models.CharField(_("state"), max_length=20, choices=VisitPlanState, default=VisitPlanState.DRAFT)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )

    objects = VisitPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "unit__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "unit"], name="visit_plan_once_a_year",
                violation_error_message=_("This unit has a visit plan for that year already. Open it and add lines there."),
            ),
            models.CheckConstraint(condition=Q(state__in=VisitPlanState.values), name="visit_plan_state_known"),
            models.CheckConstraint(
                condition=Q(state=VisitPlanState.CONFIRMED, confirmed_at__isnull=False, confirmed_by__isnull=False)
                | Q(state=VisitPlanState.DRAFT, confirmed_at__isnull=True, confirmed_by__isnull=True),
                name="visit_plan_confirmed_names_who",
            ),
        ]  # fmt: skip
        permissions = [
            ("see_visits", _("Can see every visit, focus group and visit plan")),
            ("plan_visits", _("Can draw up visit plans and book for everybody")),
            ("make_visits", _("Can book and report visits and focus groups")),
            ("reveal_secrets", _("Can read trade secrets learned on visits, with a reason")),
        ]
        verbose_name = _("visit plan")
        verbose_name_plural = _("visit plans")

    def __str__(self):
        return gettext("Customer visit plan %(year)s, %(unit)s") % {"year": self.year, "unit": self.unit}

    def get_absolute_url(self):
        return reverse("fieldwork:visit_plan", args=[self.pk])

    @property
    def state_badge(self):
        return VisitPlanState(self.state)


class VisitPlanLineQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(plan__in=VisitPlan.objects.visible_to(user))

    def to_agree(self):
        """Lines of drafts whose branch has not said yes; a unit agrees with itself and with what it belongs to."""
        rows = self.filter(plan__state=VisitPlanState.DRAFT, agreed_at=None)
        return rows.exclude(plan__unit__path__startswith=F("unit__path"))

    def with_standing(self):
        """Rows know ``is_visited`` and ``is_booked``: what LineStanding needs, in the same query."""
        from fieldwork.models.meeting import Meeting  # it points here

        of_line = Meeting.objects.filter(plan_line=OuterRef("pk"))
        return self.annotate(
            is_visited=Exists(of_line.filter(state=MeetingState.HELD)),
            is_booked=Exists(of_line.filter(state=MeetingState.BOOKED)),
        )

    def standing(self, standing, today):
        """Lines of confirmed plans and drafts that stand so on ``today``."""
        rows, open_ = self.with_standing(), Q(is_visited=False, is_booked=False)
        match LineStanding(standing):
            case LineStanding.DONE:
                return rows.filter(is_visited=True)
            case LineStanding.BOOKED:
                return rows.filter(is_visited=False, is_booked=True)
            case LineStanding.MISSED:
                return rows.filter(open_, to_on__lt=today)
            case LineStanding.DUE:
                return rows.filter(open_, from_on__lte=today, to_on__gte=today)
        return rows.filter(open_, from_on__gt=today)


class VisitPlanLine(Tracked):
    """One customer to be visited in a span of days (a month, a quarter or exact days), how, by whom and what for."""

    plan = models.ForeignKey(VisitPlan, models.PROTECT, related_name="lines", verbose_name=_("visit plan"))
    stage = models.CharField(_("stage"), max_length=60, blank=True)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="visit_plan_lines", verbose_name=_("customer")
    )
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, related_name="visit_plan_lines", verbose_name=_("visiting unit")
    )
    from_on = models.DateField(_("from day"))
    to_on = models.DateField(_("to day"))
    form = models.CharField(_("form"), max_length=20, choices=VisitForm, default=VisitForm.ON_SITE)
    manner = models.CharField(_("manner"), max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="visit_plan_lines",
        verbose_name=_("who visits"),
    )  # fmt: skip
    purpose = models.TextField(_("purpose"), blank=True)
    agreed_at = models.DateTimeField(_("agreed at"), null=True, blank=True)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agreed by")
    )

    objects = VisitPlanLineQuerySet.as_manager()

    class Meta:
        ordering = ["from_on", "to_on", "id"]
        indexes = [models.Index(fields=["plan", "from_on"], name="visit_plan_line_by_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "customer", "from_on"], name="visit_plan_line_once",
                violation_error_message=_("This customer stands on the plan for that day already."),
            ),
            models.CheckConstraint(condition=Q(to_on__gte=F("from_on")), name="visit_plan_line_days_in_order"),
            models.CheckConstraint(condition=Q(form__in=VisitForm.values), name="visit_plan_line_form_known"),
            models.CheckConstraint(
                condition=Q(agreed_at__isnull=True, agreed_by__isnull=True)
                | Q(agreed_at__isnull=False, agreed_by__isnull=False),
                name="visit_plan_line_agreed_names_who",
            ),
        ]  # fmt: skip
        verbose_name = _("line of a visit plan")
        verbose_name_plural = _("lines of visit plans")

    def __str__(self):
        return f"{self.customer} {self.from_on}"

    def get_absolute_url(self):
        return f"{reverse('fieldwork:visit_plan', args=[self.plan_id])}#line-{self.pk}"

    @property
    def needs_agreement(self):
        """A branch's customer is set jointly: its own department says yes (VIS-04)."""
        return self.agreed_at is None and not self.plan.unit.path.startswith(self.unit.path)
