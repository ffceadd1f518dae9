"""What makes clocks run longer, stand still or be looked at by somebody else; and how long they may take."""

from django.conf import settings
from django.core.cache import cache
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices import Category, ExtensionState, Kind, PauseEnd, PauseState, Severity
from core import moments
from core.i18n import pick
from core.models import Tracked
from core.worktime import Limit, LimitKind
from core.worktime.words import LIMIT_CHOICES, limit_text
from customers.choices import Channel

MOST_EXTENSIONS = 2  # of one cycle; the same figure stands in the trigger of the migration


def limit_kind(label, usual):
    return models.CharField(label, max_length=20, choices=LIMIT_CHOICES, default=usual.value, db_default=usual.value)


def person(label, **options):
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


class ClockPolicy(models.Model):
    """How long records of a kind may take, from a day on; an empty channel, category or severity stands for any. The most
    specific one in force counts. Insert-only: a change is the next version, and cycles keep the one they began with.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, blank=True)
    category = models.CharField(_("category"), max_length=20, choices=Category, blank=True)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity, blank=True)
    no = models.PositiveSmallIntegerField(_("version"))
    effective_from = models.DateField(_("in force from"))
    is_active = models.BooleanField(_("in force"), default=True)
    response_amount = models.PositiveSmallIntegerField(_("first response within"), null=True, blank=True)
    response_kind = limit_kind(_("counted in"), LimitKind.ELAPSED_HOURS)
    result_amount = models.PositiveSmallIntegerField(_("result within"), validators=[MinValueValidator(1)])
    result_kind = limit_kind(_("counted in"), LimitKind.WORKING_DAYS)
    progress_days = models.PositiveSmallIntegerField(
        _("working days between progress reports"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    pause_days = models.PositiveSmallIntegerField(_("working days of one pause at most"), default=5)
    pause_total_days = models.PositiveSmallIntegerField(_("working days of all pauses of a cycle at most"), default=10)
    grace_minutes = models.PositiveSmallIntegerField(
        _("working minutes left when a change makes it late"), default=240, validators=[MaxValueValidator(4800)]
    )
    note = models.CharField(_("reason of the version"), max_length=300, blank=True)
    by = person(_("set by"), null=True, blank=True)
    at = models.DateTimeField(_("at"), default=moments.now)

    class Meta:
        ordering = ["kind", "channel", "category", "severity", "-no"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "channel", "category", "severity", "no"], name="clock_policy_version_once"
            ),
            models.CheckConstraint(condition=Q(result_amount__gte=1), name="clock_policy_result_takes_time"),
            models.CheckConstraint(
                condition=Q(response_kind__in=list(LimitKind)) & Q(result_kind__in=list(LimitKind)),
                name="clock_policy_limits_known",
            ),
            models.CheckConstraint(
                condition=Q(pause_total_days__gte=F("pause_days")), name="clock_policy_pauses_in_order"
            ),
        ]
        verbose_name = _("policy of the clocks")
        verbose_name_plural = _("policies of the clocks")

    def __str__(self):
        return f"{self.scope_text} · v{self.no}"

    @property
    def scope(self):
        """The records it is for: kind, channel, category, severity."""
        return (self.kind, self.channel, self.category, self.severity)

    @property
    def scope_text(self):
        names = [getattr(self, f"get_{name}_display")() for name in ("kind", "channel", "category", "severity")]
        return " · ".join(str(name) for name in names if name)

    @property
    def response(self):
        return None if self.response_amount is None else Limit(self.response_kind, self.response_amount)

    @property
    def result(self):
        return Limit(self.result_kind, self.result_amount)

    @property
    def response_text(self):
        return limit_text(self.response) if self.response else ""

    @property
    def result_text(self):
        return limit_text(self.result)


class PauseReason(models.Model):
    """Why a clock may stand still. ``is_automatic``: at once, when somebody has asked the customer."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=80)
    is_automatic = models.BooleanField(_("at once, after somebody asked the customer"), default=False)
    ends_on_reply = models.BooleanField(_("ends when the customer answers"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=50)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("reason of a pause")
        verbose_name_plural = _("reasons of pauses")

    def __str__(self):
        return pick(self, "name")


class Pause(Tracked):
    """A stretch of a cycle that does not count: asked for by the handler, granted by a lead (S3)."""

    cycle = models.ForeignKey("complaints.Cycle", models.PROTECT, related_name="pauses", verbose_name=_("cycle"))
    reason = models.ForeignKey(PauseReason, models.PROTECT, related_name="pauses", verbose_name=_("reason"))
    comment = models.TextField(_("what we wait for"))
    resume_on = models.DateField(_("goes on on"))
    resume_at = models.DateTimeField(_("goes on at"))
    requested_by = person(_("asked by"))
    requested_at = models.DateTimeField(_("asked at"), default=moments.now)
    is_automatic = models.BooleanField(_("without a decision"), default=False)
    decided_by = person(_("decided by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision = models.TextField(_("reason of the decision"), blank=True)
    started_at = models.DateTimeField(_("from"), null=True, blank=True)
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    ended_by = models.CharField(_("ended because"), max_length=10, choices=PauseEnd, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=PauseState, default=PauseState.ASKED)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["resume_at"], condition=Q(state="running"), name="pause_ends")]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle"], condition=Q(state__in=["asked", "running"]), name="one_pause_at_a_time"
            ),
            models.CheckConstraint(condition=Q(state__in=PauseState.values), name="pause_state_known"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")), name="pause_decided_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["running", "ended"])
                | Q(started_at__isnull=False) & (Q(is_automatic=True) | Q(decided_by__isnull=False)),
                name="pause_granted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__gte=F("started_at")) & ~Q(ended_by="")
                | ~Q(state="ended") & Q(ended_at=None, ended_by=""),
                name="pause_end_iff_over",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["asked", "refused", "lapsed"]) | Q(started_at=None),
                name="pause_start_iff_granted",
            ),
        ]
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")

    def __str__(self):
        return f"{self.cycle_id}: {self.reason_id} {self.resume_on}"

    @property
    def state_badge(self):
        return PauseState(self.state)


class Extension(Tracked):
    """More days for the result: asked for before it is due, decided on by somebody else, the customer told (S3)."""

    cycle = models.ForeignKey("complaints.Cycle", models.PROTECT, related_name="extensions", verbose_name=_("cycle"))
    days = models.PositiveSmallIntegerField(_("days more"), validators=[MinValueValidator(1), MaxValueValidator(60)])
    reason = models.TextField(_("reason"))
    told = models.TextField(_("what the customer is told"))
    old_due = models.DateTimeField(_("due until now"))
    new_due = models.DateTimeField(_("new due moment"))
    requested_by = person(_("asked by"))
    requested_at = models.DateTimeField(_("asked at"), default=moments.now)
    decided_by = person(_("decided by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision = models.TextField(_("reason of the decision"), blank=True)
    told_at = models.DateTimeField(_("told to the customer"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ExtensionState, default=ExtensionState.REQUESTED)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["cycle"], condition=Q(state="requested"), name="one_extension_waits"),
            models.CheckConstraint(condition=Q(state__in=ExtensionState.values), name="clock_extension_state_known"),
            models.CheckConstraint(condition=Q(days__range=(1, 60)), name="clock_extension_days_in_range"),
            models.CheckConstraint(condition=Q(requested_at__lt=F("old_due")), name="clock_extension_asked_before_due"),
            models.CheckConstraint(condition=Q(new_due__gt=F("old_due")), name="clock_extension_moves_due"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
                name="clock_extension_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "rejected"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="clock_extension_decided_by_somebody",
            ),
        ]
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")

    def __str__(self):
        return f"{self.cycle_id}: +{self.days}"

    @property
    def state_badge(self):
        return ExtensionState(self.state)


class ProgressReport(models.Model):
    """What a customer with a long case was told of where things stand (CMP-19). The text never changes."""

    cycle = models.ForeignKey("complaints.Cycle", models.PROTECT, related_name="progress", verbose_name=_("cycle"))
    text = models.TextField(_("what the customer was told"))
    by = person(_("by"))
    at = models.DateTimeField(_("written"), default=moments.now)
    sent_at = models.DateTimeField(_("told to the customer"), null=True, blank=True)
    interaction = models.OneToOneField(
        "customers.Interaction", models.PROTECT, null=True, blank=True, related_name="progress_report",
        verbose_name=_("contact"),
    )  # fmt: skip

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None, interaction=None) | Q(sent_at__isnull=False, interaction__isnull=False),
                name="progress_told_by_a_contact",
            )
        ]
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")

    def __str__(self):
        return self.text[:40]


class AbsenceQuerySet(models.QuerySet):
    def on(self, day):
        return self.filter(since__lte=day, until__gte=day)

    def current(self):
        return self.on(timezone.localdate())


class Absence(Tracked):
    """A person is away, and somebody stands in: is given what comes in new, is reminded, sees what the person handles."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="complaint_absences", verbose_name=_("who is away")
    )
    since = models.DateField(_("first day away"))
    until = models.DateField(_("last day away"))
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="complaint_stand_ins", verbose_name=_("who stands in")
    )
    note = models.CharField(_("remark"), max_length=200, blank=True)
    by = person(_("entered by"))

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-id"]
        indexes = [models.Index(fields=["until"], name="absence_by_end")]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="absence_days_in_order"),
            models.CheckConstraint(condition=~Q(substitute=F("user")), name="nobody_stands_in_for_themself"),
        ]
        verbose_name = _("absence")
        verbose_name_plural = _("absences")

    def __str__(self):
        return f"{self.user} {self.since:%Y-%m-%d} – {self.until:%Y-%m-%d}"


def _away_key():
    return f"complaints.away:{timezone.localdate():%Y-%m-%d}"


def away_today():
    """{who is away today: who stands in} as ids; remembered for a minute, as every list asks."""
    pairs = cache.get(_away_key())
    if pairs is None:
        pairs = list(Absence.objects.current().values_list("user_id", "substitute_id"))
        cache.set(_away_key(), pairs, settings.AWAY_SECONDS)
    return dict(pairs)


def stands_in_for(user):
    """Ids of the people who are away today and for whom ``user`` stands in; asked once a request."""
    memory = user.__dict__.setdefault("_stands_in_for", {})
    day = timezone.localdate()
    if day not in memory:
        memory[day] = [away for away, substitute in away_today().items() if substitute == user.pk]
    return memory[day]


def forget_away():
    """Somebody went or came back: read anew, also by who reads before this is committed."""
    cache.delete(_away_key())
    transaction.on_commit(lambda: cache.delete(_away_key()))


class ClockCheck(models.Model):
    """What the nightly comparison of stored and recomputed due moments found (T1). Insert-only."""

    at = models.DateTimeField(_("at"), default=moments.now)
    looked_at = models.PositiveIntegerField(_("cycles looked at"))
    differences = models.JSONField(_("differences"), default=list)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("check of the clocks")
        verbose_name_plural = _("checks of the clocks")

    def __str__(self):
        return f"{self.at:%Y-%m-%d}: {len(self.differences)}"
