"""Setting up whom to call."""

from core.workflow import edit as edit_row
from core.workflow import start
from fieldwork.choices import RuleKind
from fieldwork.models import CallRule


def create(*, by, **fields):
    """A new rule; its ledger follows from whom it calls, except for an imported list."""
    return start(CallRule(**with_ledger(fields)), by=by)


def edit(rule, *, by, expected_version=None, **fields):
    """Change a rule; lists drawn up before keep the settings they were drawn with."""
    return edit_row(rule, by=by, expected_version=expected_version, **with_ledger(fields))


def with_ledger(fields):
    kind = RuleKind(fields["kind"])
    chosen = fields.get("ledger") if kind == RuleKind.SOURCE else ""
    return fields | {"ledger": str(chosen or kind.ledger)}
