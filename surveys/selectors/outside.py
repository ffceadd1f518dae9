"""What the page of a file of answers shows: its columns with samples, their words with meanings, what would be refused."""

import json
from dataclasses import dataclass

from core.imports import values as cell
from core.imports.guard import column_letters
from surveys import outside, outside_columns
from surveys.instrument import NA
from surveys.selectors.questionnaires import instrument_of

SAMPLES = 3
UNKNOWN = "?"  # a spelling that nobody has given a meaning


def seen(row):
    """(header, first rows) as look() kept them."""
    kept = json.loads(row.look) if row.look else {"header": [], "rows": []}
    return kept["header"], kept["rows"]


def faults(row):
    """What keeps the mapping from being used: [sentence]."""
    wave = row.wave
    instrument, (header, _rows) = instrument_of(wave.questionnaire_version), seen(row)
    return outside_columns.faults(
        instrument, header, row.mapping["targets"], is_anonymous=wave.is_anonymous, is_open=wave.is_open_link
    )


@dataclass(frozen=True)
class Col:
    """One column: its letters, heading, samples, what it means and how sure the guess was."""

    letters: str
    heading: str
    samples: tuple
    target: str
    likeness: float
    is_double: bool

    @property
    def is_doubtful(self):
        return bool(self.target) and self.likeness < outside_columns.SURE


@dataclass(frozen=True)
class Spelling:
    """What stands in cells of choices, and what it means: a value as text, "", "na" or UNKNOWN."""

    text: str
    count: int
    meaning: str


def columns(row):
    header, rows = seen(row)
    _guess = outside_columns.guess(instrument_of(row.wave.questionnaire_version), header, {})
    return [
        Col(column_letters(place + 1), heading, _samples(rows, place), row.mapping["targets"][place],
            row.mapping["sure"][place], heading in _guess.doubles)
        for place, heading in enumerate(header)
    ]  # fmt: skip


def _samples(rows, place):
    found = {}
    for _number, cells in rows:
        text = cell.shown(cells[place]).strip()[:60] if place < len(cells) else ""
        if text:
            found[text] = True
        if len(found) == SAMPLES:
            break
    return tuple(found)


def choices(row):
    """[(heading of the group, [(target, words)])] of what a column may mean."""
    instrument = instrument_of(row.wave.questionnaire_version)
    groups = [("", [(key, str(label)) for key, label in outside_columns.PLAIN.items()])]
    if not row.wave.is_anonymous:
        groups.append(("who", [(f"who:{kind}", str(label)) for kind, label in outside_columns.WHO.items()]))
    found = {}
    for target in outside_columns.targets(instrument):
        found.setdefault(target.group, []).append((target.key, str(target.label)))
    return [*groups, *found.items()]


def spellings(row):
    """[(question, [(value, words)], [Spelling])] of the questions with choices that columns give."""
    instrument = instrument_of(row.wave.questionnaire_version)
    _header, rows = seen(row)
    found = outside.spellings(instrument, row.mapping, rows)
    return [
        (question, _options(question), [_spelling(row.mapping, question, *one) for one in found[question.uid].items()])
        for question in instrument.questions if found.get(question.uid)
    ]  # fmt: skip


def _options(question):
    na = [(NA, question.na_text)] if question.na else []
    return [*((str(choice.value), choice.text) for choice in question.best_first), *na]


def _spelling(mapping, question, text, count):
    said = mapping["values"].get(question.uid, {})
    try:
        value = said[text] if text in said else outside.meaning(question, text, numbers=mapping["numbers"])
    except outside.Unknown:
        return Spelling(text, count, UNKNOWN)
    return Spelling(text, count, str(value))
