"""A list of rows: the page, or with ``?format=`` the file of exactly this list."""

from django.utils import timezone

from core.exports import respond
from core.tables import capped_count, listing
from core.views import render_page
from core.workflow import record


def list_page(request, template, filterset, table_class, *, title, log=None, **context):
    """The answer to a list's address. A file holds what the screen leaves out for room as well.

    ``log`` is the row that remembers who took the file away, for lists with personal data.
    """
    fmt = request.GET.get("format")
    if not fmt:
        shown = listing(request, filterset, table_class)
        return render_page(request, template, shown | {"title": title} | context, partial="rows")
    refused = filterset.unknown or not filterset.form.is_valid()
    rows = filterset.queryset.none() if refused else filterset.qs
    table = table_class(rows, request=request, order_by=request.GET.getlist("sort") or None)
    for column in table.columns.iterall():
        table.columns.show(column.name)
    if log is not None:
        record(
            log, "exported", by=request.user, payload={"what": str(title), "format": fmt, "rows": capped_count(rows)[0]}
        )
    return respond(
        request, table, f"{title}-{timezone.localdate():%Y-%m-%d}", fmt, title=str(title), filterset=filterset
    )
