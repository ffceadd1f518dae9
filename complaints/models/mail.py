from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices import Doubt, MailState
from complaints.models.complaint import Complaint
from core import moments
from core.crypto import EncryptedTextField, mask_email, mask_name
from core.models import Tracked
from core.worktime import Remaining
from customers.models.base import BlindIndexField
from customers.names import email_form, plain, query_grams

ANSWER_WITHIN = timedelta(hours=24)  # elapsed hours, from the moment the mail server had it (DSK-05)


class MailItemQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Mails of records the user sees; of those nobody has taken yet, whoever registers or sees the whole ledger sees
        all but the ones that name a record the user does not see.
        """
        if not user.is_active:
            return self.none()
        records = Complaint.objects.visible_to(user).values("pk")
        seen = Q(complaint__in=records)
        if user.has_perm("complaints.register") or user.has_perm("complaints.see_all"):
            seen |= Q(complaint=None) & (Q(related=None) | Q(related__in=records))
        return self.filter(seen)

    def untaken(self):
        return self.filter(state__in=MailState.untaken())

    def overdue(self, at=None):
        """Nobody has answered within 24 hours, or the day that was promised is over."""
        at = at or timezone.now()
        late = Q(state__in=MailState.unanswered(), answer_due__lt=at)
        return self.filter(late | Q(state=MailState.INTERIM, promised_on__lt=timezone.localdate(at)))

    def saying(self, text):
        """Mails with every word of ``text`` in subject or body, one Chinese character being enough."""
        grams = query_grams(text)
        rows = self.filter(words__contains=grams) if grams else self
        for word in plain(text).split():
            if len(word) > 2:  # pairs of characters may stand apart from each other
                rows = rows.filter(Q(subject__icontains=word) | Q(text__icontains=word))
        return rows

    def from_address(self, text):
        digest = self.model._meta.get_field("sender_index").digest(text)
        return self.filter(sender_index=digest) if digest else self.none()


class MailItem(Tracked):
    """A mail that a person wrote to us, until somebody has answered it, and for good in the archive (DSK-05, 06, PRV-15).

    ``complaint`` is the record it belongs to; ``related`` one that it names without being taken to it. What it said and when
    it came never changes.
    """

    UNLOGGED = ("sender", "sender_name", "sender_index")

    mail = models.OneToOneField(
        "notifications.InboundMail", models.PROTECT, related_name="item", verbose_name=_("incoming mail")
    )
    complaint = models.ForeignKey(
        "complaints.Complaint", models.PROTECT, null=True, blank=True, related_name="mails", verbose_name=_("record")
    )
    related = models.ForeignKey(
        "complaints.Complaint",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("names the record"),
    )
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followers", verbose_name=_("follows the mail")
    )
    contact = models.ForeignKey(
        "customers.ContactPerson", models.PROTECT, null=True, blank=True, related_name="mails_sent",
        verbose_name=_("contact person"),
    )  # fmt: skip
    doubt = models.CharField(_("doubt about the sender"), max_length=10, choices=Doubt, blank=True)
    received_at = models.DateTimeField(_("received"))
    sender = EncryptedTextField(_("from"), blank=True)
    sender_index = BlindIndexField(source="sender", form=email_form, purpose="email", db_index=True)
    sender_name = EncryptedTextField(_("name of the sender"), blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("what it says"), blank=True)
    words = ArrayField(models.CharField(max_length=2), default=list, blank=True, editable=False)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans")
    message_id = models.CharField(_("Message-ID"), max_length=255, blank=True)
    references = models.JSONField(default=list, blank=True)
    refused = models.JSONField(_("files not taken"), default=list, blank=True)
    problems = models.JSONField(_("what was wrong with it"), default=list, blank=True)
    is_acknowledged = models.BooleanField(_("receipt sent"), default=False)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken by")
    )
    answer_due = models.DateTimeField(_("answer due"))
    interim_at = models.DateTimeField(_("told that it takes longer"), null=True, blank=True)
    promised_on = models.DateField(_("answer promised for"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    breached_at = models.DateTimeField(_("late since"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=MailState, default=MailState.NEW)

    objects = MailItemQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="mail_by_time"),
            models.Index(fields=["answer_due"], condition=Q(state__in=["new", "held", "open"]), name="mail_due"),
            models.Index(fields=["message_id"], condition=~Q(message_id=""), name="mail_by_message_id"),
            GinIndex(fields=["words"], name="mail_by_words"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="mail_state_known"),
            models.CheckConstraint(
                condition=Q(complaint__isnull=False) | ~Q(state__in=["open", "interim", "answered", "no_reply"]),
                name="mail_at_work_has_record",
            ),
            models.CheckConstraint(
                condition=~Q(state="interim") | Q(interim_at__isnull=False, promised_on__isnull=False),
                name="mail_interim_has_promise",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(answered_at__isnull=False), name="mail_answered_at"
            ),
            models.CheckConstraint(condition=Q(answer_due__gte=F("received_at")), name="mail_due_after_received"),
        ]
        verbose_name = _("mail to the service desk")
        verbose_name_plural = _("mails to the service desk")

    def __str__(self):
        return self.shown_subject

    def get_absolute_url(self):
        return reverse("complaints:mail", args=[self.pk])

    @property
    def shown_subject(self):
        return self.subject or str(_("(no subject)"))

    @property
    def state_badge(self):
        return MailState(self.state)

    @property
    def number(self):
        return self.complaint.number if self.complaint_id else ""

    @property
    def who(self):
        """Customer and masked name; the masked address of who gave neither."""
        known = [str(self.contact.customer)] if self.contact_id else []
        return (
            " · ".join(dict.fromkeys(filter(None, [*known, mask_name(self.sender_name)])))
            or self.masked_sender
            or _("Unknown")
        )

    @property
    def masked_sender(self):
        return mask_email(self.sender)

    @property
    def due_at(self):
        """When the first answer is due; None once there was one, or none is owed."""
        return self.answer_due if self.state in MailState.unanswered() else None

    @property
    def left(self):
        """What is left of the 24 hours, for the due tag."""
        if self.due_at is None:
            return None
        return Remaining((self.answer_due - timezone.now()).total_seconds() / 60, 24 * 60, is_stopped=False)

    @property
    def is_promise_late(self):
        return self.state == MailState.INTERIM and self.promised_on < timezone.localdate()

    @property
    def doubt_sentence(self):
        return Doubt(self.doubt).label if self.doubt else ""


class MailReply(models.Model):
    """What somebody answered by mail: the text never changes, ``sent_at`` says when it left."""

    item = models.ForeignKey(MailItem, models.PROTECT, related_name="replies", verbose_name=_("mail"))
    text = models.TextField(_("answer"))
    promised_on = models.DateField(_("answer promised for"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("written"), default=moments.now)
    message = models.OneToOneField(
        "notifications.Message", models.PROTECT, null=True, related_name="mail_reply", verbose_name=_("message")
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("answer by mail")
        verbose_name_plural = _("answers by mail")

    def __str__(self):
        return self.text[:40]

    @property
    def is_interim(self):
        return self.promised_on is not None
