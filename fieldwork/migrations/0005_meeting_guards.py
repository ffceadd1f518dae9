"""What the database itself refuses: changed submitted reports, points, ended appointments and attendance."""

from django.db import migrations

from core.db import frozen, insert_only

# An ended interview, like an ended call, lets go of the answers that an approved disposal list removes; nothing else changes.
LET_GO = """
CREATE OR REPLACE FUNCTION fieldwork_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF surveys_being_disposed(OLD.wave_id) THEN
        UPDATE fieldwork_calltask SET response_id = NULL WHERE response_id = OLD.id;
        UPDATE fieldwork_meeting SET response_id = NULL WHERE response_id = OLD.id;
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON fieldwork_meeting FOR EACH ROW
    WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION fieldwork_ended_call();
"""
BACK = """
DROP TRIGGER frozen ON fieldwork_meeting;
CREATE OR REPLACE FUNCTION fieldwork_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF surveys_being_disposed(OLD.wave_id) THEN
        UPDATE fieldwork_calltask SET response_id = NULL WHERE response_id = OLD.id;
    END IF;
    RETURN OLD;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("fieldwork", "0004_meetings")]
    operations = [
        insert_only("fieldwork_meetingpoint"),
        insert_only("fieldwork_pointraised"),
        migrations.RunSQL(LET_GO, BACK),
        frozen("fieldwork_meetingreport", "OLD.submitted_at IS NOT NULL"),
        frozen("fieldwork_meetingperson", "OLD.came IS NOT NULL OR OLD.withdrawn_at IS NOT NULL"),
    ]
