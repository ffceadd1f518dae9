"""What the database itself refuses: weights that are not 100 (K1), moved facts (K2), changed publications (K3)."""

from django.db import migrations

from core.db import frozen, insert_only

FUNCTIONS = """
-- Looked at when the transaction ends, so that a set of weights can be written row by row.
CREATE FUNCTION appraisal_weights_are_100() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one record;
    total numeric;
BEGIN
    one := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    SELECT sum(weight) INTO total FROM appraisal_weight
    WHERE version_id = one.version_id AND department_type = one.department_type AND unit_id IS NOT DISTINCT FROM one.unit_id;
    IF total <> 100 THEN
        RAISE EXCEPTION 'weights of scheme version % add up to %, not to 100', one.version_id, total
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION appraisal_version_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner_id bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.version_id ELSE OLD.version_id END;
BEGIN
    IF EXISTS (SELECT FROM appraisal_schemeversion WHERE id = owner_id AND state <> 'draft') THEN
        RAISE EXCEPTION 'scheme version % is no draft: % of % refused', owner_id, TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

-- Arguments: the states of the cycle in which rows of the sheet may still be written.
CREATE FUNCTION appraisal_stage_allows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row_now record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    cycle_now bigint;
    stage text;
BEGIN
    IF TG_TABLE_NAME = 'appraisal_scoresheet' THEN
        cycle_now := row_now.cycle_id;
    ELSE
        SELECT cycle_id INTO cycle_now FROM appraisal_scoresheet WHERE id = row_now.sheet_id;
    END IF;
    SELECT state INTO stage FROM appraisal_appraisalcycle WHERE id = cycle_now;
    IF stage <> ALL (TG_ARGV::text[]) THEN
        RAISE EXCEPTION '% of % refused while the cycle is "%"', TG_OP, TG_TABLE_NAME, stage
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN row_now;
END $$;
"""
NAMES = ("weights_are_100", "version_is_open", "stage_allows")
DROPPED = "".join(f"DROP FUNCTION appraisal_{name}();" for name in NAMES)


def trigger(table, name, when, function, kind="TRIGGER"):
    return migrations.RunSQL(
        f'CREATE {kind} {name} {when.format(table=f"appraisal_{table}")} EXECUTE FUNCTION appraisal_{function};',
        f'DROP TRIGGER {name} ON "appraisal_{table}";',
    )


def only_while(table, acts, *stages):
    allowed = ", ".join(f"'{stage}'" for stage in stages)
    return trigger(table, "stage", f'BEFORE {acts} ON "{{table}}" FOR EACH ROW', f"stage_allows({allowed})")


class Migration(migrations.Migration):
    dependencies = [("appraisal", "0001_initial"), ("core", "0002_insert_only")]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROPPED),
        *(insert_only(f"appraisal_{name}") for name in ("factsnapshot", "rating", "adjustment", "publication", "score")),
        frozen("appraisal_schemeversion", "OLD.state = 'approved'"),
        frozen("appraisal_appraisalcycle", "OLD.state = 'published'", ("version", "updated_at")),
        frozen("appraisal_appeal", "OLD.state <> 'open'"),
        trigger(
            "weight", "weights_are_100",
            'AFTER INSERT OR UPDATE OR DELETE ON "{table}" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW',
            "weights_are_100()", "CONSTRAINT TRIGGER",
        ),
        *(
            trigger(name, "version_is_open", 'BEFORE INSERT OR UPDATE OR DELETE ON "{table}" FOR EACH ROW', "version_is_open()")
            for name in ("weight", "standard")
        ),
        only_while("scoresheet", "INSERT OR UPDATE OR DELETE", "draft", "open"),
        only_while("factsnapshot", "INSERT", "open"),
        only_while("rating", "INSERT", "scoring"),
        only_while("adjustment", "INSERT", "preview", "published"),
        only_while("appeal", "INSERT", "preview"),
    ]  # fmt: skip
