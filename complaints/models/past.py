"""Ledgers that were kept before the portal: each import, and what each old record said of itself."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.choices import PastState, Verdict
from core.models import Tracked


class PastImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For who may import, and who sees the whole ledger anyway."""
        names = ("complaints.import_past", "complaints.see_all")
        return self if user.is_active and any(user.has_perm(name) for name in names) else self.none()


class PastImport(Tracked):
    """One workbook of old records that came into the ledger together, and can be taken back together."""

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="past_imports", verbose_name=_("imported by")
    )
    at = models.DateTimeField(_("imported at"))
    ledgers = models.CharField(_("old ledgers"), max_length=200)
    rows = models.PositiveIntegerField(_("records"))
    first_on = models.DateField(_("oldest record of"))
    last_on = models.DateField(_("newest record of"))
    state = models.CharField(_("state"), max_length=20, choices=PastState, default=PastState.KEPT)

    objects = PastImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PastState.values), name="past_import_state_known"),
        ]
        permissions = [("import_past", _("Can import past ledgers"))]
        verbose_name = _("import of past ledgers")
        verbose_name_plural = _("imports of past ledgers")

    def __str__(self):
        return self.ledgers

    def get_absolute_url(self):
        return reverse("complaints:past_import", args=[self.pk])

    @property
    def state_badge(self):
        return PastState(self.state)


class PastRecord(models.Model):
    """What the old ledger says of a record that the new one has no place for, as it stood there. It has no cycle: nothing was
    promised by the portal, so no clock and no figure knows it. Never changed; ``is_void`` when its import was taken back.
    """

    complaint = models.OneToOneField(
        "complaints.Complaint", models.PROTECT, primary_key=True, related_name="past", verbose_name=_("complaint")
    )
    batch = models.ForeignKey(PastImport, models.PROTECT, related_name="records", verbose_name=_("import"))
    ledger = models.CharField(_("old ledger"), max_length=60)
    old_number = models.CharField(_("old number"), max_length=60)
    received_on = models.DateField(_("received on"))
    closed_on = models.DateField(_("closed on"))
    replied_on = models.DateField(_("replied on"), null=True, blank=True)
    progress = models.CharField(_("progress"), max_length=60, blank=True)
    customer_name = models.CharField(_("customer"), max_length=200, blank=True)
    receiver_name = models.CharField(_("received by"), max_length=100, blank=True)
    unit_name = models.CharField(_("responsible unit"), max_length=100, blank=True)
    handler_name = models.CharField(_("handled by"), max_length=100, blank=True)
    verdict = models.CharField(_("responsibility"), max_length=10, choices=Verdict, blank=True)
    cause = models.CharField(_("cause"), max_length=500, blank=True)
    measures = models.TextField(_("measures"), blank=True)
    result = models.TextField(pgettext_lazy("past ledger", "result"), blank=True)
    satisfaction = models.CharField(_("satisfaction"), max_length=60, blank=True)
    comment = models.TextField(_("customer's words"), blank=True)
    remark = models.TextField(_("remark"), blank=True)
    is_void = models.BooleanField(_("taken back"), default=False)

    class Meta:
        ordering = ["complaint"]
        indexes = [models.Index(fields=["old_number"], name="past_record_by_number")]
        constraints = [
            models.UniqueConstraint(
                fields=["ledger", "old_number"], condition=Q(is_void=False), name="past_record_once_per_ledger"
            ),
            models.CheckConstraint(condition=Q(closed_on__gte=models.F("received_on")), name="past_record_closed_after_received"),
            models.CheckConstraint(condition=Q(verdict__in=["", *Verdict.values]), name="past_record_verdict_known"),
        ]  # fmt: skip
        verbose_name = _("record of a past ledger")
        verbose_name_plural = _("records of past ledgers")

    def __str__(self):
        return f"{self.ledger} {self.old_number}"


class Told:
    """What lists and files say of a record, whether the portal or an old ledger knows it. Reads ``cycle`` and ``past``, which
    lists fetch with the record.
    """

    @property
    def is_past(self):
        """It came from an old ledger: no cycle was ever begun."""
        return self.cycle_id is None

    @property
    def old(self):
        """What the old ledger said, or None."""
        return getattr(self, "past", None) if self.is_past else None

    @property
    def told_customer(self):
        return self.customer or getattr(self.old, "customer_name", "")

    @property
    def told_receiver(self):
        return self.old.receiver_name or "–" if self.old else self.receiver

    @property
    def told_unit(self):
        return self.unit or getattr(self.old, "unit_name", "")

    @property
    def told_handler(self):
        return self.handler or getattr(self.old, "handler_name", "")

    @property
    def told_replied_at(self):
        return self.old.replied_on if self.old else self.cycle.replied_at

    @property
    def told_closed_at(self):
        return self.old.closed_on if self.old else self.cycle.closed_at

    @property
    def told_verdict(self):
        return self.old.verdict if self.old else self.cycle.verdict
