"""The stamp of a form: a random key, which makes a form one record however often it is sent, with the signed moment
at which the page was made, which tells people from programs.
"""

import secrets
import time
from dataclasses import dataclass, replace

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner, b62_decode

VALID_SECONDS = 24 * 3600
signer = TimestampSigner(salt="complaints.voice")


@dataclass(frozen=True)
class Stamp:
    """``text`` is what the form carries, ``key`` what the record keeps, ``age`` in seconds."""

    key: str
    age: float
    text: str
    is_ours: bool = True

    @property
    def is_old(self):
        return self.age > VALID_SECONDS

    @property
    def wait(self):
        """Seconds until a form with this stamp may be sent."""
        return max(0, settings.VOICE_SECONDS - self.age)

    def renewed(self):
        """The same key, made now."""
        return Stamp(self.key, 0, signer.sign(self.key))


def new():
    return Stamp(secrets.token_hex(16), 0, "").renewed()


def read(text):
    """The Stamp in what a form sent back; a new one, not ``is_ours``, where it is none of ours."""
    try:
        signed = super(TimestampSigner, signer).unsign(text or "")
    except BadSignature:
        return replace(new(), is_ours=False)
    key, _colon, made = signed.rpartition(":")
    return Stamp(key, time.time() - b62_decode(made), text)
