"""Canned answers stay as they were reviewed; uses and notices are added only; nothing of the desk is deleted."""

from django.db import migrations

from core.db import frozen, insert_only


def kept(name):
    return migrations.RunSQL(
        f'CREATE TRIGGER no_delete BEFORE DELETE ON "complaints_{name}" FOR EACH ROW EXECUTE FUNCTION complaints_no_delete();',
        f'DROP TRIGGER no_delete ON "complaints_{name}";',
    )


class Migration(migrations.Migration):
    dependencies = [("complaints", "0009_calls_guards"), ("core", "0002_insert_only")]
    operations = [
        *(insert_only(f"complaints_{name}") for name in ("canneduse", "channelnotice")),
        frozen("complaints_cannedanswer", "OLD.state <> 'draft'", ("state", "version", "updated_at")),
        *(kept(name) for name in ("cannedanswer", "preventionitem")),
    ]
