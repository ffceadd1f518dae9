import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.crypto import EncryptedTextField
from surveys.choices import ResponseMode
from surveys.models.invitation import Segmented

# What an anonymous response has none of
LEFT_OUT = ("invitation", "submit_key", "started_at", "submitted_at", "duration_s", "raw", "entered_by", "given_on")
ABSENT = [f"{name}__isnull" for name in LEFT_OUT]
EMPTY = ["language", "receipt", "raw_sha256", "entry_note", *(field.name for field in Segmented._meta.local_fields)]


def random_id():
    """A positive 62-bit number that says nothing about order or time."""
    return secrets.randbits(62)


class Draft(models.Model):
    """What an invited person has answered so far (waves with names): one row, overwritten, with a rev."""

    invitation = models.OneToOneField(
        "surveys.Invitation", models.CASCADE, related_name="draft", verbose_name=_("invitation")
    )
    payload = models.JSONField(_("answers"), default=dict)
    rev = models.PositiveIntegerField(_("revision"), default=0)
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last saved at"), auto_now=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")

    def __str__(self):
        return f"draft {self.invitation_id} r{self.rev}"


class ResponseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Single answers with names, also for the custodian of their wave; those of anonymous waves nobody opens one by one."""
        named = self.filter(is_anonymous=False)
        if user.has_perm("surveys.see_answers"):
            return named
        if user.has_perm("surveys.keep_material"):
            return named.filter(wave__custody__custodian=user)
        return self.none()

    def valid(self):
        return self.filter(is_valid=True)


class Response(Segmented):
    """One returned questionnaire. The key is random; an anonymous one keeps nothing but a day."""

    id = models.BigIntegerField(primary_key=True, default=random_id, editable=False)
    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="responses", verbose_name=_("wave"))
    questionnaire_version = models.ForeignKey(
        "surveys.QuestionnaireVersion",
        models.PROTECT,
        related_name="responses",
        verbose_name=_("questionnaire version"),
    )
    is_anonymous = models.BooleanField(_("anonymous"), default=False)
    invitation = models.OneToOneField(
        "surveys.Invitation", models.PROTECT, null=True, blank=True, related_name="response",
        verbose_name=_("invitation"),
    )  # fmt: skip
    submit_key = models.UUIDField(_("submit key"), null=True, blank=True, editable=False)
    mode = models.CharField(_("way"), max_length=10, choices=ResponseMode, default=ResponseMode.WEB)
    language = models.CharField(_("language"), max_length=10, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("received at"), null=True, blank=True)
    submitted_on = models.DateField(_("received on"))
    duration_s = models.PositiveIntegerField(_("seconds taken"), null=True, blank=True)
    receipt = models.CharField(_("receipt"), max_length=20, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("entered by")
    )
    is_proxy = models.BooleanField(_("filled in on the respondent's behalf"), default=False)
    given_on = models.DateField(_("answered on"), null=True, blank=True)
    entry_note = models.CharField(_("note on how it came"), max_length=100, blank=True)
    is_valid = models.BooleanField(_("counts"), default=True)
    seal = EncryptedTextField(_("sealed link to the invitation"), blank=True, default="", editable=False)
    raw = models.JSONField(_("as sent"), null=True, blank=True)
    raw_sha256 = models.CharField(max_length=64, blank=True)
    codes = models.BinaryField(_("choices, coded"), default=bytes)  # surveys.coding

    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        indexes = [
            models.Index(fields=["wave", "submitted_on"], name="response_wave_day"),
            models.Index(fields=["wave"], condition=Q(is_valid=True), name="response_counts"),
            models.Index(fields=["wave"], condition=Q(is_valid=False), name="response_left_out"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["wave", "submit_key"], name="one_response_per_submit_key"),
            models.CheckConstraint(condition=Q(mode__in=ResponseMode.values), name="response_mode_known"),
            models.CheckConstraint(
                condition=Q(is_anonymous=False, submitted_at__isnull=False)
                | Q(
                    is_anonymous=True,
                    **dict.fromkeys(ABSENT, True),
                    **dict.fromkeys(EMPTY, ""),
                    mode=ResponseMode.WEB,
                    is_proxy=False,
                ),
                name="anonymous_response_holds_nothing_else",
            ),
            models.CheckConstraint(condition=Q(is_anonymous=True) | Q(seal=""), name="response_sealed_only_without_name"),
            models.CheckConstraint(
                condition=Q(mode__in=ResponseMode.brought_in(), entered_by__isnull=False)
                | (~Q(mode__in=ResponseMode.brought_in()) & Q(entered_by__isnull=True, is_proxy=False, entry_note="")),
                name="response_entered_names_who",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.wave_id}/{self.pk}"


class Answer(models.Model):
    """One value of one question; a multiple choice has a row per chosen option (``slot``), a ranking one per place
    (slot 0 is the first). Never changed.

    ``num`` is the value as shown, ``score5`` the same on the 5-point basis, ``option`` the chosen code, ``amount`` a
    typed number.
    """

    pk = models.CompositePrimaryKey("response", "question", "slot")
    response = models.ForeignKey(
        Response, models.CASCADE, related_name="answers", verbose_name=_("response"), db_index=False
    )
    # repeated from the response, which holds the foreign key, so that a distribution needs no join
    wave = models.ForeignKey(
        "surveys.Wave",
        models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("wave"),
    )
    question = models.ForeignKey(
        "surveys.Question", models.PROTECT, related_name="+", db_index=False, verbose_name=_("question")
    )
    slot = models.SmallIntegerField(default=0)
    option = models.SmallIntegerField(_("option"), null=True, blank=True)
    num = models.SmallIntegerField(_("value"), null=True, blank=True)
    score5 = models.DecimalField(_("score (5-point)"), max_digits=4, decimal_places=3, null=True, blank=True)
    is_na = models.BooleanField(_("not applicable"), default=False)
    amount = models.DecimalField(_("number"), max_digits=13, decimal_places=4, null=True, blank=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        indexes = [
            models.Index(
                fields=["wave", "question"], include=["option", "num", "score5", "is_na", "response"],
                name="answer_wave_question",
            )
        ]  # fmt: skip

    def __str__(self):
        return f"{self.response_id}/{self.question_id}"


class AnswerText(models.Model):
    """Words of a respondent, apart from the scores; in an anonymous wave without their response."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey(
        Response, models.CASCADE, null=True, blank=True, related_name="texts", verbose_name=_("response")
    )
    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="+", verbose_name=_("wave"))
    question = models.ForeignKey("surveys.Question", models.PROTECT, related_name="+", verbose_name=_("question"))
    language = models.CharField(_("language"), max_length=10, blank=True)
    body = models.TextField(_("words"))

    class Meta:
        verbose_name = _("words of a respondent")
        verbose_name_plural = _("words of respondents")

    def __str__(self):
        return self.body[:60]


class BoxedAnswer(models.Model):
    """A returned anonymous questionnaire, sealed, until its batch is shuffled out (docs/adr/0004)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="+")
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("boxed answer")
        verbose_name_plural = _("boxed answers")

    def __str__(self):
        return f"box of {self.wave_id}"


class SpentMarker(models.Model):
    """That somebody answered an anonymous wave; who, only the wave's key can tell, destroyed at close."""

    marker = models.CharField(max_length=43, primary_key=True)
    wave = models.ForeignKey("surveys.Wave", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("spent marker")
        verbose_name_plural = _("spent markers")

    def __str__(self):
        return f"marker of {self.wave_id}"


class LowAnswer(models.Model):
    """An answer at or under the wave's limit and the follow-up it opened; a confidential one names nobody."""

    response = models.ForeignKey(Response, models.PROTECT, related_name="low_answers", verbose_name=_("response"))
    question = models.ForeignKey("surveys.Question", models.PROTECT, related_name="+", verbose_name=_("question"))
    score5 = models.DecimalField(_("score (5-point)"), max_digits=4, decimal_places=3)
    follow_up = models.ForeignKey(
        "customers.FollowUp", models.PROTECT, related_name="low_answers", verbose_name=_("follow-up")
    )

    class Meta:
        verbose_name = _("low answer")
        verbose_name_plural = _("low answers")
        constraints = [models.UniqueConstraint(fields=["response", "question"], name="low_answer_once")]

    def __str__(self):
        return f"{self.response_id}/{self.question_id}"
