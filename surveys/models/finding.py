from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.i18n import pick
from core.models import Tracked
from surveys.choices import FindingState


class FindingQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.has_perm("surveys.see_results") else self.none()


class Finding(Tracked):
    """A result below target: which question or dimension, for whom, with the baseline as it stood."""

    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="findings", verbose_name=_("wave"))
    question = models.ForeignKey(
        "surveys.Question",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("question"),
    )
    dimension = models.CharField(_("dimension"), max_length=40, blank=True)
    segment = models.JSONField(_("group"), default=dict, blank=True)
    segment_key = models.CharField(max_length=200, blank=True, editable=False)
    low_answer = models.ForeignKey(
        "surveys.LowAnswer",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("low answer"),
    )
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, related_name="findings", verbose_name=_("responsible unit")
    )
    base_n = models.PositiveIntegerField(_("answers"))
    mean = models.DecimalField(_("mean"), max_digits=6, decimal_places=4, null=True)
    mean_low = models.DecimalField(_("interval from"), max_digits=6, decimal_places=4, null=True)
    mean_high = models.DecimalField(_("interval to"), max_digits=6, decimal_places=4, null=True)
    top2 = models.DecimalField(_("top-2 share"), max_digits=6, decimal_places=5, null=True)
    top2_low = models.DecimalField(_("top-2 from"), max_digits=6, decimal_places=5, null=True)
    top2_high = models.DecimalField(_("top-2 to"), max_digits=6, decimal_places=5, null=True)
    threshold = models.DecimalField(_("target"), max_digits=3, decimal_places=2)
    state = models.CharField(_("state"), max_length=20, choices=FindingState, default=FindingState.PROPOSED)
    note = models.TextField(_("note"), blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "question", "dimension", "segment_key"],
                nulls_distinct=False,
                name="finding_once",
            ),
            models.CheckConstraint(condition=Q(state__in=FindingState.values), name="finding_state_known"),
            models.CheckConstraint(
                condition=Q(question__isnull=False, dimension="") | (Q(question__isnull=True) & ~Q(dimension="")),
                name="finding_question_or_dimension",
            ),
            models.CheckConstraint(
                condition=Q(state=FindingState.PROPOSED, decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state=FindingState.PROPOSED) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="finding_decided_iff_not_proposed",
            ),
        ]
        permissions = [("confirm_finding", _("Can confirm and dismiss findings"))]

    def __str__(self):
        return f"{self.wave.code} {self.subject}"

    def get_absolute_url(self):
        return reverse("surveys:finding", args=[self.pk])

    @property
    def subject(self):
        """The question or dimension in the reader's language."""
        if self.question_id:
            return pick(self.question, "title")
        sections = self.wave.questionnaire_version.definition.get("sections", [])
        return next((pick(part, "title") for part in sections if part["code"] == self.dimension), self.dimension)
