from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.choices import Cause, CodeList, ReplyForm, Verdict
from complaints.models.work import CodeEntry
from core import moments
from core.models import Tracked


class Assignment(models.Model):
    """Who was to handle it, in which unit, since when. Insert-only; the last one counts."""

    cycle = models.ForeignKey("complaints.Cycle", models.PROTECT, related_name="assignments", verbose_name=_("cycle"))
    unit = models.ForeignKey("accounts.OrgUnit", models.PROTECT, related_name="+", verbose_name=_("responsible unit"))
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("handled by")
    )
    note = models.TextField(_("what to look into"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("assigned by"))
    at = models.DateTimeField(_("at"), default=moments.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")

    def __str__(self):
        return f"{self.unit} · {self.handler}"


class Determination(models.Model):
    """What was found out and who is responsible (责任认定). Insert-only; the last one of a cycle counts."""

    cycle = models.ForeignKey(
        "complaints.Cycle", models.PROTECT, related_name="determinations", verbose_name=_("cycle")
    )
    verdict = models.CharField(_("responsibility"), max_length=10, choices=Verdict)
    facts = models.TextField(_("facts found"))
    cause = models.CharField(_("cause"), max_length=20, choices=Cause)
    remedy = models.TextField(_("remedy"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=moments.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="determination_verdict_known"),
            models.CheckConstraint(condition=~Q(cause=""), name="determination_has_cause"),
        ]
        verbose_name = _("determination")
        verbose_name_plural = _("determinations")

    def __str__(self):
        return self.get_verdict_display()

    def get_cause_display(self):
        """Also of a cause that a lead added."""
        return CodeEntry.label(CodeList.CAUSE, self.cause)

    @property
    def verdict_badge(self):
        return Verdict(self.verdict)

    @property
    def is_substantiated(self):
        return self.verdict in Verdict.substantiated()


class Reply(Tracked):
    """The reply of a cycle (CMP-20–22): measures, result, what it means for the customer, thanks. A draft until somebody
    else approves it; then the text stands, and ``sent_at`` says when the customer had it.
    """

    cycle = models.OneToOneField("complaints.Cycle", models.PROTECT, related_name="reply", verbose_name=_("cycle"))
    measures = models.TextField(_("measures taken"))
    result = models.TextField(_("result"))
    meaning = models.TextField(_("what it means for the customer"))
    thanks = models.TextField(_("thanks"))
    form = models.CharField(_("form of the reply"), max_length=10, choices=ReplyForm, default=ReplyForm.MAIL)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("drafted by"))
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    sent_at = models.DateTimeField(_("told to the customer"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_at=None, reviewer=None, sent_at=None)
                | Q(approved_at__isnull=False, reviewer__isnull=False),
                name="reply_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(reviewer=None) | ~Q(reviewer=models.F("author")), name="reply_reviewed_by_another"
            ),
        ]
        verbose_name = _("reply")
        verbose_name_plural = _("replies")

    def __str__(self):
        return self.result[:40]

    @property
    def is_approved(self):
        return self.approved_at is not None


class CallBack(models.Model):
    """One attempt to ask the customer whether it is resolved. Insert-only."""

    cycle = models.ForeignKey("complaints.Cycle", models.PROTECT, related_name="call_backs", verbose_name=_("cycle"))
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=moments.now)
    reached = models.BooleanField(_("reached"))
    resolved = models.BooleanField(_("resolved"), null=True, blank=True)
    score = models.PositiveSmallIntegerField(
        _("satisfaction with the handling"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )  # fmt: skip
    comment = models.TextField(_("what the customer says"), blank=True)
    interaction = models.OneToOneField(
        "customers.Interaction", models.PROTECT, related_name="call_back", verbose_name=_("contact")
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "attempt"], name="call_back_attempt_once"),
            models.CheckConstraint(
                condition=Q(reached=True, resolved__isnull=False) | Q(reached=False, resolved=None, score=None),
                name="call_back_resolved_iff_reached",
            ),
            models.CheckConstraint(condition=Q(score=None) | Q(score__range=(1, 5)), name="call_back_score_1_to_5"),
            models.CheckConstraint(condition=Q(attempt__gte=1), name="call_back_attempts_from_one"),
        ]
        verbose_name = _("call-back")
        verbose_name_plural = _("call-backs")

    def __str__(self):
        return f"{self.cycle_id}: {self.attempt}"
