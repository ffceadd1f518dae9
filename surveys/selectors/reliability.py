"""How well the questions of a dimension measure one thing: Cronbach's alpha, with its base (S1h 5.2, ANA-11)."""

from dataclasses import dataclass

from core.statistics.reliability import Alpha, cronbach
from surveys.instrument import Section
from surveys.selectors import counts, results
from surveys.selectors.questionnaires import instrument_of

SAMPLE = 5000  # respondents; keys are random, so the first are a random sample
FIRM = 30  # complete answers, below which alpha wavers
GAIN = 0.02  # how much alpha must rise without a question to name it
LEVELS = ((0.9, "narrow"), (0.8, "good"), (0.7, "fair"), (0.6, "weak"))


@dataclass(frozen=True)
class Reliability:
    """One dimension. ``level``: few, single (one question), flat (no spread), narrow, good, fair, weak or poor.

    ``without``: (question, alpha without it) where leaving it out would measure more surely, else None.
    """

    code: str
    part: Section
    items: int
    n: int | None
    alpha: float | None
    level: str
    without: tuple | None = None

    @property
    def is_firm(self):
        return self.n is not None and self.n >= FIRM


def of_wave(wave):
    """[Reliability] of the dimensions of ``wave``; one query. Few complete answers are hidden as everywhere."""
    instrument = instrument_of(wave.questionnaire_version)
    asked = {
        code: [q for q in instrument.questions if q.is_scored and q.dimension == code and not q.is_overall]
        for code in instrument.dimensions
    }
    pairs = [
        (str(question.id), question.id) for questions in asked.values() if len(questions) > 1 for question in questions
    ]
    rows = counts.matrix(wave.pk, pairs, limit=SAMPLE) if pairs else []
    return [_of_dimension(code, instrument.dimensions[code], questions, rows) for code, questions in asked.items()]


def _of_dimension(code, part, questions, rows):
    if len(questions) < 2:
        return Reliability(code, part, len(questions), None, None, "single")
    answers = ([row.get(str(question.id)) for question in questions] for row in rows)
    found = cronbach([row for row in answers if None not in row])
    if found.n < results.threshold():
        return Reliability(code, part, len(questions), None, None, "few")
    return Reliability(
        code, part, len(questions), found.n, found.alpha, _level(found.alpha), _without(found, questions)
    )


def _level(alpha):
    if alpha is None:
        return "flat"
    return next((name for least, name in LEVELS if alpha >= least), "poor")


def _without(found: Alpha, questions):
    """The question whose loss would raise alpha most, if it would by GAIN."""
    rows = [(value, question) for value, question in zip(found.if_dropped, questions, strict=True) if value is not None]
    if not rows or found.alpha is None:
        return None
    value, question = max(rows, key=lambda row: row[0])
    return (question, value) if value >= found.alpha + GAIN else None
