from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.crypto import EncryptedTextField, mask_email, mask_name, mask_phone
from core.models import TimeStamped, Tracked
from customers.choices import ConsentSource, HoldReason
from customers.models.base import BlindIndexField, VisibleQuerySet
from customers.names import e164, email_form, name_form


class ContactPersonQuerySet(VisibleQuerySet):
    UNITS = ("customer__unit",)
    PEOPLE = ("customer__owner",)

    def present(self):
        """Persons whose data are still kept."""
        return self.filter(erased_at=None, customer__is_active=True)

    def surveyable(self, at=None):
        """Persons who agreed to be asked, did not opt out, and whom no hold protects at ``at`` (now)."""
        held = ContactHold.objects.current(at).filter(
            Q(contact=OuterRef("pk")) | Q(contact=None, customer=OuterRef("customer"))
        )
        return self.present().filter(~Exists(held), consent_survey=True, opted_out_at=None)

    def with_phone(self, text):
        return self._found("phone_index", text)

    def with_email(self, text):
        return self._found("email_index", text)

    def with_name(self, text):
        return self._found("name_index", text)

    def _found(self, column, text):
        digest = self.model._meta.get_field(column).digest(text)
        return self.filter(**{column: digest}) if digest else self.none()


class ContactPerson(Tracked):
    """A person at a customer. Name, phone and mail are encrypted and found by exact match only."""

    UNLOGGED = ("name", "phone", "email", "name_index", "phone_index", "email_index")

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="contacts", verbose_name=_("customer")
    )
    name = EncryptedTextField(_("name"), blank=True)
    name_index = BlindIndexField(source="name", form=name_form, purpose="contact.name", db_index=True)
    phone = EncryptedTextField(_("phone"), blank=True)
    phone_index = BlindIndexField(source="phone", form=e164, purpose="phone", db_index=True)
    email = EncryptedTextField(_("e-mail"), blank=True)
    email_index = BlindIndexField(source="email", form=email_form, purpose="email", db_index=True)
    title = models.CharField(_("post"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans")
    is_primary = models.BooleanField(_("first contact"), default=False)
    consent_survey = models.BooleanField(_("agrees to surveys"), default=False)
    consent_at = models.DateTimeField(_("consent since"), null=True, blank=True)
    consent_source = models.CharField(_("consent from"), max_length=20, choices=ConsentSource, blank=True)
    opted_out_at = models.DateTimeField(_("opted out at"), null=True, blank=True)
    mail_bounced_at = models.DateTimeField(_("mail came back"), null=True, blank=True)
    retention_until = models.DateField(_("kept until"), null=True, blank=True)
    verified_on = models.DateField(_("checked on"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    objects = ContactPersonQuerySet.as_manager()

    class Meta:
        ordering = ["-is_primary", "id"]
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(is_primary=True), name="one_first_contact"),
            models.CheckConstraint(
                condition=Q(consent_survey=False) | Q(consent_at__isnull=False) & ~Q(consent_source=""),
                name="consent_has_time_and_source",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(name="", phone="", email="", consent_survey=False),
                name="erased_contact_is_empty",
            ),
        ]
        verbose_name = _("contact person")
        verbose_name_plural = _("contact persons")

    def __str__(self):
        return self.masked_name

    def get_absolute_url(self):
        return f"{reverse('customers:customer_detail', args=[self.customer_id])}#contact-{self.pk}"

    @property
    def masked_name(self):
        return mask_name(self.name) or str(_("(erased)") if self.erased_at else _("(no name)"))

    @property
    def masked_phone(self):
        return mask_phone(self.phone)

    @property
    def masked_email(self):
        return mask_email(self.email)


class ContactHoldQuerySet(models.QuerySet):
    def current(self, at=None):
        at = at or timezone.now()
        return self.filter(Q(lifted_at=None) | Q(lifted_at__gt=at), Q(until=None) | Q(until__gt=at))


class ContactHold(TimeStamped):
    """“Do not survey now”: for one person, or with ``contact`` empty for everybody at the customer."""

    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="holds", verbose_name=_("customer"))
    contact = models.ForeignKey(
        ContactPerson,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="holds",
        verbose_name=_("contact person"),
    )
    reason = models.CharField(_("reason"), max_length=20, choices=HoldReason)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=60, blank=True)
    source_id = models.CharField(_("source id"), max_length=60, blank=True)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lifted by"),
    )

    objects = ContactHoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "contact", "source", "source_id"],
                condition=Q(lifted_at=None) & ~Q(source=""),
                nulls_distinct=False,
                name="one_hold_per_source",
            ),
        ]
        verbose_name = _("survey hold")
        verbose_name_plural = _("survey holds")

    def __str__(self):
        return self.get_reason_display()
