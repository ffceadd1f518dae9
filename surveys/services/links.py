"""Everything derived from a wave's link key: tokens, spent markers, receipts, the seal of the box (decisions
11, 12).

The key is made when a wave opens and destroyed when it closes; the database holds only hashes of tokens.
"""

import hashlib
import hmac
import json
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from surveys.models import WaveKey

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that can be mistaken for another character


def make_key(wave):
    """Give the wave its link key."""
    return WaveKey.objects.create(wave=wave, key=urlsafe_b64encode(secrets.token_bytes(32)).decode())


def token_for(invitation):
    """The token of the personal link. Raises WaveKey.DoesNotExist once the wave is closed."""
    return token_of(invitation.wave.link_key, invitation.pk, invitation.generation)


def token_of(key, invitation_id, generation):
    return _text(_mac(key, "token", invitation_id, generation))


def hash_of(token):
    """What the database holds of a token."""
    return hashlib.sha256(token.encode()).digest()


def personal_url(invitation):
    return f"{settings.BASE_URL}/s/{token_for(invitation)}/"


def open_url(wave):
    return f"{settings.BASE_URL}/q/{wave.open_code}/"


def marker_for(key, *, invitation_id=None, submit_key=None):
    """The one-time marker of a respondent of an anonymous wave."""
    return _text(_mac(key, "invitation", invitation_id) if invitation_id else _mac(key, "open", submit_key))


def receipt_for(key, marker):
    """The receipt of a marker: the same however often it is asked for, and stored nowhere."""
    return _code(_mac(key, "receipt", marker))


def new_receipt():
    return _code(secrets.token_bytes(8))


def seal(key, wave_id, values):
    """Encrypt the values of a response for the box."""
    nonce = os.urandom(12)
    data = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    return nonce + AESGCM(_mac(key, "box")).encrypt(nonce, data, str(wave_id).encode())


def unseal(key, wave_id, sealed):
    sealed = bytes(sealed)
    return json.loads(AESGCM(_mac(key, "box")).decrypt(sealed[:12], sealed[12:], str(wave_id).encode()))


def _mac(key, *parts):
    secret = urlsafe_b64decode(key.key)
    return hmac.new(secret, "|".join(str(part) for part in parts).encode(), hashlib.sha256).digest()


def _text(digest):
    return urlsafe_b64encode(digest).decode().rstrip("=")


def _code(data):
    number = int.from_bytes(data[:8], "big")
    letters = []
    for _position in range(8):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"
