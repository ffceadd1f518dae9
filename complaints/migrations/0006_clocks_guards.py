"""What the database itself refuses about clocks: one person asking and deciding (S3), pauses that overlap or begin by themselves,
a third extension, changed policies.
"""

from django.db import migrations

from core.db import frozen, insert_only

FUNCTIONS = """
CREATE FUNCTION complaints_as_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'who asked for what in % does not change', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- A pause begins by another person's decision, or at once where the customer was asked; none overlaps another.
CREATE FUNCTION complaints_pause_runs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM complaints_cycle WHERE id = NEW.cycle_id FOR UPDATE;
    IF NEW.is_automatic AND NOT EXISTS (
        SELECT FROM complaints_pausereason WHERE id = NEW.reason_id AND is_automatic
    ) OR NEW.is_automatic AND NOT EXISTS (
        SELECT FROM complaints_conversation talk JOIN customers_interaction contact ON contact.id = talk.interaction_id
        WHERE talk.cycle_id = NEW.cycle_id AND talk.reached AND contact.direction = 'out'
    ) THEN
        RAISE EXCEPTION 'a pause begins by itself only where the customer was asked' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM complaints_pause other
        WHERE other.cycle_id = NEW.cycle_id AND other.id <> NEW.id AND other.started_at IS NOT NULL
          AND tstzrange(other.started_at, other.ended_at) && tstzrange(NEW.started_at, NEW.ended_at)
    ) THEN
        RAISE EXCEPTION 'pauses of a cycle do not overlap' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION complaints_extended_twice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM complaints_cycle WHERE id = NEW.cycle_id FOR UPDATE;
    IF (SELECT count(*) FROM complaints_extension
        WHERE cycle_id = NEW.cycle_id AND id <> NEW.id AND state = 'approved') >= 2 THEN
        RAISE EXCEPTION 'a cycle is extended at most twice' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
NAMES = ("as_asked", "pause_runs", "extended_twice")
DROPPED = "".join(f"DROP FUNCTION complaints_{name}();" for name in NAMES)
ASKED = {
    "pause": ("cycle_id", "reason_id", "requested_by_id", "requested_at", "resume_on", "is_automatic"),
    "extension": ("cycle_id", "days", "requested_by_id", "requested_at", "old_due"),
}


def trigger(table, name, when, function):
    return migrations.RunSQL(
        f'CREATE TRIGGER {name} {when} EXECUTE FUNCTION complaints_{function}();', f'DROP TRIGGER {name} ON "{table}";'
    )


def no_delete(table):
    return trigger(table, "no_delete", f'BEFORE DELETE ON "{table}" FOR EACH ROW', "no_delete")


def as_asked(table, columns):
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    return trigger(table, "as_asked", f'BEFORE UPDATE ON "{table}" FOR EACH ROW WHEN ({changed})', "as_asked")


class Migration(migrations.Migration):
    dependencies = [("complaints", "0005_ledger_guards"), ("customers", "0003_service_due")]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROPPED),
        *(insert_only(f"complaints_{name}") for name in ("clockpolicy", "clockcheck")),
        *(no_delete(f"complaints_{name}") for name in ("pause", "extension", "progressreport", "absence")),
        *(as_asked(f"complaints_{name}", columns) for name, columns in ASKED.items()),
        frozen("complaints_pause", "OLD.state IN ('refused', 'ended', 'lapsed')"),
        frozen("complaints_extension", "OLD.state IN ('approved', 'rejected', 'lapsed')", ("told_at", "version", "updated_at")),
        frozen("complaints_progressreport", "TRUE", ("sent_at", "interaction_id")),
        trigger(
            "complaints_pause", "pause_runs",
            'BEFORE INSERT OR UPDATE ON "complaints_pause" FOR EACH ROW WHEN (NEW.started_at IS NOT NULL)', "pause_runs",
        ),
        trigger(
            "complaints_extension", "extended_twice",
            "BEFORE INSERT OR UPDATE ON \"complaints_extension\" FOR EACH ROW WHEN (NEW.state = 'approved')", "extended_twice",
        ),
    ]  # fmt: skip
