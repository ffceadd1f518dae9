"""The outbox and the inbox: a message is a row written with the fact it reports."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.crypto import EncryptedTextField, mask_email
from notifications.choices import Guarantee, MessageState


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.has_perm("notifications.see_outbox") else self.none()

    def unfinished(self):
        return self.filter(state__in=(MessageState.QUEUED, MessageState.CLAIMED, MessageState.SENDING))


class Message(models.Model):
    """One mail to one recipient. The body is rendered at sending from ``context`` (ids only), so no row holds a link."""

    kind = models.CharField(_("kind"), max_length=60)
    guarantee = models.CharField(max_length=15, choices=Guarantee, default=Guarantee.AT_LEAST_ONCE)
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="mails", verbose_name=_("to")
    )
    to_email = EncryptedTextField(_("address"), blank=True)
    domain = models.CharField(_("domain"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    context = models.JSONField(default=dict, blank=True)
    secret_context = EncryptedTextField(blank=True)
    dedupe_key = models.CharField(max_length=150, null=True, blank=True, unique=True)
    message_id = models.CharField(_("Message-ID"), max_length=150, unique=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=MessageState, default=MessageState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    not_before = models.DateTimeField(_("not before"), db_index=False)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.CharField(_("what went wrong"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["not_before", "id"], condition=Q(state="queued"), name="message_waiting"),
            models.Index(fields=["claimed_at"], condition=Q(state__in=["claimed", "sending"]), name="message_in_hand"),
            models.Index(fields=["domain", "sent_at"], condition=Q(state="sent"), name="message_sent_by_domain"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="message_state_known"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="message_sent_at_iff_sent",
            ),
        ]
        permissions = [
            ("see_outbox", _("Can see outgoing messages")),
            ("retry_message", _("Can send failed and unknown messages again")),
        ]
        verbose_name = _("message")
        verbose_name_plural = _("messages")

    def __str__(self):
        return f"{self.kind} {self.pk}"

    @property
    def state_badge(self):
        return MessageState(self.state)

    @property
    def kind_title(self):
        from notifications.kinds import KINDS

        return KINDS[self.kind].title if self.kind in KINDS else self.kind

    @property
    def recipient(self):
        """Who gets it, with the address masked."""
        return str(self.to_user) if self.to_user_id else mask_email(self.to_email) or _("Address on file")

    def get_absolute_url(self):
        from django.urls import reverse

        return reverse("notifications:message", args=[self.pk])


class Notice(models.Model):
    """One line in a person's inbox; its words are made when it is read, in the reader's language."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=60)
    context = models.JSONField(default=dict, blank=True)
    url = models.CharField(max_length=300, blank=True)
    dedupe_key = models.CharField(max_length=150, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["user", "-id"], name="notice_of_user")]
        constraints = [models.UniqueConstraint(fields=["user", "dedupe_key"], name="notice_once")]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")

    def __str__(self):
        return f"{self.kind} {self.pk}"
