"""Personal data at rest: authenticated encryption with keys in files, and an exact-match blind index.

Keys live in ``settings.KEYS_DIR`` (made at the first start, never derived from SECRET_KEY): ``field-1.key``,
``field-2.key``… (the highest number writes, all read) and ``index.key``. A wrong key raises, it never shows ciphertext.
"""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

PREFIX = "p1"


class WrongKey(Exception):
    """The stored value was written with a key that is not in KEYS_DIR, or it was tampered with."""


def make_keys():
    """Make the key files that are missing; called at the first start."""
    settings.KEYS_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in ("field-1.key", "index.key"):
        try:
            handle = os.open(settings.KEYS_DIR / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "wb") as file:
            file.write(urlsafe_b64encode(secrets.token_bytes(32)))
    _keys.cache_clear()


@lru_cache(maxsize=4)
def _keys(directory):
    found = {
        path.stem.removeprefix("field-"): urlsafe_b64decode(path.read_bytes()) for path in directory.glob("field-*.key")
    }
    index = directory / "index.key"
    if not found or not index.exists():
        raise ImproperlyConfigured(
            f"No encryption keys in {directory}. `manage.py make_keys` makes them on a new installation; "
            "on an old one restore them from the separate key backup."
        )
    return found, max(found, key=int), urlsafe_b64decode(index.read_bytes())


def encrypt(text, *, context):
    """``p1:<key>:<data>`` for ``text``; ``context`` (table.column) is bound in, so values cannot be swapped."""
    keys, current, _index = _keys(settings.KEYS_DIR)
    nonce = secrets.token_bytes(12)
    data = AESGCM(keys[current]).encrypt(nonce, text.encode(), context.encode())
    return f"{PREFIX}:{current}:{urlsafe_b64encode(nonce + data).decode()}"


def decrypt(stored, *, context):
    """The text that encrypt() got. Raises WrongKey."""
    keys, _current, _index = _keys(settings.KEYS_DIR)
    prefix, _, rest = stored.partition(":")
    number, _, data = rest.partition(":")
    if prefix != PREFIX or number not in keys:
        raise WrongKey(f"{context}: no key {number!r}")
    raw = urlsafe_b64decode(data)
    try:
        return AESGCM(keys[number]).decrypt(raw[:12], raw[12:], context.encode()).decode()
    except InvalidTag:
        raise WrongKey(f"{context}: the key does not fit")


def encrypt_bytes(content, *, context):
    """As ``encrypt``, for what is no text: ``p1:<key>:`` and then bytes."""
    keys, current, _index = _keys(settings.KEYS_DIR)
    nonce = secrets.token_bytes(12)
    return f"{PREFIX}:{current}:".encode() + nonce + AESGCM(keys[current]).encrypt(nonce, content, context.encode())


def decrypt_bytes(stored, *, context):
    """The bytes that encrypt_bytes() got. Raises WrongKey."""
    keys, _current, _index = _keys(settings.KEYS_DIR)
    prefix, number, data = bytes(stored).split(b":", 2)
    if prefix != PREFIX.encode() or number.decode() not in keys:
        raise WrongKey(f"{context}: no key {number!r}")
    try:
        return AESGCM(keys[number.decode()]).decrypt(data[:12], data[12:], context.encode())
    except InvalidTag:
        raise WrongKey(f"{context}: the key does not fit")


def blind_index(text, *, purpose):
    """Hex digest that is equal for equal normalised texts of one purpose, and says nothing without the key."""
    _all, _current, index = _keys(settings.KEYS_DIR)
    return hmac.new(index, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):
    """Text encrypted in its column. Not searchable: pair it with a blind index column where exact search is needed."""

    def _context(self):
        return f"{self.model._meta.db_table}.{self.column}"

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return encrypt(value, context=self._context()) if value else value

    def from_db_value(self, value, expression, connection):
        return decrypt(value, context=self._context()) if value else value


def mask_phone(text):
    """138****5678"""
    digits = (text or "").strip()
    return digits if len(digits) < 7 else f"{digits[:3]}****{digits[-4:]}" if not digits.startswith("+") else mask_phone(
        digits[3:] if digits.startswith("+86") else digits[1:]
    )  # fmt: skip


def mask_email(text):
    """l***@example.com"""
    name, at, host = (text or "").partition("@")
    return f"{name[:1]}***@{host}" if at else "***" if text else ""


def mask_name(text):
    """王** — the first character stays."""
    text = text or ""
    return text[:1] + "*" * min(max(len(text) - 1, 0), 2)
