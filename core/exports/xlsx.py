"""Workbooks for people: a first sheet that says what this is, then typed rows, texts forced to be text."""

import datetime
import math
from unicodedata import east_asian_width

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.exports.values import as_text, is_number, local

ROWS = 1_048_575  # below the header, the limit of the format
TEXT = 32_767  # characters in a cell, the limit of the format
DIGITS = 10**15  # from here on a spreadsheet rounds: such numbers are written as text
WIDTHS = (8, 60)
SAMPLE = 200  # rows that decide how wide a column is
UNWRITABLE = dict.fromkeys((*range(55296, 57344), 65534, 65535), "�")  # no XML file can hold them


class Writer:
    """One workbook, written row by row in constant memory."""

    def __init__(self, fileobj):
        self.book = xlsxwriter.Workbook(fileobj, {"constant_memory": True})
        self.bold = self.book.add_format(
            {"bold": True, "bg_color": "#E5F3F0", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self.strong = self.book.add_format({"bold": True})
        self.date = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.text = self.book.add_format({"num_format": "@"})
        self.shortened = 0

    def put(self, page, row, column, value):
        """One typed cell; never a formula, whatever the text."""
        if isinstance(value, datetime.datetime):
            page.write_datetime(row, column, local(value), self.moment)
        elif isinstance(value, datetime.date):
            page.write_datetime(row, column, value, self.date)
        elif is_number(value) and math.isfinite(value) and abs(value) < DIGITS:
            page.write_number(row, column, value)
        elif value is not None and value != "":
            self.put_text(page, row, column, as_text(value))

    def put_text(self, page, row, column, text, style=None):
        text = text.translate(UNWRITABLE)
        if len(text) > TEXT:
            text, self.shortened = text[: TEXT - 1] + "…", self.shortened + 1
        page.write_string(row, column, text, style or self.text)

    def about(self, meta):
        page = self.book.add_worksheet(pgettext("workbook", "About"))
        page.set_column(0, 0, 18)
        page.set_column(1, 1, 80)
        for row, (label, value) in enumerate(meta):
            self.put_text(page, row, 0, str(label), self.strong)
            self.put_text(page, row, 1, str(value))
        return page

    def table(self, name, headers, rows):
        """Writes rows until the sheet is full; returns how many. The rest stays in the iterator."""
        page = self.book.add_worksheet(name)
        widths = [_width(header) + 3 for header in headers]
        for column, header in enumerate(headers):
            self.put_text(page, 0, column, header, self.bold)
        done = 0
        for done, row in zip(range(1, ROWS + 1), rows, strict=False):  # the range first: no row is lost
            for column, value in enumerate(row):
                self.put(page, done, column, value)
                if done <= SAMPLE:
                    widths[column] = max(widths[column], _width(as_text(value)) + 1)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(done, 1), max(len(headers) - 1, 0))
        for column, width in enumerate(widths):
            page.set_column(column, column, min(max(width, WIDTHS[0]), WIDTHS[1]))
        return done


def _width(text):
    """Columns a text takes: a Chinese character takes two."""
    lines = str(text)[:400].splitlines()
    return max((sum(2 if east_asian_width(char) in "WF" else 1 for char in line) for line in lines), default=0)


def write(fileobj, sheet):
    """The workbook of a ``Sheet``: "About" (what, filter, when, who, how many), then the rows."""
    writer = Writer(fileobj)
    about = writer.about(sheet.meta)
    rows, done, page, name = iter(sheet.rows), 0, 1, pgettext("workbook", "Data")
    while True:
        written = writer.table(name if page == 1 else f"{name} {page}", sheet.headers, rows)
        done, page = done + written, page + 1
        if written < ROWS:
            break
    line = len(sheet.meta)
    writer.put_text(about, line, 0, pgettext("workbook", "Rows"), writer.strong)
    about.write_number(line, 1, done)
    if writer.shortened:
        writer.put_text(about, line + 1, 0, pgettext("workbook", "Shortened"), writer.strong)
        words = _("%(count)d texts were longer than a cell can hold; their end is cut and marked with “…”.")
        writer.put_text(about, line + 1, 1, words % {"count": writer.shortened})
    writer.book.close()
