from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint
from core.models import Tracked
from improvements.choices import Area, CaseState
from improvements.models.base import ImprovementQuerySet

ORIGINS = {
    "finding": _("Survey finding"), "complaint": _("Complaint"), "observation": _("Inspection"), "point": _("Focus group"),
    "cluster": _("Cluster of complaints"),
}  # fmt: skip


class ImprovementCaseQuerySet(ImprovementQuerySet):
    PEOPLE = ()

    def visible_to(self, user):
        """Never what began with a complaint about the person."""
        return super().visible_to(user).exclude(complaint__in=Complaint.objects.barring(user))

    def seen_by(self, user, units):
        """Also cases of which a measure is the person's, or in which the unit takes part."""
        from improvements.models.measure import Measure  # it points here

        shared = ImprovementCase.cooperating.through.objects.filter(orgunit__in=units).values("improvementcase")
        owned = Measure.objects.filter(Q(owner=user) | Q(unit__in=units)).values("case")
        return super().seen_by(user, units) | Q(pk__in=shared) | Q(pk__in=owned)

    def open(self):
        return self.filter(state=CaseState.OPEN)

    def with_origin(self):
        """Read together with what each case began with."""
        return self.select_related(
            "unit",
            "finding__wave__questionnaire_version",
            "finding__question",
            "complaint",
            "observation",
            "point",
            "cluster",
        )


def origin(to, label):
    return models.OneToOneField(
        to, models.PROTECT, null=True, blank=True, related_name="improvement_case", verbose_name=label
    )


def has_one_origin():
    """Exactly one of ORIGINS is set."""
    chosen = (Q(**{f"{name}__isnull": name != one for name in ORIGINS}) for one in ORIGINS)
    return reduce(or_, chosen)


class ImprovementCase(Tracked):
    """One problem to put right, with exactly one origin and one owning unit (IMP-01)."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    finding = origin("surveys.Finding", _("finding"))
    complaint = origin("complaints.Complaint", _("complaint"))
    observation = origin("improvements.Observation", _("observation"))
    point = origin("fieldwork.MeetingPoint", _("shared problem"))
    cluster = origin("complaints.Cluster", _("cluster of complaints"))
    title = models.CharField(_("title"), max_length=200, blank=True)
    problem = models.TextField(_("problem"), blank=True)
    area = models.CharField(_("area"), max_length=20, choices=Area, default=Area.OTHER)
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, related_name="improvement_cases", verbose_name=_("owning unit")
    )
    cooperating = models.ManyToManyField(
        "accounts.OrgUnit", blank=True, related_name="shared_improvement_cases", verbose_name=_("units that cooperate")
    )
    state = models.CharField(_("state"), max_length=20, choices=CaseState, default=CaseState.PROPOSED)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("opened by")
    )
    lessons = models.TextField(_("lessons learned"), blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )

    objects = ImprovementCaseQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "unit"], name="improvement_case_by_state")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="improvement_case_state_known"),
            models.CheckConstraint(condition=Q(area__in=Area.values), name="improvement_case_area_known"),
            models.CheckConstraint(
                condition=has_one_origin(),
                name="improvement_case_has_one_origin",
            ),
            models.CheckConstraint(
                condition=Q(state=CaseState.CLOSED, closed_at__isnull=False, closed_by__isnull=False)
                | (~Q(state=CaseState.CLOSED) & Q(closed_at__isnull=True, closed_by__isnull=True)),
                name="improvement_case_closed_iff_closed",
            ),
        ]
        permissions = [
            ("see_all", _("Can see all improvement and supervision")),
            ("see_unit", _("Can see improvement of the own unit")),
            ("see_figures", _("Can see what stands behind the figures of improvement")),
            ("open_case", _("Can open improvement cases and issue measures")),
        ]
        verbose_name = _("improvement case")
        verbose_name_plural = _("improvement cases")

    def __str__(self):
        return f"{self.number} {self.name}"

    def get_absolute_url(self):
        return reverse("improvements:case", args=[self.pk])

    @property
    def name(self):
        """Its title; of a proposal from a survey the question or dimension, in the reader's language."""
        return self.title or (self.finding.subject if self.finding_id else str(self.origin))

    @property
    def origin(self):
        """The one row it began with."""
        return next(row for row in (getattr(self, name) for name in ORIGINS) if row is not None)

    @property
    def origin_name(self):
        """Which of ORIGINS it is."""
        return next(name for name in ORIGINS if getattr(self, f"{name}_id") is not None)

    @property
    def origin_label(self):
        return ORIGINS[self.origin_name]

    @property
    def state_badge(self):
        return CaseState(self.state)
