from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.choices import Direction, Theme


class Opinion(models.Model):
    """A comment as somebody classed it: which way it points and what it is about. The portal's own hint is not stored."""

    text = models.OneToOneField(
        "surveys.AnswerText", models.CASCADE, primary_key=True, related_name="opinion", verbose_name=_("comment")
    )
    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="opinions", verbose_name=_("wave"))
    direction = models.CharField(_("direction"), max_length=12, choices=Direction)
    theme = models.CharField(_("about"), max_length=12, choices=Theme, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("classed by"))
    at = models.DateTimeField(_("classed at"), auto_now=True)

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        constraints = [
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="opinion_direction_known"),
            models.CheckConstraint(condition=Q(theme__in=["", *Theme.values]), name="opinion_theme_known"),
        ]

    def __str__(self):
        return f"{self.direction} {self.theme}"
