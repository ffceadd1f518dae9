"""What the database itself refuses of working a record: lost rows, changed words, merges of merges (M1), work on a merged
record, a decision by somebody it is about or who began it (S1, S3).
"""

from django.db import migrations

from core.db import frozen, insert_only

APART = """
CREATE OR REPLACE FUNCTION complaints_stand_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('complaints.complaint', NEW.subject_id));
    IF NEW.part IN ('handled', 'reviewed', 'called_back') AND EXISTS (
        SELECT FROM core_contribution
        WHERE subject = NEW.subject AND subject_id = NEW.subject_id AND user_id = NEW.user_id AND part <> NEW.part
          AND part IN ('handled', 'reviewed', 'called_back', 'concerned', 'recused'{parts})
    ) THEN
        RAISE EXCEPTION 'separation of duties: person % cannot be "%" of complaint % as well',
            NEW.user_id, NEW.part, NEW.subject_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.part IN ('concerned', 'recused'{parts}) AND EXISTS (
        SELECT FROM complaints_complaint
        WHERE id = NEW.subject_id AND handler_id = NEW.user_id
          AND state NOT IN ('closed', 'declined', 'withdrawn', 'voided', 'merged')
    ) THEN
        RAISE EXCEPTION 'separation of duties: person % still handles complaint %',
            NEW.user_id, NEW.subject_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
FUNCTIONS = """
-- Nobody whom the record is about, who stepped aside from it or (argument 2) whose idea it is decides on it. Argument 1: the column.
CREATE FUNCTION complaints_not_about() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    person bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
BEGIN
    IF person IS NOT NULL AND EXISTS (
        SELECT FROM core_contribution
        WHERE subject = 'complaints.complaint' AND subject_id = NEW.complaint_id AND user_id = person
          AND part IN ('concerned', 'recused', TG_ARGV[1])
    ) THEN
        RAISE EXCEPTION 'separation of duties: complaint % is not for person %', NEW.complaint_id, person
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- M1: depth one, the same kind, the same party or a mass event; two merges of one record wait for each other.
CREATE FUNCTION complaints_forest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('complaints.merge', least(NEW.complaint_id, NEW.master_id)));
    PERFORM pg_advisory_xact_lock(hashtextextended('complaints.merge', greatest(NEW.complaint_id, NEW.master_id)));
    IF EXISTS (SELECT FROM complaints_merge WHERE undone_at IS NULL
               AND (complaint_id = NEW.master_id OR master_id = NEW.complaint_id)) THEN
        RAISE EXCEPTION 'a merged record takes no others, and a master is not merged' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.mass_event = '' AND NOT EXISTS (
        SELECT FROM complaints_complaint one JOIN complaints_complaint other ON other.id = NEW.master_id AND one.kind = other.kind
        LEFT JOIN complaints_complainant p ON p.complaint_id = one.id LEFT JOIN complaints_complainant q ON q.complaint_id = other.id
        WHERE one.id = NEW.complaint_id AND (one.customer_id = other.customer_id
            OR (p.phone_index <> '' AND p.phone_index = q.phone_index) OR (p.email_index <> '' AND p.email_index = q.email_index))
    ) THEN
        RAISE EXCEPTION 'different customers are merged for a mass event only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- M1: a merged record accepts no new work.
CREATE FUNCTION complaints_no_work_on_merged() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    record_id bigint := (to_jsonb(NEW) ->> 'complaint_id')::bigint;
BEGIN
    IF record_id IS NULL THEN
        SELECT complaint_id INTO record_id FROM complaints_cycle WHERE id = NEW.cycle_id;
    END IF;
    IF EXISTS (SELECT FROM complaints_complaint WHERE id = record_id AND state = 'merged') THEN
        RAISE EXCEPTION 'complaint % is merged: its work goes on in the other record', record_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- Put into effect is verified by somebody who did not decide on it.
CREATE FUNCTION complaints_not_decider() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM complaints_suggestiondecision WHERE complaint_id = NEW.complaint_id AND decided_by_id = NEW.verified_by_id) THEN
        RAISE EXCEPTION 'separation of duties: person % decided on it', NEW.verified_by_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION complaints_words_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'these words of % do not change', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
NAMES = ("not_about", "forest", "no_work_on_merged", "not_decider", "words_stay")
DROPPED = "".join(f"DROP FUNCTION complaints_{name}();" for name in NAMES)
DECIDERS = (
    ("endrequest", "decided_by_id", ""),
    ("suggestiondecision", "decided_by_id", "proposed"),
    ("recovery", "by_id", ""),
    ("recovery", "approved_by_id", ""),
    ("merge", "by_id", ""),
    ("merge", "undone_by_id", ""),
    ("handlingmeasure", "person_id", ""),
    ("implementation", "person_id", ""),
    ("implementation", "verified_by_id", "proposed"),
)
KEPT = ("codeentry", "involvement", "handlingmeasure", "merge", "recovery", "customerremark", "implementation", "replytemplate")
INSERT_ONLY = ("factcheck", "citation", "conductviolation", "threadpost")
WORK = ("assignment", "determination", "reply", "callback", "factcheck", "handlingmeasure", "involvement", "recovery", "threadpost",
        "implementation")  # fmt: skip


def trigger(table, name, when, function):
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} {when} ON complaints_{table} FOR EACH ROW {function};",
        f"DROP TRIGGER {name} ON complaints_{table};",
    )


def runs(function):
    return f"EXECUTE FUNCTION complaints_{function}"


def words_stay(table, *columns):
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    return trigger(table, "words_stay", "BEFORE UPDATE", f"WHEN ({changed}) {runs('words_stay()')}")


class Migration(migrations.Migration):
    dependencies = [("complaints", "0006_clocks_guards"), ("core", "0002_insert_only")]
    operations = [
        migrations.RunSQL(APART.replace("{parts}", ", 'proposed'"), APART.replace("{parts}", "")),
        migrations.RunSQL(FUNCTIONS, DROPPED),
        *(trigger(table, "no_delete", "BEFORE DELETE", runs("no_delete()")) for table in KEPT),
        *(insert_only(f"complaints_{name}") for name in INSERT_ONLY),
        *(
            trigger(table, f"not_about_{column}", "BEFORE INSERT OR UPDATE", runs(f"not_about('{column}', '{part}')"))
            for table, column, part in DECIDERS
        ),
        trigger("merge", "forest", "BEFORE INSERT", runs("forest()")),
        *(trigger(table, "no_work_on_merged", "BEFORE INSERT", runs("no_work_on_merged()")) for table in WORK),
        trigger("implementation", "not_decider", "BEFORE INSERT OR UPDATE", f"WHEN (NEW.verified_by_id IS NOT NULL) {runs('not_decider()')}"),
        words_stay("codeentry", "list", "code", "name_zh", "name_en"),
        words_stay("customerremark", "cycle_id", "score", "comment", "by_id", "at"),
        words_stay("merge", "complaint_id", "master_id", "mass_event", "reason", "before", "by_id", "at"),
        frozen("complaints_merge", "OLD.undone_at IS NOT NULL"),
        frozen("complaints_handlingmeasure", "OLD.result <> 'planned'"),
        frozen("complaints_recovery", "OLD.state IN ('refused', 'done')"),
        frozen("complaints_implementation", "OLD.verified_at IS NOT NULL", ("told_at", "version", "updated_at")),
    ]  # fmt: skip
