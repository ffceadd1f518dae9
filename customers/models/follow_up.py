from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.i18n import suffix
from core.models import Tracked
from customers.choices import FollowUpReason, FollowUpState, Outcome
from customers.models.base import VisibleQuerySet


class FollowUpQuerySet(VisibleQuerySet):
    UNITS = ("unit", "customer__unit")
    PEOPLE = ("owner", "customer__owner")

    def pending(self):
        return self.filter(state__in=FollowUpState.pending())

    def overdue(self, at=None):
        return self.pending().filter(due_at__lt=at or timezone.now())

    def due_before(self, at):
        return self.pending().filter(due_at__lt=at)


class FollowUp(Tracked):
    """A customer waits for a person: one queue of low answers, opinions, dissatisfied calls and requests."""

    reason = models.CharField(_("reason"), max_length=20, choices=FollowUpReason)
    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("customer"),
    )
    contact = models.ForeignKey(
        "customers.ContactPerson",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("contact person"),
    )
    title = models.CharField(_("about"), max_length=200)
    detail = models.TextField(_("details"), blank=True)
    # what the portal itself wrote stands in both languages; what a person typed stands as it was typed
    title_en = models.CharField(_("about, in English"), max_length=200, blank=True, editable=False)
    detail_en = models.TextField(_("details in English"), blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("handled by"),
    )
    unit = models.ForeignKey(
        "accounts.OrgUnit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("unit"),
    )
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=20, choices=FollowUpState, default=FollowUpState.OPEN)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, blank=True)
    outcome_note = models.TextField(_("what came of it"), blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    source = models.CharField(_("source"), max_length=60, blank=True)
    source_id = models.CharField(_("source id"), max_length=60, blank=True)
    unique_key = models.CharField(_("origin key"), max_length=200, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state__in=["open", "in_progress"]), name="follow_up_due"),
            models.Index(fields=["source", "source_id"], name="follow_up_of_source"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unique_key"], condition=~Q(unique_key=""), name="follow_up_once_per_origin"
            ),
            models.CheckConstraint(condition=Q(state__in=FollowUpState.values), name="follow_up_state_known"),
            models.CheckConstraint(condition=Q(reason__in=FollowUpReason.values), name="follow_up_reason_known"),
            models.CheckConstraint(
                condition=Q(state__in=FollowUpState.ended(), closed_at__isnull=False)
                | Q(state__in=FollowUpState.pending(), closed_at__isnull=True, closed_by__isnull=True),
                name="follow_up_closed_iff_ended",
            ),
            models.CheckConstraint(
                condition=Q(state=FollowUpState.DONE, outcome__in=Outcome.values)
                | (~Q(state=FollowUpState.DONE) & Q(outcome="")),
                name="follow_up_outcome_iff_done",
            ),
            models.CheckConstraint(
                condition=~Q(state=FollowUpState.IN_PROGRESS) | Q(owner__isnull=False),
                name="follow_up_in_progress_has_owner",
            ),
        ]
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")

    def __str__(self):
        return self.heading

    @property
    def heading(self):
        """What it is about, in the reader's language where the portal wrote it."""
        return self.title_en if self.title_en and suffix() == "en" else self.title

    @property
    def account(self):
        """The details, likewise."""
        return self.detail_en if self.detail_en and suffix() == "en" else self.detail

    def get_absolute_url(self):
        return reverse("customers:follow_up_detail", args=[self.pk])

    @property
    def number(self):
        return f"GJ-{self.pk:06d}"

    @property
    def state_badge(self):
        return FollowUpState(self.state)

    @property
    def is_pending(self):
        return self.state in FollowUpState.pending()

    @property
    def is_overdue(self):
        return self.is_pending and self.due_at < timezone.now()
