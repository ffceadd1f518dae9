from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.i18n import pick
from core.models import Tracked
from surveys.choices import QuestionKind, Use


class KeptQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.has_perm("surveys.see_questionnaires") else self.none()

    def in_use(self):
        return self.filter(state=Use.ACTIVE)


class BankQuestionQuerySet(KeptQuerySet):
    def with_wording(self):
        """Each with ``wording``: number and text of its newest wording."""
        newest = BankWording.objects.filter(question=OuterRef("pk")).order_by("-no")
        return self.annotate(wording=Subquery(newest.values(found=JSONObject(no="no", item="item"))[:1]))


class Indicator(Tracked):
    """A part of the indicator system (满意度指标体系): a dimension, or an indicator below one. It outlives questionnaires.

    A section of any questionnaire whose code is ``code`` measures the dimension; questions of the bank measure theirs.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="indicators", verbose_name=_("dimension")
    )
    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160)
    meaning_zh = models.TextField(_("meaning (Chinese)"))
    meaning_en = models.TextField(_("meaning (English)"))
    since = models.DateField(_("in use since"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=Use, default=Use.ACTIVE)

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=Use.values), name="indicator_state_known"),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="indicator_not_below_itself"
            ),
        ]  # fmt: skip

    def __str__(self):
        return pick(self, "name")

    def get_absolute_url(self):
        return reverse("surveys:indicator", args=[self.pk])

    @property
    def meaning(self):
        return pick(self, "meaning")


class BankQuestion(Tracked):
    """A question that questionnaires share. ``uid`` is its identity in all of them, so their answers compare."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    uid = models.CharField(_("identity"), max_length=32, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=QuestionKind, editable=False)
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="questions", verbose_name=_("indicator")
    )
    state = models.CharField(_("state"), max_length=10, choices=Use, default=Use.ACTIVE)

    objects = BankQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("question of the bank")
        verbose_name_plural = _("questions of the bank")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=Use.values), name="bankquestion_state_known"),
            models.CheckConstraint(
                condition=Q(kind__in=QuestionKind.values) & ~Q(kind=QuestionKind.MATRIX), name="bankquestion_kind_known"
            ),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        return reverse("surveys:bank_question", args=[self.pk])


class BankWording(models.Model):
    """A wording of a question of the bank: the question as a questionnaire's definition holds it. Never changed."""

    question = models.ForeignKey(BankQuestion, models.PROTECT, related_name="wordings", verbose_name=_("question"))
    no = models.PositiveSmallIntegerField(_("number of the wording"))
    item = models.JSONField(_("definition"))
    note = models.CharField(_("why it changed"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by"))
    at = models.DateTimeField(_("written at"), auto_now_add=True)

    class Meta:
        ordering = ["question", "no"]
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        constraints = [models.UniqueConstraint(fields=["question", "no"], name="one_wording_per_number")]

    def __str__(self):
        return f"{self.question} · {self.no}"
