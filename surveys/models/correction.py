from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import moments


class AnswerCorrection(models.Model):
    """One value of a returned questionnaire put right before the results are confirmed (DAT-05). Insert-only.

    ``before`` and ``after`` are values as stored (None: no answer). What the respondent sent stays in Response.raw.
    """

    response = models.ForeignKey(
        "surveys.Response", models.PROTECT, related_name="corrections", verbose_name=_("answer")
    )
    question = models.ForeignKey("surveys.Question", models.PROTECT, related_name="+", verbose_name=_("question"))
    before = models.JSONField(_("value before"), null=True, blank=True)
    after = models.JSONField(_("value after"), null=True, blank=True)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=moments.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("correction of an answer")
        verbose_name_plural = _("corrections of answers")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="answer_correction_has_reason")]

    def __str__(self):
        return f"{self.response_id}/{self.question_id}"
