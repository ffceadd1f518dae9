"""What was issued, filed or read never changes, whoever asks."""

from django.db import migrations

from core.db import frozen, insert_only


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("core", "0002_insert_only")]
    operations = [
        frozen("reports_report", "OLD.state = 'issued'"),
        insert_only("reports_reportfile"),
        frozen("reports_reportdelivery", "OLD.read_at IS NOT NULL"),
    ]
