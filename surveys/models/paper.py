from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from surveys import serials


class PaperBatch(models.Model):
    """Paper questionnaires of a wave that were printed together: how many went out. Never changed."""

    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="paper_batches", verbose_name=_("wave"))
    first_no = models.PositiveIntegerField(_("first number"))
    count = models.PositiveIntegerField(_("sheets"))
    language = models.CharField(_("language"), max_length=10)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("printed by")
    )
    made_at = models.DateTimeField(_("printed at"), auto_now_add=True)

    class Meta:
        ordering = ["wave", "first_no"]
        verbose_name = _("batch of paper questionnaires")
        verbose_name_plural = _("batches of paper questionnaires")
        constraints = [
            models.UniqueConstraint(fields=["wave", "first_no"], name="one_paper_batch_per_number"),
            models.CheckConstraint(condition=Q(count__gte=1, first_no__gte=1), name="paper_batch_has_sheets"),
        ]

    def __str__(self):
        return f"{self.wave_id}: {self.first_no}–{self.last_no}"

    @property
    def last_no(self):
        return self.first_no + self.count - 1


class PersonalSheetQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.has_perm("surveys.see_waves") else self.none()

    def unsent(self):
        return self.filter(sent_on=None, undelivered_on=None)


class PersonalSheet(models.Model):
    """A paper questionnaire made for one invitation, perhaps with a letter to its respondent (CHN-06, 12).

    What is entered under its number is that invitation's one answer. Number and invitation never change; once it came
    back undelivered, nothing does.
    """

    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="personal_sheets", verbose_name=_("wave"))
    batch = models.ForeignKey(PaperBatch, models.PROTECT, related_name="personal", verbose_name=_("printed with"))
    number = models.PositiveIntegerField(_("number"))
    invitation = models.OneToOneField(
        "surveys.Invitation", models.PROTECT, related_name="sheet", verbose_name=_("invitation")
    )
    language = models.CharField(_("language"), max_length=10)
    is_letter = models.BooleanField(_("with a letter"), default=False)
    sent_on = models.DateField(_("sent on"), null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("sent by")
    )
    undelivered_on = models.DateField(_("came back on"), null=True, blank=True)
    undelivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = PersonalSheetQuerySet.as_manager()

    class Meta:
        ordering = ["wave", "number"]
        verbose_name = _("personal sheet")
        verbose_name_plural = _("personal sheets")
        constraints = [
            models.UniqueConstraint(fields=["wave", "number"], name="one_personal_sheet_per_number"),
            models.CheckConstraint(
                condition=Q(sent_on__isnull=True, sent_by__isnull=True)
                | Q(sent_on__isnull=False, sent_by__isnull=False),
                name="personal_sheet_sent_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(undelivered_on__isnull=True, undelivered_by__isnull=True)
                | Q(undelivered_on__gte=F("sent_on"), sent_on__isnull=False, undelivered_by__isnull=False),
                name="personal_sheet_came_back_after_sending",
            ),
        ]

    def __str__(self):
        return serials.write(self.number)
