from django.core.management.base import BaseCommand

from core.crypto import make_keys


class Command(BaseCommand):
    help = "Make the encryption keys that a new installation needs; existing ones stay."
    requires_system_checks = ()

    def handle(self, *args, **options):
        make_keys()
        self.stdout.write("keys are in place")
