"""Counting over a table of bytes, a row per respondent: exact whole numbers until the last division."""

import math
from dataclasses import dataclass

UNIT = 1000  # scores have three decimals: they are added up as thousandths
ROOM = 4_000_000  # counters at most, above which sorting is cheaper than counting


@dataclass(frozen=True)
class Sums:
    """Respondents, sum and sum of squares of their means, respondents at or above the top and at or below the bottom."""

    n: int
    total: float
    squares: float
    top: int
    bottom: int


def table(data, width):
    """``data`` (bytes of whole rows of ``width``) as an array of rows; no copy is made."""
    import numpy as np

    return np.frombuffer(data, dtype=np.uint8).reshape(-1, width)


def column(rows, start, size=1):
    """The codes in the cell of ``size`` bytes (1 or 2, the first one is worth more) from byte ``start``."""
    import numpy as np

    if size == 1:
        return rows[:, start]
    return rows[:, start].astype(np.uint16) * 256 + rows[:, start + 1]


def counted(codes):
    """{code: how often}, without those that do not occur."""
    import numpy as np

    found = np.bincount(codes)
    return {int(code): int(found[code]) for code in np.flatnonzero(found)}


def pairs(first, second):
    """{(code of first, code of second): how often} of two columns of the same rows."""
    import numpy as np

    base = int(second.max(initial=0)) + 1
    keys, found = np.unique(first.astype(np.int64) * base + second, return_counts=True)
    return {(int(key) // base, int(key) % base): int(n) for key, n in zip(keys, found, strict=True)}


def split(rows, codes):
    """{code: the rows that have it}."""
    import numpy as np

    return {int(code): rows[codes == code] for code in np.unique(codes)}


def joined(tables):
    """Rows of several tables of one width as one table."""
    import numpy as np

    return tables[0] if len(tables) == 1 else np.concatenate(tables)


def any_chosen(cells, *, na):
    """Rows of ``cells`` in which something was chosen; ``na`` in the first cell says that the question does not apply."""
    import numpy as np

    return int(np.count_nonzero((cells != 0).any(axis=1) & (cells[:, 0] != na)))


def score_sums(columns):
    """(sum of the scores, how many were given) of each row, in thousandths.

    ``columns`` are (codes, {code: score}) of the questions that count; other codes have no score.
    """
    import numpy as np

    sums = given = None
    for codes, scores in columns:
        size = 256**codes.dtype.itemsize
        worth, counts = np.zeros(size, np.int64), np.zeros(size, np.int32)
        for code, score in scores.items():
            worth[code], counts[code] = thousandths(score), 1
        if sums is None:
            sums, given = worth[codes], counts[codes]
        else:
            sums += worth[codes]
            given += counts[codes]
    return sums, given


def thousandths(score):
    """``score`` as it is stored: rounded half up at the third decimal."""
    return math.floor(float(score) * UNIT + 0.5 + 1e-9)


def sums_of_means(sums, given, *, top, bottom):
    """Sums of the rows' means (what ``score_sums`` returned). ``top`` and ``bottom`` are scores; exact at both."""
    found = [(s, k, n) for (s, k), n in _together(sums, given) if k]
    return Sums(
        n=sum(n for _s, _k, n in found),
        total=math.fsum(n * s / (k * UNIT) for s, k, n in found),
        squares=math.fsum(n * (s / (k * UNIT)) ** 2 for s, k, n in found),
        top=sum(n for s, k, n in found if s >= top * UNIT * k),
        bottom=sum(n for s, k, n in found if s <= bottom * UNIT * k),
    )


def _together(sums, given):
    """((sum, given), rows) of every pair that occurs."""
    import numpy as np

    if not len(sums):
        return []
    step = int(np.gcd.reduce(np.unique(sums[:1000]))) or 1
    if (sums % step).any():
        step = 1
    base = int(given.max()) + 1
    keys = sums // step * base + given
    if int(keys.max()) < ROOM:
        found = np.bincount(keys)
        occurring = np.flatnonzero(found)
        counts = found[occurring]
    else:
        occurring, counts = np.unique(keys, return_counts=True)
    return [
        ((int(key) // base * step, int(key) % base), int(n)) for key, n in zip(occurring, counts, strict=True)
    ]  # fmt: skip


def means(sums, given):
    """Mean of each row, None where nothing was given."""
    return [s / (k * UNIT) if k else None for s, k in zip(sums.tolist(), given.tolist(), strict=True)]
