from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.i18n import pick
from core.models import Tracked
from customers.choices import DueKind
from fieldwork.choices import Ledger, RuleKind

RATES = {"P1": 80, "P2": 50, "P3": 20, "P4": 5}  # per cent of closed cases (SMP-04)


def usual_rates():
    return dict(RATES)


class CallRuleQuerySet(models.QuerySet):
    def visible_to(self, user):
        sees = any(user.has_perm(f"fieldwork.{name}") for name in ("see_calls", "make_calls", "manage_rules"))
        return self if sees else self.none()

    def active(self):
        return self.filter(is_active=True)


class CallRule(Tracked):
    """Whom to call and why, and how often to try: the lists of every day are drawn up from it."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=120)
    kind = models.CharField(_("whom"), max_length=20, choices=RuleKind)
    ledger = models.CharField(_("ledger"), max_length=20, choices=Ledger)
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("serving unit")
    )
    seat = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("call-back seat")
    )
    wave = models.ForeignKey(
        "surveys.Wave", models.PROTECT, null=True, blank=True, related_name="call_rules", verbose_name=_("script")
    )
    opening_zh = models.TextField(_("first words (Chinese)"), blank=True)
    opening_en = models.TextField(_("first words (English)"), blank=True)
    service_kinds = ArrayField(models.CharField(max_length=20), verbose_name=_("services"), default=list, blank=True)
    tiers = ArrayField(models.CharField(max_length=20), verbose_name=_("tiers"), default=list, blank=True)
    due_kind = models.CharField(_("what falls due"), max_length=20, choices=DueKind, blank=True)
    rates = models.JSONField(_("rates in per cent"), default=usual_rates, blank=True)
    months = models.PositiveSmallIntegerField(_("months without a visit"), default=6, validators=[MinValueValidator(1)])
    lead_days = models.PositiveSmallIntegerField(_("days beforehand"), default=7)
    every_days = models.PositiveSmallIntegerField(
        _("days between calls"), default=90, validators=[MinValueValidator(1)]
    )
    look_back_days = models.PositiveSmallIntegerField(
        _("days looked back"), default=14, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )
    most = models.PositiveSmallIntegerField(
        _("at most a day"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    attempts_max = models.PositiveSmallIntegerField(
        _("attempts"), default=3, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    retry_minutes = models.PositiveSmallIntegerField(
        _("working minutes between attempts"), default=120, validators=[MinValueValidator(5)]
    )
    working_days_only = models.BooleanField(_("on working days only"), default=True)
    starts_on = models.DateField(_("starts on"))
    is_active = models.BooleanField(_("in use"), default=True)

    objects = CallRuleQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RuleKind.values), name="call_rule_kind_known"),
            models.CheckConstraint(condition=Q(ledger__in=Ledger.values), name="call_rule_ledger_known"),
            models.CheckConstraint(
                condition=~Q(kind=RuleKind.SURVEY) | Q(wave__isnull=False), name="call_rule_of_a_survey_names_it"
            ),
        ]
        permissions = [
            ("see_calls", _("Can see every call list and its ledgers")),
            ("make_calls", _("Can call the customers of a list")),
            ("check_calls", _("Can check dissatisfied customers to the end")),
            ("manage_rules", _("Can set up call lists")),
        ]
        verbose_name = _("call rule")
        verbose_name_plural = _("call rules")

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("fieldwork:rule", args=[self.pk])

    @property
    def name(self):
        return pick(self, "name")

    @property
    def opening(self):
        """What the caller says first, in the reader's language."""
        return pick(self, "opening")


class CallListQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.has_perm("fieldwork.see_calls") or user.has_perm("fieldwork.make_calls") else self.none()


class CallList(models.Model):
    """Whom a rule found on a day: what was looked at, who was left out and why, and how it was drawn. Insert-only.

    A day has several parts where more customers were found later. ``frame`` holds the draw of spot checks
    ({priority: {"closed", "target", "called", "drawn", "ids"}}), ``skipped`` customers left out as [id, reason];
    the rule as it was used is in ``settings``. Same settings, seed and population give the same list (SMP-03).
    """

    rule = models.ForeignKey(CallRule, models.PROTECT, related_name="lists", verbose_name=_("rule"))
    day = models.DateField(_("day"))
    part = models.PositiveSmallIntegerField(_("part"), default=1)
    made_at = models.DateTimeField(_("drawn up at"), db_default=Now())
    seed = models.BigIntegerField(_("seed of the draw"), null=True, blank=True)
    settings = models.JSONField(_("rule as used"), default=dict)
    found_n = models.PositiveIntegerField(_("found"))
    drawn_n = models.PositiveIntegerField(_("to be called"))
    frame = models.JSONField(_("frame of the draw"), default=dict, blank=True)
    skipped = models.JSONField(_("left out"), default=list, blank=True)

    objects = CallListQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [models.UniqueConstraint(fields=["rule", "day", "part"], name="call_list_part_once")]
        verbose_name = _("call list")
        verbose_name_plural = _("call lists")

    def __str__(self):
        return f"{self.rule.code} {self.day} {self.part}"

    def get_absolute_url(self):
        return reverse("fieldwork:list", args=[self.pk])


class SourceEntry(models.Model):
    """A line of a list another system gave: called from, or compared with what was called (TEL-06, 10). Insert-only."""

    rule = models.ForeignKey(CallRule, models.PROTECT, related_name="source_entries", verbose_name=_("rule"))
    day = models.DateField(_("day"))
    number = models.CharField(_("number"), max_length=60)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="+", verbose_name=_("customer"))
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        ordering = ["day", "number"]
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="source_entry_once")]
        verbose_name = _("source entry")
        verbose_name_plural = _("source entries")

    def __str__(self):
        return self.number
