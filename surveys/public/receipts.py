"""Receipts that open again without asking the database: signed, and bound to the address they were given at."""

import time

from django.conf import settings
from django.core.signing import BadSignature, Signer

from surveys.public.visits import Visit

COOKIE = "receipt"
COOKIE_SECONDS = 86400
TRUSTED_SECONDS = 10  # a process takes the wave as it saw it last, to show a receipt

_seen = {}  # wave id: (when, Wave)


def sign(visit, code):
    """The receipt ``code`` as a text that only we can have made."""
    _seen[visit.wave.pk] = time.monotonic(), visit.wave
    return _signer(visit.home).sign(f"{visit.wave.pk}.{code}")


def give(response, visit, code):
    """Let the visitor's browser keep the receipt of a personal link for a day."""
    response.set_cookie(
        COOKIE, sign(visit, code), max_age=COOKIE_SECONDS, path=visit.home, secure=settings.SECURE, httponly=True,
        samesite="Lax",
    )  # fmt: skip
    return response


def code_of(text, home):
    """The receipt code in a signed text, or an empty one when it was not made for ``home``."""
    try:
        return _signer(home).unsign(text).partition(".")[2]
    except BadSignature:
        return ""


def shown(text, home, *, is_personal=False):
    """(Visit, receipt code) of a signed text, as long as this process knows its wave; else None."""
    code = text and code_of(text, home)
    when, wave = _seen.get(int(text.partition(".")[0]), (0, None)) if code else (0, None)
    if wave is None or time.monotonic() - when > TRUSTED_SECONDS:
        return None
    return Visit(home, wave, is_personal=is_personal), code


def _signer(home):
    return Signer(salt="surveys.receipt" + home)
