from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import Tracked
from customers.choices import DueKind
from customers.models.base import VisibleQuerySet


class ServiceDueQuerySet(VisibleQuerySet):
    UNITS = ("customer__unit",)
    PEOPLE = ("customer__owner",)

    def pending(self):
        return self.filter(settled_on=None)


class ServiceDue(Tracked):
    """Something of a customer's that falls due on a day: maintenance, insurance, a certificate (TEL-06, REM-08)."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="service_dues", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        "customers.ContactPerson", models.PROTECT, null=True, blank=True, related_name="service_dues",
        verbose_name=_("contact person"),
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=20, choices=DueKind)
    subject = models.CharField(_("of what"), max_length=120)
    due_on = models.DateField(_("due on"))
    settled_on = models.DateField(_("settled on"), null=True, blank=True)

    objects = ServiceDueQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["due_on", "id"], condition=Q(settled_on=None), name="service_due_pending")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DueKind.values), name="service_due_kind_known"),
            models.UniqueConstraint(fields=["customer", "kind", "subject", "due_on"], name="service_due_once"),
        ]
        verbose_name = _("service falling due")
        verbose_name_plural = _("services falling due")

    def __str__(self):
        return f"{self.get_kind_display()} {self.subject}"

    def get_absolute_url(self):
        return self.customer.get_absolute_url() + "?tab=dues"
