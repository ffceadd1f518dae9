"""A training company's last quarters: who does what is in the modules beside this one, when it happens is here."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from core import periods
from core.i18n import speaking
from customers.services import reminders
from dashboard.demo import database, ledger, mails, people
from dashboard.demo.agenda import Agenda
from dashboard.demo.calls import Calls
from dashboard.demo.clock import at, moment
from dashboard.demo.customers import HISTORY, Customers
from dashboard.demo.designs import WINDOW, Designs, names_of
from dashboard.demo.elsewhere import Elsewhere
from dashboard.demo.learn import Learnings
from dashboard.demo.letters import Letters
from dashboard.demo.material import Material
from dashboard.demo.meetings import Meetings
from dashboard.demo.opinions import LAST_CLOSED
from dashboard.demo.papers import Papers
from dashboard.demo.remedies import Remedies
from dashboard.demo.rounds import LENGTH, Rounds
from dashboard.demo.schemes import Schemes
from dashboard.demo.scores import Scores
from dashboard.demo.voices import Voices
from dashboard.demo.watch import Watch
from notifications.models import Notice

JOINED = 1000  # days ago
STAFF_WAVE = (20, 11)  # days ago it opened, days it was open
OPEN_WAVE = 7  # days ago it opened
CONFIDENTIAL_SINCE = 8  # days since the confidential wave opened
POSTER_DAYS = 9  # days ago the QR code was put up
INBOX_DAYS = 4  # what came earlier has been read


@dataclass(frozen=True)
class Size:
    """Customers, closed quarters, service records, logged calls, how many customers a wave asks (None: all), and records of the
    ledger of complaints a month.
    """

    customers: int
    quarters: int
    services: int
    calls: int
    sample: int | None
    voices: int


SIZES = {"small": Size(60, 3, 420, 40, None, 6), "year": Size(300, 4, 1800, 140, 230, 16)}


def make(size, *, now=None):
    """Everything in one transaction: it is there whole or not at all. ``size``: small or year."""
    now = now or timezone.now()
    with transaction.atomic(), mails.kept_back(), speaking("zh-hans"):
        Company(SIZES[size], now).make()
        database.mark(size=size, day=timezone.localdate(now).isoformat())


class Company:
    """The people, and the agenda on which everybody puts what they did."""

    def __init__(self, size, now):
        self.size, self.now, self.today = size, now, timezone.localdate(now)
        self.agenda, self.org = Agenda(now), None
        self.current = self._current()
        self.quarters = self._closed()
        self.windows = {period: _window(period.starts_on + timedelta(days=WINDOW)) for period in self.quarters}
        self.windows[self.current] = _window(self.today - timedelta(days=OPEN_WAVE))
        ago, length = STAFF_WAVE
        self.staff_window = _window(self.today - timedelta(days=ago), length)

    def _current(self):
        """The quarter whose books are open, by its cut-off."""
        period = periods.containing("quarter", self.today)
        return (
            period if period.cut_off > self.now else periods.containing("quarter", period.ends_on + timedelta(days=1))
        )

    def _closed(self):
        """The quarters before it, oldest first."""
        found = [periods.previous(self.current)]
        while len(found) < self.size.quarters:
            found.insert(0, periods.previous(found[0]))
        return found

    def make(self):
        joined = self.today - timedelta(days=JOINED)
        with at(moment(joined, 9)):
            self.org = people.make(joined)
        size = self.size
        customers = Customers(
            self.org, self.agenda, self.today, count=size.customers, services=size.services, calls=size.calls
        )
        customers.plan()
        self._on(HISTORY - 5, 10, customers.open_staff)
        designs = Designs(self)
        designs.plan()
        self._waves(Rounds(self.org, self.agenda, customers), designs)
        Elsewhere(self, self.running).plan()
        Schemes(self, Papers(self).reported).plan()
        Papers(self).plan()
        Material(self).plan()
        Calls(self, customers, designs).plan()
        Meetings(self, customers).plan()
        begin = min(period.starts_on for period in self.quarters)
        Voices(self.org, self.agenda, self.today, begin=begin, per_month=size.voices).plan()
        Letters(self.org, self.agenda, self.now).plan()
        Learnings(self.org, self.agenda, self.today).plan()
        Remedies(self.org, self.agenda, self.today, self.stories).plan()
        Watch(self.org, self.agenda, self.today).plan()
        Scores(self.org, self.agenda, self.today, self.quarters).plan()
        self._on(3, 14, customers.requests, self._dues())
        self._on(0, 8, self._remind)
        self._on(2, 9, ledger.saved_views, self.org)
        self.agenda.run()
        self._read_inbox()

    def _on(self, days_ago, hour, act, *args):
        self.agenda.add(moment(self.today - timedelta(days=days_ago), hour), act, *args)

    def _waves(self, rounds, designs):
        first = LAST_CLOSED + 1 - len(self.quarters)
        self.stories, self.planned = [], []  # of the closed waves, of all planned ones, in the order of time
        for number, (period, (opens_on, _closes_on)) in enumerate(self.windows.items(), first):
            story = rounds.plan_wave(number, lambda: designs.versions["training"], opens_on, names=names_of(period), sample=self.size.sample,
                             activity=lambda period=period: designs.activities.get(period))  # fmt: skip
            self.planned.append(story)
            if period in self.quarters:
                self.stories.append(story)
            else:
                self.running = story
        rounds.plan_poster(lambda: designs.versions["spot"], self.today - timedelta(days=POSTER_DAYS))
        rounds.plan_confidence(lambda: designs.versions["spot"], self.today - timedelta(days=CONFIDENTIAL_SINCE))
        story = rounds.plan_wave(0, lambda: designs.versions["staff"], self.staff_window[0], is_staff=True, length=STAFF_WAVE[1], decides=False,
                         names=("内部服务满意度匿名调查", "Anonymous survey on service inside the company"),
                         activity=lambda: designs.activities["staff"])  # fmt: skip
        self.planned.append(story)

    def _dues(self):
        """Yesterday, later today and tomorrow at the end of work."""
        yesterday, tomorrow = (moment(self.today + timedelta(days=days), 17, 30) for days in (-1, 1))
        midnight = timezone.make_aware(datetime.combine(self.today, time(23, 59)))
        return [yesterday, min(max(moment(self.today, 18), self.now + timedelta(hours=2)), midnight), tomorrow]

    def _remind(self):
        for follow_up in reminders.follow_ups_to_remind():
            reminders.remind(follow_up)

    def _read_inbox(self):
        """People have seen what came some days ago, as when they press the button of their inbox."""
        Notice.objects.filter(read_at=None, created_at__lt=self.now - timedelta(days=INBOX_DAYS)).update(
            read_at=self.now
        )


def _window(first, length=LENGTH):
    return first, first + timedelta(days=length)
