from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import moments
from surveys.choices import SealGround


class SealOpening(models.Model):
    """That the keeper of a confidential wave looked up who gave an answer: who, when, why (PRV-02). Insert-only."""

    response = models.ForeignKey("surveys.Response", models.PROTECT, related_name="openings", verbose_name=_("answer"))
    ground = models.CharField(_("ground"), max_length=12, choices=SealGround)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=moments.now)
    follow_up = models.ForeignKey("customers.FollowUp", models.PROTECT, related_name="+", verbose_name=_("follow-up"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("opening of a seal")
        verbose_name_plural = _("openings of seals")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="seal_opening_has_reason"),
            models.CheckConstraint(condition=Q(ground__in=SealGround.values), name="seal_opening_ground_known"),
        ]

    def __str__(self):
        return f"{self.response_id} {self.by}"


class ContactRequest(models.Model):
    """That the respondent of a confidential wave agreed to be called about it, and to which words (PRV-04). Insert-only."""

    response = models.OneToOneField(
        "surveys.Response", models.PROTECT, related_name="contact_request", verbose_name=_("answer")
    )
    text_version = models.PositiveSmallIntegerField(_("version of the words agreed to"))

    class Meta:
        verbose_name = _("wish to be called")
        verbose_name_plural = _("wishes to be called")

    def __str__(self):
        return f"{self.response_id}"
