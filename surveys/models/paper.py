from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PaperBatch(models.Model):
    """Paper questionnaires of a wave that were printed together: how many went out. Never changed."""

    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="paper_batches", verbose_name=_("wave"))
    first_no = models.PositiveIntegerField(_("first number"))
    count = models.PositiveIntegerField(_("sheets"))
    language = models.CharField(_("language"), max_length=10)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("printed by")
    )
    made_at = models.DateTimeField(_("printed at"), auto_now_add=True)

    class Meta:
        ordering = ["wave", "first_no"]
        verbose_name = _("batch of paper questionnaires")
        verbose_name_plural = _("batches of paper questionnaires")
        constraints = [
            models.UniqueConstraint(fields=["wave", "first_no"], name="one_paper_batch_per_number"),
            models.CheckConstraint(condition=Q(count__gte=1, first_no__gte=1), name="paper_batch_has_sheets"),
        ]

    def __str__(self):
        return f"{self.wave_id}: {self.first_no}–{self.last_no}"

    @property
    def last_no(self):
        return self.first_no + self.count - 1
