from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint
from core import moments
from core.i18n import pick
from core.models import Tracked
from improvements.choices import (
    EffectVerdict,
    ExtensionState,
    GoalIndicator,
    MeasureKind,
    MeasureState,
    VerificationResult,
)
from improvements.models.base import OwedQuerySet

FIGURE = {"max_digits": 7, "decimal_places": 5, "null": True, "blank": True}  # a share as a fraction, or a mean of 1–5


def person(label, *, null=True, related_name="+"):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=null, blank=null, related_name=related_name, verbose_name=label
    )


class MeasureQuerySet(OwedQuerySet):
    DUE, OWED = "current_due", MeasureState.pending()
    ANSWERED, ANSWERED_AT = MeasureState.ACCEPTANCE, "submitted_at"

    def visible_to(self, user):
        """What began with a complaint about the person shows only what the person carries out."""
        about = Q(case__complaint__in=Complaint.objects.barring(user))
        return super().visible_to(user).exclude(about & ~Q(owner=user))

    def running(self):
        return self.filter(state__in=MeasureState.running())


class Measure(Tracked):
    """A corrective or preventive measure with a measurable goal; whether it worked is computed from the next wave.

    The goal's figures are shares as fractions (top-2) or means on 1–5, with the baseline as it stood.
    """

    case = models.ForeignKey(
        "improvements.ImprovementCase", models.PROTECT, related_name="measures", verbose_name=_("case")
    )
    no = models.PositiveSmallIntegerField(_("number in the case"))
    kind = models.CharField(_("kind"), max_length=10, choices=MeasureKind, default=MeasureKind.CORRECTIVE)
    title = models.CharField(_("measure"), max_length=200)
    goal = models.TextField(_("goal"))
    expected_effect = models.TextField(_("expected effect"), blank=True)
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, related_name="measures", verbose_name=_("responsible unit")
    )
    owner = person(_("responsible person"), null=False, related_name="measures")

    indicator = models.CharField(_("measured by"), max_length=10, choices=GoalIndicator, blank=True)
    question = models.ForeignKey(
        "surveys.Question", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("question")
    )
    dimension = models.CharField(_("dimension"), max_length=40, blank=True)
    segment = models.JSONField(_("group"), default=dict, blank=True)
    baseline_wave = models.ForeignKey(
        "surveys.Wave", models.PROTECT, null=True, blank=True, related_name="measures", verbose_name=_("baseline wave")
    )
    baseline_n = models.PositiveIntegerField(_("answers of the baseline"), null=True, blank=True)
    baseline_count = models.PositiveIntegerField(_("satisfied answers of the baseline"), null=True, blank=True)
    baseline_value = models.DecimalField(_("baseline"), **FIGURE)
    baseline_low = models.DecimalField(_("baseline from"), **FIGURE)
    baseline_high = models.DecimalField(_("baseline to"), **FIGURE)
    baseline_sd = models.DecimalField(_("spread of the baseline"), **FIGURE)
    target = models.DecimalField(_("target"), **FIGURE)
    smallest_change = models.DecimalField(_("smallest change worth having"), **FIGURE)
    window_wave = models.ForeignKey(
        "surveys.Wave", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("wave that decided")
    )

    state = models.CharField(_("state"), max_length=20, choices=MeasureState, default=MeasureState.DRAFT)
    cycle = models.PositiveSmallIntegerField(_("cycle"), default=1)
    returns = models.PositiveSmallIntegerField(_("times sent back"), default=0)
    original_due = models.DateTimeField(_("due (original)"))
    current_due = models.DateTimeField(_("due"))
    redo_due = models.DateTimeField(_("due of the new cycle"), null=True, blank=True)
    cycle_began_at = models.DateTimeField(_("cycle began at"), null=True, blank=True)
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    issued_by = person(_("issued by"))
    submitted_at = models.DateTimeField(_("handed in at"), null=True, blank=True)
    implemented_at = models.DateTimeField(_("found carried out at"), null=True, blank=True)
    extended_at = models.DateTimeField(_("observation extended at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = person(_("closed by"))
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    UNLOGGED = (  # said by the event itself, or rows of their own
        "window_wave", "current_due", "redo_due", "owner", "segment", "question", "baseline_wave", "baseline_n",
        "baseline_count", "baseline_value", "baseline_low", "baseline_high", "baseline_sd",
    )  # fmt: skip
    objects = MeasureQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "current_due"], name="measure_by_state_due"),
            models.Index(fields=["original_due"], name="measure_by_original_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "no"], name="one_measure_per_number"),
            models.CheckConstraint(condition=Q(state__in=MeasureState.values), name="measure_state_known"),
            models.CheckConstraint(condition=Q(kind__in=MeasureKind.values), name="measure_kind_known"),
            models.CheckConstraint(
                condition=Q(indicator="", baseline_wave=None, question=None, dimension="", target=None)
                | Q(
                    Q(question__isnull=False, dimension="") | Q(question=None) & ~Q(dimension=""),
                    indicator__in=GoalIndicator.values, baseline_wave__isnull=False, baseline_n__isnull=False,
                    baseline_value__isnull=False, target__isnull=False, smallest_change__gt=0,
                ),
                name="measure_goal_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=MeasureState.CANCELLED)
                | Q(state=MeasureState.DRAFT, issued_at=None, issued_by=None)
                | (~Q(state=MeasureState.DRAFT) & Q(issued_at__isnull=False, issued_by__isnull=False)),
                name="measure_issued_iff_not_draft",
            ),
            models.CheckConstraint(
                condition=Q(state__in=MeasureState.submitted(), submitted_at__isnull=False)
                | (~Q(state__in=MeasureState.submitted()) & Q(submitted_at=None)),
                name="measure_submitted_iff_handed_in",
            ),
            models.CheckConstraint(
                condition=Q(state__in=MeasureState.implemented(), implemented_at__isnull=False)
                | (~Q(state__in=MeasureState.implemented()) & Q(implemented_at=None)),
                name="measure_implemented_iff_verified",
            ),
            models.CheckConstraint(
                condition=Q(state=MeasureState.CLOSED, closed_at__isnull=False, closed_by__isnull=False)
                | (~Q(state=MeasureState.CLOSED) & Q(closed_at=None, closed_by=None)),
                name="measure_closed_iff_closed",
            ),
            models.CheckConstraint(
                condition=Q(state=MeasureState.CANCELLED, cancelled_at__isnull=False)
                | (~Q(state=MeasureState.CANCELLED) & Q(cancelled_at=None)),
                name="measure_cancelled_iff_cancelled",
            ),
            models.CheckConstraint(condition=Q(current_due__gte=F("original_due")), name="measure_due_moves_later"),
            models.CheckConstraint(
                condition=Q(cycle=1, redo_due=None) | Q(cycle__gt=1, redo_due__isnull=False),
                name="measure_redo_due_iff_redone",
            ),
        ]  # fmt: skip
        permissions = [
            ("run_measure", _("Can plan and carry out measures of the own unit")),
            ("approve_extension", _("Can decide extensions of measures")),
            ("verify_measure", _("Can verify measures of other units")),
            ("evaluate_effect", _("Can judge the effect of measures")),
        ]
        verbose_name = _("measure")
        verbose_name_plural = _("measures")

    def __str__(self):
        return f"{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("improvements:measure", args=[self.pk])

    @property
    def number(self):
        return f"{self.case.number}-{self.no}"

    @property
    def state_badge(self):
        return MeasureState(self.state)

    @property
    def due_at(self):
        """By when the running cycle is owed."""
        return self.redo_due or self.current_due

    @property
    def moved_from(self):
        """The original due moment where an extension moved it."""
        return self.original_due if self.original_due != self.current_due else None

    @property
    def due_on(self):
        return timezone.localdate(self.due_at)

    @property
    def moved_from_on(self):
        return timezone.localdate(self.moved_from) if self.moved_from else None

    @property
    def is_pending(self):
        return self.state in MeasureState.pending()

    @property
    def is_overdue(self):
        """Past the due moment and not handed in by then; time spent waiting for the verifier is not the unit's."""
        if self.state == MeasureState.ACCEPTANCE:
            return self.submitted_at > self.due_at
        return self.is_pending and self.due_at < timezone.now()

    @property
    def has_figure(self):
        """Its goal is a survey figure, so that the next wave decides."""
        return bool(self.indicator)

    @property
    def subject(self):
        """The question or dimension of the goal in the reader's language."""
        if self.question_id:
            return pick(self.question, "title")
        sections = self.baseline_wave.questionnaire_version.definition.get("sections", [])
        return next((pick(part, "title") for part in sections if part["code"] == self.dimension), self.dimension)


class MeasureTask(models.Model):
    """One step of a measure, with its own day where it has one (IMP-02)."""

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="tasks", verbose_name=_("measure"))
    no = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("task"), max_length=300)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = person(_("done by"))

    class Meta:
        ordering = ["no"]
        constraints = [
            models.UniqueConstraint(fields=["measure", "no"], name="one_task_per_number"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="measure_task_done_by_somebody",
            ),
        ]
        verbose_name = _("task")
        verbose_name_plural = _("tasks")

    def __str__(self):
        return self.title


class Progress(models.Model):
    """How far a measure is, what is difficult and what is done about it (IMP-05). Insert-only."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="progress", verbose_name=_("measure"))
    cycle = models.PositiveSmallIntegerField(_("cycle"))
    text = models.TextField(_("progress"))
    difficulty = models.TextField(_("difficulty"), blank=True)
    remedy = models.TextField(_("what is done about it"), blank=True)
    by = person(_("by"), null=False)
    at = models.DateTimeField(_("at"), default=moments.now)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("progress entry")
        verbose_name_plural = _("progress entries")

    def __str__(self):
        return self.text[:80]


class ExtensionRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(measure__in=Measure.objects.visible_to(user))

    def waiting(self):
        return self.filter(state=ExtensionState.REQUESTED)


class ExtensionRequest(Tracked):
    """Old date, new date, reason and decision; the original date stays for the statistics (IMP-06)."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="extensions", verbose_name=_("measure"))
    old_due = models.DateTimeField(_("due so far"))
    new_due = models.DateTimeField(_("new due date"))
    reason = models.TextField(_("objective reason"))
    requested_by = person(_("asked for by"), null=False)
    state = models.CharField(_("state"), max_length=20, choices=ExtensionState, default=ExtensionState.REQUESTED)
    decided_by = person(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision = models.TextField(_("remark"), blank=True)

    objects = ExtensionRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure"], condition=Q(state=ExtensionState.REQUESTED), name="one_open_extension_per_measure"
            ),
            models.CheckConstraint(condition=Q(state__in=ExtensionState.values), name="extension_state_known"),
            models.CheckConstraint(condition=Q(new_due__gt=F("old_due")), name="extension_moves_later"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")), name="extension_decided_by_another"
            ),
            models.CheckConstraint(
                condition=Q(state=ExtensionState.REQUESTED, decided_at=None, decided_by=None)
                | (~Q(state=ExtensionState.REQUESTED) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="extension_decided_iff_not_requested",
            ),
        ]
        verbose_name = _("extension request")
        verbose_name_plural = _("extension requests")

    def __str__(self):
        return f"{self.measure} → {timezone.localdate(self.new_due)}"

    def get_absolute_url(self):
        return self.measure.get_absolute_url()

    @property
    def state_badge(self):
        return ExtensionState(self.state)


class Verification(models.Model):
    """Somebody else looked whether a measure was carried out. Insert-only; the database refuses who worked on it (S2)."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="verifications", verbose_name=_("measure"))
    cycle = models.PositiveSmallIntegerField(_("cycle"))
    result = models.CharField(_("result"), max_length=10, choices=VerificationResult)
    submitted_at = models.DateTimeField(_("handed in at"))
    sampled = models.TextField(_("what was looked at"))
    comment = models.TextField(_("remark"), blank=True)
    by = person(_("verified by"), null=False)
    at = models.DateTimeField(_("at"), default=moments.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "cycle"], condition=Q(result=VerificationResult.ACCEPTED),
                name="accepted_once_per_cycle",
            ),
            models.CheckConstraint(condition=Q(result__in=VerificationResult.values), name="verification_result_known"),
            models.CheckConstraint(
                condition=Q(result=VerificationResult.ACCEPTED) | ~Q(comment=""), name="sent_back_with_a_reason"
            ),
        ]  # fmt: skip
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")

    def __str__(self):
        return f"{self.measure} {self.get_result_display()}"

    @property
    def result_badge(self):
        return VerificationResult(self.result)


class Effect(models.Model):
    """What a wave after a measure shows against its baseline: computed, never ticked. Insert-only.

    Without ``after_n`` the group was too small to be shown.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="effects", verbose_name=_("measure"))
    cycle = models.PositiveSmallIntegerField(_("cycle"))
    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="effects", verbose_name=_("wave"))
    before_n = models.PositiveIntegerField(_("answers before"))
    before_value = models.DecimalField(_("before"), **FIGURE)
    after_n = models.PositiveIntegerField(_("answers after"), null=True, blank=True)
    after_value = models.DecimalField(_("after"), **FIGURE)
    after_low = models.DecimalField(_("after from"), **FIGURE)
    after_high = models.DecimalField(_("after to"), **FIGURE)
    change = models.DecimalField(_("change"), **FIGURE)
    change_low = models.DecimalField(_("change from"), **FIGURE)
    change_high = models.DecimalField(_("change to"), **FIGURE)
    verdict = models.CharField(_("verdict"), max_length=12, choices=EffectVerdict)
    is_worth_having = models.BooleanField(_("reaches the smallest change worth having"))
    needed = models.PositiveIntegerField(_("answers needed to prove that change"), null=True, blank=True)
    computed_at = models.DateTimeField(_("computed at"), default=moments.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["measure", "cycle", "wave"], name="one_effect_per_cycle_and_wave"),
            models.CheckConstraint(condition=Q(verdict__in=EffectVerdict.values), name="effect_verdict_known"),
            models.CheckConstraint(
                condition=Q(verdict=EffectVerdict.NOT_PROVEN) | Q(after_n__isnull=False, change__isnull=False),
                name="effect_proven_by_figures",
            ),
        ]
        verbose_name = _("effect")
        verbose_name_plural = _("effects")

    def __str__(self):
        return f"{self.measure} {self.get_verdict_display()}"

    @property
    def verdict_badge(self):
        return EffectVerdict(self.verdict)

    @property
    def is_effective(self):
        """Proven, and as large as was wanted."""
        return self.verdict == EffectVerdict.IMPROVED and self.is_worth_having
