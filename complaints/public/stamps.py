"""The key of a form as it was handed out: random, and signed with the moment, so that its age is known."""

import secrets
import time
from dataclasses import dataclass

from django.core.signing import BadSignature, TimestampSigner, b62_decode

VALID_SECONDS = 24 * 3600
_signer = TimestampSigner(salt="complaints.voice")


@dataclass(frozen=True)
class Stamp:
    """``key`` is stored with the record; ``text`` is what the form carries; ``age`` in seconds."""

    key: str
    text: str
    age: float

    @property
    def is_valid(self):
        return 0 <= self.age <= VALID_SECONDS


def new():
    """The text for a fresh form."""
    return _signer.sign(secrets.token_hex(16))


def read(text):
    """The Stamp in ``text``, or None where we did not make it."""
    try:
        key = _signer.unsign(text or "")
    except BadSignature:
        return None
    return Stamp(key, text, time.time() - b62_decode(text.split(":")[1]))
