"""The demonstration company: complete, alive today, holding real patterns, and never mixed with real data."""

import random
import re
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pypdfium2
import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F
from django.test import Client, RequestFactory, TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.choices import UnitKind
from accounts.models import OrgUnit, User
from complaints.choices import CodeList
from complaints.models import CallBack
from complaints.models.timing import away_today
from complaints.selectors import code_lists
from core import due, nav, periods
from core.models import Event, Job
from customers.models import ContactPerson, Customer, FollowUp, Interaction, Project, ServiceRecord
from dashboard import chain
from dashboard.demo import company, database, instruments, opinions
from dashboard.demo.agenda import Agenda
from dashboard.demo.clock import moment
from dashboard.demo.people import LOGINS
from fieldwork.models import CallAttempt, CallList, CallTask
from improvements.models import Effect
from notifications.models import Message
from reports.models import Report
from surveys.instrument import parse
from surveys.instrument_review import problems
from surveys.models import Finding, LowAnswer, Opinion, QuestionnaireVersion, Response, SealOpening, SurveyPlan, Wave
from surveys.selectors import results
from surveys.services import questionnaires
from tests.support import migrated

ROOT = Path(__file__).resolve().parent.parent.parent


# Lists of what is due from the person or concerns the own unit: empty for some, with a word on it.
OWED = {
    "/complaints/feedback/",
    "/complaints/risks/",
    "/appraisal/ratings/",
    "/improvements/inspections/",
    "/improvements/measures/",
}


LEFT_OUT = re.compile(r"/(static|media|logout|file|export)|\.(pdf|png|svg|xlsx|csv)$|/template$|/account/")


class SmallCompany(TestCase):
    """Made once for the whole class."""

    @classmethod
    def setUpTestData(cls):
        company.make("small")

    def waves(self, **filters):
        return list(Wave.objects.filter(**filters).select_related("questionnaire_version").order_by("opens_at"))

    def test_organisation_and_people(self):
        kinds = dict(OrgUnit.objects.values_list("kind").annotate(n=Count("pk")).order_by())
        assert kinds == {UnitKind.HEAD_OFFICE: 1, UnitKind.BRANCH: 2, UnitKind.DEPARTMENT: 8}
        assert User.objects.active().count() == 40
        assert not User.objects.filter(name_zh="").exists() and not User.objects.active().filter(name_en="").exists()

    def test_customers_with_contacts_projects_services_and_calls(self):
        assert Customer.objects.filter(kind="customer").count() == 60
        assert ContactPerson.objects.filter(customer__kind="employee").count() == 40
        assert ContactPerson.objects.filter(language="en", customer__kind="customer").exists()
        assert ContactPerson.objects.exclude(erased_at=None).count() == 1
        assert Project.objects.filter(state="running").exists() and Project.objects.filter(state="completed").exists()
        assert ServiceRecord.objects.count() > 250
        assert Interaction.objects.filter(follow_up__isnull=False).exists()

    def test_call_lists_of_weeks_and_what_came_of_them(self):
        reached = set(CallTask.objects.filter(state="reached").values_list("rule__ledger", flat=True))
        assert reached >= {"satisfaction", "reminder", "regular"}
        assert CallList.objects.values("day").distinct().count() >= 20
        unhappy = CallTask.objects.filter(satisfaction="dissatisfied")
        assert unhappy.exists() and not unhappy.filter(follow_up=None).exists()
        assert not CallAttempt.objects.filter(task__service_record__staff=F("by")).exists()
        assert Opinion.objects.filter(wave__state="confirmed").exists()

    def test_waves_of_every_kind(self):
        states = [(wave.is_anonymous, wave.state) for wave in self.waves()]
        assert sorted(states) == [
            (False, "confirmed"),
            (False, "confirmed"),
            (False, "confirmed"),
            (False, "confirmed"),  # on paper, long ago: its material is past its date
            (False, "draft"),
            (False, "open"),
            (False, "open"),  # the script of the calls
            (True, "closed"),
            (True, "open"),
            (True, "open"),  # confidential
        ]
        confidential = Wave.objects.get(is_confidential=True)
        assert SealOpening.objects.filter(response__wave=confidential).exists()
        for wave in self.waves(state="confirmed", activity__isnull=False):
            invited, valid = wave.invitations.count(), Response.objects.filter(wave=wave).count()
            assert 40 <= invited <= 60 and 0.4 <= valid / invited <= 0.85
        assert not Response.objects.filter(is_anonymous=True, invitation__isnull=False).exists()
        assert not Wave.objects.filter(link_key__isnull=False).exclude(state="open").exists()

    def test_service_after_the_training_is_worst_in_the_last_closed_wave(self):
        found = results.of_wave(self.waves(state="confirmed")[-1])
        scores = {row.code: row.scores.mean.mean for row in found.dimensions}
        assert min(scores, key=scores.get) == "service" and scores["trainer"] - scores["service"] > 0.4
        assert scores["service"] < 3.9

    def test_low_answers_were_followed_up_and_some_wait(self):
        handled = FollowUp.objects.filter(low_answers__isnull=False, state="done").distinct()
        assert LowAnswer.objects.exists() and handled.exists()
        assert not handled.filter(interactions=None).exists()
        now, today = timezone.now(), timezone.localdate()
        for login in ("agent", "agent2", "agent3"):
            dues = [row.due_at for row in FollowUp.objects.pending().filter(owner__username=login)]
            assert any(at < now for at in dues)
            assert any(timezone.localdate(at) == today + timedelta(days=1) for at in dues)
        assert Finding.objects.filter(state="proposed").exists() and Finding.objects.filter(state="confirmed").exists()

    def test_plans_and_questionnaires_keep_duties_apart(self):
        assert set(SurveyPlan.objects.values_list("state", flat=True)) >= {"approved", "submitted", "returned"}
        assert all(
            version.author_id != version.published_by_id
            for version in QuestionnaireVersion.objects.filter(state="published")
        )
        assert QuestionnaireVersion.objects.filter(state="draft").count() == 1

    def test_nothing_is_left_to_be_sent(self):
        assert not Message.objects.unfinished().exists()
        assert Message.objects.filter(state="sent").count() > 100
        assert mail.outbox == []

    def test_an_issued_report_with_its_papers(self):
        issued = Report.objects.filter(state="issued").order_by("period__starts_on").last()
        texts = {
            stored.language: pypdfium2.PdfDocument(stored.file.read())[1].get_textpage().get_text_range()
            for stored in issued.files.filter(format="pdf")
        }
        assert set(texts) == {"zh-hans", "en"}
        assert "主要结论" in texts["zh-hans"] and "Main conclusions" in texts["en"]
        assert len(issued.figures["surveys"]["waves"]) == 1
        assert issued.deliveries.filter(read_at=None).exists() and issued.deliveries.exclude(read_at=None).exists()
        assert issued.reviewer_id not in (issued.author_id, None)

    @override_settings(AWAY_SECONDS=60)
    def test_every_page_of_the_navigation_holds_something_for_every_role(self):
        empty, asked = [], {}
        code_lists.every(CodeList.CATEGORY)  # the first page of a process asks for the list and remembers it,
        away_today()  # and for who is away
        for login, _role in LOGINS:
            user = User.objects.get(username=login)
            client = Client()
            client.force_login(user)
            request = RequestFactory().get("/")
            request.user = user
            sections = nav.build(request)
            urls = {child["url"] for section in sections for child in section["children"] or [section]}
            for url in sorted(urls - {"/", "/jobs/"} - OWED):
                with CaptureQueriesContext(connection) as queries:
                    response = client.get(url, {"scope": "all"} if url.endswith("/follow-ups/") else {})
                assert response.status_code == 200, (login, url)
                table = response.context.get("table")
                if table is not None:
                    asked[login, url] = len(queries)
                if table is not None and not len(table.rows):
                    empty.append((login, url))
        assert sorted(empty) == []
        assert {page: n for page, n in asked.items() if n > 12} == {}
        assert set(Job.objects.values_list("state", flat=True)) <= {"done"}

    def test_no_page_leads_where_its_reader_may_not_go(self):
        """One link of each kind, as those see them whose sight ends at their unit, or at the figures."""
        closed = []
        for login in ("department", "executive"):
            client = Client()
            client.force_login(User.objects.get(username=login))
            known, waiting = {"/"}, [("/", "/")]
            while waiting:
                came_from, url = waiting.pop()
                response = client.get(url)
                if response.status_code in (403, 404):
                    closed.append((login, came_from, url, response.status_code))
                if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
                    continue
                for link in re.findall(r'<a [^>]*href="(/[^"?#]*)', response.content.decode()):
                    kind = re.sub(r"\d+", "#", link)
                    if kind not in known and not LEFT_OUT.search(link):
                        known.add(kind)
                        waiting.append((url, link))
        assert closed == []

    def test_home_pages_are_alive(self):
        quiet = {login for login, _role in LOGINS if not due.items_for(User.objects.get(username=login))}
        assert quiet <= {"employee"}

    def test_the_line_from_a_low_answer_to_a_score_sheet_opens_its_own_records(self):
        client = Client()
        for login in ("executive", "supervisor"):
            user = User.objects.get(username=login)
            client.force_login(user)
            assert "chain is-trail" in client.get("/").content.decode()
            request = RequestFactory().get("/")
            request.user = user
            wave = self.waves(state="confirmed")[-1]
            stops = list(chain.stages(request, user, wave, periods.of("quarter", timezone.localdate(wave.closed_at))))
            counted = [client.get(stop.url).context["count"] for stop in stops[2:6]]
            assert [stop.value for stop in stops[2:6]] == counted and "0" not in counted
            page = client.get(stops[0].url)
            assert page.status_code == 200
            if login == "supervisor":  # management sees figures, not who answered what
                low = page.context["rows"]
                called = [row for row in low if row.follow_up and row.follow_up.state in ("done", "escalated")]
                assert [stop.value for stop in stops[:2]] == [str(len(low)), str(len(called))]
            followed = chain.trail(user)
            assert [client.get(stop.url).status_code for stop in followed] == [200] * 7
            assert followed[0].url != followed[5].url and followed[-1].url.startswith("/appraisal/evidence/")

    def test_who_may_not_see_every_stop_sees_no_line(self):
        client = Client()
        for login in {login for login, _role in LOGINS} - {"executive", "supervisor"}:
            client.force_login(User.objects.get(username=login))
            assert 'class="chain' not in client.get("/").content.decode(), login

    def test_it_is_marked_and_not_made_twice(self):
        assert database.is_marked() and not database.is_empty()
        with pytest.raises(CommandError, match="not empty"):
            call_command("demo_data", size="small")
        assert Customer.objects.filter(kind="customer").count() == 60

    def test_events_carry_the_moments_of_the_past(self):
        called = CallBack.objects.filter(cycle__closed_at__isnull=False)
        assert called.exists() and not called.filter(at__gt=F("cycle__closed_at")).exists()
        proven = Effect.objects.filter(measure__verifications__at__gt=F("computed_at"))
        assert Effect.objects.exists() and not proven.exists()
        moments = Event.objects.filter(subject="surveys.wave", kind="created").values_list("at", flat=True)
        assert min(moments) < timezone.now() - timedelta(days=90)
        assert not Event.objects.filter(at__gt=timezone.now()).exists()


@pytest.mark.django_db
def test_only_a_marked_database_is_removed():
    with pytest.raises(CommandError, match="not marked"):
        call_command("demo_data", remove=True)


@pytest.fixture
def other_database(child_environment):
    """Environment of a new, migrated database beside the test database."""
    owner = urlsplit(child_environment["DATABASE_OWNER_URL"])
    link = psycopg2.connect(child_environment["DATABASE_OWNER_URL"])
    link.autocommit = True
    name = f"{owner.path[1:]}_demo"
    with link.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{migrated.template()}"')
    urls = {
        key: urlsplit(child_environment[key])._replace(path=f"/{name}").geturl()
        for key in ("DATABASE_URL", "DATABASE_OWNER_URL")
    }
    yield child_environment | urls
    with link.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}"')  # its processes have ended; autovacuum steps aside by itself
    link.close()


def test_remove_leaves_an_empty_migrated_database(other_database):
    def manage(*arguments):
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=other_database,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def ask(question):
        with psycopg2.connect(other_database["DATABASE_URL"]) as link, link.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]

    made = (
        "from dashboard.demo import database, people; from datetime import date; "
        "people.make(date(2024, 1, 2)); database.mark(size='none')"
    )
    assert manage("shell", "-v0", "-c", made)[0] == 0
    assert ask("SELECT count(*) FROM accounts_user") == 41
    code, said = manage("demo_data", "--remove")
    assert (code, "empty and migrated" in said) == (0, True)
    assert ask("SELECT count(*) FROM accounts_user") + ask("SELECT count(*) FROM core_event") == 0
    assert ask("SELECT count(*) FROM surveys_scale") > 0


# The parts it is made of


@pytest.mark.django_db
@pytest.mark.parametrize(
    "day", ["2026-01-01", "2026-03-28", "2026-03-29", "2026-06-30", "2026-11-22", "2028-02-29", "2026-12-31"]
)
@pytest.mark.parametrize("size", ["small", "year"])
def test_quarters_and_windows_follow_each_other_on_any_day(day, size):
    now = moment(timezone.datetime.fromisoformat(day).date(), 12)
    made = company.Company(company.SIZES[size], now)
    assert len(made.quarters) == company.SIZES[size].quarters
    assert made.quarters[-1].cut_off <= now < made.current.cut_off
    windows = list(made.windows.values())
    assert all(first < last for first, last in windows)
    assert all(earlier[1] < later[0] for earlier, later in pairwise(windows))
    assert windows[-1][0] < made.today < windows[-1][1]


def test_agenda_does_everything_in_order_at_its_moment():
    now = timezone.now()
    agenda, seen = Agenda(now), []

    def act(name):
        seen.append((name, timezone.now()))
        if name == "first":
            agenda.add(now - timedelta(hours=2), act, "between")
            agenda.add(now + timedelta(hours=1), act, "not yet")

    agenda.add(now - timedelta(hours=1), act, "last")
    agenda.add(now - timedelta(hours=3), act, "first")
    agenda.run()
    assert seen == [
        ("first", now - timedelta(hours=3)),
        ("between", now - timedelta(hours=2)),
        ("last", now - timedelta(hours=1)),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("make", [instruments.training, instruments.staff])
def test_questionnaires_are_complete_in_both_languages(make):
    definition = questionnaires._with_codes(make())
    assert problems(definition) == []
    assert parse(definition).overall is not None


def opinion(wave_no, unit="SH", seed=7):
    """Mean score of service and organisation over 400 people."""
    rng, total = random.Random(seed), {"service": 0, "organisation": 0}
    for number in range(400):
        someone = opinions.person(number, unit, "zh-hans")
        values, _felt = opinions._ratings(None, instruments.TRAINING, someone, wave_no, rng)
        for code, keys in (("service", ("S1",)), ("organisation", ("O1",))):
            total[code] += sum(values[key] for key in keys) / len(keys) / 400
    return total


def test_opinions_hold_the_patterns_and_are_the_same_each_time():
    before, improved, declined = opinion(1), opinion(2), opinion(3)
    assert improved["organisation"] - before["organisation"] > 0.3
    assert declined["service"] - improved["service"] < -0.3
    assert opinion(1, "CD")["service"] - before["service"] < -0.3
    assert opinion(1) == before
    assert opinions.person("KH-1", "SH", "en") == opinions.person("KH-1", "SH", "en")


def test_every_comment_stands_in_both_languages():
    for advice, praise in opinions.COMMENTS.values():
        for chinese, english in (*advice, *praise):
            assert re.search(r"[一-鿿]", chinese) and not re.search(r"[一-鿿]", english)
