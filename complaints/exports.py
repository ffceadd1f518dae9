"""The ledger as a file: what is filtered, with the chosen columns; at once where it is short, else as a background job."""

import tempfile
from types import SimpleNamespace

from django.http import Http404, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from complaints.filters import ComplaintFilter
from complaints.ledger_tables import LedgerTable, with_columns
from complaints.selectors import ledger
from complaints.tables import LedgerPaper
from core import jobs
from core.exports import CONTENT_TYPES, facts, respond, write
from core.exports import Sheet as ExportSheet
from core.tables import Row, capped_count
from core.workflow import record

AT_ONCE = 2_000  # rows of a file that a request writes itself
PACE = 2_000  # rows read at a time
JOB = "complaints.export"


def title():
    return _("Ledger of complaints and suggestions")


def found_by(query, user):
    """(filter set, its rows) for ``query`` as ``user`` sees the ledger."""
    found = ComplaintFilter(query, ledger.rows(user), request=SimpleNamespace(user=user))
    refused = found.unknown or not found.form.is_valid()
    return found, found.queryset.none() if refused else found.qs


def answer(request, columns):
    """The file itself, or the page of the job that writes it. Every file taken away is written down."""
    fmt, user = request.GET["format"], request.user
    if fmt not in CONTENT_TYPES:
        raise Http404
    found, rows = found_by(request.GET, user)
    count = capped_count(rows)[0]
    if fmt != "pdf" and count > AT_ONCE:
        job = jobs.start(JOB, by=user, title=title(), params={"query": request.GET.urlencode(), "columns": list(columns), "format": fmt})  # fmt: skip
        return redirect("core:job_detail", job.pk)
    order = request.GET.getlist("sort") or None
    if fmt == "pdf":
        table = LedgerPaper(rows, request=request, order_by=order)
    else:
        table = LedgerTable(with_columns(rows, columns), request=request, order_by=order, chosen=columns)
    remember(user, fmt, count)
    return respond(request, table, f"{title()}-{timezone.localdate():%Y-%m-%d}", fmt, title=title(), filterset=found)


def remember(user, fmt, count):
    record(user, "exported", by=user, payload={"what": title(), "format": fmt, "rows": count})


@jobs.job(JOB)
def export(job, progress):
    """The whole filtered ledger as its owner sees it now; rights are asked again."""
    if not job.owner.is_active or not job.owner.has_perm("complaints.export_ledger"):
        raise jobs.Failed(_("Your role does not include taking the ledger away as a file."))
    query, columns, fmt = QueryDict(job.params["query"]), tuple(job.params["columns"]), job.params["format"]
    found, rows = found_by(query, job.owner)
    rows = with_columns(rows, columns)
    table = LedgerTable(rows, order_by=query.getlist("sort") or None, chosen=columns)
    progress.total(rows.order_by().count())
    sheet = ExportSheet(title(), table.headers(), pieces(table), facts(title(), job.owner, found))
    with tempfile.TemporaryFile() as target:
        done = write(sheet, fmt, target, tick=lambda _done: progress.step(500))
        jobs.keep_file(job, f"{title()}-{timezone.localdate():%Y-%m-%d}.{fmt}", target)
    remember(job.owner, fmt, done)
    return {"rows": done}


def pieces(table):
    """Typed values of all rows below ``headers()``, read piece by piece."""
    columns = [column for column in table.columns if not column.column.exclude_from_export]
    for found in table.data.data.iterator(chunk_size=PACE):
        yield [force_str(value, strings_only=True) for value in Row(found, table=table).values(columns)]
