from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.choices import InvitationState
from surveys.models.wave import Wave


class Segmented(models.Model):
    """The reporting dimensions as they were at the invitation; codes or names, never ids of people."""

    seg_type = models.CharField(_("customer type"), max_length=40, blank=True)
    seg_tier = models.CharField(_("customer tier"), max_length=40, blank=True)
    seg_relation = models.CharField(_("new or existing"), max_length=40, blank=True)
    seg_region = models.CharField(_("region"), max_length=60, blank=True)
    seg_industry = models.CharField(_("industry"), max_length=60, blank=True)
    seg_unit = models.CharField(_("serving unit"), max_length=20, blank=True)

    class Meta:
        abstract = True


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """With the waves; a third party sees those of the waves entrusted to it, by code (SEC-07)."""
        if user.has_perm("surveys.see_waves"):
            return self
        if user.has_perm("surveys.run_entrusted"):
            return self.filter(wave__in=Wave.objects.filter(Wave.objects.entrusted_to(user)))
        return self.none()


class Invitation(Segmented):
    """One respondent asked once in one wave. Holds only the hash of the link's token.

    Its state is set in bulk and without events or times: in an anonymous wave they would be a trace.
    """

    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="invitations", verbose_name=_("wave"))
    contact = models.ForeignKey(
        "customers.ContactPerson", models.PROTECT, null=True, blank=True, related_name="invitations",
        verbose_name=_("respondent"),
    )  # fmt: skip
    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("customer"),
    )
    # what is rated, where it is one service: then the same person can be asked about the next one in the same wave
    service_record = models.ForeignKey(
        "customers.ServiceRecord", models.PROTECT, null=True, blank=True, related_name="invitations",
        verbose_name=_("rated service"),
    )  # fmt: skip
    token_hash = models.BinaryField(max_length=32, unique=True, null=True, editable=False)
    generation = models.PositiveSmallIntegerField(default=1, editable=False)
    is_waiting = models.BooleanField(_("link and mail are still to be made"), default=False, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=InvitationState, default=InvitationState.PLANNED)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    reminder_no = models.PositiveSmallIntegerField(_("reminders sent"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    last_sent_at = models.DateTimeField(_("last sent at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes = [
            models.Index(fields=["wave", "state"], name="invitation_wave_state"),
            models.Index(fields=["wave", "id"], condition=Q(is_waiting=True), name="invitation_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "contact"], condition=Q(service_record=None), name="one_invitation_per_wave_and_contact"
            ),
            models.UniqueConstraint(fields=["wave", "contact", "service_record"], name="one_invitation_per_service"),
            models.CheckConstraint(condition=Q(state__in=InvitationState.values), name="invitation_state_known"),
        ]

    def __str__(self):
        return f"{self.wave_id}/{self.pk}"

    @property
    def code(self):
        """What somebody reads who may not know the respondent's name."""
        return f"R-{self.pk:06d}"

    @property
    def is_answerable(self):
        """Whether the rightful holder may still answer."""
        return self.state in InvitationState.answerable()
