import time

from django.core.management.base import BaseCommand, CommandError

from core.crypto import make_keys
from dashboard.demo import database


class Command(BaseCommand):
    help = (
        "Fill an empty database with a training company, made only by what people use: its staff, customers, waves, "
        "answers, follow-ups and reports. The same day gives the same figures."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--size",
            choices=("small", "year"),
            default="small",
            help="two quarters with 60 customers, or four with 300",
        )
        parser.add_argument(
            "--remove",
            action="store_true",
            help="recreate a database that is marked as demonstration; nothing is filled in",
        )

    def handle(self, *args, size, remove, **options):
        if remove:
            return self.remove()
        if not database.is_empty():
            raise CommandError(
                "This database is not empty, so no demonstration data is added to it. If it holds an earlier demonstration, "
                "run demo_data --remove first; otherwise name an empty database in DATABASE_URL."
            )
        from dashboard.demo import company

        make_keys()
        began = time.monotonic()
        company.make(size)
        self.stdout.write(f"Demonstration data ({size}) made in {time.monotonic() - began:.0f} s.")

    def remove(self):
        if not database.is_marked():
            raise CommandError("This database is not marked as demonstration; nothing was removed.")
        database.recreate()
        self.stdout.write("The demonstration is gone; the database is empty and migrated.")
