from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.i18n import pick
from core.models import Tracked
from surveys.choices import Anchor, CheckPoint, CycleStep, Fact, Phase, TaskState, Verdict

SOON = 7  # days before its limit a task shows as due


class TaskFacts(models.Model):
    """Phase, step and words of a task; ``fact`` where the portal ticks it."""

    code = models.SlugField(_("code"), max_length=30)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    phase = models.CharField(_("phase"), max_length=12, choices=Phase)
    step = models.PositiveSmallIntegerField(_("step of the cycle"), choices=CycleStep)
    title_zh = models.CharField(_("task (Chinese)"), max_length=120)
    title_en = models.CharField(_("task (English)"), max_length=160, blank=True)
    fact = models.CharField(_("ticked by"), max_length=20, choices=Fact, blank=True)
    is_required = models.BooleanField(_("needed to complete the survey"), default=True)
    wants_outcome = models.BooleanField(_("asks for a written outcome"), default=False)

    class Meta:
        abstract = True

    def __str__(self):
        return pick(self, "title")

    @property
    def link(self):
        return CycleStep(self.step).link


class TaskTemplate(TaskFacts, Tracked):
    """A task that every new wave gets, with its time limit (SUR-10, 12; REM-07, 09)."""

    anchor = models.CharField(_("counts from"), max_length=8, choices=Anchor)
    offset_days = models.SmallIntegerField(
        _("days after (before: negative)"), validators=[MinValueValidator(-180), MaxValueValidator(365)]
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["step", "position", "pk"]
        verbose_name = _("task template")
        verbose_name_plural = _("task templates")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="one_task_template_per_code"),
            models.CheckConstraint(condition=Q(step__gte=1, step__lte=7), name="task_template_step_known"),
            models.CheckConstraint(condition=Q(phase__in=Phase.values), name="task_template_phase_known"),
            models.CheckConstraint(condition=Q(fact="") | Q(fact__in=Fact.values), name="task_template_fact_known"),
            models.CheckConstraint(condition=Q(anchor__in=Anchor.values), name="task_template_anchor_known"),
        ]

    def due_of(self, wave):
        moment = wave.opens_at if self.anchor == Anchor.OPENS else wave.closes_at
        return timezone.localdate(moment) + timedelta(days=self.offset_days)


class SurveyTaskQuerySet(models.QuerySet):
    def undone(self):
        return self.filter(done_at=None)

    def of_living_waves(self):
        """Of waves that were neither cancelled nor completed."""
        return self.exclude(wave__state="cancelled").filter(wave__completion=None)


class SurveyTask(TaskFacts):
    """A task of a wave: whose, by when, and done when. One that stands on a fact is ticked by nobody."""

    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="tasks", verbose_name=_("wave"))
    anchor = models.CharField(_("counts from"), max_length=8, choices=Anchor)
    offset_days = models.SmallIntegerField(_("days after (before: negative)"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="survey_tasks", verbose_name=_("owner")
    )
    due_on = models.DateField(_("due"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("done by")
    )
    outcome = models.TextField(_("outcome"), blank=True)

    objects = SurveyTaskQuerySet.as_manager()

    class Meta:
        ordering = ["wave", "step", "position", "pk"]
        verbose_name = _("survey task")
        verbose_name_plural = _("survey tasks")
        permissions = [("do_tasks", _("Can tick tasks of surveys that are given to them"))]
        indexes = [
            models.Index(fields=["owner", "due_on"], condition=Q(done_at=None), name="survey_task_undone"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["wave", "code"], name="one_task_per_wave_and_code"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True, outcome="")
                | Q(fact="", done_at__isnull=False, done_by__isnull=False)
                | (~Q(fact="") & Q(done_at__isnull=False, done_by__isnull=True, outcome="")),
                name="survey_task_ticked_by_person_or_fact",
            ),
            models.CheckConstraint(
                condition=Q(wants_outcome=False) | Q(done_at__isnull=True) | ~Q(outcome=""), name="survey_task_says_what_came"
            ),
        ]  # fmt: skip

    def get_absolute_url(self):
        return reverse("surveys:wave_tasks", args=[self.wave_id])

    @property
    def badge(self):
        today = timezone.localdate()
        if self.done_at:
            return TaskState.DONE
        if self.due_on < today:
            return TaskState.OVERDUE
        return TaskState.DUE if self.due_on <= today + timedelta(days=SOON) else TaskState.AHEAD

    @property
    def was_late(self):
        return bool(self.done_at) and timezone.localdate(self.done_at) > self.due_on


class WaveCompletion(models.Model):
    """A survey went through all its links and is complete (SUR-11). Insert-only."""

    wave = models.OneToOneField(
        "surveys.Wave", models.PROTECT, primary_key=True, related_name="completion", verbose_name=_("wave")
    )
    at = models.DateTimeField(_("completed at"), db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("completed by"))

    class Meta:
        verbose_name = _("completion of a survey")
        verbose_name_plural = _("completions of surveys")

    def __str__(self):
        return str(self.wave_id)


class QualityCheck(models.Model):
    """How a survey was carried out, looked at by a department concerned or the supervision group (SUR-28). Insert-only."""

    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="quality_checks", verbose_name=_("wave"))
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("for the unit")
    )
    met = ArrayField(models.CharField(max_length=12, choices=CheckPoint), verbose_name=_("in order"), default=list, blank=True)  # fmt: skip
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    remark = models.TextField(_("what was seen"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("checked by"))
    at = models.DateTimeField(_("checked at"), db_default=Now())

    class Meta:
        ordering = ["-at", "-pk"]
        permissions = [("check_quality", _("Can check how surveys are carried out"))]
        verbose_name = _("quality check of a survey")
        verbose_name_plural = _("quality checks of surveys")
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="quality_verdict_known"),
            models.CheckConstraint(condition=Q(met__contained_by=CheckPoint.values), name="quality_points_known"),
            models.CheckConstraint(
                condition=Q(verdict="sound") | ~Q(remark=""), name="quality_check_says_what_is_wrong"
            ),
        ]

    def __str__(self):
        return f"{self.wave_id} {self.verdict}"

    @property
    def badge(self):
        return Verdict(self.verdict)

    @property
    def points(self):
        """[(words, is it in order)] of everything looked at."""
        return [(point.label, point.value in self.met) for point in CheckPoint]
