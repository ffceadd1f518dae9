from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.crypto import EncryptedTextField, mask_name, mask_phone
from core.models import Tracked
from customers.choices import Channel, Direction, MatchStrength
from customers.models.base import BlindIndexField, VisibleQuerySet
from customers.names import e164

LOCKED_AFTER = timedelta(hours=24)  # the same figure stands in the trigger of migration 0001


class InteractionQuerySet(VisibleQuerySet):
    UNITS = ("unit", "customer__unit")
    PEOPLE = ("agent", "customer__owner")

    def with_number(self, text):
        digest = self.model._meta.get_field("number_index").digest(text)
        return self.filter(number_index=digest) if digest else self.none()


class Interaction(Tracked):
    """A contact with a customer that took place. After 24 hours it never changes; more is added below it.

    ``follow_up`` is the follow-up it opened or belongs to.
    """

    UNLOGGED = ("number", "number_index", "caller")

    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="interactions",
        verbose_name=_("customer"),
    )
    contact = models.ForeignKey(
        "customers.ContactPerson",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="interactions",
        verbose_name=_("contact person"),
    )
    follow_up = models.ForeignKey(
        "customers.FollowUp",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="interactions",
        verbose_name=_("follow-up"),
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.PHONE)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.IN)
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="interactions", verbose_name=_("agent")
    )
    unit = models.ForeignKey(
        "accounts.OrgUnit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="interactions",
        verbose_name=_("unit"),
    )
    number = EncryptedTextField(_("number"), blank=True)
    number_index = BlindIndexField(source="number", form=e164, purpose="phone", db_index=True)
    caller = EncryptedTextField(_("caller's name"), blank=True)
    summary = models.TextField(_("what was said"))
    match_strength = models.CharField(_("match"), max_length=10, choices=MatchStrength, default=MatchStrength.NONE)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["-started_at", "-id"], name="interaction_by_time"),
            models.Index(fields=["customer", "-started_at"], name="interaction_of_customer"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="interaction_channel_known"),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="interaction_direction_known"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="interaction_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(contact=None) | Q(customer__isnull=False), name="interaction_contact_has_customer"
            ),
        ]
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")

    def __str__(self):
        return f"{self.get_channel_display()} {timezone.localtime(self.started_at):%Y-%m-%d %H:%M}"

    def get_absolute_url(self):
        return reverse("customers:interaction_detail", args=[self.pk])

    @property
    def masked_number(self):
        return mask_phone(self.number)

    @property
    def masked_caller(self):
        return self.contact.masked_name if self.contact else mask_name(self.caller)

    @property
    def match_badge(self):
        return MatchStrength(self.match_strength)

    @property
    def is_locked(self):
        return timezone.now() - self.created_at >= LOCKED_AFTER


class InteractionAddendum(models.Model):
    """What was added to an interaction later. Insert-only."""

    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="addenda", verbose_name=_("interaction"))
    text = models.TextField(_("addition"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        ordering = ["id"]
        verbose_name = _("addition")
        verbose_name_plural = _("additions")

    def __str__(self):
        return self.text[:40]
