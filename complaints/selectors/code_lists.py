"""Lists of types, causes and laws: what the regulations name, what leads added, without what was retired (CMP-32, 33, 49)."""

from dataclasses import dataclass
from time import monotonic

from complaints.choices import CodeList
from complaints.models import CodeEntry

REMEMBERED = {}  # list: (what was added, until when it is believed)


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
    """(code, words) of all, retired ones included: what old records are found by. Every page of the ledger asks for them, so
    a process remembers what was added for a minute; words never change.
    """
    code_list = CodeList(code_list)
    rows, until = REMEMBERED.get(code_list, ((), 0))
    if until < monotonic():
        rows = list(CodeEntry.objects.filter(list=code_list).exclude(code__in=code_list.own.values))
        REMEMBERED[code_list] = rows, monotonic() + 60
    return [*code_list.own.choices, *((row.code, row.name) for row in rows)]


def forget():
    """Something was added: who asks next reads anew."""
    REMEMBERED.clear()
