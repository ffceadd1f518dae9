"""Two database roles, insert-only tables and frozen rows, said once.

``owner`` migrates; ``default`` logs in as the application role, which holds no DDL and no TRUNCATE, and neither
UPDATE nor DELETE on insert-only tables. Triggers say the same to everybody else.
"""

from django.conf import settings
from django.db import connections, migrations


class OwnerMigrates:
    """Schema changes go through the owner's connection only."""

    def allow_migrate(self, db, app_label, **hints):
        return db == "owner"


FUNCTIONS = """
CREATE OR REPLACE FUNCTION portal_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE FUNCTION portal_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - TG_ARGV::text[]) = (to_jsonb(NEW) - TG_ARGV::text[]) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is frozen: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


def install_functions():
    """First operation of core's migrations: the trigger functions."""
    return migrations.RunSQL(
        FUNCTIONS, "DROP FUNCTION IF EXISTS portal_insert_only(); DROP FUNCTION IF EXISTS portal_frozen();"
    )


def insert_only(table):
    """Migration operation: rows of ``table`` can be added, never changed or removed."""
    return migrations.RunSQL(
        f'CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION portal_insert_only();",
        f'DROP TRIGGER insert_only ON "{table}";',
    )


def frozen(table, when, except_columns=()):
    """Migration operation: rows of ``table`` for which the SQL condition ``when`` (on OLD) holds never change.

    ``except_columns`` may still be written (for example ``state`` from published to retired).
    """
    arguments = ", ".join(f"'{column}'" for column in except_columns)
    return migrations.RunSQL(
        f'CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON "{table}" '
        f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION portal_frozen({arguments});",
        f'DROP TRIGGER frozen ON "{table}";',
    )


def grant_application_role(using="owner"):
    """Give the application role what it needs and nothing else. Runs after every migrate; safe to repeat."""
    role, owner = settings.DATABASES["default"]["USER"], settings.DATABASES["owner"]["USER"]
    if role == owner:
        return
    with connections[using].cursor() as cursor:
        name = connections[using].ops.quote_name(role)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'insert_only'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {name}")
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {name}")


def after_migrate(sender, using, **kwargs):
    """Rights of the application role, then what every installation has: the working calendar."""
    if using != "owner":
        return
    grant_application_role(using)
    from core.worktime.store import ensure_default_calendar

    ensure_default_calendar(using=using)
