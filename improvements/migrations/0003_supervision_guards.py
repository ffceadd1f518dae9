"""What holds whoever asks: concluded inspections and issued notices stay, verification by others (S2), said by the database."""

from django.db import migrations

from core.db import frozen, insert_only

SETTLED = """
CREATE FUNCTION improvements_inspection_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE key bigint;
BEGIN
    IF TG_TABLE_NAME = 'improvements_inspectedrecord' THEN
        SELECT inspection_id INTO key FROM improvements_focusitem WHERE id = COALESCE(NEW.item_id, OLD.item_id);
    ELSE
        key := COALESCE(NEW.inspection_id, OLD.inspection_id);
    END IF;
    IF EXISTS (SELECT 1 FROM improvements_inspection WHERE id = key AND state <> 'open') THEN
        RAISE EXCEPTION '% of inspection % is settled: % refused', TG_TABLE_NAME, key, TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
"""
SETTLED_TABLES = ("improvements_focusitem", "improvements_inspectedrecord", "improvements_observation")

ITEMS = """
CREATE FUNCTION improvements_notice_is_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM improvements_rectificationnotice
               WHERE id IN (NEW.notice_id, OLD.notice_id) AND state <> 'draft') THEN
        RAISE EXCEPTION 'the requirements of an issued notice are frozen: % refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER notice_is_draft BEFORE INSERT OR UPDATE OR DELETE ON improvements_noticeitem
    FOR EACH ROW EXECUTE FUNCTION improvements_notice_is_draft();
"""

CHECKER = """
CREATE FUNCTION improvements_checker_is_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT improvements_is_apart(NEW.by_id, 'improvements.rectificationnotice', NEW.notice_id,
        (SELECT n.unit_id FROM improvements_rectificationnotice n WHERE n.id = NEW.notice_id)) THEN
        RAISE EXCEPTION 'person % worked on notice % or is of its unit: verification refused', NEW.by_id, NEW.notice_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checker_is_apart BEFORE INSERT ON improvements_noticecheck
    FOR EACH ROW EXECUTE FUNCTION improvements_checker_is_apart();
"""

NOTICE = """
CREATE FUNCTION improvements_notice_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE reason text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            reason := 'a notice begins as a draft';
        END IF;
    ELSIF OLD.state <> 'draft' AND NEW.state = 'draft' THEN
        reason := 'an issued notice is no draft any more';
    ELSIF OLD.overdue_at IS NOT NULL AND NEW.overdue_at IS DISTINCT FROM OLD.overdue_at THEN
        reason := 'that it was overdue stays on record';
    ELSIF OLD.first_replied_at IS NOT NULL AND NEW.first_replied_at IS DISTINCT FROM OLD.first_replied_at THEN
        reason := 'the moment of its first answer stays';
    ELSIF NEW.state = 'replied' AND OLD.state <> 'replied' AND OLD.state NOT IN ('acknowledged', 'returned') THEN
        reason := 'its receipt is not confirmed';
    ELSIF NEW.verified_at IS DISTINCT FROM OLD.verified_at AND NOT (
        OLD.verified_at IS NULL AND OLD.state = 'replied' AND EXISTS (
            SELECT 1 FROM improvements_noticecheck c
            WHERE c.notice_id = NEW.id AND c.round = NEW.round AND c.result = 'accepted' AND c.by_id = NEW.verified_by_id
        )
    ) THEN
        reason := 'nobody verified it';
    ELSIF NEW.state = 'closed' AND OLD.state <> 'closed' AND OLD.state <> 'verified' THEN
        reason := 'only a verified notice is closed';
    ELSIF NEW.state = 'closed'
        AND NOT improvements_is_apart(NEW.closed_by_id, 'improvements.rectificationnotice', NEW.id, NEW.unit_id) THEN
        reason := 'who worked on it or is of its unit cannot close it';
    ELSIF OLD.state = 'closed' AND NEW.state <> 'closed' THEN
        reason := 'it is closed';
    END IF;
    IF reason IS NOT NULL THEN
        RAISE EXCEPTION 'notice %: %', NEW.id, reason USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER notice_guard BEFORE INSERT OR UPDATE ON improvements_rectificationnotice
    FOR EACH ROW EXECUTE FUNCTION improvements_notice_guard();
"""
MOVING = (  # what goes on after issue; the rest is frozen
    "state", "version", "updated_at", "round", "redo_due", "executor_id", "acknowledged_at", "acknowledged_by_id",
    "first_replied_at", "replied_at", "overdue_at", "verified_at", "verified_by_id", "closed_at", "closed_by_id",
)  # fmt: skip


def settled(table):
    return migrations.RunSQL(
        f"CREATE TRIGGER settled BEFORE INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION improvements_inspection_is_open();",
        f"DROP TRIGGER settled ON {table};",
    )


class Migration(migrations.Migration):
    dependencies = [("improvements", "0002_separation_of_duties")]

    operations = [
        migrations.RunSQL(SETTLED, "DROP FUNCTION improvements_inspection_is_open();"),
        *(settled(table) for table in SETTLED_TABLES),
        frozen("improvements_inspection", "OLD.state = 'concluded'"),
        migrations.RunSQL(
            ITEMS,
            "DROP TRIGGER notice_is_draft ON improvements_noticeitem; DROP FUNCTION improvements_notice_is_draft();",
        ),
        migrations.RunSQL(
            CHECKER,
            "DROP TRIGGER checker_is_apart ON improvements_noticecheck; DROP FUNCTION improvements_checker_is_apart();",
        ),
        migrations.RunSQL(
            NOTICE,
            "DROP TRIGGER notice_guard ON improvements_rectificationnotice; DROP FUNCTION improvements_notice_guard();",
        ),
        frozen("improvements_rectificationnotice", "OLD.state <> 'draft'", MOVING),
        insert_only("improvements_noticereply"),
        insert_only("improvements_noticecheck"),
        insert_only("improvements_noticefile"),
    ]
