"""A mail of Django's, written out with less work: a thousand invitations spend most of their time in headers."""

import secrets
from email.policy import Compat32

from django.core.mail import EmailMultiAlternatives

WIDTH = 78  # RFC 5322: what is longer is folded


class _ShortHeaders(Compat32):
    """Plain headers that fit a line need no folding; all others take the library's way."""

    def fold_binary(self, name, value):
        if isinstance(value, str) and value.isascii() and len(name) + len(value) + 2 <= WIDTH and "\n" not in value:
            return f"{name}: {value}{self.linesep}".encode()
        return super().fold_binary(name, value)


POLICY = _ShortHeaders()


class PortalMail(EmailMultiAlternatives):
    def message(self):
        """The MIME message, every part with a boundary that needs no search through the text."""
        made = super().message()
        for part in made.walk():
            part.policy = POLICY
            if part.is_multipart() and part.get_boundary() is None:
                part.set_boundary(f"=_{secrets.token_hex(16)}")
        return made
