from django.core.management.commands import flush
from django.db import DEFAULT_DB_ALIAS


class Command(flush.Command):
    """Django's, as the owner of the schema: the application's role holds no TRUNCATE."""

    def handle(self, *args, **options):
        if options["database"] == DEFAULT_DB_ALIAS:
            options["database"] = "owner"
        return super().handle(*args, **options)
