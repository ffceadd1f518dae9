"""What the lists of customers have in common."""

from django.utils import timezone

from core.access import needs
from core.exports import respond
from core.tables import listing
from core.views import render_page

sees = needs("customers.see_all", "customers.see_unit")
edits = needs("customers.edit_customer")


def list_page(request, template, filterset, table_class, *, title, **context):
    """A list on the screen, or with ``?format=`` the file of exactly this list."""
    fmt = request.GET.get("format")
    if fmt:
        table = table_class(_exported(filterset), request=request, order_by=request.GET.getlist("sort") or None)
        for column in table.columns.iterall():  # a file has room for what the screen leaves out
            table.columns.show(column.name)
        name = f"{title}-{timezone.localdate():%Y-%m-%d}"
        return respond(request, table, name, fmt, title=str(title), filterset=filterset)
    shown = listing(request, filterset, table_class)
    return render_page(request, template, shown | {"title": title} | context, partial="rows")


def _exported(filterset):
    refused = filterset.unknown or not filterset.form.is_valid()
    return filterset.queryset.none() if refused else filterset.qs
