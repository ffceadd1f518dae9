"""Why a file or a cell is refused, in words that say what to do."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

REASONS = {
    "too_large": gettext_lazy("The file is larger than %(megabytes)s MB. Split it into several files."),
    "old_or_locked": gettext_lazy(
        "The file is locked with a password or in the old .xls format. Open "
        "it, remove the password and save it as .xlsx."
    ),
    "no_workbook": gettext_lazy("This is not a workbook. Save it as .xlsx or .csv and upload that."),
    "broken": gettext_lazy(
        "The workbook is damaged or unusual. Open it in your spreadsheet program and save it again as .xlsx."
    ),
    "bomb": gettext_lazy(
        "The workbook unpacks to far more than its size. Copy the rows into "
        "a fresh copy of the template and upload that."
    ),
    "macros": gettext_lazy("The workbook contains macros. Save it as .xlsx without macros."),
    "external_links": gettext_lazy(
        "The workbook is linked to other files or data sources. Copy the "
        "cells and paste them as values into the template."
    ),
    "embedded": gettext_lazy("The workbook contains embedded files. Copy only the rows into the template."),
    "long_text": gettext_lazy("A cell of the workbook holds an extremely long text. Shorten it."),
    "too_many_rows": gettext_lazy(
        "The sheet “%(sheet)s” has %(rows)s rows; %(limit)s are possible at a time. Split it into several files."
    ),
    "too_wide": gettext_lazy(
        "The sheet “%(sheet)s” is too wide; at most %(limit)s columns are possible. Delete what is not needed."
    ),
    "no_headings": gettext_lazy(
        "None of the sheets (%(sheets)s) has the headings of the template in "
        "its first rows. Copy your rows into the template."
    ),
    "formulas": gettext_lazy(
        "The sheet “%(sheet)s” holds %(count)s formulas (%(cells)s). Copy these cells and paste them as values."
    ),
    "encoding": gettext_lazy("The text of the file cannot be read. Save it as “CSV UTF-8” or as .xlsx."),
    "too_demanding": gettext_lazy(
        "The file needs more memory or time than is allowed here. Copy the rows "
        "into a fresh copy of the template and upload that."
    ),
}


def sentence(refusal):
    """The reason of a guard.Refused in the reader's language."""
    detail = {name: listed(value) if isinstance(value, list) else value for name, value in refusal.detail.items()}
    if refusal.code == "formulas" and refusal.detail["count"] > len(refusal.detail["cells"]):
        detail["cells"] += " …"
    return str(REASONS[refusal.code]) % detail


def missing_columns(labels):
    return ngettext(
        "The column %(names)s is missing. Take the headings of the template.",
        "The columns %(names)s are missing. Take the headings of the template.",
        len(labels),
    ) % {"names": listed([_("“%(name)s”") % {"name": label} for label in labels])}


def double_column(label, letters):
    names = {"label": label, "letters": listed(letters)}
    return _("The column “%(label)s” stands twice (%(letters)s). Delete one of them.") % names


def listed(texts):
    """a, b, c or a、b、c"""
    return pgettext("between words of a list", ", ").join(texts)
