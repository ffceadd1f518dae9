"""The shapes in which results travel: every number stands beside its n, and what may not be shown is None
with a reason.
"""

from dataclasses import dataclass

from core.statistics.intervals import mean_of_sums, share
from core.statistics.results import Difference, Mean, Share
from core.statistics.scores import Nps, satisfaction_sum
from surveys.choices import QuestionKind
from surveys.instrument import Choice, Question

TOP, BOTTOM = 4, 2  # satisfied from 4, dissatisfied up to 2 on the 5-point basis (ANA-07)
BOUNDS = (1, 5)
OPTIONS = 5


@dataclass(frozen=True)
class Scores:
    """Mean with t-interval, share of satisfied (≥ 4) and dissatisfied (≤ 2) with Wilson; all on the
    5-point basis.
    """

    mean: Mean
    top: Share
    bottom: Share

    @property
    def n(self):
        return self.mean.n


def scores_of_sums(n, total, squares, top, bottom):
    """Scores from sums over respondents."""
    return Scores(
        mean_of_sums(n, float(total or 0), float(squares or 0), bounds=BOUNDS),
        share(top, n),
        share(bottom, n),
    )


def scores_of_counts(counts):
    """Scores from {score on the 5-point basis: answers}."""
    n = sum(counts.values())
    return scores_of_sums(
        n,
        sum(score * count for score, count in counts.items()),
        sum(score * score * count for score, count in counts.items()),
        sum(count for score, count in counts.items() if score >= TOP),
        sum(count for score, count in counts.items() if score <= BOTTOM),
    )


@dataclass(frozen=True)
class WaveRef:
    """Which wave a figure belongs to."""

    id: int
    code: str
    name_zh: str
    name_en: str
    closes_on: object
    version_no: int


@dataclass(frozen=True)
class Change:
    """Against the wave before: differences of mean and top-2 share with interval and verdict."""

    before: WaveRef
    before_scores: Scores
    mean: Difference
    top: Difference


@dataclass(frozen=True)
class Headline:
    """The overall score. ``question`` is None where it is the mean of all scored questions of each
    respondent.
    """

    scores: Scores | None
    question: Question | None
    change: Change | None


@dataclass(frozen=True)
class Cell:
    """How many chose one answer, of all who answered the question."""

    choice: Choice
    share: Share


@dataclass(frozen=True)
class Place:
    """One option of a ranking: how many put it first, how many gave it a place at all, and its mean points.

    The first of k places gives k points, the last 1, no place 0 (Borda count).
    """

    choice: Choice
    first: Share
    placed: Share
    points: Mean


@dataclass(frozen=True)
class Numbers:
    """Numbers that were typed: mean with t-interval, and the quartiles. Extremes would point at single persons."""

    mean: Mean
    quartiles: tuple


@dataclass(frozen=True)
class QuestionResult:
    """One question: ``n`` answers (without ``na`` “not applicable”), cells in the order of the scale, best
    first; ``places`` of a ranking, most points first; ``numbers`` of a typed number; ``ease`` is the share of 5 to 7
    on the seven points of customer effort.

    ``is_hidden``: the base is too small; everything else is empty then.
    """

    question: Question
    n: int | None
    na: int | None
    cells: tuple
    scores: Scores | None
    nps: Nps | None
    is_hidden: bool = False
    places: tuple = ()
    numbers: Numbers | None = None
    ease: Share | None = None


@dataclass(frozen=True)
class DimensionResult:
    """One dimension: each respondent's mean over its questions, then over respondents."""

    code: str
    titles: dict
    scores: Scores | None
    change: Change | None = None


@dataclass(frozen=True)
class BandShare:
    """Share of forms whose total falls into a band."""

    label: dict
    least: float
    share: Share


@dataclass(frozen=True)
class WaveResults:
    """Everything a results page, a report and a workbook say about one wave (or one group of it)."""

    wave: WaveRef
    segment: dict
    as_of: object
    population_n: int | None
    valid_n: int
    excluded_n: int
    headline: Headline
    dimensions: tuple
    questions: tuple
    bands: tuple
    is_hidden: bool = False

    @property
    def option_counts(self):
        """How often the first … last of five options was chosen, over all rated questions with five (QST-16, 17); None
        where one of them may not be shown.
        """
        asked = [
            row
            for row in self.questions
            if row.question.kind == QuestionKind.RATING and len(row.question.choices) == OPTIONS
        ]
        if not asked or any(row.is_hidden for row in asked):
            return None
        return [sum(row.cells[place].share.count for row in asked) for place in range(OPTIONS)]

    @property
    def satisfaction(self):
        """The sum 5a + 4b + 3c + 2d + 1e over ``option_counts`` with its mean and percentage, or None (QST-17, ANA-08)."""
        counts = self.option_counts
        return satisfaction_sum(counts) if counts and any(counts) else None


@dataclass(frozen=True)
class GroupResult:
    """One group: ``n`` and figures, or ``hidden`` (the same words whether too few or complementary)."""

    value: str
    label: str
    n: int | None
    scores: Scores | None
    dimensions: dict
    hidden: bool = False


@dataclass(frozen=True)
class Groups:
    """Groups from best to worst; ``runs`` are stretches of values between whom no order is proven; ``p``
    of Welch's test.
    """

    column: str
    label: str
    rows: tuple
    runs: tuple
    p: float | None
    total: Scores | None


@dataclass(frozen=True)
class TrendPoint:
    """One wave of a trend; ``breaks`` says that it does not compare with the points before."""

    wave: WaveRef
    scores: Scores | None
    breaks: bool
    dimensions: dict


@dataclass(frozen=True)
class Stage:
    """A step of the funnel; ``count`` None: not measured."""

    key: str
    label: str
    count: int | None


@dataclass(frozen=True)
class Words:
    """One respondent's words, and where they came from as far as may be said."""

    id: str
    body: str
    language: str


@dataclass(frozen=True)
class Texts:
    """Words on one question; hidden while too few answered."""

    question: Question
    n: int | None
    rows: tuple
    is_hidden: bool
