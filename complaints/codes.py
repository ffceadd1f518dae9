"""Codes by which a customer follows a record without a login: told once, kept as a hash."""

import hmac

from core.crypto import blind_index

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that looks like something else
LENGTH = 8


def code_for(key):
    """The code that belongs to ``key`` (a random form key): the same again when a form is posted twice."""
    number, code = int(blind_index(key, purpose="complaints.code"), 16), ""
    for _position in range(LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        code += ALPHABET[digit]
    return code


def plain(text):
    """A code as it may be typed: in small letters, with spaces or dashes."""
    return "".join(sign for sign in (text or "").upper() if sign.isalnum())


def hash_of(code):
    return blind_index(plain(code), purpose="complaints.tracking")


def fits(code, stored):
    """Whether ``code`` is the one of which ``stored`` is the hash; a record without one fits none."""
    return bool(stored) and hmac.compare_digest(hash_of(code), stored)
