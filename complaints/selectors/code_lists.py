"""Lists of types, causes and laws: what the regulations name, what leads added, without what was retired (CMP-32, 33, 49)."""

from dataclasses import dataclass

from complaints.choices import CodeList
from complaints.models import CodeEntry


@dataclass(frozen=True)
class Line:
    """One entry; ``row`` is None for one of the regulations that nobody retired."""

    list: CodeList
    code: str
    name: str
    is_own: bool
    row: CodeEntry | None = None

    @property
    def is_retired(self):
        return self.row is not None and self.row.retired_at is not None


def lines(code_list):
    """Every Line of a list, the regulations' first."""
    code_list = CodeList(code_list)
    rows = {row.code: row for row in CodeEntry.objects.filter(list=code_list)}
    own = [Line(code_list, one.value, str(one.label), True, rows.pop(one.value, None)) for one in code_list.own]
    return own + [Line(code_list, row.code, row.name, False, row) for row in rows.values()]


def choices(code_list, current=""):
    """(code, words) of what can be chosen now; ``current`` stays on the list though it was retired."""
    return [(line.code, line.name) for line in lines(code_list) if not line.is_retired or line.code == current]


def every(code_list):
    """(code, words) of all, retired ones included: what old records are found by."""
    return [(line.code, line.name) for line in lines(code_list)]
