"""What must be true of the database before the portal serves: migrated, and at the first start filled with the demonstration.

Run by scripts/run.py in a process of its own. Mistakes a person can cure are shown without a traceback.
"""

import os
import sys


def make_demo():
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    if os.environ.get("DEMO", "1").lower() not in ("0", "false", "no", "off") and not get_user_model().objects.exists():
        print("First start: making the demonstration data. This takes a minute; DEMO=0 starts empty instead.", flush=True)
        call_command("demo_data", size="small")


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satisfaction.settings")
    from django.core.exceptions import ImproperlyConfigured

    try:
        import django

        django.setup()
    except ImproperlyConfigured as error:
        return f"A setting is wrong: {error}"

    from django.core.management import CommandError, call_command, get_commands
    from django.db import OperationalError

    try:
        call_command("migrate", interactive=False, verbosity=1 if sys.stdout.isatty() else 0)
        make_demo()
        if "demo_logins" in get_commands():
            call_command("demo_logins")
    except OperationalError as error:
        return f"The database does not answer: {str(error).strip()}\nCheck DATABASE_URL and DATABASE_OWNER_URL, or unset both for a database of our own."
    except CommandError as error:
        return str(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
