"""Records of past ledgers stay as they were brought in, are never deleted, and are found by what they say."""

from importlib import import_module

from django.db import migrations

from complaints.words import also_spoken
from core.db import frozen

BEFORE = import_module("complaints.migrations.0005_ledger_guards").SOURCES
PAST = (
    "complaints_pastrecord", "complaint_id",
    ("ledger", "old_number", "progress", "customer_name", "receiver_name", "unit_name", "handler_name", "cause", "measures",
     "result", "satisfaction", "comment", "remark"),
)  # fmt: skip


def kept(name):
    return migrations.RunSQL(
        f'CREATE TRIGGER no_delete BEFORE DELETE ON "complaints_{name}" FOR EACH ROW EXECUTE FUNCTION complaints_no_delete();',
        f'DROP TRIGGER no_delete ON "complaints_{name}";',
    )


class Migration(migrations.Migration):
    dependencies = [("complaints", "0010_desk_guards")]
    operations = [
        frozen("complaints_pastrecord", "TRUE", ("is_void",)),
        *(kept(name) for name in ("pastrecord", "pastimport")),
        *also_spoken(PAST, before=BEFORE),
    ]
