"""A returned questionnaire as a string of bytes: what its figures are counted from, a thousand times faster than row by row.

Every question that is chosen or rated has its place in the string, in the order of the version; words, dates and the digits
of numbers have none. A cell is a byte, or two where a question has more than 253 choices::

    rating, 0–10, single, yes/no   one cell: the place of the choice among the question's choices, from 1
    multiple                       a cell per choice: 1 where it was chosen
    ranking                        a cell per place: the choice that was put there
    number                         one cell: 1 where a number was given
    0                              not answered or not asked;  255 (65535): does not apply, in the first cell

Pure: no models, no queries. The rows of answers stay the record; ``services.answers`` writes both in one transaction.
"""

from dataclasses import dataclass

from surveys.choices import QuestionKind as Kind

NOTHING = 0
LARGEST = 253  # choices that fit a cell of one byte


@dataclass(frozen=True)
class Column:
    """The cells of ``question``: ``cells`` of ``size`` bytes each from byte ``start``."""

    question: object
    start: int
    size: int
    cells: int

    @property
    def end(self):
        return self.start + self.size * self.cells

    @property
    def na(self):
        """The code of "does not apply"."""
        return 256**self.size - 1

    @property
    def values(self):
        """{code: value of the choice}."""
        return {code: choice.value for code, choice in enumerate(self.question.choices, 1)}

    def read(self, part):
        """The codes in ``part``, the bytes of this column, that say something: [na], places of a multiple choice, or codes in order."""
        found = [int.from_bytes(part[n : n + self.size], "big") for n in range(0, len(part), self.size)]
        if found[0] == self.na:
            return found[:1]
        if self.question.kind == Kind.MULTIPLE:
            return [place for place, chosen in enumerate(found, 1) if chosen]
        return [code for code in found if code]

    def put(self, target, cell, code):
        first = self.start + cell * self.size
        target[first : first + self.size] = code.to_bytes(self.size, "big")


def layout(instrument):
    """({question id: Column}, bytes of the whole string) of a published version."""
    columns, start = {}, 0
    for question in instrument.questions:
        if question.kind in Kind.as_words():
            continue
        cells = {Kind.MULTIPLE: len(question.choices), Kind.RANKING: question.places}.get(question.kind, 1)
        column = Column(question, start, 1 if len(question.choices) <= LARGEST else 2, cells)
        columns[question.id], start = column, column.end
    return columns, start


def encode(instrument, rows):
    """The string of ``rows`` (replies.Row), as bytes."""
    columns, width = instrument.layout
    found = bytearray(width)
    for row in rows:
        column = columns[row.question]
        if row.is_na:
            column.put(found, 0, column.na)
        elif row.amount is not None:
            column.put(found, 0, 1)
        else:
            code = instrument.code_of(row.question, row.num if row.option is None else row.option)
            kind = column.question.kind
            if kind == Kind.MULTIPLE:
                column.put(found, code - 1, 1)
            else:
                column.put(found, row.slot if kind == Kind.RANKING else 0, code)
    return bytes(found)
