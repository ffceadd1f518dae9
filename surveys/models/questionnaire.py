from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.i18n import pick
from core.models import Tracked
from surveys.choices import ChangeClass, QuestionKind, ScaleKind, VersionState


class Scale(models.Model):
    """A scale of the library. A question copies the points, so a change of the library moves nothing."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=ScaleKind, default=ScaleKind.LABELS)
    points = models.JSONField(_("points"), default=list, blank=True)
    full_mark = models.PositiveSmallIntegerField(_("full mark"), null=True, blank=True)
    bands = models.JSONField(_("bands"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("scale")
        verbose_name_plural = _("scales")
        constraints = [models.CheckConstraint(condition=Q(kind__in=ScaleKind.values), name="scale_kind_known")]

    def __str__(self):
        return pick(self, "name")


class QuestionnaireQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.has_perm("surveys.see_questionnaires") else self.none()


class Questionnaire(models.Model):
    """An instrument over all its versions."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160)
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, related_name="questionnaires", verbose_name=_("owning unit")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        permissions = [
            ("see_questionnaires", _("Can see questionnaires")),
            ("design_questionnaire", _("Can design questionnaires")),
            ("publish_questionnaire", _("Can publish questionnaires of others")),
        ]

    def __str__(self):
        return pick(self, "name")

    def get_absolute_url(self):
        return reverse("surveys:questionnaire", args=[self.pk])


class VersionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.has_perm("surveys.see_questionnaires") else self.none()

    def published(self):
        return self.filter(state=VersionState.PUBLISHED)


class QuestionnaireVersion(Tracked):
    """The text of an instrument. Once published it never changes; a correction is a new version."""

    questionnaire = models.ForeignKey(
        Questionnaire, models.PROTECT, related_name="versions", verbose_name=_("questionnaire")
    )
    no = models.PositiveSmallIntegerField(_("version number"))
    state = models.CharField(_("state"), max_length=20, choices=VersionState, default=VersionState.DRAFT)
    definition = models.JSONField(_("definition"), default=dict)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    change_class = models.CharField(_("kind of change"), max_length=10, choices=ChangeClass, default=ChangeClass.FIRST)
    change_note = models.TextField(_("what changed"), blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("designer"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )

    UNLOGGED = ("definition",)
    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["questionnaire", "-no"]
        verbose_name = _("questionnaire version")
        verbose_name_plural = _("questionnaire versions")
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "no"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["questionnaire"],
                condition=Q(state=VersionState.DRAFT),
                name="one_draft_per_questionnaire",
            ),
            models.CheckConstraint(condition=Q(state__in=VersionState.values), name="version_state_known"),
            models.CheckConstraint(
                condition=~Q(published_by=F("author")), name="version_author_is_not_publisher"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True, published_by__isnull=True, sha256="")
                | (
                    ~Q(state="draft")
                    & Q(published_at__isnull=False, published_by__isnull=False)
                    & ~Q(sha256="")
                ),
                name="version_published_iff_not_draft",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.questionnaire} v{self.no}"

    def get_absolute_url(self):
        return reverse("surveys:version", args=[self.pk])


class Question(models.Model):
    """A question of a published version, for joins. ``uid`` is stable over versions; rows never change."""

    questionnaire_version = models.ForeignKey(
        QuestionnaireVersion,
        models.PROTECT,
        related_name="questions",
        verbose_name=_("questionnaire version"),
    )
    uid = models.CharField(_("identity"), max_length=32)
    code = models.CharField(_("code"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=QuestionKind)
    position = models.PositiveSmallIntegerField(_("position"))
    dimension = models.CharField(_("dimension"), max_length=40, blank=True)
    is_overall = models.BooleanField(_("overall satisfaction"), default=False)
    title_zh = models.TextField(_("title (Chinese)"))
    title_en = models.TextField(_("title (English)"))

    class Meta:
        ordering = ["questionnaire_version", "position"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        indexes = [models.Index(fields=["uid"], name="question_uid")]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire_version", "uid"], name="one_question_per_uid"),
            models.UniqueConstraint(fields=["questionnaire_version", "code"], name="one_question_per_code"),
            models.CheckConstraint(condition=Q(kind__in=QuestionKind.values), name="question_kind_known"),
        ]

    def __str__(self):
        return f"{self.code} {pick(self, 'title')}"
