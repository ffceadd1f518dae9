"""The outbox and the inbox: a message is a row written with the fact it reports."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.crypto import EncryptedTextField, mask_email
from notifications.choices import BounceKind, Guarantee, InboundState, MailKind, MessageState


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
    bounce = models.CharField(_("came back"), max_length=5, choices=BounceKind, blank=True)
    bounced_at = models.DateTimeField(_("came back at"), null=True, blank=True)
    bounce_reason = models.CharField(_("why it came back"), max_length=300, blank=True)
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
            models.CheckConstraint(
                condition=Q(bounce="", bounced_at=None) | Q(bounce__in=BounceKind.values, bounced_at__isnull=False),
                name="message_bounce_has_time",
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
        return BounceKind(self.bounce) if self.bounce else MessageState(self.state)

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


class InboundMailQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.has_perm("notifications.see_inbound") else self.none()


class InboundMail(models.Model):
    """A mail that came in: one row for each UID of a mailbox, written before anything happens to the mail.

    It says who sent it and what became of it. What the mail says is with who took it; all its bytes are in InboundContent.
    """

    mailbox = models.CharField(_("mailbox"), max_length=60)
    uidvalidity = models.BigIntegerField()
    uid = models.BigIntegerField(_("number on the server"))
    received_at = models.DateTimeField(_("received"))
    fetched_at = models.DateTimeField(_("fetched"), auto_now_add=True)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(_("checksum"), max_length=64)
    is_whole = models.BooleanField(_("stored as a whole"), default=True)
    marked_at = models.DateTimeField(_("marked on the server"), null=True, blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=255, blank=True)
    sender = EncryptedTextField(_("from"), blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=MailKind, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=InboundState, default=InboundState.RECEIVED)
    answers = models.ForeignKey(
        Message, models.PROTECT, null=True, blank=True, related_name="answers", verbose_name=_("belongs to")
    )
    original = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="copies", verbose_name=_("the first of it")
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    problem = models.CharField(_("what went wrong"), max_length=500, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects = InboundMailQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="received"), name="inbound_waiting"),
            models.Index(fields=["mailbox", "sha256"], name="inbound_by_content"),
            models.Index(fields=["message_id"], condition=~Q(message_id=""), name="inbound_by_message_id"),
            models.Index(fields=["-received_at", "-id"], name="inbound_by_time"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "uidvalidity", "uid"], name="inbound_once"),
            models.CheckConstraint(condition=Q(state__in=InboundState.values), name="inbound_state_known"),
            models.CheckConstraint(
                condition=(Q(state="duplicate") & Q(original__isnull=False))
                | (~Q(state="duplicate") & Q(original=None)),
                name="inbound_original_iff_duplicate",
            ),
        ]
        permissions = [
            ("see_inbound", _("Can see what became of incoming mail")),
            ("settle_inbound", _("Can read incoming mail again or settle it by hand")),
        ]
        verbose_name = _("incoming mail")
        verbose_name_plural = _("incoming mails")

    def __str__(self):
        return f"{self.mailbox} {self.uid}"

    def get_absolute_url(self):
        from django.urls import reverse

        return reverse("notifications:inbound_mail", args=[self.pk])

    @property
    def state_badge(self):
        return InboundState(self.state)

    @property
    def masked_sender(self):
        return mask_email(self.sender)


class InboundContent(models.Model):
    """The bytes of a mail as the server gave them, encrypted. They can be forgotten, never changed."""

    mail = models.OneToOneField(InboundMail, models.PROTECT, primary_key=True, related_name="content")
    data = models.BinaryField(_("content"), null=True, editable=False)

    class Meta:
        verbose_name = _("content of an incoming mail")
        verbose_name_plural = _("contents of incoming mails")

    def __str__(self):
        return str(self.mail_id)


class MailboxState(models.Model):
    """How far a mailbox is read, and when it was last reached."""

    mailbox = models.CharField(_("mailbox"), max_length=60, unique=True)
    uidvalidity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    reached_at = models.DateTimeField(_("last reached"), null=True, blank=True)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("state of a mailbox")
        verbose_name_plural = _("states of mailboxes")

    def __str__(self):
        return self.mailbox


class MailboxCount(models.Model):
    """The daily count: what the server holds against what is stored. Insert-only."""

    mailbox = models.CharField(_("mailbox"), max_length=60)
    at = models.DateTimeField(_("counted"), auto_now_add=True)
    on_server = models.PositiveIntegerField(_("on the server"))
    stored = models.PositiveIntegerField(_("of them stored"))
    missing = models.JSONField(_("not stored"), default=list)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["mailbox", "-id"], name="mailbox_count_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(stored__lte=models.F("on_server")), name="mailbox_count_adds_up")
        ]
        verbose_name = _("count of a mailbox")
        verbose_name_plural = _("counts of mailboxes")

    def __str__(self):
        return f"{self.mailbox}: {self.stored}/{self.on_server}"
