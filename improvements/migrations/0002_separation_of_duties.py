"""What holds whoever asks: dates, verification and effect of measures (S2, S3), said by the database itself."""

from django.db import migrations

from core.db import insert_only

IS_APART = """
CREATE FUNCTION improvements_is_apart(person bigint, worked_on text, record bigint, responsible bigint)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (
        SELECT 1 FROM core_contribution c
        WHERE c.subject = worked_on AND c.subject_id = record AND c.user_id = person
    ) AND NOT EXISTS (
        SELECT 1 FROM accounts_orgunit unit
        JOIN accounts_orgunit own ON starts_with(own.path, unit.path)
        JOIN accounts_membership belongs ON belongs.unit_id = own.id AND belongs.user_id = person
        WHERE unit.id = responsible AND belongs.since <= (now() AT TIME ZONE 'Asia/Shanghai')::date
          AND (belongs.until IS NULL OR belongs.until >= (now() AT TIME ZONE 'Asia/Shanghai')::date)
    )
$$;
"""

VERIFIER = """
CREATE FUNCTION improvements_verifier_is_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT improvements_is_apart(NEW.by_id, 'improvements.measure', NEW.measure_id,
        (SELECT m.unit_id FROM improvements_measure m WHERE m.id = NEW.measure_id)) THEN
        RAISE EXCEPTION 'person % worked on measure % or is of its unit: verification refused', NEW.by_id, NEW.measure_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER verifier_is_apart BEFORE INSERT ON improvements_verification
    FOR EACH ROW EXECUTE FUNCTION improvements_verifier_is_apart();
"""

MEASURE = """
CREATE FUNCTION improvements_measure_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE reason text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            reason := 'a measure begins as a draft';
        END IF;
    ELSIF OLD.issued_at IS NOT NULL AND NEW.original_due <> OLD.original_due THEN
        reason := 'the original due date of an issued measure stays';
    ELSIF OLD.issued_at IS NOT NULL AND NEW.current_due <> OLD.current_due AND NOT EXISTS (
        SELECT 1 FROM improvements_extensionrequest e
        WHERE e.measure_id = NEW.id AND e.state = 'approved' AND e.new_due = NEW.current_due
    ) THEN
        reason := 'the due date moves by an approved extension only';
    ELSIF NEW.implemented_at IS NOT NULL AND NEW.implemented_at IS DISTINCT FROM OLD.implemented_at AND NOT EXISTS (
        SELECT 1 FROM improvements_verification v
        WHERE v.measure_id = NEW.id AND v.cycle = NEW.cycle AND v.result = 'accepted'
    ) THEN
        reason := 'nobody verified it';
    ELSIF NEW.state = 'closed' AND OLD.state <> 'closed'
        AND NOT improvements_is_apart(NEW.closed_by_id, 'improvements.measure', NEW.id, NEW.unit_id) THEN
        reason := 'who worked on it or is of its unit cannot close it';
    ELSIF NEW.state = 'closed' AND OLD.state <> 'closed' AND NEW.indicator <> '' AND NOT EXISTS (
        SELECT 1 FROM improvements_effect f
        WHERE f.measure_id = NEW.id AND f.cycle = NEW.cycle AND f.verdict = 'improved'
    ) THEN
        reason := 'no improvement is proven';
    END IF;
    IF reason IS NOT NULL THEN
        RAISE EXCEPTION 'measure %: %', NEW.id, reason USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER measure_guard BEFORE INSERT OR UPDATE ON improvements_measure
    FOR EACH ROW EXECUTE FUNCTION improvements_measure_guard();
"""


def kept(table):
    """Rows of ``table`` are never removed."""
    return migrations.RunSQL(
        f"CREATE TRIGGER kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION portal_insert_only();",
        f"DROP TRIGGER kept ON {table};",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("improvements", "0001_initial"),
        ("core", "0003_calendar_insert_only"),
    ]

    operations = [
        migrations.RunSQL(IS_APART, "DROP FUNCTION improvements_is_apart(bigint, text, bigint, bigint);"),
        migrations.RunSQL(
            VERIFIER,
            "DROP TRIGGER verifier_is_apart ON improvements_verification; DROP FUNCTION improvements_verifier_is_apart();",
        ),
        migrations.RunSQL(
            MEASURE, "DROP TRIGGER measure_guard ON improvements_measure; DROP FUNCTION improvements_measure_guard();"
        ),
        insert_only("improvements_verification"),
        insert_only("improvements_progress"),
        insert_only("improvements_effect"),
        kept("improvements_improvementcase"),
        kept("improvements_measure"),
    ]
