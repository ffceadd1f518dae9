from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import PeriodKind


class Period(models.Model):
    """A month, quarter, half-year or year with its stored cut-off; reports and appraisal use the same one."""

    kind = models.CharField(_("kind"), max_length=10, choices=PeriodKind)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    cut_off = models.DateTimeField(_("cut-off"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "starts_on"], name="one_period_per_kind_and_start"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")), name="period_ends_after_start"
            ),
        ]
        ordering = ["starts_on"]
        verbose_name = _("period")
        verbose_name_plural = _("periods")

    def __str__(self):
        from core.periods import label

        return label(self)
