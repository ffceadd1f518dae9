from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.i18n import pick
from core.models import Tracked
from customers.choices import Priority, ServiceKind
from customers.models.base import VisibleQuerySet


class ServiceRecordQuerySet(VisibleQuerySet):
    UNITS = ("unit", "customer__unit")
    PEOPLE = ("staff", "customer__owner")

    def between(self, first, last):
        """Records that happened from day ``first`` to day ``last``, both included."""
        return self.filter(happened_on__range=(first, last))


class ServiceRecord(Tracked):
    """Something we did for a customer: the base of rates and of lists of whom to ask."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="service_records", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        "customers.ContactPerson",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="service_records",
        verbose_name=_("contact person"),
    )
    project = models.ForeignKey(
        "customers.Project",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="service_records",
        verbose_name=_("project"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ServiceKind)
    number = models.CharField(_("number"), max_length=60, unique=True)
    priority = models.CharField(_("priority"), max_length=2, choices=Priority, blank=True)
    name_zh = models.CharField(_("service (Chinese)"), max_length=200, blank=True)
    name_en = models.CharField(_("service (English)"), max_length=200, blank=True)
    unit = models.ForeignKey("accounts.OrgUnit", models.PROTECT, related_name="service_records", verbose_name=_("unit"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="service_records",
        verbose_name=_("served by"),
    )
    happened_on = models.DateField(_("date"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    amount = models.DecimalField(_("amount (yuan)"), max_digits=12, decimal_places=2, null=True, blank=True)

    objects = ServiceRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_on", "-id"]
        indexes = [
            models.Index(fields=["-happened_on", "-id"], name="service_by_day"),
            models.Index(fields=["unit", "happened_on"], name="service_of_unit"),
            models.Index(fields=["kind", "happened_on"], name="service_by_kind"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ServiceKind.values), name="service_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=ServiceKind.CASE, priority__in=Priority.values)
                | (~Q(kind=ServiceKind.CASE) & Q(priority="")),
                name="service_priority_iff_case",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("happened_on")), name="service_closed_after"
            ),
        ]
        verbose_name = _("service record")
        verbose_name_plural = _("service records")

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return self.customer.get_absolute_url() + "?tab=services"

    @property
    def name(self):
        return pick(self, "name")
