"""What the database itself refuses: a changed wording, another identity of a shared question, and removing what lasts."""

from django.db import migrations

from core.db import frozen, insert_only

WORDS = ("parent_id", "name_zh", "name_en", "meaning_zh", "meaning_en", "since", "position")
ALIVE = ("state", "version", "updated_at")


class Migration(migrations.Migration):
    dependencies = [("surveys", "0011_bank"), ("core", "0002_insert_only")]
    operations = [
        insert_only("surveys_bankwording"),
        frozen("surveys_bankquestion", "true", ("indicator_id", *ALIVE)),
        frozen("surveys_indicator", "true", (*WORDS, *ALIVE)),
    ]
