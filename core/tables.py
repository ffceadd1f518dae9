"""One table class serves the screen and, through ``as_values()``, xlsx, csv and PDF."""

import django_tables2 as tables
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.core.paginator import EmptyPage, Page
from django.db.models import Model
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.timezone import template_localtime
from django.utils.translation import gettext_lazy as _
from django_tables2.columns.linkcolumn import BaseLinkColumn
from django_tables2.paginators import LazyPaginator
from django_tables2.rows import BoundRow, BoundRows
from django_tables2.utils import Accessor, signature

from core import moments

PAGE_SIZE = 50
COUNT_CAP = 10_000
NOWRAP = {"td": {"class": "nowrap"}}


def capped_count(rows, cap=COUNT_CAP):
    """(number, label) of rows, counting no further than ``cap``: "3,214" or "10,000+"."""
    number = rows.order_by()[: cap + 1].count() if hasattr(rows, "query") else len(rows)
    return number, f"{cap:,}+" if number > cap else f"{number:,}"


def walk_of(accessor, record):
    """A function from a model's row to the value of ``accessor``: as django-tables2 finds it, looked up once per table."""
    *way, last = accessor.bits
    try:
        field = accessor.get_field(record)
    except FieldDoesNotExist:
        field = None
    last = f"get_{last}_display" if getattr(field, "choices", None) else last

    def walk(row):
        try:
            for name in (*way, last):
                row = getattr(row, name)
                if callable(row) and not getattr(row, "do_not_call_in_templates", False):
                    row = row()
                if row is None:
                    return None
        except (AttributeError, ObjectDoesNotExist):
            return None
        return row

    return walk


class Row(BoundRow):
    """A row that looks only once per table at where a column's values are and which arguments it wants: thousands of cells ask."""

    def _get_and_render_with(self, bound_column, render_func, default):
        if not isinstance(self._record, Model) or isinstance(
            bound_column.column, tables.ManyToManyColumn | BaseLinkColumn
        ):
            return super()._get_and_render_with(bound_column, render_func, default)
        known, key = self._table.wanted, ("walk", bound_column.name)
        if key not in known:
            known[key] = walk_of(Accessor(bound_column.accessor), self._record)
        value = known[key](self._record)
        return default if value in bound_column.column.empty_values else render_func(bound_column, value)

    def items(self):
        """(column, drawn cell) pairs, without looking each column up by its name again."""
        for column in self.table.columns:
            column.current_record = self.record
            column.current_value = self._get_and_render_with(
                column, render_func=self._call_render, default=column.default
            )
            yield column, column.current_value

    def _call_render(self, bound_column, value=None):
        given = self._optional_cell_arguments(bound_column, value)
        content = self._call(bound_column.render, ("render", bound_column.name), given)
        return bound_column.link(content, **given) if bound_column.link else content

    def _call_value(self, bound_column, value=None):
        given = self._optional_cell_arguments(bound_column, value)
        function = bound_column.value
        if (
            getattr(function, "__func__", None) is tables.Column.value
        ):  # which would look at render's arguments for each cell
            function = bound_column.column.render
        return self._call(function, ("value", bound_column.name), given)

    def values(self, bound_columns):
        """Typed values of these columns, for files."""
        return [
            self._get_and_render_with(column, render_func=self._call_value, default=None) for column in bound_columns
        ]

    def _call(self, function, key, given):
        known = self._table.wanted
        if key not in known:
            known[key] = signature(function)
        names, takes_all = known[key]
        if takes_all:
            return function(**given)
        return function(**{name: given[name] for name in names}) if given.keys() >= set(names) else None


class Rows(BoundRows):
    def __iter__(self):
        return (Row(record, table=self.table) for record in self.data)

    def __getitem__(self, key):
        if isinstance(key, slice):
            return Rows(data=self.data[key], table=self.table)
        return Row(self.data[key], table=self.table)


class PortalTable(tables.Table):
    """Base of every list. Subclasses name columns; ``row_url(record)`` makes the whole row a link."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.wanted = {}
        self.rows = Rows(data=self.data, table=self)

    class Meta:
        attrs = {"class": "table"}
        template_name = "components/table.html"
        empty_text = _("Nothing here yet.")

    @staticmethod
    def row_url(record):
        get = getattr(record, "get_absolute_url", None)
        return get() if get else ""

    def body(self):
        """The rows as HTML, for components/table.html: a page of cells drawn without a template for each."""
        heads = [
            (_class(column.attrs.get("td", {}).get("class")), column.header, column.localize) for column in self.columns
        ]
        return format_html_join("", "<tr{}{}>{}</tr>", (self._drawn(row, heads) for row in self.paginated_rows))

    def _drawn(self, row, heads):
        """The parts of one row: its link, its class, its cells."""
        url = self.row_url(row.record)
        cells = (
            (css, header, cell if isinstance(cell, str) else _localized(cell, is_local))
            for (css, header, is_local), (_column, cell) in zip(heads, row.items(), strict=True)
        )
        link = format_html(' data-href="{}"', url) if url else ""
        return link, _class(row.attrs.get("class")), format_html_join("", '<td{} data-label="{}">{}</td>', cells)

    def headers(self):
        """Column titles in the reader's language, for exports."""
        return [
            str(column.header) for column in self.columns if column.visible and not column.column.exclude_from_export
        ]

    def export_rows(self):
        """Rows of typed values below ``headers()``; heavy lists stream through ``iterator()``."""
        exclude = [
            column.name for column in self.columns.iterall() if not column.visible or column.column.exclude_from_export
        ]
        rows = self.as_values(exclude_columns=exclude)
        next(rows)
        return rows


def _class(names):
    return format_html(' class="{}"', names) if names else ""


def _localized(value, is_local):
    return localize(template_localtime(value), use_l10n=is_local) if is_local is not False else str(value)


class NumberColumn(tables.Column):
    """Right-aligned figures."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("attrs", {"td": {"class": "num"}, "th": {"class": "num"}})
        super().__init__(*args, **kwargs)


class DayColumn(tables.Column):
    """A day or moment as people read it; exports keep the typed value."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("attrs", NOWRAP)
        super().__init__(*args, **kwargs)

    def render(self, value):
        return moments.text(value)

    def value(self, value, **kwargs):
        return moments.local(value).replace(tzinfo=None) if hasattr(value, "hour") else value


class CodeColumn(tables.Column):
    """A number in monospace."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("attrs", {"td": {"class": "mono"}})
        super().__init__(*args, **kwargs)


class BadgeColumn(tables.Column):
    """A state with its word and colour; exports the word. ``states`` is its TextChoices class, if values are plain."""

    def __init__(self, accessor=None, *, states=None, **kwargs):
        self.states = states
        super().__init__(accessor=accessor, **kwargs)

    def member(self, record):
        value = self.accessor.resolve(record)  # the value itself: the table would hand over its label
        return self.states(value) if self.states else value

    def render(self, record):
        from core.templatetags.ui import badge_html

        return badge_html(self.member(record))

    def value(self, record):
        return str(self.member(record).label)


class DueColumn(tables.TemplateColumn):
    """A due moment with working time left beneath."""

    def __init__(self, **kwargs):
        kwargs.setdefault("attrs", {"td": {"class": "when"}, "th": {"class": "when"}})
        super().__init__(template_code="{% due at=value %}", **kwargs)

    def value(self, value, **kwargs):
        return value


class OnePage(LazyPaginator):
    """Reads the page and one row more, and counts nothing."""

    def page(self, number):
        rows = self.read((number - 1) * self.per_page, number * self.per_page + 1)
        if not rows and number > 1:
            raise EmptyPage(_("That page is empty."))
        self._num_pages = number + (len(rows) > self.per_page)
        self._final_num_pages = None if len(rows) > self.per_page else number
        return Page(rows[: self.per_page], number, self)

    def read(self, first, last):
        return [row for row in self.object_list[first:last]]  # noqa: C416 (list() would ask for a count)


class KeysFirst(OnePage):
    """Finds the keys of the page by filter and order alone; what stands beside them is read for these rows only."""

    def read(self, first, last):
        rows = self.object_list.data.data
        keys = list(rows.values_list("pk", flat=True)[first:last])
        found = {row.pk: row for row in rows.filter(pk__in=keys).order_by()} if keys else {}
        return [Row(found[key], table=self.object_list.table) for key in keys if key in found]


def listing(request, filterset, table_class, *, page_size=PAGE_SIZE, paginator=OnePage, **table_kwargs):
    """Filter, sort and page one list: the context of a list page.

    ``filterset`` is bound to ``request.GET``; an invalid or unknown filter shows an empty list, never another one.
    Returns {"filter", "table", "count", "query"}.
    """
    refused = filterset.unknown or not filterset.form.is_valid()
    rows = filterset.queryset.none() if refused else filterset.qs
    table = table_class(rows, order_by=request.GET.getlist("sort") or None, order_by_field="sort", **table_kwargs)
    table.request = request  # given to the class it would page, and count, by itself
    page = request.GET.get("page", "1")
    try:
        table.paginate(
            paginator, per_page=page_size, page=int(page) if page.isdecimal() and len(page) < 7 and int(page) else 1
        )
    except EmptyPage:
        table.paginate(paginator, per_page=page_size, page=1)
    if table.page.number == 1 and not table.page.has_next():  # all of them are here
        number, label = len(table.page.object_list), f"{len(table.page.object_list):,}"
    else:
        number, label = capped_count(rows, getattr(filterset, "count_cap", None) or COUNT_CAP)
    query = request.GET.copy()
    query.pop("page", None)
    return {"filter": filterset, "table": table, "count": label, "number": number, "query": query.urlencode()}
