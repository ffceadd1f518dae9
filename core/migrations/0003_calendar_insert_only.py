from django.db import migrations

from core.db import insert_only


class Migration(migrations.Migration):
    dependencies = [("core", "0002_insert_only")]
    operations = [
        insert_only(table)
        for table in ("core_calendarversion", "core_weekpattern", "core_dayoverride", "core_calendaryear")
    ]
