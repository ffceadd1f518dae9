"""The answers of a wave with names as data for statistics: a table of codes, and the syntax that tells SPSS what they mean.

One row per valid answer. Choices are codes; several choices are a column each (1 chosen, 0 not); a ranking is a column per
option with its place (0: none); ``-9`` stands for "does not apply"; what was not asked or not answered is empty.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from operator import getitem

from django.conf import settings
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone
from django.utils.translation import gettext as _

from core import exports as tables
from core.exports.csv import guard
from surveys.choices import QuestionKind as Kind
from surveys.choices import ResponseMode, Segment
from surveys.instrument import NA
from surveys.models import Response
from surveys.selectors import corrections
from surveys.selectors.questionnaires import instrument_of
from surveys.selectors.segments import labels_of
from surveys.wording import words_of

MISSING = -9
CHUNK = 2000
SQUEEZE = 3  # of 9: half the time, a tenth more bytes
NAME = re.compile(r"[^A-Za-z0-9_.]+")


@dataclass(frozen=True)
class Variable:
    """A column: its SPSS name and format, its label, what a cell holds, and the labels of its codes.

    ``read(codes, said)`` takes the coded choices of a response (surveys.coding) and {question id: what was written}.
    """

    name: str
    label: str
    read: Callable
    form: str = "F8.0"
    values: dict = field(default_factory=dict)

    @property
    def byte(self):
        """(place, cell of each code) where one byte of the coded choices says all, else None."""
        return getattr(self.read, "byte", None)


def variables(instrument):
    """The columns of the answers, in the order of the questions; their names follow the codes of the questions."""
    columns, found = instrument.layout[0], []
    for question in instrument.questions:
        found.extend(_of_question(question, columns.get(question.id)))
    return found


def _of_question(question, column):
    name, title = NAME.sub("_", question.code).rstrip("."), question.title
    name = name if name[:1].isalpha() else f"Q_{name}"
    na = {MISSING: question.na_text} if question.na else {}
    if question.kind in Kind.several():
        read = _place if question.kind == Kind.RANKING else _chosen
        words = {0: _("not chosen"), 1: _("chosen")} if question.kind == Kind.MULTIPLE else {}
        for code, choice in enumerate(question.choices, 1):
            yield Variable(f"{name}_{choice.value}", f"{title}: {choice.text}", read(column, code), values=words | na)
    elif question.kind in Kind.as_words():
        form = "SDATE10" if question.kind == Kind.DATE else f"A{min(question.max_length * 3, 32000)}"
        yield Variable(name, title, _written(question, ""), form)
    elif question.kind == Kind.NUMBER:
        yield Variable(name, title, _written(question, MISSING), f"F12.{question.decimals}", na)
    else:
        values = {choice.value: choice.text for choice in question.choices}
        yield Variable(name, title, _one(column, column.values | {column.na: MISSING}), values=values | na)


def _one(column, table):
    """What ``table`` ({code: cell}) says of the one answer to a question."""
    start, end = column.start, column.start + column.size
    if column.size == 1:
        cells = [table.get(code) for code in range(256)]

        def read(codes, _said):
            return cells[codes[start]]

        read.byte = (start, cells)
        return read
    return lambda codes, _said: table.get(int.from_bytes(codes[start:end], "big"))


def _chosen(column, code):
    start, end, place, nothing = column.start, column.end, column.start + code - 1, bytes(column.cells * column.size)

    def read(codes, _said):
        if codes[start] == column.na:
            return MISSING
        return codes[place] if codes[start:end] != nothing else None

    if column.size > 1:
        return _of_all(column, lambda given: int(code in given))
    return read


def _place(column, code):
    return _of_all(column, lambda given: given.index(code) + 1 if code in given else 0)


def _of_all(column, say):
    """What ``say`` makes of the codes of a question with several answers, told once for each that occurs."""
    start, end = column.start, column.end

    @lru_cache(maxsize=10_000)
    def told(part):
        given = column.read(part)
        return None if not given else MISSING if given == [column.na] else say(given)

    return lambda codes, _said: told(codes[start:end])


def _written(question, missing):
    def read(_codes, said):
        value = said.get(question.id)
        return missing if value == NA else value

    return read


# Files -------------------------------------------------------------------------------------------------


FACTS = ("receipt", "received", "way", "language", *(column.value for column in Segment))


def write(target, wave, instrument, only=None):
    """A zip of the table (csv, UTF-8) and its SPSS syntax into the binary file ``target``. Returns the rows written.

    ``only`` (a queryset of Responses) narrows the answers, here and in ``write_words``.
    """
    columns = variables(instrument)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=SQUEEZE) as archive:
        with archive.open("answers.csv", "w") as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
            count = _table(text, wave, columns, only)
        archive.writestr("answers.sps", "\ufeff" + syntax(wave, columns))
    return count


def _table(text, wave, columns, only):
    out, count = csv.writer(text, lineterminator="\r\n"), 0
    out.writerow([*FACTS, *(column.name for column in columns)])
    guarded, zone, readers = lru_cache(maxsize=10_000)(guard), timezone.get_current_timezone(), _runs(columns)
    for (receipt, received, *others), codes, said in _answers(wave, only):
        moment = received.astimezone(zone).isoformat(" ", "minutes")[:16]
        cells = [cell for read in readers for cell in read(codes, said)]
        if said:
            cells = [guard(cell) if type(cell) is str else cell for cell in cells]
        out.writerow([guard(receipt), moment, *map(guarded, others), *cells])
        count += 1
    return count


def _runs(columns):
    """Functions that together read a row; columns whose bytes stand side by side are read at once."""
    found = []
    for column in columns:
        place, table = column.byte or (None, None)
        if place is not None and found and found[-1][0] is not None and place == found[-1][1]:
            found[-1][1] += 1
            found[-1][2].append(table)
        elif place is not None:
            found.append([place, place + 1, [table]])
        else:
            found.append([None, 0, column.read])
    return [_alone(what) if start is None else _side_by_side(start, end, what) for start, end, what in found]


def _alone(read):
    return lambda codes, said: (read(codes, said),)


def _side_by_side(start, end, tables):
    return lambda codes, _said: map(getitem, tables, codes[start:end])


def _answers(wave, only):
    """(receipt, moment, way, language and segments; coded choices; {question id: what was written}) of each valid answer with a name."""
    corrected = corrections.of_wave(wave)
    typed = [one for one in instrument_of(wave.questionnaire_version).questions if one.kind in Kind.typed()]
    facts = ("receipt", "submitted_at", "mode", "language", *(column.value for column in Segment))
    rows = Response.objects.filter(wave=wave, is_valid=True, is_anonymous=False).order_by("pk")
    if only is not None:
        rows = rows.filter(pk__in=only.order_by().values("pk"))
    rows = rows.values_list("pk", "codes", *facts, *(KeyTextTransform(one.uid, "raw") for one in typed))
    for pk, codes, *values in rows.iterator(chunk_size=CHUNK):
        said = {one.id: value for one, value in zip(typed, values[len(facts) :], strict=True) if value is not None}
        if pk in corrected:
            said |= {one.id: corrected[pk][one.uid] for one in typed if one.uid in corrected[pk]}
        yield values[: len(facts)], bytes(codes), said


def write_words(target, wave, instrument, only=None, *, by=None):
    """A workbook for readers into the binary file ``target``: answers in words, ratings and numbers as numbers."""
    words = [{key: str(text) for key, text in dict(values).items()} for _name, _label, _form, values in _facts(wave)]
    headers = [label for _name, label, _form, _values in _facts(wave)]
    headers += [f"{question.number}. {question.title}" for question in instrument.questions]
    readers = [_readable(question, instrument.layout[0].get(question.id)) for question in instrument.questions]
    rows = (
        [
            *(names.get(fact, fact) for names, fact in zip(words, facts, strict=True)),
            *(read(codes, said) for read in readers),
        ]
        for facts, codes, said in _answers(wave, only)
    )
    title = f"{wave.code} {wave.name}"
    return tables.write(tables.Sheet(title, headers, rows, tables.facts(title, by)), "xlsx", target)


def _readable(question, column):
    if question.kind in Kind.typed():
        return lambda _codes, said: _as_read(question, said.get(question.id))
    if question.kind in Kind.several():
        values = column.values
        return _worded(column, lambda given: words_of(question, [values[code] for code in given]), question)
    shown = question.kind in (Kind.RATING, Kind.SCALE)
    table = {code: value if shown else words_of(question, value) for code, value in column.values.items()}
    return _one(column, table | {column.na: question.na_text})


def _worded(column, say, question):
    read = _of_all(column, say)
    return lambda codes, said: question.na_text if (found := read(codes, said)) == MISSING else found


def _as_read(question, value):
    if value is None:
        return None
    if question.kind == Kind.NUMBER and value != NA:
        return Decimal(str(value))
    return words_of(question, value)


def syntax(wave, columns):
    """SPSS commands that read the table and label it."""
    facts = [Variable(name, label, None, form, values) for name, label, form, values in _facts(wave)]
    every = [*facts, *columns]
    lines = [
        "* " + _one_line(f"{settings.PORTAL['name_zh']} {wave.code} {wave.name_zh}") + ".",
        "GET DATA /TYPE=TXT /FILE='answers.csv' /ENCODING='UTF8' /ARRANGEMENT=DELIMITED /FIRSTCASE=2",
        "  /DELIMITERS=',' /QUALIFIER='\"' /VARIABLES=",
        *(f"  {column.name} {column.form}" for column in every),
        ".",
        "VARIABLE LABELS",
        *(f"  {column.name} {_quoted(column.label)}" for column in every),
        ".",
    ]
    for column in every:
        if column.values:
            lines += [f"VALUE LABELS {column.name}"]
            lines += [f"  {_code(code)} {_quoted(words)}" for code, words in column.values.items()] + ["."]
    lacking = [column.name for column in columns if MISSING in column.values]
    lines += [f"MISSING VALUES {name} ({MISSING})." for name in lacking] + ["EXECUTE."]
    return "\r\n".join(lines) + "\r\n"


def _facts(wave):
    yield "receipt", _("Receipt"), "A20", {}
    yield "received", _("Received"), "A16", {}
    yield "way", _("Way"), "A10", dict(ResponseMode.choices)
    yield "language", _("Language"), "A10", {}
    for column in Segment:
        used = Response.objects.filter(wave=wave).order_by().values_list(column.value, flat=True).distinct()
        yield (
            column.value,
            column.label,
            "A60",
            {value: words for value, words in labels_of(column, used).items() if value},
        )


def _code(code):
    return str(code) if isinstance(code, int) else _quoted(code)


def _one_line(text):
    return " ".join(str(text).split())


def _quoted(text):
    return '"' + _one_line(text).replace('"', '""')[:250] + '"'
