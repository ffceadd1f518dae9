"""A table on paper."""

from itertools import islice

from django.utils import translation

from core import pdf
from core.exports.values import as_text, is_number

ROWS = 2_000  # about 60 pages; who needs more wants the workbook, and the paper says so


def write(fileobj, sheet):
    """The first ``ROWS`` rows of a ``Sheet`` as an A4 PDF, landscape from seven columns on.

    It says when rows were left out.
    """
    rows = iter(sheet.rows)
    shown = [[(_printed(value), is_number(value)) for value in row] for row in islice(rows, ROWS)]
    context = {
        "headers": sheet.headers,
        "rows": shown,
        "meta": sheet.meta,
        "cut": next(rows, None) is not None,
    }
    fileobj.write(pdf.render("pdf/table.html", context, language=translation.get_language(), title=sheet.title))


def _printed(value):
    return f"{value:,}" if is_number(value) else as_text(value)
