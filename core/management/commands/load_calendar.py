from django.core.management.base import BaseCommand, CommandError

from core.models import Calendar
from core.worktime import china
from core.worktime.engine import CalendarError
from core.worktime.store import DEFAULT, content_of, load_year


class Command(BaseCommand):
    help = "Take over public holidays and make-up working days into a working calendar, or check them."

    def add_arguments(self, parser):
        parser.add_argument("years", nargs="*", type=int, metavar="YEAR", help="default: the years that are shipped")
        parser.add_argument("--calendar", default=DEFAULT, help="code of the working calendar")
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument(
            "--check", action="store_true", help="compare shipped days, packages and calendar; change nothing"
        )
        mode.add_argument("--write", action="store_true", help="draw up the shipped file again from the packages")

    def handle(self, *args, years, calendar, check, write, **options):
        years = years or china.shipped_years()
        if write:
            china.write(years)
            return
        try:
            row = Calendar.objects.get(code=calendar)
        except Calendar.DoesNotExist:
            raise CommandError(f"There is no working calendar {calendar}; migrate makes the default one.")
        try:
            self.check_years(row, years) if check else self.load(row, years)
        except CalendarError as error:
            raise CommandError(str(error))

    def load(self, calendar, years):
        for year in years:
            version = load_year(calendar, year)
            state = content_of(version).years[year].state
            self.stdout.write(f"{year}: {state}, {calendar.code} version {version.no}")

    def check_years(self, calendar, years):
        content = content_of(calendar.versions.order_by("-no").first())
        wrong = 0
        for year in years:
            problems = list(differences(content, year))
            wrong += len(problems)
            self.stdout.write(f"{year}: {'; '.join(problems) or 'agrees'}")
        if wrong:
            raise CommandError(f"{wrong} differences.")


def differences(content, year):
    """Sentences on what differs between the packages, the shipped file and the calendar."""
    drawn_up, shipped = china.drawn_up(year), china.shipped(year)
    if shipped and shipped != drawn_up:
        days = days_that_differ(shipped.rest | shipped.work, drawn_up.rest | drawn_up.work) or ["its state"]
        yield f"shipped and packages differ on {', '.join(map(str, days))}"
    expected = dict.fromkeys(drawn_up.rest, False) | dict.fromkeys(drawn_up.work, True)
    actual = {day: it.is_working for day, it in content.days.items() if day.year == year}
    if days := days_that_differ(actual, expected):
        yield f"the calendar differs on {', '.join(map(str, days))}"


def days_that_differ(one, other):
    return sorted(day for day in one.keys() | other.keys() if one.get(day) != other.get(day))
