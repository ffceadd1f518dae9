from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS


class Command(migrate.Command):
    """Django's, as the owner of the schema: the application's role holds no DDL."""

    def get_check_kwargs(self, options):
        return {**super().get_check_kwargs(options), "databases": ["owner"]}

    def handle(self, *args, **options):
        if options["database"] == DEFAULT_DB_ALIAS:
            options["database"] = "owner"
        return super().handle(*args, **options)
