from django.core.management.base import BaseCommand

from dashboard.demo.people import LOGINS, PASSWORD


class Command(BaseCommand):
    help = "Print one login per role of the demonstration data."

    def handle(self, *args, **options):
        from accounts.models import User

        names = {user.username: user for user in User.objects.filter(username__in=[login for login, _role in LOGINS])}
        for login, role in LOGINS:
            if login in names:
                self.stdout.write(f"  {login:<12} {PASSWORD}   {role.label}  ({names[login].name_zh})")
