"""What an import looks like. An app declares its schemas in ``<app>/imports.py``; its AppConfig imports it.

    class CustomerImport(Schema):
        code = "customers"                             # address: /imports/customers/
        title = _("Customers")
        help = _("One row per customer. Customers that exist already are refused, not overwritten.")
        capability = "customers.import_data"
        columns = [
            Column("number", _("Customer number"), required=True, unique=True, max_length=20),
            Column("name", _("Name"), required=True, example=_("Example Ltd"), aliases=("客户名称",)),
            Column("tier", _("Tier"), kind="choice", choices=Tier, example=Tier.KEY),
            Column("owner", _("Owner"), kind="reference", help=_("Login name"), example="li.na"),
            Column("since", _("Customer since"), kind="date", example="2024-03-01"),
            Column("phone", _("Phone"), kind="phone", personal=True, example="13800000005"),
        ]
        together = [("name", "region")]          # no two rows of one file may agree in all of these

        def clean_row(self, row, context):       # one row, no queries; an empty or refused value is None
            if row["tier"] == Tier.KEY and not row["owner"]:
                row.fail("owner", _("A key customer needs an owner."))

        def resolve(self, rows, context):        # all rows at once, a handful of queries
            self.look_up(rows, "owner", User.objects.filter(is_active=True), field="username")
            self.refuse_existing(rows, "number", Customer.objects.all(), field="number")

        def commit(self, rows, *, by, progress):  # in one transaction; every row was just checked again
            for row in rows:
                services.create_customer(by=by, **row.values)
                progress.step()

    register(CustomerImport())

``row.values`` holds typed values by column name: str, int, Decimal, date, aware datetime, bool, the value of
a choice, a phone as "+8613800000005", for a reference what look_up() put there. Empty is None; of text, phone
and email "". Columns that the file leaves out count as empty; a missing required one is a fault of the file.
"""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from core.i18n import both
from core.imports.reader import plain

SCHEMAS = {}
KINDS = {"text", "integer", "decimal", "date", "datetime", "choice", "bool", "phone", "email", "reference"}
CHUNK = 5_000


@dataclass(frozen=True)
class Column:
    """One column, headed in a file by its label in either language, its name or an alias.

    ``choices``: TextChoices, (value, label) pairs, or a callable that returns pairs. ``unique``: not twice in
    one file. ``personal``: not shown on the result page. ``minimum``, ``maximum``: of numbers and dates.
    """

    name: str
    label: Any
    kind: str = "text"
    required: bool = False
    choices: Any = ()
    help: Any = ""
    example: Any = ""
    max_length: int = 500
    unique: bool = False
    personal: bool = False
    minimum: Any = None
    maximum: Any = None
    aliases: tuple = ()

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"{self.name}: unknown kind {self.kind!r}")

    def pairs(self):
        """(value, label) of every choice, labels lazy."""
        is_function = callable(self.choices) and not isinstance(self.choices, type)
        choices = self.choices() if is_function else self.choices
        return list(getattr(choices, "choices", choices))

    def headings(self):
        """Every spelling that heads this column, normalised."""
        return {plain(text) for text in (self.name, *both(self.label).values(), *self.aliases)}


@dataclass
class Row:
    """One row: ``number`` as the spreadsheet shows it, ``cells`` as they came, ``values`` typed by column."""

    number: int
    cells: list = field(default_factory=list)
    values: dict = field(default_factory=dict)
    errors: list = field(default_factory=list)

    def __getitem__(self, name):
        return self.values.get(name)

    def fail(self, column, reason):
        """Refuse the cell ``column`` ("": the whole row), saying why in the reader's language."""
        self.errors.append((column, str(reason)))

    def failed(self, column):
        return any(name == column for name, _reason in self.errors)


@dataclass
class Context:
    """Who imports; ``data`` is the schema's own, shared by clean_row() and resolve() of one run."""

    by: Any
    data: dict = field(default_factory=dict)


class Schema:
    """Base of every import; see the module's example. ``limit`` is the greatest number of rows."""

    code = ""
    title = ""
    help = ""
    capability = ""
    columns = ()
    together = ()
    limit = 50_000

    def column(self, name):
        return next(column for column in self.columns if column.name == name)

    def clean_row(self, row, context):
        """Rules within one row; no queries."""

    def resolve(self, rows, context):
        """Rules that need the database: references and what exists already, for all rows in few queries."""

    def commit(self, rows, *, by, progress):
        """Write the rows through the app's services. May return {"url": …} of the page that shows them."""
        raise NotImplementedError

    # What resolve() is made of

    def look_up(self, rows, column, queryset, *, field, key=None, reason=None):
        """Put the object whose ``field`` equals the cell into ``row.values[column]``; fail where none does.

        ``key`` turns the cell into what ``field`` stores (a blind index, a pinyin key). The queryset decides
        what is visible. Two objects of one key are refused. One query per 5,000 different values.
        """
        found = self._by_key(rows, column, queryset, field, key)
        for row, value in self._filled(rows, column, key):
            match = found.get(value, [])
            if len(match) == 1:
                row.values[column] = match[0]
                continue
            row.values[column] = None
            several = _("There are several of this name; give one that is unique.")
            row.fail(column, several if match else reason or _("There is no such entry."))

    def refuse_existing(self, rows, column, queryset, *, field, key=None, reason=None):
        """Fail the cells whose value the database holds already."""
        found = self._by_key(rows, column, queryset, field, key)
        for row, value in self._filled(rows, column, key):
            if value in found:
                row.fail(column, reason or _("This exists already."))

    def _by_key(self, rows, column, queryset, field, key):
        wanted = list({value for _row, value in self._filled(rows, column, key)})
        found = {}
        for start in range(0, len(wanted), CHUNK):
            for obj in queryset.filter(**{f"{field}__in": wanted[start : start + CHUNK]}):
                found.setdefault(getattr(obj, field), []).append(obj)
        return found

    @staticmethod
    def _filled(rows, column, key):
        for row in rows:
            value = row[column]
            if value not in (None, "") and not row.failed(column):
                yield row, key(value) if key else value


def register(schema):
    """Offer ``schema`` under its code; call it in AppConfig.ready()."""
    if not (schema.code and schema.capability and schema.columns):
        raise ValueError(f"{type(schema).__name__} needs code, capability and columns")
    from core.imports import service  # noqa: F401 (it needs SCHEMAS; a worker that knows a schema must know its jobs)

    SCHEMAS[schema.code] = schema
    return schema


def spellings(schema):
    """Normalised heading → column name. Raises ValueError when two columns answer to the same heading."""
    found = {}
    for column in schema.columns:
        for heading in column.headings():
            if found.setdefault(heading, column.name) != column.name:
                raise ValueError(f"{schema.code}: two columns are headed {heading!r}")
    return found
