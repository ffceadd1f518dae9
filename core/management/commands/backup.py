from django.core.management.base import BaseCommand, CommandError

from core import backups


class Command(BaseCommand):
    help = "Write database, files and a manifest into a new directory. The keys are not among them."
    requires_system_checks = ()  # an emergency does not wait for a warning

    def add_arguments(self, parser):
        parser.add_argument("directory", help="a directory that does not exist yet")
        parser.add_argument("--with-keys", metavar="FILE", help="write the keys too, to this file: keep it elsewhere")

    def handle(self, *args, **options):
        try:
            manifest = backups.make(options["directory"], keys_file=options["with_keys"])
        except backups.BackupError as error:
            raise CommandError(str(error))
        tables = manifest["database"]["tables"].values()
        rows, files = sum(table["rows"] for table in tables), len(manifest["media"])
        self.stdout.write(f"{options['directory']} holds {len(tables)} tables with {rows} rows, and {files} files.")
        if not options["with_keys"]:
            self.stdout.write("It does not hold the keys that open personal data: keep them apart (--with-keys).")
