from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from complaints.choices import Decision, Ending
from core import moments
from core.i18n import pick


class EndRequest(models.Model):
    """Somebody wants a record declined or made void; somebody else decides (S3)."""

    complaint = models.ForeignKey(
        "complaints.Complaint", models.PROTECT, related_name="end_requests", verbose_name=_("complaint")
    )
    ending = models.CharField(_("end"), max_length=10, choices=Ending)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    at = models.DateTimeField(_("at"), default=moments.now)
    granted = models.BooleanField(_("granted"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["complaint"], condition=Q(granted=None), name="one_end_request_waits"),
            models.CheckConstraint(condition=Q(ending__in=Ending.values), name="end_request_known"),
            models.CheckConstraint(
                condition=Q(granted=None, decided_by=None, decided_at=None)
                | Q(granted__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="end_request_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("by")), name="end_request_decided_by_another"
            ),
        ]
        verbose_name = _("request to end")
        verbose_name_plural = _("requests to end")

    def __str__(self):
        return f"{self.complaint_id}: {self.ending}"


class SuggestionDecision(models.Model):
    """What was decided about a suggestion, with the reason in both languages (CMP-12, 13). Only a deferral is decided
    again, not before its review date; every other decision stands.
    """

    complaint = models.OneToOneField(
        "complaints.Complaint", models.PROTECT, related_name="decision", verbose_name=_("suggestion")
    )
    outcome = models.CharField(_("decision"), max_length=12, choices=Decision)
    reason_zh = models.TextField(_("reason (Chinese)"))
    reason_en = models.TextField(_("reason (English)"))
    review_on = models.DateField(_("looked at again on"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"))
    told_at = models.DateTimeField(_("told to the proposer"), null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["decided_at"], name="decision_by_time")]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Decision.values), name="decision_known"),
            models.CheckConstraint(
                condition=Q(outcome=Decision.DEFERRED, review_on__isnull=False)
                | (~Q(outcome=Decision.DEFERRED) & Q(review_on=None)),
                name="decision_review_iff_deferred",
            ),
            models.CheckConstraint(condition=~Q(reason_zh="") & ~Q(reason_en=""), name="decision_has_reasons"),
        ]
        verbose_name = _("decision on a suggestion")
        verbose_name_plural = _("decisions on suggestions")

    def __str__(self):
        return self.get_outcome_display()

    @property
    def outcome_badge(self):
        return Decision(self.outcome)

    @property
    def reason(self):
        return pick(self, "reason")
