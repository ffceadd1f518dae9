from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.crypto import EncryptedTextField
from core.i18n import pick
from core.models import Tracked
from customers.choices import Audience, CustomerType, Relation, Tier
from customers.models.base import VisibleQuerySet
from customers.names import query_grams


class CustomerQuerySet(VisibleQuerySet):
    def active(self):
        return self.filter(is_active=True)

    def named(self, text):
        """Rows whose name, pinyin or code holds each word of ``text``."""
        return self.filter(name_grams__contains=query_grams(text)) if text.strip() else self


class Customer(Tracked):
    """Whom we serve, and whoever else can be asked.

    The name of a private person is personal data: it is encrypted with the contact person, here stays its
    first character (services.customers sees to it).
    """

    UNLOGGED = ("address", "name_grams", "name_key")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=200, blank=True)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    name_key = models.CharField(_("sort key"), max_length=200, blank=True, editable=False)
    name_grams = ArrayField(models.CharField(max_length=2), default=list, blank=True, editable=False)
    kind = models.CharField(_("audience"), max_length=20, choices=Audience, default=Audience.CUSTOMER)
    type = models.CharField(_("type"), max_length=20, choices=CustomerType, default=CustomerType.ENTERPRISE)
    tier = models.CharField(_("tier"), max_length=20, choices=Tier, default=Tier.GENERAL)
    relation = models.CharField(_("relation"), max_length=20, choices=Relation, default=Relation.EXISTING)
    region = models.CharField(_("region"), max_length=60, blank=True, db_index=True)
    industry = models.CharField(_("industry"), max_length=60, blank=True, db_index=True)
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, related_name="customers", verbose_name=_("serving branch")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="customers",
        verbose_name=_("kept by"),
    )
    address = EncryptedTextField(_("address"), blank=True)
    interests = models.TextField(_("interests"), blank=True)
    needs = models.TextField(_("learning needs"), blank=True)
    note = models.TextField(_("note"), blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        ordering = ["name_key", "id"]
        indexes = [
            models.Index(fields=["name_key", "id"], name="customer_by_name"),
            GinIndex(fields=["name_grams"], name="customer_name_grams"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name_zh="") | ~Q(name_en=""), name="customer_has_a_name"),
            models.CheckConstraint(condition=Q(type__in=CustomerType.values), name="customer_type_known"),
            models.CheckConstraint(condition=Q(tier__in=Tier.values), name="customer_tier_known"),
            models.CheckConstraint(condition=Q(relation__in=Relation.values), name="customer_relation_known"),
            models.CheckConstraint(condition=Q(kind__in=Audience.values), name="customer_audience_known"),
        ]
        permissions = [
            ("see_all", _("Can see the customers of every branch")),
            ("see_unit", _("Can see the customers of the own units")),
            ("edit_customer", _("Can maintain customers, contacts, projects and service records")),
            ("log_interaction", _("Can log calls, visits and other contacts")),
            ("handle_follow_up", _("Can handle follow-ups")),
            ("assign_follow_up", _("Can assign follow-ups to others and drop them")),
            ("import_data", _("Can import customer data")),
            ("export_personal", _("Can export personal data")),
            ("reveal_personal", _("Can see phone numbers and addresses in full, giving a reason")),
        ]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self):
        return pick(self, "name")

    def get_absolute_url(self):
        return reverse("customers:customer_detail", args=[self.pk])

    @property
    def name(self):
        return pick(self, "name")

    @property
    def tier_badge(self):
        return Tier(self.tier)

    @property
    def relation_badge(self):
        return Relation(self.relation)

    @property
    def is_individual(self):
        return self.type == CustomerType.INDIVIDUAL
