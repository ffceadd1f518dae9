"""The words of a record are written by the database itself, whoever writes one of its texts (docs/adr/0018)."""

from django.db import migrations

from complaints.words import functions, spoken

SOURCES = (
    ("complaints_assignment", "cycle_id", ("note",)),
    ("complaints_determination", "cycle_id", ("facts", "remedy")),
    ("complaints_reply", "cycle_id", ("measures", "result", "meaning")),
    ("complaints_callback", "cycle_id", ("comment",)),
    ("complaints_conversation", "cycle_id", ("interaction_id",)),  # the words are the contact's
    ("complaints_endrequest", "complaint_id", ("reason",)),
    ("complaints_suggestiondecision", "complaint_id", ("reason_zh", "reason_en")),
    ("complaints_mailitem", "complaint_id", ("subject", "text")),
    ("complaints_mailreply", "item_id", ("text",)),
)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0004_desk"), ("customers", "0001_initial")]
    operations = [
        functions(),
        *spoken(*SOURCES),
        migrations.RunSQL("SELECT complaints_words(id) FROM complaints_complaint;", migrations.RunSQL.noop),
    ]
