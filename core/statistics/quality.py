"""Quality flags on answers. A flag asks for a look; it never deletes."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from unicodedata import normalize


def median(values: Sequence[float]) -> float | None:
    """The middle value; None of nothing."""
    if not values:
        return None
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def speeders(
    durations: Sequence[tuple[Hashable, float | None]], *, factor: float = 0.3, at_least: int = 10
) -> list[bool]:
    """Who took less than `factor` × the median time of the same route, from (route, seconds).

    Unknown times (None) are never flagged, nor is anybody on a route with fewer than `at_least` times.
    """
    routes: dict[Hashable, list[float]] = defaultdict(list)
    for route, seconds in durations:
        if seconds is not None:
            routes[route].append(seconds)
    limits = {r: factor * median(times) for r, times in routes.items() if len(times) >= at_least}
    return [seconds is not None and seconds < limits.get(route, 0) for route, seconds in durations]


def straight_line(scores: Sequence[float | None], *, at_least: int = 5) -> bool:
    """The same score on every rated item, given at least so many items ("don't know" left out)."""
    given = [score for score in scores if score is not None]
    return len(given) >= at_least and len(set(given)) == 1


def duplicate_texts(texts: Sequence[str | None], *, at_least: int = 10) -> list[bool]:
    """Texts that occur more than once, ignoring case, width, spaces and punctuation.

    Short ones repeat by nature: texts below `at_least` characters are not flagged.
    """
    plain = ["".join(c for c in normalize("NFKC", text or "").casefold() if c.isalnum()) for text in texts]
    found = Counter(plain)
    return [len(text) >= at_least and found[text] > 1 for text in plain]


def inconsistent(first: float | None, second: float | None, *, most: float = 2) -> bool:
    """A consistency pair (turned the same way, same scale) answered more than `most` points apart."""
    return first is not None and second is not None and abs(first - second) > most


def bursts(moments: Sequence[float | None], *, within: float = 30, at_least: int = 5) -> list[bool]:
    """Moments (seconds; None is never flagged) with at least so many, themselves counted, no further than `within` away."""
    ordered = sorted(moment for moment in moments if moment is not None)
    return [
        moment is not None
        and bisect_right(ordered, moment + within) - bisect_left(ordered, moment - within) >= at_least
        for moment in moments
    ]
