"""Cross-tables of a wave, and its figures weighted to the population. Suppression as in ``results``.

A group is hidden where fewer than the threshold answered the question, and with it whatever would give it away.
Figures are weighted only by a division none of whose groups is hidden: a second, differently weighted total would
give hidden groups away.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.statistics.crosstab import MARK, Crosstab, crosstab
from core.statistics.intervals import share
from core.statistics.results import Mean, Share
from core.statistics.suppression import suppress_groups
from core.statistics.weights import weighted_mean_of_sums, weighted_share
from surveys.choices import DIVIDERS, divider
from surveys.choices import QuestionKind as Kind
from surveys.instrument import Choice, Question
from surveys.selectors import audience, counts, results
from surveys.selectors.figures import Scores
from surveys.selectors.segments import labels_of

ONE_ANSWER = (Kind.RATING, Kind.SINGLE, Kind.YES_NO, Kind.SCALE)
CHOSEN = (Kind.SINGLE, Kind.YES_NO)


class NotPossible(Exception):
    """``str()`` says why, and what would help."""


@dataclass(frozen=True)
class Column:
    """A group with ``n`` answers, None where it is hidden."""

    value: str
    label: str
    n: int | None


@dataclass(frozen=True)
class Cell:
    """Share of the answers of a group; ``residual`` (adjusted, None where not tested) beyond ±MARK stands out."""

    share: Share
    residual: float | None

    @property
    def mark(self):
        if self.residual is None or abs(self.residual) <= MARK:
            return ""
        return "above" if self.residual > 0 else "below"


@dataclass(frozen=True)
class Row:
    """An answer: a cell per column (None where hidden) and its share of all answers."""

    choice: Choice
    cells: tuple
    total: Share


@dataclass(frozen=True)
class Table:
    """``question`` by groups; ``test`` compares the groups that are shown."""

    question: Question
    label: str
    columns: tuple
    rows: tuple
    n: int
    test: Crosstab


def questions_of(instrument):
    """Questions that can stand in the rows: one closed answer each."""
    return [question for question in instrument.questions if question.kind in ONE_ANSWER]


def divisions(wave, instrument):
    """[(key, label)] by which answers can be divided: columns of Segment, then single choices."""
    chosen = [(question.uid, question.title) for question in instrument.questions if question.kind in CHOSEN]
    return [(key, str(label)) for key, label in results.segments_in_use(wave)] + chosen


def table(wave, question, by):
    """The Table of ``question`` divided ``by`` a column of Segment or the uid of a single choice; None for too few."""
    instrument = results.instrument_of(wave.questionnaire_version)
    if by in DIVIDERS:
        found, label = counts.cross(wave.pk, question.id, by=by), str(divider(by).label)
        labels = labels_of(by, found)
    else:
        asked = instrument.by_uid[by]
        found, label = counts.cross(wave.pk, question.id, question=asked.id), asked.title
        labels = {value: asked.by_value[value].text if value in asked.by_value else _("No answer") for value in found}
    sizes = {value: sum(answers.values()) for value, answers in found.items()}
    n = sum(sizes.values())
    if n < results.threshold():
        return None
    hidden = set(suppress_groups(sizes, threshold=results.threshold()))
    return _table(
        question, label, sorted(found, key=lambda value: (value in hidden, labels[value])), found, labels, hidden
    )


def _table(question, label, order, found, labels, hidden):
    n = sum(sum(answers.values()) for answers in found.values())
    shown = [value for value in order if value not in hidden]
    counted = [[found[value].get(choice.value, 0) for value in shown] for choice in question.best_first]
    test = crosstab(counted)
    rows = []
    for choice, line, residuals in zip(question.best_first, counted, test.residuals, strict=True):
        cells = dict(zip(shown, zip(line, residuals, strict=True), strict=True))
        rows.append(
            Row(
                choice,
                tuple(
                    Cell(share(cells[value][0], sum(found[value].values())), cells[value][1])
                    if value in cells
                    else None
                    for value in order
                ),
                share(sum(answers.get(choice.value, 0) for answers in found.values()), n),
            )
        )
    columns = tuple(
        Column(
            "" if value is None else str(value), labels[value], None if value in hidden else sum(found[value].values())
        )
        for value in order
    )
    return Table(question, label, columns, tuple(rows), n, test)


# Weights ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """A figure as answered and weighted to the population; ``code`` of the dimension, OVERALL for the whole."""

    code: str
    plain: Scores
    mean: Mean
    top: Share


def weightable(wave):
    """[(column, label)] for which the population is known."""
    if wave.is_anonymous or not (wave.population_n or wave.audience or wave.frame):
        return []
    return [(column, str(label)) for column, label in results.segments_in_use(wave) if column in audience.STRATA]


def measure(code, plain, per, cells):
    """The Measure of ``code`` from the Scores ``per`` group and their weights; None where a group gave it too few answers."""
    scores = {name: groups.get(code) for name, groups in per.items()}
    if any(found is None or found.n < results.threshold() for found in scores.values()):
        return None
    mean = weighted_mean_of_sums([(cells[name], *_sums(found.mean)) for name, found in scores.items()])
    n, total = plain.n, sum(cells[name] * found.n for name, found in scores.items())
    squares = sum(cells[name] ** 2 * found.n for name, found in scores.items())
    hits = sum(cells[name] * found.top.count for name, found in scores.items())
    return Measure(code, plain, mean, weighted_share(plain.top.count, n, hits=hits, total=total, squares=squares))


def _sums(mean):
    """(n, Σx, Σx²) of a Mean."""
    return mean.n, mean.n * mean.mean, mean.sd**2 * (mean.n - 1) + mean.n * mean.mean**2


def population_by(wave, column):
    """{value of ``column``: people}: as drawn where the sample was divided by it, else of the audience as it is now."""
    if wave.frame and wave.strata_by == column:
        return {row["value"]: row["population"] for row in wave.frame}
    found = {}
    for _pk, value in audience.strata(audience.population(audience.without_rest(wave.audience)), column):
        found[value] = found.get(value, 0) + 1
    return found
