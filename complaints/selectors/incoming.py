"""What somebody who takes in a matter should see first: open records of the caller, and open records that say the same."""

from dataclasses import dataclass

from django.db.models import Count, Q

from complaints.models import Complainant, Complaint, RecordWords
from complaints.selectors.search import Any, grams

NEWEST = 500  # open records whose words are compared
SHOWN = 5
SHARE = 0.35  # of the pairs typed that a record has to say as well
OWN_SHARE = 0.15  # the same for a record of the caller
FEWEST = 3  # pairs in common
LONGEST = 600  # characters typed that are compared


@dataclass(frozen=True)
class Similar:
    """An open record that may be the same matter, and why."""

    complaint: Complaint
    share: float
    is_own: bool

    @property
    def percent(self):
        return round(self.share * 100)


def _ready(rows):
    talks = Count("cycles__conversations", filter=Q(cycles__conversations__is_chaser=True))
    return rows.select_related("customer", "contact", "complainant", "cycle", "unit", "handler").annotate(chasers=talks)


def open_of(user, *, customers=(), number=""):
    """Open records of these customers, or of the exact number, that ``user`` sees; the newest first; one query."""
    wanted = Q(customer__in=list(customers))
    digest = Complainant._meta.get_field("phone_index").digest(number) if number else ""
    if digest:
        wanted |= Q(complainant__phone_index=digest)
    elif not customers:
        return []
    rows = Complaint.objects.visible_to(user).open().filter(wanted)
    return list(_ready(rows).order_by("-received_at", "-pk")[:20])


def similar(user, text, *, customers=(), number="", own=None):
    """Open records that share pairs of characters with ``text``, the likeliest first, as far as ``user`` sees them.

    Only the newest few hundred open records are compared, so that typing stays quick whatever the size of the ledger;
    the caller's own are told from the others by ``open_of``, which looks at all of them.
    """
    pairs = {gram for gram in grams(text[:LONGEST]) if len(gram) > 1}
    if len(pairs) < FEWEST:
        return []
    newest = Complaint.objects.visible_to(user).open().order_by("-received_at", "-pk").values("pk")[:NEWEST]
    own = {row.pk for row in (open_of(user, customers=customers, number=number) if own is None else own)}
    said = RecordWords.objects.filter(Q(pk__in=newest) | Q(pk__in=own), vector=Any(sorted(pairs)))
    shares = {key: _share(pairs, words) for key, words in said.values_list("pk", "text")}
    likely = [
        key for key, (share, n) in shares.items() if n >= FEWEST and share >= (OWN_SHARE if key in own else SHARE)
    ]
    likely.sort(key=lambda key: (key in own, shares[key][0], key), reverse=True)
    rows = {row.pk: row for row in _ready(Complaint.objects.visible_to(user).filter(pk__in=likely[:SHOWN]))}
    return [Similar(rows[key], shares[key][0], key in own) for key in likely[:SHOWN] if key in rows]


def _share(pairs, words):
    n = sum(pair in words for pair in pairs)
    return n / len(pairs), n
