"""The comments of a wave by direction and theme: as people classed them, else as their words hint (ANA-05, 06)."""

from collections import Counter
from dataclasses import dataclass

from django.conf import settings

from surveys.choices import Direction, Theme
from surveys.models import AnswerText
from surveys.opinions import hint
from surveys.selectors import counts
from surveys.selectors.questionnaires import instrument_of
from surveys.suggestions import suggest

MOST = 5000  # comments of one wave that are looked at
SAMPLE = 500  # of them, to suggest what could help


@dataclass(frozen=True)
class Comment:
    """One comment with its class: ``is_decided`` says that a person gave it, ``words`` which words hint at it."""

    pk: str
    question: str
    body: str
    language: str
    direction: str
    theme: str
    is_decided: bool
    words: tuple = ()

    @property
    def badge(self):
        return Direction(self.direction)


def comments(wave, *, limit=MOST):
    """[Comment] of valid answers, at most ``limit`` (a random part of more).

    None where fewer than SUPPRESSION_TEXTS answered, so that nobody can be recognised.
    """
    valid, _excluded = counts.responses([wave.pk]).get(wave.pk, (0, 0))
    if valid < settings.SUPPRESSION_TEXTS:
        return None
    questions = {question.id: question for question in instrument_of(wave.questionnaire_version).questions}
    rows = AnswerText.objects.filter(wave=wave).exclude(response__is_valid=False).select_related("opinion")
    return [
        _comment(row, questions[row.question_id]) for row in rows.order_by("pk")[:limit] if row.question_id in questions
    ]


def suggestions_for(finding):
    """[suggestions.Suggestion] for what a finding is about; at most three queries. Anonymous words are only counted."""
    title = f"{finding.question.title_zh} {finding.question.title_en}" if finding.question_id else finding.subject
    rows = comments(finding.wave, limit=SAMPLE) or ()
    return suggest(title.lower(), Counter((row.theme, row.direction) for row in rows))


def _comment(row, question):
    decided = getattr(row, "opinion", None)
    found = decided or hint(row.body, asked=question.titles["zh"])
    words = () if decided else found.words
    return Comment(
        str(row.pk), question.title, row.body, row.language, found.direction, found.theme, bool(decided), words
    )


@dataclass(frozen=True)
class Line:
    """Comments about one theme: how many of each direction, in the order of ``Direction``."""

    theme: str
    label: str
    counts: tuple
    total: int


def table(rows):
    """([Line] with comments, the most first, then those about nothing named; Line of all)."""
    found = Counter((row.theme, row.direction) for row in rows)
    lines = [_line(found, theme.value, theme.label) for theme in Theme]
    lines = sorted((line for line in lines if line.total), key=lambda line: -line.total)
    rest = _line(found, "", "")
    everything = Counter(row.direction for row in rows)
    totals = tuple(everything[direction] for direction in Direction.values)
    return [*lines, *([rest] if rest.total else [])], Line("", "", totals, len(rows))


def _line(found, theme, label):
    numbers = tuple(found[theme, direction] for direction in Direction.values)
    return Line(theme, label, numbers, sum(numbers))
