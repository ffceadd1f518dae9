"""What the database itself refuses: changed attempts, checks and lists, and a call by who delivered the service (TEL-02)."""

from django.db import migrations

from core.db import frozen, insert_only

FUNCTION = """
CREATE FUNCTION fieldwork_independent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    record_id bigint;
BEGIN
    SELECT service_record_id INTO record_id FROM fieldwork_calltask WHERE id = NEW.task_id;
    IF EXISTS (SELECT FROM customers_servicerecord WHERE id = record_id AND staff_id = NEW.by_id) THEN
        RAISE EXCEPTION 'independence: person % delivered the service of call %', NEW.by_id, NEW.task_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION fieldwork_checked_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM fieldwork_callattempt WHERE task_id = NEW.task_id AND by_id = NEW.by_id) THEN
        RAISE EXCEPTION 'separation of duties: person % made call %', NEW.by_id, NEW.task_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
INSERT_ONLY = ("callattempt", "callcheck", "calllist", "sourceentry")


def before_insert(table, name):
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fieldwork_{name}();",
        f"DROP TRIGGER {name} ON {table};",
    )


class Migration(migrations.Migration):
    dependencies = [("fieldwork", "0001_initial"), ("core", "0002_insert_only")]
    operations = [
        migrations.RunSQL(
            FUNCTION, "DROP FUNCTION fieldwork_independent(); DROP FUNCTION fieldwork_checked_by_another();"
        ),
        *(insert_only(f"fieldwork_{name}") for name in INSERT_ONLY),
        before_insert("fieldwork_callattempt", "independent"),
        before_insert("fieldwork_callcheck", "checked_by_another"),
        frozen("fieldwork_calltask", "OLD.closed_at IS NOT NULL"),
    ]
