from django.db import migrations

from core.db import insert_only, install_functions


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [install_functions(), insert_only("core_event"), insert_only("core_contribution")]
