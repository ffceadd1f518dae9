"""What the database itself refuses: lost records (N2), changed facts (T2, T3), one person in two parts (S1)."""

from django.db import migrations

from core.db import frozen, insert_only

FUNCTIONS = """
CREATE FUNCTION complaints_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION complaints_as_registered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was registered as % does not change', OLD.number USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION complaints_breach_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a clock that was not kept stays so' USING ERRCODE = 'restrict_violation';
END $$;

-- The people of one record are told apart under one lock, so that two of them at once see each other.
CREATE FUNCTION complaints_stand_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('complaints.complaint', NEW.subject_id));
    IF NEW.part IN ('handled', 'reviewed', 'called_back') AND EXISTS (
        SELECT FROM core_contribution
        WHERE subject = NEW.subject AND subject_id = NEW.subject_id AND user_id = NEW.user_id AND part <> NEW.part
          AND part IN ('handled', 'reviewed', 'called_back', 'concerned', 'recused')
    ) THEN
        RAISE EXCEPTION 'separation of duties: person % cannot be "%" of complaint % as well',
            NEW.user_id, NEW.part, NEW.subject_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.part IN ('concerned', 'recused') AND EXISTS (
        SELECT FROM complaints_complaint
        WHERE id = NEW.subject_id AND handler_id = NEW.user_id
          AND state NOT IN ('closed', 'declined', 'withdrawn', 'voided')
    ) THEN
        RAISE EXCEPTION 'separation of duties: person % still handles complaint %',
            NEW.user_id, NEW.subject_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- Who stands in a column took the part, however the row was written. Arguments: the part, the column.
CREATE FUNCTION complaints_take_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    record_id bigint;
BEGIN
    IF TG_TABLE_NAME = 'complaints_complaint' THEN
        record_id := NEW.id;
    ELSE
        SELECT complaint_id INTO record_id FROM complaints_cycle WHERE id = NEW.cycle_id;
    END IF;
    INSERT INTO core_contribution (subject, subject_id, user_id, part, at)
    VALUES ('complaints.complaint', record_id, (to_jsonb(NEW) ->> TG_ARGV[1])::bigint, TG_ARGV[0], now())
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""
NAMES = ("no_delete", "as_registered", "breach_stays", "stand_apart", "take_part")
DROPPED = "".join(f"DROP FUNCTION complaints_{name}();" for name in NAMES)

PARTS = (
    ("complaints_complaint", "handler_id", "handled"),
    ("complaints_assignment", "handler_id", "handled"),
    ("complaints_determination", "by_id", "handled"),
    ("complaints_reply", "author_id", "handled"),
    ("complaints_reply", "reviewer_id", "reviewed"),
    ("complaints_callback", "by_id", "called_back"),
)
KEPT = ("complaint", "complainant", "cycle", "reply", "endrequest", "suggestiondecision")
REGISTERED = ("id", "kind", "number", "text", "received_at", "registered_at", "receiver_id", "follow_up_id")
BREACHES = ("response_breached_at", "result_breached_at")


def trigger(table, name, when, function):
    return migrations.RunSQL(
        f'CREATE TRIGGER {name} {when.format(table=table)} EXECUTE FUNCTION complaints_{function};',
        f'DROP TRIGGER {name} ON "{table}";',
    )


def no_delete(table):
    return trigger(table, "no_delete", 'BEFORE DELETE ON "{table}" FOR EACH ROW', "no_delete()")


def take_part(table, column, part):
    when = f'AFTER INSERT OR UPDATE OF {column} ON "{{table}}" FOR EACH ROW WHEN (NEW.{column} IS NOT NULL)'
    return trigger(table, f"{part}_by_{column}", when, f"take_part('{part}', '{column}')")


def changed(columns):
    return " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)


def stays(columns):
    return " OR ".join(f"OLD.{name} IS NOT NULL AND OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0001_initial"), ("core", "0002_insert_only")]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROPPED),
        *(no_delete(f"complaints_{name}") for name in KEPT),
        *(insert_only(f"complaints_{name}") for name in ("assignment", "determination", "callback", "clockalert", "conversation")),
        frozen("complaints_cycle", "OLD.closed_at IS NOT NULL"),
        frozen("complaints_reply", "OLD.approved_at IS NOT NULL", ("sent_at", "version", "updated_at")),
        frozen("complaints_endrequest", "OLD.granted IS NOT NULL"),
        frozen("complaints_suggestiondecision", "OLD.outcome <> 'deferred'", ("told_at",)),
        trigger(
            "complaints_complaint", "as_registered",
            f'BEFORE UPDATE ON "{{table}}" FOR EACH ROW WHEN ({changed(REGISTERED)})', "as_registered()",
        ),
        trigger(
            "complaints_cycle", "breach_stays",
            f'BEFORE UPDATE ON "{{table}}" FOR EACH ROW WHEN ({stays(BREACHES)})', "breach_stays()",
        ),
        trigger(
            "core_contribution", "complaints_stand_apart",
            "BEFORE INSERT ON \"{table}\" FOR EACH ROW WHEN (NEW.subject = 'complaints.complaint')", "stand_apart()",
        ),
        *(take_part(*one) for one in PARTS),
    ]  # fmt: skip
