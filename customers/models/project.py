from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.i18n import pick
from core.models import TimeStamped, Tracked
from customers.choices import ProjectState
from customers.models.base import VisibleQuerySet


class ProjectQuerySet(VisibleQuerySet):
    UNITS = ("unit", "customer__unit")
    PEOPLE = ("manager", "sales_owner", "customer__owner")

    def running(self):
        return self.filter(state=ProjectState.RUNNING)


class Project(Tracked):
    """A service contract with its people; surveys and coverage per project stand on it (ORG-03)."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="projects", verbose_name=_("customer")
    )
    code = models.CharField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=200, blank=True)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="managed_projects",
        verbose_name=_("project manager"),
    )
    sales_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sold_projects",
        verbose_name=_("sales owner"),
    )
    quality_group = models.CharField(_("quality-assurance group"), max_length=200, blank=True)
    unit = models.ForeignKey("accounts.OrgUnit", models.PROTECT, related_name="projects", verbose_name=_("unit"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=ProjectState, default=ProjectState.PLANNED)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        indexes = [models.Index(fields=["state", "starts_on"], name="project_by_state")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ProjectState.values), name="project_state_known"),
            models.CheckConstraint(condition=~Q(name_zh="") | ~Q(name_en=""), name="project_has_a_name"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="project_ends_after_start"
            ),
        ]
        verbose_name = _("project")
        verbose_name_plural = _("projects")

    def __str__(self):
        return pick(self, "name")

    def get_absolute_url(self):
        return reverse("customers:project_detail", args=[self.pk])

    @property
    def name(self):
        return pick(self, "name")

    @property
    def state_badge(self):
        return ProjectState(self.state)


class ProjectMilestone(TimeStamped):
    """A dated point of a project; a key one makes a sales survey due (SUR-20)."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="milestones", verbose_name=_("project"))
    name_zh = models.CharField(_("Chinese name"), max_length=200, blank=True)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    due_on = models.DateField(_("due on"))
    reached_on = models.DateField(_("reached on"), null=True, blank=True)
    is_key = models.BooleanField(_("key milestone"), default=False)

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [models.CheckConstraint(condition=~Q(name_zh="") | ~Q(name_en=""), name="milestone_has_a_name")]
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")

    def __str__(self):
        return pick(self, "name")

    @property
    def name(self):
        return pick(self, "name")
