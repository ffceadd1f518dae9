"""The first person of an empty portal; everybody else is made on the page 人员 (People)."""

import getpass
import os
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.choices import Role
from accounts.models import User
from accounts.services import people


class Command(BaseCommand):
    help = "Make the first administrator. The password is asked for, or read from the variable PORTAL_PASSWORD."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--email", required=True, help="the way back when the password is forgotten")
        parser.add_argument("--name", default="管理员", help="as colleagues read it")

    def handle(self, *args, username, email, name, **options):
        if User.objects.filter(groups__name=Role.ADMINISTRATOR, is_active=True).exists():
            raise CommandError("This portal has an administrator, who makes further ones on the page of people.")
        user = User(username=username, email=email, name_zh=name)
        try:
            user.full_clean(exclude=["password", "name_key"])
            password = os.environ.get("PORTAL_PASSWORD") or self._asked()
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        people.create(
            by=None, username=username, email=email, name_zh=name, roles=[Role.ADMINISTRATOR], password=password
        )
        self.stdout.write(f"{username} is the administrator. Log in and make the others.")

    def _asked(self):
        if not sys.stdin.isatty():
            raise CommandError("Set PORTAL_PASSWORD, or run this in a terminal.")
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            raise CommandError("The two passwords differ. Nothing was made.")
        return password
