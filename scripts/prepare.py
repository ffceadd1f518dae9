"""What must be true before the portal serves: keys, a migrated database, at first the demonstration.

Run by scripts/run.py in a process of its own. Mistakes a person can cure are shown without a traceback.
"""

import os
import sys


def make_demo():
    """At the first start; later only the logins are shown again."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    if os.environ.get("DEMO", "1").lower() in ("0", "false", "no", "off"):
        return
    if not get_user_model().objects.exists():
        print("First start: making the demonstration data (DEMO=0 starts empty) …", flush=True)
        call_command("demo_data", size="small")
    call_command("demo_logins")


def make_first_keys():
    """Keys belong to the data: they are made for an empty database only, never in place of lost ones."""
    from django.conf import settings
    from django.core.management import CommandError
    from django.db import connections

    from core.crypto import make_keys

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations')")
        has_data = cursor.fetchone()[0] is not None
    if has_data and not any(settings.KEYS_DIR.glob("*.key")):
        raise CommandError(
            f"The database holds data, but its encryption keys are not in {settings.KEYS_DIR}. "
            "Put them back from the separate key backup, or set KEYS_DIR. New keys could not read the data."
        )
    make_keys()


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satisfaction.settings")
    from django.core.exceptions import ImproperlyConfigured

    try:
        import django

        django.setup()
    except ImproperlyConfigured as error:
        return f"A setting is wrong: {error}"

    from django.core.management import CommandError, call_command
    from django.db import OperationalError

    try:
        make_first_keys()
        call_command("migrate", interactive=False, verbosity=0)
        make_demo()
    except OperationalError as error:
        cure = "Check DATABASE_URL and DATABASE_OWNER_URL, or unset both for a database of our own."
        return f"The database does not answer: {str(error).strip()}\n{cure}"
    except CommandError as error:
        return str(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
