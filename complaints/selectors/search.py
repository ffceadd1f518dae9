"""Finding records by what they say, a number, or the exact person: one to four Chinese characters are enough (decision 20)."""

import re
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery
from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, Subquery

from complaints.choices import PAST_SERIES, Kind
from complaints.models import Complainant, PastRecord, RecordWords
from complaints.words import BLANKS
from customers.names import e164, plain

NUMBER = re.compile(r"(?:([A-Z]{2})-?)?(\d{4})-(\d{0,6})")
PREFIX = re.compile(r"[A-Z]{2}-\d{0,4}")
TO_BLANKS = str.maketrans(dict.fromkeys(BLANKS, " "))
PHONE_DIGITS = 7
PEOPLE = 1000  # records of one person that a search looks through
FEW = 3000  # records that are fetched by their keys; more are met on the way


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


class Any(SearchQuery):
    """The tsquery that wants at least one of these grams."""

    template = "%(expressions)s::tsquery"

    def __init__(self, found):
        quoted = ("'" + gram.replace("\\", "\\\\").replace("'", "''") + "'" for gram in found)
        super().__init__(" | ".join(quoted), search_type="raw")


@dataclass(frozen=True)
class Found:
    """What a search matches: ``keys`` of few records, or none of them and ``says`` for the many of a common word."""

    keys: frozenset = frozenset()
    says: object = None

    @property
    def is_common(self):
        return self.says is not None

    def among(self, rows):
        """Of ``rows`` those that match. Many are met on the way through the rows in their own order: nothing is sorted."""
        return rows.filter(self.says) if self.is_common else rows.filter(pk__in=self.keys)


def look_up(text):
    """Found for a text: the records of the exact person, phone or mail, and those that say every word; one query.

    The index is asked for a bounded number of keys first, because nobody can foretell how often pairs stand together: few are
    then fetched by key, and many are found soon by walking from the newest.
    """
    words, found = [word for word in plain(text).split() if grams(word)], grams(text)
    person = of_person(text)
    if not found:
        return Found(frozenset(person.values_list("complaint", flat=True)) if person is not None else frozenset())
    said = RecordWords.objects.filter(vector=Every(found))
    for word in words:
        if len(word) > 2:  # pairs may stand apart from each other
            said = said.filter(text__contains=word)
    said = said.order_by().values_list("complaint", flat=True)[: FEW + 1]
    keys = list(said.union(person.values_list("complaint", flat=True)) if person is not None else said)
    return Found(frozenset(keys)) if len(keys) <= FEW else Found(says=said_by(words))


def said_by(words):
    """The record says each of ``words``, asked of one record at a time."""
    says = Q()
    for word in words:
        says &= Q(text__contains=word)
    own = RecordWords.objects.filter(pk=OuterRef("pk"))
    return Subquery(own.values_list(ExpressionWrapper(says, BooleanField())), output_field=BooleanField())


def search(rows, text):
    """(of ``rows`` those with the number, of the exact person, or that say it; whether it is too common to be counted)."""
    text = text.strip()
    number = numbered(text)
    if number is not None:
        old = of_old_number(text)
        return rows.filter(number | Q(pk__in=old) if old else number), False
    found = look_up(text)
    return found.among(rows), found.is_common


def numbered(text):
    """Q for what looks like a number or its beginning, else None."""
    text = plain(text).upper()
    if PREFIX.fullmatch(text):
        return Q(number__startswith=text)
    match = NUMBER.fullmatch(text)
    if match is None:
        return None
    kind, year, rest = match.groups()
    kinds = [kind] if kind else [*(one.prefix for one in Kind), PAST_SERIES]
    if len(rest) == 6:
        return Q(number__in=[f"{kind}-{year}-{rest}" for kind in kinds])
    found = Q()
    for kind in kinds:
        found |= Q(number__startswith=f"{kind}-{year}-{rest}")
    return found


def of_old_number(text):
    """Keys of records that had this very number in a past ledger."""
    rows = PastRecord.objects.filter(old_number__in={text, plain(text), plain(text).upper()}, is_void=False)
    return list(rows.values_list("complaint", flat=True)[:PEOPLE])


def of_person(text):
    """Complainants whom ``text`` names exactly, the newest; None for what can be no name, phone or mail."""
    if "@" in text:
        column = "email_index"
    else:
        is_phone = sum(one.isdigit() for one in text) >= PHONE_DIGITS and e164(text)
        column = "phone_index" if is_phone else "name_index"
    digest = Complainant._meta.get_field(column).digest(text)
    if not digest or len(plain(text)) < 2:
        return None
    return Complainant.objects.filter(**{column: digest}).order_by("-complaint")[:PEOPLE]
