"""Names, numbers and addresses in the one form in which they are compared."""

import unicodedata
from functools import lru_cache

import phonenumbers

REGION = "CN"  # numbers written without a country code


def plain(text):
    """Full-width characters to half-width, letters folded, no outer or doubled blanks."""
    return " ".join(unicodedata.normalize("NFKC", text or "").casefold().split())


@lru_cache(maxsize=8)  # one number is asked about several times on its way into a row
def parse_phone(text):
    """phonenumbers' number for ``text`` in any usual writing, or None when there is no number in it."""
    text = unicodedata.normalize("NFKC", text or "").strip()
    for word in ("转", "分机"):
        text = text.replace(word, " ext. ")
    try:
        return phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None


def e164(text):
    """``+8613812345678`` whatever the punctuation, without extension. Empty when there is no number."""
    number = parse_phone(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if number else ""


def stored_phone(text):
    """E.164 with the extension kept, as it is stored: ``+862161234567 ext. 801``."""
    number = parse_phone(text)
    if number is None:
        return ""
    return e164(text) + (f" ext. {number.extension}" if number.extension else "")


def is_usual_phone(text):
    """Whether the number could be dialled; a number of an unknown pattern is a warning, not an error."""
    number = parse_phone(text)
    return number is not None and phonenumbers.is_valid_number(number)


def email_form(text):
    return plain(text).replace(" ", "")


def name_form(text):
    return plain(text).replace(" ", "")


def grams(*texts):
    """Sorted single characters and pairs of the texts: what a search for a part of a name looks up."""
    found = set()
    for text in texts:
        for word in plain(text).split():
            found.update(word)
            found.update(word[at : at + 2] for at in range(len(word) - 1))
    return sorted(found)


def query_grams(text):
    """What a stored name must hold to match ``text``: pairs of each word, or the word of one character."""
    found = set()
    for word in plain(text).split():
        found.update([word] if len(word) == 1 else (word[at : at + 2] for at in range(len(word) - 1)))
    return sorted(found)
