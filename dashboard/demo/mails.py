"""Mails of the past: written, claimed and marked by the outbox itself, but received by nobody."""

import smtplib
from contextlib import contextmanager
from unittest import mock

from django.core.mail.backends.base import BaseEmailBackend
from django.test.utils import override_settings

from notifications.services import outbox

GONE = "@closed.example"  # addresses that no longer exist: their mails fail and are listed


class Nowhere(BaseEmailBackend):
    """Takes every mail and keeps none; refuses addresses that end with ``GONE``."""

    def send_messages(self, messages):
        refused = {to: (550, b"no such mailbox") for message in messages for to in message.to if to.endswith(GONE)}
        if refused:
            raise smtplib.SMTPRecipientsRefused(refused)
        return len(messages)


@contextmanager
def kept_back():
    """Inside the block ``deliver`` sends to nowhere, and no worker is told of new messages."""
    with (
        override_settings(EMAIL_BACKEND="dashboard.demo.mails.Nowhere", MAIL_PER_DOMAIN_PER_MINUTE=1_000_000),
        mock.patch.object(outbox, "nudge"),
    ):
        yield


def deliver():
    """Let everything that waits go out now."""
    while sum(outbox.deliver_due(limit=500).values()):
        pass
