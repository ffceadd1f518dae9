"""What a letter, a post or a transfer said stays as it was registered; the account is forgotten with the person."""

from django.db import migrations

from core.db import frozen


class Migration(migrations.Migration):
    dependencies = [("complaints", "0008_learn_guards"), ("core", "0002_insert_only")]
    operations = [frozen("complaints_source", "true", ("account",))]
