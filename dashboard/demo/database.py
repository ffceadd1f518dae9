"""Whether this database holds the demonstration, and the way back to an empty one.

The mark is an Event, written in the transaction that makes the demonstration: insert-only, so a database in use never
gets it afterwards by accident, and one that has it can be told apart for good.
"""

from django.apps import apps
from django.core.management import call_command
from django.db import connections, models, transaction

from core.models import Event
from core.models.event import Contribution

SUBJECT, KIND = "portal", "demonstration_made"


def mark(**facts):
    """Write down that everything in this database is made up."""
    Event.objects.create(subject=SUBJECT, subject_id=0, kind=KIND, payload=facts)


def is_marked():
    return Event.objects.filter(subject=SUBJECT, kind=KIND).exists()


def is_empty():
    """Nobody has worked here yet: no person and no history."""
    from accounts.models import User

    return not (User.objects.exists() or Event.objects.exists() or Contribution.objects.exists())


def recreate():
    """Drop every table and function as the owner and migrate anew; the stored files of the rows go with them."""
    _remove_files()
    connections["default"].close()
    owner = connections["owner"]
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = ", ".join(owner.ops.quote_name(name) for (name,) in cursor.fetchall())
        cursor.execute(f"DROP TABLE {tables} CASCADE")
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
            " AND proowner = current_user::regrole AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
        )
        for (name,) in cursor.fetchall():  # what the guards of the tables ran
            cursor.execute(f"DROP FUNCTION {name} CASCADE")
    call_command("migrate", interactive=False, verbosity=0)


def _remove_files():
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                names = model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
                for name in names.exclude(**{f"{field.name}__isnull": True}):
                    field.storage.delete(name)
