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

from django.conf import settings
from django.utils.translation import gettext as _

from core.exports.csv import cell
from surveys.choices import QuestionKind as Kind
from surveys.choices import ResponseMode, Segment
from surveys.instrument import NA
from surveys.models import Response
from surveys.selectors import corrections
from surveys.selectors.segments import labels_of

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


def write(target, wave, instrument):
    """A zip of the table (csv, UTF-8) and its SPSS syntax into the binary file ``target``. Returns the rows written."""
    columns = variables(instrument)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("answers.csv", "w") as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
            count = _table(text, wave, columns)
        archive.writestr("answers.sps", "\ufeff" + syntax(wave, columns))
    return count


def _table(text, wave, columns):
    out, count = csv.writer(text, lineterminator="\r\n"), 0
    out.writerow([*FACTS, *(column.name for column in columns)])
    corrected = corrections.of_wave(wave)
    names = ("pk", "receipt", "submitted_at", "mode", "language", *(column.value for column in Segment), "raw")
    rows = Response.objects.filter(wave=wave, is_valid=True, is_anonymous=False).order_by("pk")
    for pk, *facts, values in rows.values_list(*names).iterator(chunk_size=CHUNK):
        if pk in corrected:
            values = corrections.with_corrections(values, corrected[pk])
        out.writerow(map(_cell, (*facts, *(column.read(values or {}) for column in columns))))
        count += 1
    return count


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
