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

from django.conf import settings
from django.utils.translation import gettext as _

from core import exports as tables
from core.exports.csv import cell
from surveys.choices import QuestionKind as Kind
from surveys.choices import ResponseMode, Segment
from surveys.instrument import NA
from surveys.models import Response
from surveys.selectors import corrections
from surveys.selectors.segments import labels_of
from surveys.wording import words_of

MISSING = -9
CHUNK = 2000
NAME = re.compile(r"[^A-Za-z0-9_.]+")


@dataclass(frozen=True)
class Variable:
    """A column: its SPSS name and format, its label, what a cell holds, and the labels of its codes."""

    name: str
    label: str
    read: Callable
    form: str = "F8.0"
    values: dict = field(default_factory=dict)


def variables(instrument):
    """The columns of the answers, in the order of the questions; their names follow the codes of the questions."""
    found = []
    for question in instrument.questions:
        found.extend(_of_question(question))
    return found


def _of_question(question):
    name, uid, title = NAME.sub("_", question.code).rstrip("."), question.uid, question.title
    name = name if name[:1].isalpha() else f"Q_{name}"
    na = {MISSING: question.na_text} if question.na else {}
    if question.kind in Kind.several():
        read = _place if question.kind == Kind.RANKING else _chosen
        words = {0: _("not chosen"), 1: _("chosen")} if question.kind == Kind.MULTIPLE else {}
        for choice in question.choices:
            yield Variable(
                f"{name}_{choice.value}", f"{title}: {choice.text}", _reader(uid, read, choice.value), values=words | na
            )
    elif question.kind in Kind.as_words():
        form = "SDATE10" if question.kind == Kind.DATE else f"A{min(question.max_length * 3, 32000)}"
        yield Variable(name, title, _reader(uid, lambda value, _code: "" if value == NA else value), form)
    elif question.kind == Kind.NUMBER:
        yield Variable(name, title, _reader(uid, _plain), f"F12.{question.decimals}", na)
    else:
        values = {choice.value: choice.text for choice in question.choices}
        yield Variable(name, title, _reader(uid, _plain), values=values | na)


def _reader(uid, read, code=None):
    def cell_of(values):
        value = values.get(uid)
        return None if value is None else read(value, code)

    return cell_of


def _plain(value, _code):
    return MISSING if value == NA else value


def _chosen(value, code):
    return MISSING if value == NA else int(code in value)


def _place(value, code):
    return MISSING if value == NA else value.index(code) + 1 if code in value else 0


# Files -------------------------------------------------------------------------------------------------


FACTS = ("receipt", "received", "way", "language", *(column.value for column in Segment))


def write(target, wave, instrument, only=None):
    """A zip of the table (csv, UTF-8) and its SPSS syntax into the binary file ``target``. Returns the rows written.

    ``only`` (a queryset of Responses) narrows the answers, here and in ``write_words``.
    """
    columns = variables(instrument)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("answers.csv", "w") as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
            count = _table(text, wave, columns, only)
        archive.writestr("answers.sps", "\ufeff" + syntax(wave, columns))
    return count


def _table(text, wave, columns, only):
    out, count = csv.writer(text, lineterminator="\r\n"), 0
    out.writerow([*FACTS, *(column.name for column in columns)])
    for facts, values in _answers(wave, only):
        out.writerow(map(_cell, (*facts, *(column.read(values) for column in columns))))
        count += 1
    return count


def _answers(wave, only):
    """(receipt, moment, way, language and segments, values that count) of each valid answer with a name."""
    corrected = corrections.of_wave(wave)
    names = ("pk", "receipt", "submitted_at", "mode", "language", *(column.value for column in Segment), "raw")
    rows = Response.objects.filter(wave=wave, is_valid=True, is_anonymous=False).order_by("pk")
    if only is not None:
        rows = rows.filter(pk__in=only.order_by().values("pk"))
    for pk, *facts, values in rows.values_list(*names).iterator(chunk_size=CHUNK):
        yield facts, corrections.with_corrections(values, corrected[pk]) if pk in corrected else values or {}


def write_words(target, wave, instrument, only=None, *, by=None):
    """A workbook for readers into the binary file ``target``: answers in words, ratings and numbers as numbers."""
    words = [dict(values) for _name, _label, _form, values in _facts(wave)]
    headers = [label for _name, label, _form, _values in _facts(wave)]
    headers += [f"{question.number}. {question.title}" for question in instrument.questions]
    rows = (
        [
            *(names.get(fact, fact) for names, fact in zip(words, facts, strict=True)),
            *(_readable(question, values.get(question.uid)) for question in instrument.questions),
        ]
        for facts, values in _answers(wave, only)
    )
    title = f"{wave.code} {wave.name}"
    return tables.write(tables.Sheet(title, headers, rows, tables.facts(title, by)), "xlsx", target)


def _readable(question, value):
    if value is None:
        return None
    if question.kind in (Kind.RATING, Kind.SCALE) and value != NA:
        return value
    if question.kind == Kind.NUMBER and value != NA:
        return Decimal(str(value))
    return words_of(question, value)


def _cell(value):
    """``cell``, without a question for what most values are: a code, or nothing."""
    return value if value is None or type(value) is int else cell(value)


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
