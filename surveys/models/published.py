from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import Tracked
from surveys.choices import Direction, Theme


class PublishedRatingQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.has_perm("surveys.see_results") else self.none()


class PublishedRating(Tracked):
    """What a customer published about the company: where, when, how many points of how many, in which words (DAT-07)."""

    source = models.CharField(_("published at"), max_length=80)
    published_on = models.DateField(_("published on"))
    author = models.CharField(_("signed as"), max_length=80, blank=True)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, blank=True, related_name="published_ratings",
        verbose_name=_("customer"),
    )  # fmt: skip
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, null=True, blank=True, related_name="published_ratings",
        verbose_name=_("about the unit"),
    )  # fmt: skip
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2, null=True, blank=True)
    lowest = models.DecimalField(_("scale from"), max_digits=5, decimal_places=2, default=Decimal(1))
    highest = models.DecimalField(_("scale to"), max_digits=5, decimal_places=2, default=Decimal(5))
    score5 = models.DecimalField(_("on the 5-point basis"), max_digits=4, decimal_places=3, null=True, blank=True)
    body = models.TextField(_("words"), blank=True)
    link = models.URLField(_("address"), max_length=500, blank=True)
    direction = models.CharField(_("direction"), max_length=12, choices=Direction)
    theme = models.CharField(_("about"), max_length=12, choices=Theme, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("collected by"))
    key = models.CharField(max_length=64, unique=True, editable=False)  # the same rating is collected once

    objects = PublishedRatingQuerySet.as_manager()

    class Meta:
        ordering = ["-published_on", "-pk"]
        verbose_name = _("published rating")
        verbose_name_plural = _("published ratings")
        indexes = [models.Index(fields=["published_on"], name="published_rating_day")]
        permissions = [("collect_ratings", _("Can collect ratings that customers published"))]
        constraints = [
            models.CheckConstraint(condition=Q(highest__gt=F("lowest")), name="published_scale_in_order"),
            models.CheckConstraint(
                condition=Q(points__isnull=True, score5__isnull=True)
                | Q(points__gte=F("lowest"), points__lte=F("highest"), score5__gte=1, score5__lte=5),
                name="published_points_on_scale",
            ),
            models.CheckConstraint(condition=Q(points__isnull=False) | ~Q(body=""), name="published_says_something"),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="published_direction_known"),
            models.CheckConstraint(condition=Q(theme__in=["", *Theme.values]), name="published_theme_known"),
        ]

    def __str__(self):
        return f"{self.source} {self.published_on}"

    def get_absolute_url(self):
        return reverse("surveys:published", args=[self.pk])

    @property
    def badge(self):
        return Direction(self.direction)
