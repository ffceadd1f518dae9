"""Tables out: one ``Sheet`` of typed values is written as xlsx, csv or PDF.

Small lists go straight into the answer (``respond``), heavy ones through a ``Job`` that calls ``write``. What
is exported is what the table shows: its columns, its filter, the rows the reader may see.
"""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.exports import csv, pdf, xlsx
from core.i18n import speaking

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}
SPOOL = 4 * 1024 * 1024  # bytes of a workbook kept in memory before it goes to disk


@dataclass(frozen=True)
class Sheet:
    """Typed values (texts, numbers, dates, datetimes, booleans, None) below ``headers``.

    ``meta`` is [(label, text)]: what, filter, time, who.
    """

    title: str
    headers: list
    rows: Iterable
    meta: tuple = ()


def facts(title, by=None, filterset=None):
    """What a reader of the file must know: what it is, filtered how, made when and by whom."""
    moment = date_format(timezone.localtime(), "DATETIME_FORMAT")
    lines = [
        (pgettext("export", "Content"), title),
        (_("Filter"), applied_filter(filterset) or pgettext("export", "no filter")),
        (_("Made at"), moment),
    ]
    return tuple(lines + ([(_("Made by"), str(by))] if by else []))


def applied_filter(filterset):
    """The filter in force as one line of words ("State: open; Region: South"), empty when there is none."""
    if filterset is None or not filterset.form.is_valid():
        return ""
    form, parts = filterset.form, []
    for name, value in form.cleaned_data.items():
        words = _filter_words(form.fields[name], value)
        if words:
            parts.append(f"{form[name].label}: {words}")
    return "; ".join(parts)


def _filter_words(field, value):
    if value in (None, "", [], ()):
        return ""
    if isinstance(value, slice):
        return "–".join("" if end is None else str(end) for end in (value.start, value.stop))
    choices = getattr(field, "choices", ())
    names = {str(key): label for key, label in choices if not isinstance(label, list | tuple)}
    single = isinstance(value, str) or not isinstance(value, Iterable)
    return ", ".join(str(names.get(str(one), one)) for one in ([value] if single else value))


def sheet_of(table, title, *, by=None, filterset=None):
    """The sheet of a ``core.tables.PortalTable``."""
    return Sheet(title, table.headers(), table.export_rows(), facts(title, by, filterset))


def write(sheet, fmt, fileobj, *, language=None, tick=None):
    """Write a ``Sheet`` as ``fmt`` (xlsx, csv, pdf) into a binary file, in ``language`` (default: active).

    ``tick(done)`` is called now and then with the number of rows done, and may raise to stop. Returns the
    number of rows. Raises KeyError for an unknown format.
    """
    writer = {"xlsx": xlsx.write, "csv": csv.write, "pdf": pdf.write}[fmt]
    counted = _Counted(sheet.rows, tick)
    with speaking(language or translation.get_language()):
        writer(fileobj, Sheet(sheet.title, [str(header) for header in sheet.headers], counted, sheet.meta))
    return counted.done


class _Counted:
    def __init__(self, rows, tick, every=500):
        self.rows, self.tick, self.every, self.done = rows, tick, every, 0

    def __iter__(self):
        for row in self.rows:
            yield row
            self.done += 1
            if self.tick and self.done % self.every == 0:
                self.tick(self.done)


def respond(request, table, filename, fmt, *, title=None, filterset=None):
    """The answer that hands out a table as a file named ``filename`` (without suffix, any script).

    Raises Http404 for an unknown format.
    """
    if fmt not in CONTENT_TYPES:
        raise Http404
    sheet = sheet_of(table, title or filename, by=request.user, filterset=filterset)
    if fmt == "csv":
        response = StreamingHttpResponse(csv.stream(sheet, translation.get_language()), content_type=CONTENT_TYPES[fmt])
    else:
        spool = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 (the answer closes it)
        write(sheet, fmt, spool)
        spool.seek(0)
        response = (
            FileResponse(spool, content_type=CONTENT_TYPES[fmt])
            if fmt == "xlsx"
            else HttpResponse(spool.read(), content_type=CONTENT_TYPES[fmt])
        )
    response["Content-Disposition"] = content_disposition_header(True, f"{filename}.{fmt}")
    response["Cache-Control"] = "private, no-store"
    return response
