"""Finding records by what they say, a number, or the exact person: one to four Chinese characters are enough (decision 20)."""

import re

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

from complaints.choices import Kind
from complaints.models import Complainant, Complaint
from complaints.words import BLANKS
from customers.names import e164, plain

NUMBER = re.compile(r"(?:([A-Z]{2})-?)?(\d{4})-(\d{0,6})")
PREFIX = re.compile(r"[A-Z]{2}-\d{0,4}")
TO_BLANKS = str.maketrans(dict.fromkeys(BLANKS, " "))
PHONE_DIGITS = 7
PEOPLE = 1000  # records of one person that a search looks through


def grams(text):
    """What a record must hold to say ``text``: the pairs of each word, or the word of one character. Sorted."""
    found = set()
    for word in plain(text).translate(TO_BLANKS).split():
        found.update([word] if len(word) == 1 else (word[at : at + 2] for at in range(len(word) - 1)))
    return sorted(found)


class Every(SearchQuery):
    """The tsquery that wants every one of these grams, as they stand."""

    template = "%(expressions)s::tsquery"

    def __init__(self, found):
        quoted = ("'" + gram.replace("\\", "\\\\").replace("'", "''") + "'" for gram in found)
        super().__init__(" & ".join(quoted), search_type="raw")


def saying(rows, text):
    """Of ``rows`` those that say every word of ``text`` somewhere; none for nothing but punctuation."""
    found = grams(text)
    if not found:
        return rows.none()
    rows = rows.filter(words__vector=Every(found))
    for word in plain(text).split():
        if len(word) > 2:  # pairs may stand apart from each other
            rows = rows.filter(words__text__contains=word)
    return rows


def search(rows, text):
    """Of ``rows`` those with the number, of the exact person, phone or mail, or that say it (the customer's name included)."""
    text = text.strip()
    number = numbered(text)
    if number is not None:
        return rows.filter(number)
    people = of_people(text)
    if not people:
        return saying(rows, text)
    said = saying(Complaint.objects.all(), text).order_by().values("pk")
    return rows.filter(Q(pk__in=people) | Q(pk__in=said))


def numbered(text):
    """Q for what looks like a number or its beginning, else None."""
    text = plain(text).upper()
    if PREFIX.fullmatch(text):
        return Q(number__startswith=text)
    match = NUMBER.fullmatch(text)
    if match is None:
        return None
    kind, year, rest = match.groups()
    kinds = [kind] if kind else [one.prefix for one in Kind]
    if len(rest) == 6:
        return Q(number__in=[f"{kind}-{year}-{rest}" for kind in kinds])
    found = Q()
    for kind in kinds:
        found |= Q(number__startswith=f"{kind}-{year}-{rest}")
    return found


def of_people(text):
    """Keys of the newest records of the person whom ``text`` names exactly; most texts name nobody."""
    if "@" in text:
        column = "email_index"
    else:
        is_phone = sum(one.isdigit() for one in text) >= PHONE_DIGITS and e164(text)
        column = "phone_index" if is_phone else "name_index"
    digest = Complainant._meta.get_field(column).digest(text)
    if not digest or len(plain(text)) < 2:
        return set()
    rows = Complainant.objects.filter(**{column: digest}).order_by("-complaint")
    return set(rows.values_list("complaint", flat=True)[:PEOPLE])
