from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import moments
from core.crypto import EncryptedTextField
from core.models import Tracked
from surveys.choices import Tool


class AnswerFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.has_perm("surveys.import_answers") else self.none()


class AnswerFile(Tracked):
    """A file of answers that another survey tool wrote, and what its columns mean in this wave (CHN-13, DAT-08).

    ``look`` holds its headings and first rows as long as the file itself is kept; both go FILE_DAYS after the upload,
    in an anonymous wave as soon as its answers are in.
    """

    UNLOGGED = ("look", "upload", "mapping", "job")

    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="answer_files", verbose_name=_("wave"))
    tool = models.CharField(_("exported from"), max_length=10, choices=Tool)
    name = models.CharField(_("file"), max_length=200)
    kind = models.CharField(_("type"), max_length=4)
    sha256 = models.CharField(_("checksum"), max_length=64)
    heading_row = models.PositiveSmallIntegerField(_("row of the headings"), null=True, blank=True)
    upload = models.CharField(max_length=200, blank=True, editable=False)
    look = EncryptedTextField(blank=True, editable=False)
    refusal = models.TextField(_("why it cannot be read"), blank=True)
    mapping = models.JSONField(_("what its columns mean"), default=dict, blank=True)
    rows_n = models.PositiveIntegerField(_("rows"), null=True, blank=True)
    outcome = models.JSONField(_("what became of its rows"), default=dict, blank=True)
    job = models.ForeignKey(
        "core.Job", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("last work on it")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("brought by"))

    objects = AnswerFileQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("file of answers")
        verbose_name_plural = _("files of answers")
        permissions = [("import_answers", _("Can import answers of other survey tools"))]
        constraints = [models.CheckConstraint(condition=Q(tool__in=Tool.values), name="answer_file_tool_known")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("surveys:answer_file", args=[self.pk])

    @property
    def is_kept(self):
        return bool(self.upload)


class AnswerMapping(models.Model):
    """What the columns of a tool's files mean for a questionnaire, kept for the next file."""

    questionnaire = models.ForeignKey(
        "surveys.Questionnaire", models.CASCADE, related_name="mappings", verbose_name=_("questionnaire")
    )
    tool = models.CharField(_("exported from"), max_length=10, choices=Tool)
    mapping = models.JSONField(_("what its columns mean"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("kept by"))
    at = models.DateTimeField(_("kept at"), auto_now=True)

    class Meta:
        verbose_name = _("mapping of columns")
        verbose_name_plural = _("mappings of columns")
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "tool"], name="one_mapping_per_tool"),
            models.CheckConstraint(condition=Q(tool__in=Tool.values), name="answer_mapping_tool_known"),
        ]

    def __str__(self):
        return f"{self.questionnaire_id} {self.tool}"


class ImportedAnswer(models.Model):
    """Which row of which file an answer came from, and who brought it. Insert-only; of anonymous waves there are none.

    ``key`` stands for the tool's own number of the answer, or for the row's content: the same row twice adds nothing.
    """

    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="imported_answers", verbose_name=_("wave"))
    file = models.ForeignKey(AnswerFile, models.PROTECT, related_name="answers", verbose_name=_("file"))
    row = models.PositiveIntegerField(_("row"))
    key = models.UUIDField(editable=False)
    outside_id = models.CharField(_("number in the tool"), max_length=100, blank=True)
    row_sha256 = models.CharField(max_length=64)
    response = models.OneToOneField(
        "surveys.Response", models.PROTECT, related_name="imported", verbose_name=_("answer")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("imported by"))
    at = models.DateTimeField(_("imported at"), default=moments.now)

    class Meta:
        verbose_name = _("imported answer")
        verbose_name_plural = _("imported answers")
        constraints = [models.UniqueConstraint(fields=["wave", "key"], name="imported_once")]

    def __str__(self):
        return f"{self.file_id}: {self.row}"
