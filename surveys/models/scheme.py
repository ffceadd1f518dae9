from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.i18n import pick
from surveys.choices import Designer, Goal, Stage

NOTICE_DAYS = 7  # before a wave opens, people concerned are told


def text(label):
    return models.TextField(label, blank=True)


def several(label, choices):
    return ArrayField(models.CharField(max_length=15, choices=choices), verbose_name=label, default=list, blank=True)


class Scheme(models.Model):
    """How an activity of a plan is carried out: for what, whom, with which questionnaire, by whom, and what becomes of
    the results (SUR-05 to 07). Part of the plan, approved with it.
    """

    activity = models.OneToOneField(
        "surveys.PlanActivity", models.CASCADE, related_name="scheme", verbose_name=_("activity")
    )
    goals = several(_("goals"), Goal)
    scope_zh, scope_en = text(_("scope (Chinese)")), text(_("scope (English)"))
    respondents_zh, respondents_en = text(_("respondents (Chinese)")), text(_("respondents (English)"))
    processing_zh, processing_en = text(_("use of the results (Chinese)")), text(_("use of the results (English)"))
    questionnaire_version = models.ForeignKey(
        "surveys.QuestionnaireVersion", models.PROTECT, null=True, blank=True, related_name="schemes",
        verbose_name=_("questionnaire sample"),
    )  # fmt: skip
    stages = several(_("stages of the service chain"), Stage)
    organiser = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, null=True, blank=True, related_name="organised_schemes",
        verbose_name=_("organising unit"),
    )  # fmt: skip
    designer = models.CharField(_("designed by"), max_length=12, choices=Designer, default=Designer.OWN)
    third_party = models.CharField(_("third party"), max_length=120, blank=True)
    notice_days = models.PositiveSmallIntegerField(
        _("days of advance notice"), null=True, blank=True, default=NOTICE_DAYS, validators=[MaxValueValidator(90)]
    )
    concerned = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("also told of the date")
    )

    class Meta:
        verbose_name = _("survey scheme")
        verbose_name_plural = _("survey schemes")
        constraints = [
            models.CheckConstraint(condition=Q(designer__in=Designer.values), name="scheme_designer_known"),
            models.CheckConstraint(
                condition=Q(designer="third_party") & ~Q(third_party="") | Q(designer="own", third_party=""),
                name="scheme_third_party_is_named",
            ),
            models.CheckConstraint(condition=Q(goals__contained_by=Goal.values), name="scheme_goals_known"),
            models.CheckConstraint(condition=Q(stages__contained_by=Stage.values), name="scheme_stages_known"),
        ]

    def __str__(self):
        return str(self.activity)

    @property
    def goal_words(self):
        return [Goal(value).label for value in self.goals]

    @property
    def stage_words(self):
        return [Stage(value).label for value in self.stages]

    @property
    def missing(self):
        """What a whole scheme still lacks, as labels."""
        needed = {
            _("Goals"): self.goals, _("Respondents"): pick(self, "respondents"), _("Organising unit"): self.organiser_id,
            _("Use of the results"): pick(self, "processing"),
        }  # fmt: skip
        return [label for label, content in needed.items() if not content]


class AssistingUnit(models.Model):
    """A department that assists in an activity, what it must do, and that it has read so (SUR-05, 06)."""

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="assisting", verbose_name=_("scheme"))
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, related_name="survey_duties", verbose_name=_("department")
    )
    duty = models.TextField(_("what it must do"))
    due_on = models.DateField(_("by"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("confirmed by")
    )  # fmt: skip

    class Meta:
        ordering = ["unit__path", "pk"]
        verbose_name = _("assisting department")
        verbose_name_plural = _("assisting departments")
        constraints = [
            models.UniqueConstraint(fields=["scheme", "unit"], name="one_duty_per_scheme_and_unit"),
            models.CheckConstraint(condition=~Q(duty=""), name="assisting_unit_has_a_duty"),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="duty_confirmed_at_with_by",
            ),
        ]

    def __str__(self):
        return f"{self.unit}: {self.duty}"


class DimensionStage(models.Model):
    """Which stage of the service chain a dimension of a questionnaire looks at, over all its versions (SUR-25)."""

    questionnaire = models.ForeignKey(
        "surveys.Questionnaire", models.CASCADE, related_name="stages", verbose_name=_("questionnaire")
    )
    dimension = models.CharField(_("dimension"), max_length=40)
    stage = models.CharField(_("stage"), max_length=15, choices=Stage)

    class Meta:
        verbose_name = _("stage of a dimension")
        verbose_name_plural = _("stages of dimensions")
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "dimension"], name="one_stage_per_dimension"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="dimension_stage_known"),
        ]

    def __str__(self):
        return f"{self.questionnaire_id} {self.dimension}: {self.stage}"


class AdvanceNotice(models.Model):
    """Who was told, when, that a wave opens on a day (SUR-15, REM-04). Insert-only; a day that moved is told anew."""

    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="advance_notices", verbose_name=_("wave"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    opens_on = models.DateField(_("opens on"))
    at = models.DateTimeField(_("told at"), db_default=Now())

    class Meta:
        ordering = ["pk"]
        verbose_name = _("advance notice")
        verbose_name_plural = _("advance notices")
        constraints = [
            models.UniqueConstraint(fields=["wave", "user", "opens_on"], name="one_advance_notice_per_day_and_person")
        ]

    def __str__(self):
        return f"{self.wave_id} → {self.user_id} {self.opens_on}"


class SurveyTraining(models.Model):
    """Somebody was trained and guided in process, methods and skills of surveys (SUR-27). Insert-only."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="survey_trainings", verbose_name=_("person")
    )
    on = models.DateField(_("trained on"))
    subject = models.CharField(_("in what"), max_length=200)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("noted by")
    )  # fmt: skip
    noted_at = models.DateTimeField(_("noted at"), db_default=Now())

    class Meta:
        ordering = ["-on", "-pk"]
        verbose_name = _("survey training")
        verbose_name_plural = _("survey trainings")

    def __str__(self):
        return f"{self.user} {self.on}"
