from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import Tracked
from surveys.choices import CheckState, Flag


class CheckQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Who sees single answers sees what was found about them."""
        return self if user.has_perm("surveys.see_answers") else self.none()


class ResponseCheck(Tracked):
    """What was found about the authenticity of one answer with a name: flags of the portal, decisions of people.

    Left out of all figures only when somebody doubts it with a reason and another person agrees.
    """

    response = models.OneToOneField(
        "surveys.Response", models.PROTECT, related_name="check_row", verbose_name=_("answer")
    )
    state = models.CharField(_("state"), max_length=10, choices=CheckState, default=CheckState.OPEN)
    flags = models.JSONField(_("marks"), default=list, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    doubted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("doubted by")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = CheckQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("authenticity check")
        verbose_name_plural = _("authenticity checks")
        permissions = [("check_answers", _("Can check the authenticity of answers"))]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CheckState.values), name="check_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[CheckState.DOUBTED, CheckState.REJECTED])
                | (Q(doubted_by__isnull=False) & ~Q(reason="")),
                name="check_doubt_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=CheckState.REJECTED)
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("doubted_by"))),
                name="check_left_out_by_two",
            ),
        ]

    def __str__(self):
        return f"{self.response.wave.code} {self.response.receipt}"

    def get_absolute_url(self):
        return reverse("surveys:response", args=[self.response_id])

    @property
    def flag_words(self):
        return [Flag(flag).label for flag in self.flags if flag in Flag.values]

    @property
    def state_badge(self):
        return CheckState(self.state)
