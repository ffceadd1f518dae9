"""Workbooks handed out: the template, and the user's own rows with the reasons beside them."""

from datetime import date, datetime

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.i18n import both
from core.imports import values
from core.imports.checking import REASON, example_text
from core.imports.errors import listed

FORMATS = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "integer": "0", "decimal": "General"}
TEXT = "@"
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False}
RED, PALE, GREY = "#C0392B", "#FDE8E6", "#6B7280"
ROWS = 5_000  # as far down as drop-downs and formats reach


def write_template(schema, file):
    """The workbook to fill in, in the active language: headings, example row, drop-downs, notes."""
    book = xlsxwriter.Workbook(file, OPTIONS | {"in_memory": True})
    sheet, notes = book.add_worksheet(_sheet_name(schema)), book.add_worksheet(_("Notes"))
    lists = book.add_worksheet("_lists")
    lists.hide()
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    example = book.add_format({"italic": True, "font_color": GREY, "num_format": TEXT})
    for index, column in enumerate(schema.columns):
        cells = book.add_format({"num_format": FORMATS.get(column.kind, TEXT)})
        sheet.set_column(index, index, _width(column), cells)
        sheet.write_string(0, index, _heading(column), head)
        sheet.write_string(1, index, example_text(column), example)
        _guide(sheet, lists, index, column)
    sheet.freeze_panes(1, 0)
    _write_notes(book, notes, schema)
    book.close()


def _sheet_name(schema):
    return "".join(sign for sign in str(schema.title) if sign not in r"[]:*?/\\'")[:31]


def _heading(column):
    return str(column.label) if column.required else _("%(label)s (optional)") % {"label": column.label}


def _width(column):
    return min(max(12, len(_heading(column)) * 2, len(example_text(column)) * 1.3), 40)


def _guide(sheet, lists, index, column):
    """What the spreadsheet says when a cell of the column is chosen, and its drop-down."""
    rule = {"validate": "any"}
    if column.kind in ("choice", "bool"):
        options = values.labels(column) if column.kind == "choice" else [_("Yes"), _("No")]
        lists.write_column(0, index, options)
        letters = xlsxwriter.utility.xl_col_to_name(index)
        rule = {
            "validate": "list",
            "source": f"=_lists!${letters}$1:${letters}${len(options)}",
            "error_title": str(column.label)[:32],
            "error_message": _("Choose one of the list.")[:255],
        }
    if column.help:
        rule |= {"input_title": str(column.label)[:32], "input_message": str(column.help)[:255]}
    if rule != {"validate": "any"}:
        sheet.data_validation(1, index, ROWS, index, rule)


KINDS = {
    "text": lambda: _("Text"),
    "reference": lambda: _("Text; must exist in the portal"),
    "integer": lambda: _("Whole number"),
    "decimal": lambda: pgettext("kind of value", "Number"),
    "date": lambda: _("Date, like 2026-03-31"),
    "datetime": lambda: _("Date and time, like 2026-03-31 15:30"),
    "choice": lambda: _("One of the list"),
    "bool": lambda: _("Yes or no"),
    "phone": lambda: _("Phone number; a landline with its area code"),
    "email": lambda: _("Mail address"),
}


def _write_notes(book, sheet, schema):
    bold = book.add_format({"bold": True, "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for index, width in enumerate((22, 10, 30, 60, 30)):
        sheet.set_column(index, index, width, wrap)
    lines = [
        str(schema.title),
        str(schema.help),
        _("Fill in from row 2 on. The grey example row is ignored; you may delete it or write over it."),
        _("No formulas, no macros; at most %(limit)s rows.") % {"limit": f"{schema.limit:,}"},
        _("All rows are checked first. Only when everything is right can they be imported, all or none."),
    ]
    lines = [line for line in lines if line]
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line, book.add_format({"bold": row == 0}))
    top = len(lines) + 1
    titles = (_("Column"), _("Required"), _("Kind of value"), _("Meaning"), _("Example"))
    for index, title in enumerate(titles):
        sheet.write_string(top, index, title, bold)
    for row, column in enumerate(schema.columns, top + 1):
        for index, text in enumerate(_explained(column)):
            sheet.write_string(row, index, text, wrap)


def _explained(column):
    options = listed(values.labels(column)[:40])
    meaning = "\n".join(filter(None, [str(column.help), options]))
    required = _("Yes") if column.required else ""
    return str(column.label), required, KINDS[column.kind](), meaning, example_text(column)


def write_errors(schema, outcome, file, tick):
    """The user's own rows, faulty cells red, the reasons in a last column: to correct and upload again."""
    book = xlsxwriter.Workbook(file, OPTIONS | {"constant_memory": True})
    sheet = book.add_worksheet(_sheet_name(schema))
    styles = _styles(book)
    reasons = set(both(REASON).values())  # of an error workbook that came back
    keep = [index for index, heading in enumerate(outcome.header) if heading not in reasons]
    last = len(keep)
    sheet.set_column(0, last, 16)
    sheet.set_column(last, last, 60)
    for place, index in enumerate(keep):
        sheet.write_string(0, place, outcome.header[index], styles["head"])
    sheet.write_string(0, last, str(REASON), styles["red_head"])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(outcome.rows), last)
    for number, row in enumerate(outcome.rows, 1):
        tick()
        faulty = {outcome.places.get(name) for name, _reason in row.errors}
        for place, index in enumerate(keep):
            raw = row.cells[index] if index < len(row.cells) else None
            _write_cell(sheet, number, place, raw, styles, index in faulty)
        sheet.write_string(number, last, _reasons(schema, row), styles["red"])
    book.close()


def _reasons(schema, row):
    labels = {column.name: str(column.label) for column in schema.columns}
    parts = [f"{labels[name]}: {reason}" if name in labels else reason for name, reason in row.errors]
    return "\n".join(parts)[:32_000]


def _styles(book):
    def pair(**options):
        return book.add_format(options), book.add_format(options | {"bg_color": PALE, "font_color": RED})

    return {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "red_head": book.add_format({"bold": True, "bottom": 1, "font_color": RED}),
        "red": book.add_format({"font_color": RED, "text_wrap": True}),
        "text": pair(num_format=TEXT),
        "number": pair(num_format="General"),
        "d": pair(num_format="yyyy-mm-dd"),
        "t": pair(num_format="yyyy-mm-dd hh:mm"),
    }


def _write_cell(sheet, row, column, raw, styles, is_faulty):
    if raw is None or (isinstance(raw, list) and raw[0] == "e"):
        if is_faulty:
            sheet.write_blank(row, column, None, styles["text"][1])
    elif isinstance(raw, bool):
        sheet.write_boolean(row, column, raw, styles["number"][is_faulty])
    elif isinstance(raw, int | float):
        sheet.write_number(row, column, raw, styles["number"][is_faulty])
    elif isinstance(raw, list) and raw[0] in "dt":
        moment = date.fromisoformat(raw[1]) if raw[0] == "d" else datetime.fromisoformat(raw[1])
        sheet.write_datetime(row, column, moment, styles[raw[0]][is_faulty])
    else:
        sheet.write_string(row, column, values.shown(raw)[:32_767], styles["text"][is_faulty])
