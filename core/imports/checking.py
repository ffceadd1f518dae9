"""From a file to an Outcome: every row with its values, every fault with its cell and reason."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.i18n import CHINESE, ENGLISH, both
from core.imports import errors, values
from core.imports.guard import Refused, column_letters
from core.imports.reader import plain, rows_of
from core.imports.schema import Context, Row, spellings

REASON = gettext_lazy("What to correct")  # heading of the last column of an error workbook


@dataclass(frozen=True)
class Problem:
    """One fault: its row, cell (C17, or "" for the whole row), heading, what stands there, why not."""

    row: int
    cell: str
    heading: str
    value: str
    reason: str


@dataclass
class Outcome:
    """What the file holds. ``places``: column → position in the row; ``ignored``: unknown headings."""

    sheet: str
    header: list
    places: dict
    ignored: list
    rows: list = field(default_factory=list)
    context: Context = None

    @property
    def bad(self):
        return [row for row in self.rows if row.errors]

    def problems(self, schema):
        """Every fault, in the order of rows and columns; personal values are not repeated."""
        columns = {column.name: column for column in schema.columns}
        found = []
        for row in self.bad:
            for name, reason in sorted(row.errors, key=lambda error: self.places.get(error[0], -1)):
                found.append(self._problem(row, columns.get(name), reason))
        return found

    def _problem(self, row, column, reason):
        place = self.places.get(column.name) if column else None
        if place is None:
            return Problem(row.number, "", str(column.label) if column else "", "", reason)
        value = values.shown(row.cells[place]) if place < len(row.cells) else ""
        shown = "***" if value and column.personal else values.CONTROL.sub("\ufffd", value[:100])
        return Problem(row.number, f"{column_letters(place + 1)}{row.number}", self.header[place], shown, reason)


class NotUsable(Exception):
    """The file as a whole cannot be imported; ``str()`` says why and what to do."""


def read(schema, path, kind, *, by, progress):
    """Open the file, type every cell, apply the rules within the file; no queries. Raises NotUsable."""
    names = spellings(schema)
    progress.step(0, _("Opening the file"))
    try:
        opened = rows_of(path, kind=kind, headings=set(names), limit=schema.limit, tick=lambda: progress.step(0))
        with opened as (facts, lines):
            outcome = _placed(schema, names, facts)
            lines = list(lines)
    except Refused as refusal:
        raise NotUsable(errors.sentence(refusal))
    outcome.context = Context(by)
    progress.total(len(lines), _("Checking the rows"))
    _type_rows(schema, outcome, lines, progress)
    if not outcome.rows:
        raise NotUsable(_("There are no rows below the headings (the example row does not count)."))
    _find_doubles(schema, outcome.rows)
    return outcome


def judge(schema, outcome):
    """The rules that need the database."""
    schema.resolve(outcome.rows, outcome.context)


def example_text(column):
    """The example as it stands in the template, in the active language."""
    if column.kind == "choice":
        return next((str(label) for value, label in column.pairs() if value == column.example), str(column.example))
    return str(column.example)


def _placed(schema, names, facts):
    """Which column stands where; faults of the headings end the import here, all of them in one message."""
    reasons, placed, ignored = {plain(text) for text in both(REASON).values()}, defaultdict(list), []
    for index, heading in enumerate(facts["header"]):
        key = plain(heading)
        if key in names:
            placed[names[key]].append(index)
        elif key and key not in reasons:
            ignored.append(heading[:60])
    missing = [str(column.label) for column in schema.columns if column.required and column.name not in placed]
    faults = [errors.missing_columns(missing)] if missing else []
    for places in placed.values():
        if len(places) > 1:
            letters = [column_letters(place + 1) for place in places]
            faults.append(errors.double_column(facts["header"][places[0]], letters))
    if faults:
        raise NotUsable("\n".join(faults))
    return Outcome(facts["sheet"], facts["header"], {name: places[0] for name, places in placed.items()}, ignored)


def _type_rows(schema, outcome, lines, progress):
    options = {column.name: values.choice_map(column) for column in schema.columns if column.kind == "choice"}
    examples = _examples(schema, outcome.places)
    for number, cells in lines:
        progress.step()
        if [_at(cells, place) for place in outcome.places.values()] in examples:
            continue
        row = Row(number, cells)
        for column in schema.columns:
            row.values[column.name] = _value(column, row, outcome.places.get(column.name), options.get(column.name))
        schema.clean_row(row, outcome.context)
        outcome.rows.append(row)


def _value(column, row, place, options):
    raw = row.cells[place] if place is not None and place < len(row.cells) else None
    try:
        return values.parse(column, raw, options)
    except values.Wrong as wrong:
        row.fail(column.name, wrong)
        return None


def _examples(schema, places):
    """The template's example row in both languages, as the file would hold it."""
    found = []
    for language in (CHINESE, ENGLISH):
        with translation.override(language):
            texts = {column.name: example_text(column).strip() for column in schema.columns}
        row = [texts[name] for name in places]
        if any(row):
            found.append(row)
    return found


def _at(cells, place):
    return values.shown(cells[place]).strip() if place < len(cells) else ""


def _find_doubles(schema, rows):
    for column in schema.columns:
        if column.unique:
            _refuse_second(rows, (column.name,))
    for names in schema.together:
        _refuse_second(rows, tuple(names))


def _refuse_second(rows, names):
    """The second row with the same values is at fault and names the first; an empty value equals none."""
    seen = {}
    for row in rows:
        key = tuple(row[name] for name in names)
        if any(value in (None, "") for value in key) or any(row.failed(name) for name in names):
            continue
        first = seen.setdefault(key, row.number)
        if first != row.number:
            row.fail(names[0], _("Row %(row)s says the same.") % {"row": first})
