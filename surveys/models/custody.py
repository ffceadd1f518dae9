from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import Tracked
from surveys.choices import CustodyState, DisposalState, HandoverKind, HandoverState, Secrecy

YEARS = [MinValueValidator(1), MaxValueValidator(30)]


def person(label, **more):
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **more)


def unit(label):
    return models.ForeignKey("accounts.OrgUnit", models.PROTECT, related_name="+", verbose_name=label)


OPTIONAL = {"null": True, "blank": True}


class CustodyQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.has_perm("surveys.see_custody"):
            return self
        return self.filter(custodian=user) if user.has_perm("surveys.keep_material") else self.none()

    def living(self):
        return self.filter(state__in=CustodyState.living())

    def past_due(self, day=None):
        """Due for disposal by ``day`` (today), and nobody wants it kept longer."""
        day = day or timezone.localdate()
        held = ~Q(hold_reason="") & (Q(hold_until=None) | Q(hold_until__gte=day))
        return self.living().filter(due_on__lte=day).exclude(held)


class Custody(Tracked):
    """The material of one wave: paper, answers, files. Who keeps it, how secret it is, until when (PRV-07, 08, SEC-06, 08)."""

    wave = models.OneToOneField("surveys.Wave", models.PROTECT, related_name="custody", verbose_name=_("wave"))
    state = models.CharField(_("state"), max_length=20, choices=CustodyState, default=CustodyState.GATHERED)
    secrecy = models.CharField(_("secrecy"), max_length=20, choices=Secrecy, default=Secrecy.SECRET)
    custodian = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="custodies", verbose_name=_("custodian"), **OPTIONAL
    )
    retention_years = models.PositiveSmallIntegerField(_("years kept"), validators=YEARS)
    since = models.DateField(_("counted from"))
    due_on = models.DateField(_("due for disposal on"))
    hold_reason = models.TextField(_("kept longer because"), blank=True)
    hold_until = models.DateField(_("kept longer until"), **OPTIONAL)
    disposed_at = models.DateTimeField(_("disposed of at"), **OPTIONAL)

    objects = CustodyQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = _("custody of survey material")
        verbose_name_plural = _("custody of survey material")
        indexes = [models.Index(fields=["state", "due_on"], name="custody_state_due")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CustodyState.values), name="custody_state_known"),
            models.CheckConstraint(condition=Q(secrecy__in=Secrecy.values), name="custody_secrecy_known"),
            models.CheckConstraint(condition=Q(due_on__gt=F("since")), name="custody_days_in_order"),
            models.CheckConstraint(
                condition=~Q(state=CustodyState.KEPT) | Q(custodian__isnull=False), name="custody_kept_names_custodian"
            ),
            models.CheckConstraint(
                condition=Q(hold_until__isnull=True) | ~Q(hold_reason=""), name="custody_hold_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state=CustodyState.DISPOSED, disposed_at__isnull=False)
                | (~Q(state=CustodyState.DISPOSED) & Q(disposed_at__isnull=True)),
                name="custody_disposed_at_iff_disposed",
            ),
        ]
        permissions = [
            ("see_custody", _("Can see who keeps survey material")),
            ("hand_over", _("Can hand over and receive survey material")),
            ("keep_material", _("Can be the custodian of survey material")),
            ("manage_custody", _("Can name custodians, set terms and propose disposal")),
            ("approve_disposal", _("Can approve disposal lists")),
        ]

    def __str__(self):
        return str(self.wave)

    def get_absolute_url(self):
        return reverse("surveys:custody", args=[self.pk])

    @property
    def state_badge(self):
        return CustodyState(self.state)

    @property
    def secrecy_badge(self):
        return Secrecy(self.secrecy)

    @property
    def is_held(self):
        """Somebody wants it kept longer, today."""
        return bool(self.hold_reason) and (self.hold_until is None or self.hold_until >= timezone.localdate())

    @property
    def is_past_due(self):
        return self.state in CustodyState.living() and self.due_on <= timezone.localdate() and not self.is_held


class HandoverQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.has_perm("surveys.see_custody"):
            return self
        return self.filter(Q(giver=user) | Q(receiver=user)) if user.has_perm("surveys.hand_over") else self.none()


class Handover(Tracked):
    """Material given from hand to hand: the giver submits, the receiver accepts or returns it (DAT-03, 04, PRV-07)."""

    custody = models.ForeignKey(Custody, models.PROTECT, related_name="handovers", verbose_name=_("material"))
    kind = models.CharField(_("way"), max_length=10, choices=HandoverKind)
    state = models.CharField(_("state"), max_length=20, choices=HandoverState, default=HandoverState.SUBMITTED)
    giver, receiver = person(_("handed over by")), person(_("received by"))
    from_unit, to_unit = unit(_("from department")), unit(_("to department"))
    handed_on = models.DateField(_("handed over on"))
    forms_n = models.PositiveIntegerField(_("forms"))
    serials = models.CharField(_("serial numbers"), max_length=200, blank=True)
    remark = models.TextField(_("remark"), blank=True)
    decided_at = models.DateTimeField(_("confirmed at"), **OPTIONAL)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=HandoverState.values), name="handover_state_known"),
            models.CheckConstraint(condition=Q(kind__in=HandoverKind.values), name="handover_kind_known"),
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="handover_between_two"),
            models.UniqueConstraint(
                fields=["custody", "kind", "giver"],
                condition=~Q(state=HandoverState.ACCEPTED),
                name="one_handover_under_way",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.custody}"

    def get_absolute_url(self):
        return self.custody.get_absolute_url()

    @property
    def state_badge(self):
        return HandoverState(self.state)


class DisposalQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.has_perm("surveys.see_custody") else self.none()


class Disposal(Tracked):
    """A list of material past its date: drawn up by the portal, proposed by one person, approved by another (SEC-08)."""

    state = models.CharField(_("state"), max_length=20, choices=DisposalState, default=DisposalState.LISTED)
    listed_on = models.DateField(_("listed on"))
    remark = models.TextField(_("remark"), blank=True)
    proposed_by = person(_("proposed by"), **OPTIONAL)
    proposed_at = models.DateTimeField(_("proposed at"), **OPTIONAL)
    approved_by = person(_("approved by"), **OPTIONAL)
    approved_at = models.DateTimeField(_("approved at"), **OPTIONAL)
    list_sha256 = models.CharField(_("fingerprint of the list"), max_length=64, blank=True)
    done_at = models.DateTimeField(_("carried out at"), **OPTIONAL)

    objects = DisposalQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("disposal list")
        verbose_name_plural = _("disposal lists")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DisposalState.values), name="disposal_state_known"),
            models.CheckConstraint(
                condition=Q(state=DisposalState.LISTED) | Q(proposed_by__isnull=False, proposed_at__isnull=False),
                name="disposal_proposed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[DisposalState.LISTED, DisposalState.PROPOSED])
                | (Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(list_sha256="")
                   & ~Q(approved_by=F("proposed_by"))),
                name="disposal_approved_by_another",
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("surveys:disposal", args=[self.pk])

    @property
    def number(self):
        return f"XH-{self.pk:04d}"

    @property
    def state_badge(self):
        return DisposalState(self.state)


class DisposalItem(models.Model):
    """One wave's material on a disposal list: what it held, what was removed, and the result that remains."""

    disposal = models.ForeignKey(Disposal, models.PROTECT, related_name="items", verbose_name=_("disposal list"))
    custody = models.ForeignKey(Custody, models.PROTECT, related_name="disposals", verbose_name=_("material"))
    due_on = models.DateField(_("due for disposal on"))
    held = models.JSONField(_("rows held"), default=dict)
    removed = models.JSONField(_("rows removed"), default=dict)
    snapshot = models.ForeignKey(
        "surveys.ResultSnapshot", models.PROTECT, related_name="+", verbose_name=_("result that remains"), **OPTIONAL
    )
    done_at = models.DateTimeField(_("carried out at"), **OPTIONAL)

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = _("line of a disposal list")
        verbose_name_plural = _("lines of a disposal list")
        constraints = [models.UniqueConstraint(fields=["custody"], name="material_on_one_disposal_list")]

    def __str__(self):
        return f"{self.disposal}: {self.custody}"
