"""Small groups stay hidden: which cells of a table may be shown so that none of 1 … k−1 people comes out.

A table is its finest cells, `{("North", "A"): 12, …}`, and the keys shown from it: cells and margins, a
margin being a key with ALL in the places summed over. Whoever sees the shown figures can add and subtract
them; `suppress` hides so much that no group below the threshold results, neither one cell nor several
together.
Give both reasons the same words on the screen: the difference between them is for the audit, not for readers.
"""

from collections.abc import Collection, Hashable, Mapping
from enum import Enum, StrEnum
from itertools import product

SCORE_THRESHOLD = 5
TEXT_THRESHOLD = 10
SEARCH_LIMIT = 2000  # steps of one search; a table that needs more is treated as if it leaked


class Margin(Enum):
    """The place of a key that is summed over; a member of an enumeration survives caches and pickles."""

    ALL = "all"


ALL = Margin.ALL
Key = tuple[Hashable, ...]


class Reason(StrEnum):
    TOO_FEW = "too_few"
    COMPLEMENTARY = "complementary"


def suppress(
    cells: Mapping[Key, int], *, shown: Collection[Key] | None = None, threshold: int = SCORE_THRESHOLD
) -> dict[Key, Reason]:
    """The keys to hide, each with its reason; every other shown key is safe.

    `cells` must be the complete finest division: every respondent in exactly one cell. `shown` are the keys
    the page wants to show, by default the cells and every margin (`with_margins`; `nested` for a hierarchy).
    Empty groups (n = 0) are not hidden. Everything shown on one page or reachable by its filters, periods
    included, belongs into one call.
    """
    if any(n < 0 for n in cells.values()):
        raise ValueError("a group has a negative size")
    if not any(0 < n < threshold for n in cells.values()):
        return {}
    table = _Table(cells, with_margins(cells) if shown is None else shown, threshold)
    hidden = {key: Reason.TOO_FEW for key, n in table.sizes.items() if n < threshold}
    while leaks := table.leaks(hidden):
        for used in leaks:
            if hidden.keys().isdisjoint(used):
                hidden[table.weakest(used, hidden)] = Reason.COMPLEMENTARY
    return _only_needed(table, hidden)


def suppress_groups(
    groups: Mapping[Hashable, int], *, total_shown: bool = True, threshold: int = SCORE_THRESHOLD
) -> dict[Hashable, Reason]:
    """The same for one list of groups with or without its total, by plain names; the total's key is ALL."""
    cells = {(group,): n for group, n in groups.items()}
    shown = with_margins(cells) if total_shown else list(cells)
    return {key[0]: reason for key, reason in suppress(cells, shown=shown, threshold=threshold).items()}


def with_margins(cells: Collection[Key]) -> list[Key]:
    """The cells and all their margins up to the grand total."""
    return list(dict.fromkeys(view for cell in cells for view in _views(cell)))


def nested(cells: Collection[Key]) -> list[Key]:
    """The cells of a hierarchy and every level's total: (branch, department), (branch, ALL), (ALL, ALL)."""
    return list(
        dict.fromkeys(key[:depth] + (ALL,) * (len(key) - depth) for key in cells for depth in range(len(key), -1, -1))
    )


def _views(cell: Key) -> list[Key]:
    """Every key that counts this cell."""
    return list(product(*((part, ALL) for part in cell)))


def _only_needed(table: "_Table", hidden: dict[Key, Reason]) -> dict[Key, Reason]:
    """Show again what later choices made needless to hide, the largest first."""
    extra = [key for key, reason in hidden.items() if reason is Reason.COMPLEMENTARY]
    for key in sorted(extra, key=table.sizes.get, reverse=True):
        fewer = {other: reason for other, reason in hidden.items() if other != key}
        if not table.leaks(fewer):
            hidden = fewer
    return hidden


class _Table:
    """The shown keys as sums over the non-empty cells; that a cell is empty is taken to be known."""

    def __init__(self, cells: Mapping[Key, int], shown: Collection[Key], threshold: int) -> None:
        import numpy as np

        filled = [cell for cell, n in cells.items() if n]
        members: dict[Key, list[int]] = {key: [] for key in shown}
        for place, cell in enumerate(filled):
            for view in _views(cell):
                if view in members:
                    members[view].append(place)
        self.keys = [key for key, places in members.items() if places]
        self.matrix = np.zeros((len(self.keys), len(filled)))
        for row, key in enumerate(self.keys):
            self.matrix[row, members[key]] = 1
        self.people = np.array([cells[cell] for cell in filled])
        self.sizes = dict(zip(self.keys, (self.matrix @ self.people).astype(int).tolist(), strict=True))
        self.alone = self.matrix.sum(axis=1) == 1
        self.threshold = threshold

    def leaks(self, hidden: Collection[Key]) -> list[set[Key]]:
        """Ways to compute a small group, each as the set of keys it takes; empty if there is no way.

        A cell that stands alone in a shown key is known and drops out. What is left of the shown sums is
        brought into echelon form, large cells first: rows that begin behind them span everything that can be
        computed about small cells alone.
        """
        import numpy as np

        shown = np.array([key not in hidden for key in self.keys], dtype=bool)
        known = self.matrix[shown & self.alone].any(axis=0)
        sums = np.flatnonzero(shown & ~self.alone)
        large = np.flatnonzero(~known & (self.people >= self.threshold))
        small = np.flatnonzero(~known & (self.people < self.threshold))
        columns = np.concatenate([large, small])
        work = np.hstack([self.matrix[np.ix_(sums, columns)], np.eye(len(sums))])
        pivots = _to_echelon(work, len(columns))
        first = sum(pivot < len(large) for pivot in pivots)
        rows = work[first : len(pivots)]
        groups = rows[:, len(large) : len(columns)]
        choices = _small_groups(groups, self.people[small], self.threshold)
        return [self._used(rows[choice, len(columns) :].sum(axis=0), sums, shown) for choice in choices]

    def _used(self, factors, sums, shown) -> set[Key]:
        """The sums with a factor, and the known cells that have to be subtracted from them."""
        involved = abs(factors) > 1e-7
        subtracted = abs(factors @ self.matrix[sums]) > 1e-7
        cells = shown & self.alone & (self.matrix @ subtracted > 0)
        return {self.keys[row] for row in [*sums[involved], *cells.nonzero()[0]]}

    def weakest(self, used: Collection[Key], hidden: Collection[Key]) -> Key:
        """The key to hide: the finest, beside hidden ones in the most directions, the smallest."""
        lines = {line for key in hidden for line in _lines(key)}

        def cost(key):
            beside = sum(line in lines for line in _lines(key))
            return key.count(ALL), -beside, self.sizes[key], str(key)

        return min(used, key=cost)


def _lines(key: Key) -> list[tuple[int, Key]]:
    return [(place, key[:place] + key[place + 1 :]) for place in range(len(key))]


def _to_echelon(work, width: int) -> list[int]:
    """Reduce the first columns in place (Gauss–Jordan); returns the pivot columns, one per leading row."""
    import numpy as np

    pivots: list[int] = []
    for column in range(width):
        row = len(pivots)
        if row == len(work):
            break
        best = row + int(abs(work[row:, column]).argmax())
        if abs(work[best, column]) < 1e-8:
            continue
        work[[row, best]] = work[[best, row]]
        work[row] /= work[row, column]
        factors = work[:, column].copy()
        factors[row] = 0
        touched = np.flatnonzero(factors)
        work[touched] -= np.outer(factors[touched], work[row])
        pivots.append(column)
    return pivots


def _small_groups(rows, weights, threshold):
    """Choices of rows whose sum is a group (all 0 or 1) below the threshold: single rows, else the rest.

    In reduced form a group is a plain sum of rows, and rows without a common cell never need each other.
    """
    import numpy as np

    def is_small_group(vector):
        return (abs(vector * (vector - 1)) < 1e-6).all() and vector.round() @ weights < threshold

    single = [[row] for row, vector in enumerate(rows) if is_small_group(vector)]
    if single:
        return single
    found = []
    rows_left = _plausible(rows, weights, threshold)
    for block in _blocks(rows_left, abs(rows) > 1e-8):
        columns = np.flatnonzero(abs(rows[block]).max(axis=0) > 1e-8)
        choice = _Search(rows[np.ix_(block, columns)], weights[columns], threshold).run()
        found += [[block[place] for place in choice]] if choice else []
    return found


def _possible(low, high, weights, threshold):
    """Whether values between low and high can still be a group: 0 or 1 everywhere, few people certain."""
    return (
        ((low < 1 + 1e-6) & (high > -1e-6)).all(axis=-1)
        & ((abs(low * (low - 1)) < 1e-6) | (high - low > 1e-8)).all(axis=-1)
        & ((low > 1e-6) @ weights < threshold)
    )


def _plausible(rows, weights, threshold) -> list[int]:
    """The rows that could be part of a small group, given the most favourable help of the others."""
    import numpy as np

    left = np.arange(len(rows))
    while len(left):
        up, down = np.maximum(rows[left], 0), np.minimum(rows[left], 0)
        low, high = rows[left] + down.sum(axis=0) - down, rows[left] + up.sum(axis=0) - up
        possible = _possible(low, high, weights, threshold)
        if possible.all():
            break
        left = left[possible]
    return left.tolist()


def _blocks(rows, filled) -> list[list[int]]:
    """Rows grouped so that different groups share no filled column; the widest first, to search less."""
    blocks = []
    for row in rows:
        columns = filled[row]
        touching = [block for block in blocks if (block[1] & columns).any()]
        blocks = [block for block in blocks if not (block[1] & columns).any()]
        merged = [row]
        for rows, theirs in touching:
            merged, columns = merged + rows, columns | theirs
        blocks.append((merged, columns))
    return [sorted(rows, key=lambda row: -filled[row].sum()) for rows, _ in blocks]


class _Search:
    """Branch and bound for rows that add up to a small group: each row in turn is taken or left."""

    def __init__(self, rows, weights, threshold: int) -> None:
        import numpy as np

        self.rows, self.weights, self.threshold = rows, weights, threshold
        # the least and the most that the rows from each place on can still add to every cell
        self.least = np.vstack([np.minimum(rows, 0)[::-1].cumsum(axis=0)[::-1], 0 * rows[:1]])
        self.most = np.vstack([np.maximum(rows, 0)[::-1].cumsum(axis=0)[::-1], 0 * rows[:1]])
        self.steps = 0

    def run(self) -> list[int] | None:
        """The rows of a small group, None if there is none; the first row if that takes too long to tell."""
        found = self._from(0, 0 * self.rows[0], [])
        return [0] if self.steps > SEARCH_LIMIT else found

    def _from(self, place, total, taken):
        self.steps += 1
        low, high = total + self.least[place], total + self.most[place]
        if self.steps > SEARCH_LIMIT or not _possible(low, high, self.weights, self.threshold):
            return None
        if place == len(self.rows):
            return taken or None
        return self._from(place + 1, total + self.rows[place], [*taken, place]) or self._from(place + 1, total, taken)
