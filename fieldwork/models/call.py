from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.selectors import units_of
from core import moments
from core.models import Tracked
from customers.choices import Priority
from customers.models import ContactHold
from fieldwork.choices import CallResult, LapseReason, Ledger, Satisfaction, TaskState

AT = {"default": moments.now}
ANSWERED = ("done", "refused", "opted_out", "withdrawn")  # states of an invitation that end its call
REACHABLE = Q(contact__erased_at=None, customer__is_active=True) & ~Q(contact__phone_index="")
WILLING = Q(rule__ledger=Ledger.REMINDER) | Q(contact__opted_out_at=None)
POINTLESS = ~REACHABLE | ~WILLING | Q(invitation__state__in=ANSWERED) | Q(service_due__settled_on__isnull=False)


class CallTaskQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All of them with ``see_calls``; who makes calls sees those of lists that are open to the own units."""
        if not user.is_active:
            return self.none()
        if user.has_perm("fieldwork.see_calls"):
            return self
        if user.has_perm("fieldwork.make_calls"):
            return self.filter(Q(rule__seat=None) | Q(rule__seat__in=units_of(user)))
        return self.none()

    def pending(self):
        return self.filter(state__in=TaskState.pending())

    def ripe(self, now=None):
        """Waiting, and their time has come."""
        return self.filter(state=TaskState.WAITING, next_at__lte=now or timezone.now())

    def allowed(self, now=None):
        """Those that may be made now: not pointless, and no hold protects the customer (reminders heed none)."""
        holds = ContactHold.objects.current(now)
        held = Q(customer__in=holds.filter(contact=None).values("customer")) | Q(
            contact__in=holds.exclude(contact=None).values("contact")
        )
        return self.exclude(POINTLESS).exclude(~Q(rule__ledger=Ledger.REMINDER) & held)

    def callable_by(self, user):
        """Those whose service the user did not deliver (TEL-02)."""
        return self.exclude(service_record__staff=user)


class CallTask(Tracked):
    """One customer to be called for one reason: the line of the ledger.

    ``subject_key`` says what it is about (a service, a due day, a lapse), once per rule. What describes the service is
    read from ``service_record`` and never typed (TEL-03).
    """

    list = models.ForeignKey("fieldwork.CallList", models.PROTECT, related_name="tasks", verbose_name=_("list"))
    rule = models.ForeignKey("fieldwork.CallRule", models.PROTECT, related_name="tasks", verbose_name=_("rule"))
    subject_key = models.CharField(_("about"), max_length=90)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="call_tasks", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        "customers.ContactPerson", models.PROTECT, related_name="call_tasks", verbose_name=_("contact person")
    )
    service_record = models.ForeignKey(
        "customers.ServiceRecord", models.PROTECT, null=True, blank=True, related_name="call_tasks",
        verbose_name=_("service record"),
    )  # fmt: skip
    service_due = models.ForeignKey(
        "customers.ServiceDue", models.PROTECT, null=True, blank=True, related_name="call_tasks",
        verbose_name=_("falling due"),
    )  # fmt: skip
    invitation = models.ForeignKey(
        "surveys.Invitation", models.PROTECT, null=True, blank=True, related_name="call_tasks",
        verbose_name=_("invitation"),
    )  # fmt: skip
    source_entry = models.ForeignKey(
        "fieldwork.SourceEntry", models.PROTECT, null=True, blank=True, related_name="tasks",
        verbose_name=_("source entry"),
    )  # fmt: skip
    priority = models.CharField(_("priority"), max_length=2, choices=Priority, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=TaskState, default=TaskState.WAITING)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="call_tasks",
        verbose_name=_("caller"),
    )  # fmt: skip
    next_at = models.DateTimeField(_("call at"))
    is_agreed = models.BooleanField(_("time agreed with the customer"), default=False)
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    attempts_n = models.PositiveSmallIntegerField(_("attempts"), default=0)
    satisfaction = models.CharField(_("satisfaction"), max_length=20, choices=Satisfaction, blank=True)
    lapse_reason = models.CharField(_("reason for not coming"), max_length=20, choices=LapseReason, blank=True)
    booked_on = models.DateField(_("comes on"), null=True, blank=True)
    note = models.TextField(_("what was said"), blank=True)
    response = models.OneToOneField(
        "surveys.Response", models.PROTECT, null=True, blank=True, related_name="call_task", verbose_name=_("answers")
    )
    follow_up = models.ForeignKey(
        "customers.FollowUp", models.PROTECT, null=True, blank=True, related_name="call_tasks",
        verbose_name=_("follow-up"),
    )  # fmt: skip
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = CallTaskQuerySet.as_manager()

    class Meta:
        ordering = ["next_at", "id"]
        indexes = [
            models.Index(
                fields=["next_at", "id"], condition=Q(state__in=TaskState.pending()), name="call_task_pending"
            ),
            models.Index(fields=["-closed_at", "-id"], name="call_task_closed"),
            models.Index(fields=["rule", "state"], name="call_task_rule_state"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["rule", "subject_key"], name="call_task_once_per_subject"),
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="call_task_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=TaskState.ended(), closed_at__isnull=False)
                | Q(state__in=TaskState.pending(), closed_at__isnull=True),
                name="call_task_closed_iff_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state=TaskState.CALLING) | Q(owner__isnull=False, taken_at__isnull=False),
                name="call_task_calling_names_who",
            ),
            models.CheckConstraint(
                condition=Q(state=TaskState.REACHED, satisfaction__in=Satisfaction.values)
                | (~Q(state=TaskState.REACHED) & Q(satisfaction="", response__isnull=True, booked_on__isnull=True)),
                name="call_task_said_iff_reached",
            ),
        ]
        verbose_name = _("call")
        verbose_name_plural = _("calls")

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("fieldwork:call", args=[self.pk])

    @property
    def number(self):
        return f"HF-{self.pk:06d}"

    @property
    def state_badge(self):
        return TaskState(self.state)

    @property
    def satisfaction_badge(self):
        return Satisfaction(self.satisfaction) if self.satisfaction else None

    @property
    def is_pending(self):
        return self.state in TaskState.pending()


class CallAttempt(models.Model):
    """One time the number was dialled. Insert-only; the database refuses who delivered the service."""

    task = models.ForeignKey(CallTask, models.PROTECT, related_name="attempts", verbose_name=_("call"))
    n = models.PositiveSmallIntegerField(_("attempt"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), **AT)
    result = models.CharField(_("result"), max_length=20, choices=CallResult)
    note = models.TextField(_("note"), blank=True)
    interaction = models.OneToOneField(
        "customers.Interaction", models.PROTECT, related_name="call_attempt", verbose_name=_("contact")
    )

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["task", "n"], name="call_attempt_once"),
            models.CheckConstraint(condition=Q(result__in=CallResult.values), name="call_attempt_result_known"),
        ]
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")

    def __str__(self):
        return f"{self.task} {self.n}"


class CallCheck(models.Model):
    """How it ended with a dissatisfied customer, as the lead found it (TEL-08). Insert-only; the newest one counts."""

    task = models.ForeignKey(CallTask, models.PROTECT, related_name="checks", verbose_name=_("call"))
    outcome = models.TextField(_("final outcome"))
    rating = models.CharField(_("final customer rating"), max_length=20, choices=Satisfaction)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), **AT)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(outcome=""), name="call_check_has_outcome"),
            models.CheckConstraint(condition=Q(rating__in=Satisfaction.values), name="call_check_rating_known"),
        ]
        verbose_name = _("check of a call")
        verbose_name_plural = _("checks of calls")

    def __str__(self):
        return f"{self.task} {self.rating}"

    @property
    def rating_badge(self):
        return Satisfaction(self.rating)
