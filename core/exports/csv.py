"""Comma-separated values for spreadsheets: UTF-8 with a mark, and no text a spreadsheet runs as a formula."""

import csv
import io
import re

from core.exports.values import as_text, is_number
from core.i18n import speaking

BATCH = 200  # rows per piece of a streamed answer
# What spreadsheets may take for a formula, also in full width and behind blanks. Apostrophes in front count,
# so that guarding can be undone.
DANGEROUS = re.compile(r"'*\s*[=+\-@|%\t\r\n\x00＝＋－＠｜％]")
PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def guard(text):
    """A text no spreadsheet runs: an apostrophe where it could be a formula. ``unguard`` undoes it."""
    return "'" + text if DANGEROUS.match(text) and not PLAIN_NUMBER.fullmatch(text) else text


def unguard(text):
    """The text before ``guard``; other texts come back unchanged."""
    return text[1:] if text.startswith("'") and DANGEROUS.match(text) else text


def cell(value):
    return str(value) if is_number(value) else guard(as_text(value))


def lines(sheet):
    """The file in pieces of text."""
    buffer = io.StringIO()
    out = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    out.writerow([guard(str(header)) for header in sheet.headers])
    for number, row in enumerate(sheet.rows, start=1):
        out.writerow([cell(value) for value in row])
        if number % BATCH == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def stream(sheet, language):
    """Pieces of bytes, for a streamed answer."""
    with speaking(language):
        for piece in lines(sheet):
            yield piece.encode()


def write(fileobj, sheet):
    for piece in lines(sheet):
        fileobj.write(piece.encode())
