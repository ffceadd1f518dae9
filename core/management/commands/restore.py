from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core import backups
from core.db import grant_application_role
from core.models import Heartbeat


class Command(BaseCommand):
    help = "Bring a backup back, or with --drill prove that it would come back, and change nothing."
    requires_system_checks = ()  # an emergency does not wait for a warning

    def add_arguments(self, parser):
        parser.add_argument("directory", help="what manage.py backup wrote")
        parser.add_argument("--drill", action="store_true", help="restore beside the portal, compare, throw away")
        parser.add_argument("--max-age-hours", type=int, help="with --drill: an older backup fails")
        parser.add_argument(
            "--keys",
            metavar="FILE",
            help="key file from backup --with-keys, for an installation without keys",
        )

    def handle(self, *args, **options):
        try:
            self._drill(**options) if options["drill"] else self._restore(**options)
        except backups.BackupError as error:
            raise CommandError(str(error))

    def _drill(self, directory, max_age_hours, **options):
        manifest = backups.drill(directory, max_age=max_age_hours)
        Heartbeat.objects.update_or_create(name="backup_drill", defaults={"at": timezone.now()})
        self.stdout.write(f"The backup of {manifest['made_at']} comes back: {self._extent(manifest)}, all equal.")

    def _restore(self, directory, keys, **options):
        manifest, kept = backups.restore(directory, keys_file=keys)
        grant_application_role("owner")
        self.stdout.write(f"The backup of {manifest['made_at']} is back: {self._extent(manifest)}, all equal.")
        for name in kept:
            self.stdout.write(f"What stood there before is kept as {name}; remove it when you are sure.")
        self.stdout.write("Start the portal, or run manage.py migrate first if the program is newer than the backup.")

    def _extent(self, manifest):
        return f"{len(manifest['database']['tables'])} tables, {len(manifest['media'])} files"
