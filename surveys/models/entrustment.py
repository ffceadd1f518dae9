from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import Tracked
from surveys.choices import EntrustmentState


class EntrustmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever runs waves sees all; a third party what was given to it, past ones included."""
        if user.has_perm("surveys.see_entrustments"):
            return self
        return self.filter(user=user) if user.has_perm("surveys.run_entrusted") else self.none()

    def active(self, day=None):
        """In force on ``day`` (today): from its first to its last day, unless revoked."""
        day = day or timezone.localdate()
        return self.filter(starts_on__lte=day, ends_on__gte=day, revoked_at=None)


class Entrustment(Tracked):
    """What a third party may do with one wave, or with every wave of a planned activity, from when to when (SEC-07, CHN-18).

    Never changed: it is revoked, and another one given.
    """

    wave = models.ForeignKey(
        "surveys.Wave", models.PROTECT, null=True, blank=True, related_name="entrustments", verbose_name=_("wave")
    )
    activity = models.ForeignKey(
        "surveys.PlanActivity", models.PROTECT, null=True, blank=True, related_name="entrustments",
        verbose_name=_("planned activity"),
    )  # fmt: skip
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="entrustments",
        verbose_name=_("person of the third party"),
    )
    organisation = models.CharField(_("third party"), max_length=120)
    contract = models.CharField(_("contract"), max_length=120)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    may_enter = models.BooleanField(_("enters answers"), default=True)
    sees_contacts = models.BooleanField(_("sees names and phone numbers"), default=False)
    consent_basis = models.CharField(_("consent to passing on customer data"), max_length=300, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("revoked by")
    )
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entrusted by")
    )

    objects = EntrustmentQuerySet.as_manager()

    class Meta:
        ordering = ["-ends_on", "-pk"]
        verbose_name = _("entrustment")
        verbose_name_plural = _("entrustments")
        constraints = [
            models.CheckConstraint(
                condition=Q(wave__isnull=False, activity__isnull=True) | Q(wave__isnull=True, activity__isnull=False),
                name="entrustment_of_wave_or_activity",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="entrustment_days_in_order"),
            models.CheckConstraint(condition=~Q(organisation="") & ~Q(contract=""), name="entrustment_names_contract"),
            models.CheckConstraint(
                condition=Q(sees_contacts=False) | ~Q(consent_basis=""), name="entrustment_contacts_need_consent"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="entrustment_revoked_at_with_by",
            ),
        ]
        permissions = [
            ("see_entrustments", _("Can see what is entrusted to third parties")),
            ("entrust", _("Can entrust surveys to third parties and revoke it")),
            ("run_entrusted", _("Can work on surveys entrusted to a third party")),
        ]

    def __str__(self):
        return f"{self.organisation}: {self.wave or self.activity}"

    def get_absolute_url(self):
        return reverse("surveys:entrustment", args=[self.pk])

    @property
    def state_badge(self):
        today = timezone.localdate()
        if self.revoked_at is not None:
            return EntrustmentState.REVOKED
        if self.starts_on > today:
            return EntrustmentState.AHEAD
        return EntrustmentState.ACTIVE if self.ends_on >= today else EntrustmentState.OVER

    @property
    def is_active(self):
        return self.state_badge == EntrustmentState.ACTIVE
