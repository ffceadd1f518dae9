"""What the database itself refuses of what was learned: changed clusters, shared words, issued papers; one person alone (LIB-10)."""

from django.db import migrations

from core.db import frozen, insert_only

FUNCTION = """
CREATE FUNCTION complaints_edition_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM core_contribution
        WHERE subject = 'complaints.libraryedition' AND subject_id = NEW.id AND user_id = NEW.confirmed_by_id AND part = 'wrote'
    ) THEN
        RAISE EXCEPTION 'separation of duties: person % wrote on edition % and cannot confirm it',
            NEW.confirmed_by_id, NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER edition_by_two BEFORE INSERT OR UPDATE OF confirmed_by_id ON complaints_libraryedition FOR EACH ROW
    WHEN (NEW.confirmed_by_id IS NOT NULL) EXECUTE FUNCTION complaints_edition_by_two();
"""
DROPPED = "DROP TRIGGER edition_by_two ON complaints_libraryedition; DROP FUNCTION complaints_edition_by_two();"
KEPT = ("libraryentry", "libraryedition", "casereport", "feedbacklist", "casemeeting")


def no_delete(table):
    return migrations.RunSQL(
        f'CREATE TRIGGER no_delete BEFORE DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION complaints_no_delete();',
        f'DROP TRIGGER no_delete ON "{table}";',
    )


class Migration(migrations.Migration):
    dependencies = [("complaints", "0007_work_guards"), ("core", "0002_insert_only")]
    operations = [
        migrations.RunSQL(FUNCTION, DROPPED),
        *(no_delete(f"complaints_{name}") for name in KEPT),
        *(insert_only(f"complaints_{name}") for name in ("figuretarget", "cluster", "cluster_complaints", "casereportfile")),
        frozen("complaints_libraryedition", "OLD.confirmed_at IS NOT NULL", ("state", "version", "updated_at")),
        frozen("complaints_casereport", "OLD.state = 'issued'"),
        frozen("complaints_feedbacklist", "OLD.state = 'acknowledged'"),
    ]
