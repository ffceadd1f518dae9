"""After a migration: the policies that every installation has, and what the application role may not do beyond core's rules:
delete from the ledger (N2).
"""

from django.conf import settings
from django.db import connections

from complaints.services.policies import ensure_shipped


def after_migrate(sender, using, **kwargs):
    if using == "owner":
        ensure_shipped(using)
    role, owner = (settings.DATABASES[alias]["USER"] for alias in ("default", "owner"))
    if using != "owner" or role == owner:
        return
    with connections[using].cursor() as cursor:
        name = connections[using].ops.quote_name(role)
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'no_delete'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"REVOKE DELETE ON {table} FROM {name}")
