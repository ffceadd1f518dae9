"""Workbooks for people: a first sheet that says what this is, then typed rows, texts forced to be text."""

import datetime
import math
import re
from functools import lru_cache
from unicodedata import east_asian_width

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from xlsxwriter.utility import xl_col_to_name

from core.exports.values import as_text, is_number

ROWS = 1_048_575  # below the header, the limit of the format
TEXT = 32_767  # characters in a cell, the limit of the format
DIGITS = 10**15  # from here on a spreadsheet rounds: such numbers are written as text
WIDTHS = (8, 60)
BATCH = 200  # rows that are written at once
EMPTY = (None, "")
SAMPLE = 200  # rows that decide how wide a column is
DAY_ONE = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 (days are counted on the wall clock)
REMEMBERED = 60  # characters up to which a text is likely to come again
LITERAL = re.compile(r"_x[0-9A-Fa-f]{4}_")  # what a reader would take for a control character
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
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
        cells = Cells(*(style._get_xf_index() for style in (self.text, self.date, self.moment)))
        places = [f'<c r="{xl_col_to_name(column)}' for column in range(len(headers))]
        page._write_single_row(1)  # the header; each row below goes to the same file at once, a tenth of the work
        done, waiting, of = 0, [], cells.of
        for done, row in zip(range(1, ROWS + 1), rows, strict=False):  # the range first: no row is lost
            at = f'{done + 1}"'
            for column in range(len(places), len(row)):  # wider than its headers
                places, widths = [*places, f'<c r="{xl_col_to_name(column)}'], [*widths, 0]
            told = [place + at + of(value) for place, value in zip(places, row, strict=False) if value not in EMPTY]
            waiting.append(f'<row r="{at}>{"".join(told)}</row>')
            if done <= SAMPLE:
                for column, value in enumerate(row):
                    widths[column] = max(widths[column], _width(as_text(value)) + 1)
            if len(waiting) == BATCH:
                page.fh.write("".join(waiting))
                waiting = []
        page.fh.write("".join(waiting))
        page.dim_rowmax, page.dim_colmax = max(page.dim_rowmax or 0, done), max(page.dim_colmax or 0, len(places) - 1)
        self.shortened += cells.shortened
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(done, 1), max(len(headers) - 1, 0))
        for column, width in enumerate(widths):
            page.set_column(column, column, min(max(width, WIDTHS[0]), WIDTHS[1]))
        return done


class Cells:
    """Cells as the format writes them, behind the place: typed, and never a formula, whatever the text."""

    def __init__(self, text, date, moment):
        self.text, self.date, self.moment, self.shortened = text, date, moment, 0
        self.zone = timezone.get_current_timezone()
        self._short = lru_cache(maxsize=10_000)(self._of_text)

    def of(self, value):
        """The rest of the element behind ``<c r="A1"``, for a value that is not empty."""
        kind = type(value)
        if kind is int:
            return f"><v>{value}</v></c>" if -DIGITS < value < DIGITS else self._of_text(str(value))
        if kind is str:
            return self._short(value) if len(value) <= REMEMBERED else self._of_text(value)
        if isinstance(value, datetime.datetime):
            return self._day(value.astimezone(self.zone).replace(tzinfo=None) if value.tzinfo else value, self.moment)
        if isinstance(value, datetime.date):
            return self._day(value, self.date)
        if is_number(value) and math.isfinite(value) and abs(value) < DIGITS:
            return f"><v>{value:.16G}</v></c>"
        return self._of_text(as_text(value))

    def _day(self, day, style):
        if isinstance(day, datetime.datetime):
            span = day - DAY_ONE
            days = span.days + (span.seconds + span.microseconds / 1e6) / 86_400
        else:
            days = (day - DAY_ONE.date()).days
        if days < 61:  # the format has a day in 1900 that never was
            return self._of_text(as_text(day))
        return f' s="{style}"><v>{days:.16G}</v></c>'

    def _of_text(self, text):
        if not text:
            return "/>"
        text = text.translate(UNWRITABLE)
        if len(text) > TEXT:
            text, self.shortened = text[: TEXT - 1] + "…", self.shortened + 1
        text = CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", LITERAL.sub(r"_x005F\g<0>", text))
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        kept = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
        return f' s="{self.text}" t="inlineStr"><is><t{kept}>{text}</t></is></c>'


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
