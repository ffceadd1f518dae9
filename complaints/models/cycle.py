from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints import clocks
from complaints.choices import Clock, Outcome, Verdict
from complaints.models.timing import limit_kind
from core.worktime import Limit, LimitKind, Remaining


class CycleQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_at=None)

    def running(self):
        """Cycles of which a clock still runs."""
        return self.open().filter(replied_at=None)

    def late(self, at):
        """Running, and a clock is past its end."""
        return self.running().filter(Q(response_due__lt=at, first_response_at=None) | Q(result_due__lt=at))

    def due_between(self, since, until):
        """Of which the clock that runs out first does so in the time."""
        response = Q(response_due__range=(since, until), first_response_at=None)
        later = Q(response_due=None) | Q(first_response_at__isnull=False) | Q(response_due__gt=until)
        return self.filter(response | later & Q(result_due__range=(since, until)))

    def not_kept(self):
        return self.filter(Q(response_breached_at__isnull=False) | Q(result_breached_at__isnull=False))


class Cycle(models.Model):
    """One round of handling with its own clocks. The due moments are stored and follow from ``started_at``, the limits of
    its policy, the edition of the calendar, pauses and extensions alone (T1); a breach stays (T2); a closed cycle never
    changes (T3). While it is paused, ``result_due`` is unknown and ``paused_left`` says what is left.
    """

    complaint = models.ForeignKey(
        "complaints.Complaint", models.PROTECT, related_name="cycles", verbose_name=_("complaint"), db_index=False
    )
    n = models.PositiveSmallIntegerField(_("cycle"))
    started_at = models.DateTimeField(_("began"))
    policy = models.ForeignKey(
        "complaints.ClockPolicy", models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("policy of the clocks"),
    )  # fmt: skip
    # The limits of the policy as they were: so many of the kind beside them, whatever the name of the column says.
    response_hours = models.PositiveSmallIntegerField(_("limit of the first response"), null=True, blank=True)
    response_kind = limit_kind(_("kind of limit of the first response"), LimitKind.ELAPSED_HOURS)
    result_days = models.PositiveSmallIntegerField(_("limit of the result"))
    result_kind = limit_kind(_("kind of limit of the result"), LimitKind.WORKING_DAYS)
    calendar_version = models.PositiveIntegerField(_("edition of the calendar"))
    response_due = models.DateTimeField(_("first response due"), null=True, blank=True)
    result_due = models.DateTimeField(_("result due"), null=True, blank=True)
    response_floor = models.DateTimeField(_("first response not due before"), null=True, blank=True)
    result_floor = models.DateTimeField(_("result not due before"), null=True, blank=True)
    extended_days = models.PositiveSmallIntegerField(_("days granted by extensions"), default=0, db_default=0)
    original_due = models.DateTimeField(_("result due without the extension"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True)
    paused_left = models.IntegerField(_("minutes left when paused"), null=True, blank=True)
    progress_days = models.PositiveSmallIntegerField(_("working days between progress reports"), null=True, blank=True)
    progress_due = models.DateTimeField(_("customer to hear where things stand"), null=True, blank=True)
    next_alert_at = models.DateTimeField(_("looked at next"), null=True, blank=True, default=None, db_default=Now())
    first_response_at = models.DateTimeField(_("first response"), null=True, blank=True)
    replied_at = models.DateTimeField(_("replied"), null=True, blank=True)
    response_breached_at = models.DateTimeField(_("response late since"), null=True, blank=True)
    result_breached_at = models.DateTimeField(_("result late since"), null=True, blank=True)
    verdict = models.CharField(_("responsibility"), max_length=10, choices=Verdict, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    frozen = models.JSONField(_("figures at the end"), null=True, blank=True)

    objects = CycleQuerySet.as_manager()

    class Meta:
        ordering = ["complaint", "n"]
        indexes = [
            models.Index(fields=["result_due"], condition=Q(closed_at=None), name="cycle_due"),
            models.Index(
                fields=["response_due"], condition=Q(closed_at=None, first_response_at=None), name="cycle_response_due"
            ),
            models.Index(fields=["result_due", "n"], name="cycle_by_due"),
            models.Index(
                fields=["complaint"],
                condition=Q(response_breached_at__isnull=False) | Q(result_breached_at__isnull=False),
                name="cycle_not_kept",
            ),
            models.Index(fields=["next_alert_at"], condition=Q(closed_at=None), name="cycle_looked_at"),
            models.Index(fields=["progress_due"], condition=Q(closed_at=None), name="cycle_progress_due"),
            models.Index(fields=["response_due", "n"], name="cycle_by_response_due"),
            models.Index(fields=["replied_at"], name="cycle_by_reply"),
            models.Index(fields=["closed_at"], name="cycle_by_close"),
            models.Index(
                fields=["complaint"],
                include=["response_due", "result_due", "first_response_at"],
                condition=Q(closed_at=None, replied_at=None),
                name="cycle_running",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["complaint", "n"], name="cycle_once"),
            models.UniqueConstraint(fields=["complaint"], condition=Q(closed_at=None), name="one_open_cycle"),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="", frozen=None)
                | (Q(closed_at__isnull=False, frozen__isnull=False) & ~Q(outcome="")),
                name="cycle_outcome_iff_closed",
            ),
            models.CheckConstraint(
                condition=Q(response_due=None, response_hours=None)
                | Q(response_due__isnull=False, response_hours__gte=0),
                name="cycle_response_has_limit",
            ),
            models.CheckConstraint(condition=Q(result_due__gte=F("started_at")), name="cycle_due_after_start"),
            models.CheckConstraint(
                condition=Q(result_due=None, paused_at__isnull=False, paused_left__isnull=False, closed_at=None)
                | Q(result_due__isnull=False, paused_at=None, paused_left=None),
                name="cycle_due_unknown_iff_paused",
            ),
            models.CheckConstraint(
                condition=Q(response_kind__in=list(LimitKind)) & Q(result_kind__in=list(LimitKind)),
                name="cycle_limits_known",
            ),
            models.CheckConstraint(
                condition=Q(first_response_at=None) | Q(first_response_at__gte=F("started_at")),
                name="cycle_response_after_start",
            ),
        ]
        verbose_name = _("cycle of handling")
        verbose_name_plural = _("cycles of handling")

    def __str__(self):
        return f"{self.complaint_id}/{self.n}"

    @property
    def is_open(self):
        return self.closed_at is None

    @property
    def awaits_response(self):
        return self.is_open and self.response_due is not None and self.first_response_at is None and not self.replied_at

    @property
    def due_at(self):
        """The end of the clock that runs out first; None when no clock runs, or the only one is paused."""
        if not self.is_open or self.replied_at:
            return None
        ends = [self.result_due, self.response_due if self.awaits_response else None]
        return min((end for end in ends if end is not None), default=None)

    @property
    def is_paused(self):
        return self.paused_at is not None

    @property
    def paused_remaining(self):
        """What was left of the result when the clock stopped; None while it runs."""
        if not self.is_paused:
            return None
        per_day = 480 if self.limit_of(Clock.RESULT).counts_working_time else 24 * 60
        return Remaining(self.paused_left, per_day, is_stopped=True)

    @property
    def elapsed_left(self):
        """What is left by the clock on the wall while the response is awaited; None when working time counts."""
        if (
            not self.awaits_response
            or self.due_at != self.response_due
            or self.limit_of(Clock.RESPONSE).counts_working_time
        ):
            return None
        return Remaining((self.response_due - timezone.now()).total_seconds() / 60, 24 * 60, is_stopped=False)

    @property
    def outcome_badge(self):
        return Outcome(self.outcome)

    @property
    def is_overdue(self):
        return self.due_at is not None and self.due_at < timezone.now()

    @property
    def is_breached(self):
        return bool(self.response_breached_at or self.result_breached_at)

    def due_of(self, clock):
        return self.response_due if clock == Clock.RESPONSE else self.result_due

    def limit_of(self, clock):
        if clock == Clock.RESPONSE:
            return Limit(self.response_kind, self.response_hours)
        return Limit(self.result_kind, self.result_days)

    @property
    def terms(self):
        """Both limits as the policy had them, without extensions."""
        response = None if self.response_hours is None else self.limit_of(Clock.RESPONSE)
        return clocks.Terms(response, self.limit_of(Clock.RESULT), self.progress_days)

    def stopped_at(self, clock):
        """When the clock was stopped; a reply is a response as well."""
        return (self.first_response_at or self.replied_at) if clock == Clock.RESPONSE else self.replied_at

    def breached_at(self, clock):
        return self.response_breached_at if clock == Clock.RESPONSE else self.result_breached_at


class ClockAlert(models.Model):
    """That people were told of a clock at 50, 80, 100 or 120 percent, once each. Insert-only."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="alerts", verbose_name=_("cycle"))
    clock = models.CharField(_("clock"), max_length=10, choices=Clock)
    percent = models.PositiveSmallIntegerField(_("percent used"))
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cycle", "clock", "percent"], name="clock_alert_once")]
        verbose_name = _("clock alert")
        verbose_name_plural = _("clock alerts")

    def __str__(self):
        return f"{self.cycle_id}: {self.clock} {self.percent} %"


class Conversation(models.Model):
    """A contact with the complainant about the matter; an outgoing one may not have reached the person. Insert-only."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="conversations", verbose_name=_("cycle"))
    interaction = models.OneToOneField(
        "customers.Interaction", models.PROTECT, related_name="conversation", verbose_name=_("contact")
    )
    reached = models.BooleanField(_("reached"), default=True)
    is_chaser = models.BooleanField(_("the customer presses for an answer"), default=False, db_default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")

    def __str__(self):
        return f"{self.cycle_id}: {self.interaction_id}"
