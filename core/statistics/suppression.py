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
    table = _Table(cells, with_margins(cells) if shown is None else shown, threshold)
    hidden = {key: Reason.TOO_FEW for key, n in table.sizes.items() if 0 < n < threshold}
    while leak := table.leak(hidden):
        hidden[table.weakest(leak, hidden)] = Reason.COMPLEMENTARY
    # earlier choices may have become needless by later ones
    extra = [key for key, reason in hidden.items() if reason is Reason.COMPLEMENTARY]
    for key in sorted(extra, key=lambda key: -table.sizes[key]):
        rest = {k: reason for k, reason in hidden.items() if k != key}
        if not table.leak(rest):
            hidden = rest
    return hidden


def suppress_groups(
    groups: Mapping[Hashable, int], *, total_shown: bool = True, threshold: int = SCORE_THRESHOLD
) -> dict[Hashable, Reason]:
    """The same for one list of groups with or without its total, by plain names; the total's key is ALL."""
    cells = {(group,): n for group, n in groups.items()}
    shown = with_margins(cells) if total_shown else list(cells)
    return {key[0]: reason for key, reason in suppress(cells, shown=shown, threshold=threshold).items()}


def with_margins(cells: Collection[Key]) -> list[Key]:
    """The cells and all their margins up to the grand total."""
    patterns = product((False, True), repeat=max(map(len, cells), default=0))
    return list(
        dict.fromkeys(
            tuple(ALL if summed else part for part, summed in zip(key, pattern, strict=True))
            for pattern in patterns
            for key in cells
        )
    )


def nested(cells: Collection[Key]) -> list[Key]:
    """The cells of a hierarchy and every level's total: (branch, department), (branch, ALL), (ALL, ALL)."""
    return list(
        dict.fromkeys(
            key[:depth] + (ALL,) * (len(key) - depth) for key in cells for depth in range(len(key), -1, -1)
        )
    )


class _Table:
    """The shown keys as sums over the non-empty finest cells; empty cells are assumed to be known."""

    def __init__(self, cells: Mapping[Key, int], shown: Collection[Key], threshold: int) -> None:
        if any(n < 0 for n in cells.values()):
            raise ValueError("a group has a negative size")
        self.cells = {key: n for key, n in cells.items() if n}
        self.members = {key: [cell for cell in self.cells if _covers(key, cell)] for key in shown}
        self.sizes = {key: sum(self.cells[cell] for cell in found) for key, found in self.members.items()}
        self.threshold = threshold

    def leak(self, hidden: Collection[Key]) -> dict[Key, float] | None:
        """A way to compute a small group: factors of the shown keys it takes. None if there is no such way.

        A shown cell is known, so only the unknown cells are unknowns, and a small group consists of small
        cells, all unknown. Every group that can be computed lies in the space spanned by the shown sums.
        """
        known = {key for key in self.cells if key in self.sizes and key not in hidden}
        unknown = [cell for cell in self.cells if cell not in known]
        small = [cell for cell in unknown if self.cells[cell] < self.threshold]
        sums = [
            key for key, found in self.members.items() if found and key not in hidden and key not in known
        ]
        if not small or not sums:
            return None
        return self._solve(unknown, small, sums, known)

    def _solve(self, unknown, small, sums, known):
        import numpy as np

        matrix = np.array([[float(_covers(key, cell)) for cell in unknown] for key in sums])
        places = [unknown.index(cell) for cell in small]
        weights = np.array([self.cells[cell] for cell in small])
        vector = next(_derivable(matrix, places, weights, self.threshold), None)
        if vector is None:
            return None
        target = np.zeros(len(unknown))
        target[places] = vector
        factors = np.linalg.lstsq(matrix.T, target, rcond=None)[0]
        return self._factors(dict(zip(sums, factors, strict=True)), known)

    def _factors(self, factors, known):
        used = {key: float(factor) for key, factor in factors.items() if abs(factor) > 1e-7}
        for cell in known:
            subtracted = -sum(factor for key, factor in factors.items() if _covers(key, cell))
            if abs(subtracted) > 1e-7:
                used[cell] = subtracted
        return used

    def weakest(self, leak: Collection[Key], hidden: Collection[Key]) -> Key:
        """Which of the keys used to hide: the finest, beside the most hidden ones, the smallest."""

        def cost(key):
            return key.count(ALL), -_neighbours(key, hidden), self.sizes[key], str(key)

        return min(leak, key=cost)


def _covers(key: Key, cell: Key) -> bool:
    return all(part is ALL or part == own for part, own in zip(key, cell, strict=True))


def _neighbours(key: Key, hidden: Collection[Key]) -> int:
    """In how many directions of the table a hidden key lies beside this one."""
    apart = ([i for i, (a, b) in enumerate(zip(key, other, strict=True)) if a != b] for other in hidden)
    return len({places[0] for places in apart if len(places) == 1})


def _derivable(matrix, places, weights, threshold):
    """0/1 vectors of small weight over the given columns that the rows combine to, with 0 in all others."""
    import numpy as np

    basis, pivots = _echelon(_null_space(_null_space(matrix)[:, places]))
    for choice in _light([weights[pivot] for pivot in pivots], threshold - 1):
        vector = basis[list(choice)].sum(axis=0)
        if (abs(vector * (vector - 1)) < 1e-6).all() and np.round(vector) @ weights < threshold:
            yield np.round(vector)


def _null_space(matrix):
    import numpy as np

    if not len(matrix):
        return np.eye(matrix.shape[1])
    _, values, right = np.linalg.svd(matrix)
    return right[int((values > 1e-9).sum()) :]


def _light(weights, budget, start=0):
    """All choices of places that together weigh no more than the budget."""
    for place in range(start, len(weights)):
        if weights[place] <= budget:
            yield (place,)
            for rest in _light(weights, budget - weights[place], place + 1):
                yield (place, *rest)


def _echelon(basis):
    """Reduced row echelon form and its pivot columns: a 0/1 vector is fixed by its pivots."""
    basis, pivots = basis.copy(), []
    for column in range(basis.shape[1]):
        row = len(pivots)
        if row == len(basis):
            break
        best = row + int(abs(basis[row:, column]).argmax())
        if abs(basis[best, column]) < 1e-8:
            continue
        basis[[row, best]] = basis[[best, row]]
        basis[row] /= basis[row, column]
        for other in range(len(basis)):
            if other != row:
                basis[other] -= basis[other, column] * basis[row]
        pivots.append(column)
    return basis, pivots
