from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class EventQuerySet(models.QuerySet):
    def of(self, obj):
        return self.filter(subject=obj._meta.label_lower, subject_id=obj.pk).order_by("pk")


class Event(models.Model):
    """What happened to a row: who, on whose behalf, when, from which state to which, why, with what. Insert-only."""

    subject = models.CharField(_("subject"), max_length=60)
    subject_id = models.BigIntegerField(_("subject id"))
    kind = models.CharField(_("kind"), max_length=60)
    from_state = models.CharField(_("from"), max_length=30, blank=True)
    to_state = models.CharField(_("to"), max_length=30, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("on behalf of"),
    )
    at = models.DateTimeField(_("at"), db_default=Now())
    comment = models.TextField(_("reason"), blank=True)
    payload = models.JSONField(_("details"), default=dict, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["subject", "subject_id", "id"], name="event_of_subject")]
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self):
        return f"{self.subject} {self.subject_id}: {self.kind}"


class ContributionQuerySet(models.QuerySet):
    def of(self, obj):
        return self.filter(subject=obj._meta.label_lower, subject_id=obj.pk)


class Contribution(models.Model):
    """Somebody worked on a row (wrote, handled, answered). Insert-only; separation of duties reads it."""

    subject = models.CharField(_("subject"), max_length=60)
    subject_id = models.BigIntegerField(_("subject id"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"), db_index=False
    )
    part = models.CharField(_("part"), max_length=40)
    at = models.DateTimeField(_("at"), db_default=Now())

    objects = ContributionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "subject_id", "user", "part"], name="contribution_once")
        ]
        indexes = [models.Index(fields=["user", "subject", "part", "subject_id"], name="contribution_of_user")]
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")

    def __str__(self):
        return f"{self.subject} {self.subject_id}: {self.user_id} {self.part}"
