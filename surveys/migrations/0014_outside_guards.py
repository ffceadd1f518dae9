"""What the database itself refuses: a changed origin of an answer, a sheet that changes its number or its person."""

from django.db import migrations

from core.db import frozen, insert_only

POSTED = ("sent_on", "sent_by_id", "undelivered_on", "undelivered_by_id", "note")


class Migration(migrations.Migration):
    dependencies = [("surveys", "0013_outside"), ("core", "0002_insert_only")]
    operations = [
        insert_only("surveys_importedanswer"),
        frozen("surveys_personalsheet", "OLD.undelivered_on IS NULL", POSTED),
        migrations.RunSQL(
            "CREATE TRIGGER frozen_when_back BEFORE UPDATE OR DELETE ON surveys_personalsheet "
            "FOR EACH ROW WHEN (OLD.undelivered_on IS NOT NULL) EXECUTE FUNCTION portal_frozen();",
            "DROP TRIGGER frozen_when_back ON surveys_personalsheet;",
        ),
    ]
