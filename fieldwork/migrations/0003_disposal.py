"""A call lets go of answers that an approved disposal list removes; nothing else of an ended call changes."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION fieldwork_ended_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - 'response_id') = (to_jsonb(NEW) - 'response_id') AND (
        NEW.response_id IS NOT DISTINCT FROM OLD.response_id OR (NEW.response_id IS NULL
        AND surveys_being_disposed((SELECT wave_id FROM surveys_response WHERE id = OLD.response_id)))
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is frozen: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION fieldwork_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF surveys_being_disposed(OLD.wave_id) THEN
        UPDATE fieldwork_calltask SET response_id = NULL WHERE response_id = OLD.id;
    END IF;
    RETURN OLD;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("fieldwork", "0002_guards"), ("surveys", "0020_custody_guards")]
    operations = [
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION fieldwork_let_go(); DROP FUNCTION fieldwork_ended_call();"),
        migrations.RunSQL(
            "DROP TRIGGER frozen ON fieldwork_calltask;"
            "CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON fieldwork_calltask FOR EACH ROW "
            "WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION fieldwork_ended_call();",
            "DROP TRIGGER frozen ON fieldwork_calltask;"
            "CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON fieldwork_calltask FOR EACH ROW "
            "WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION portal_frozen();",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER let_go BEFORE DELETE ON surveys_response FOR EACH ROW "
            "WHEN (NOT OLD.is_anonymous) EXECUTE FUNCTION fieldwork_let_go();",
            "DROP TRIGGER let_go ON surveys_response;",
        ),
    ]
