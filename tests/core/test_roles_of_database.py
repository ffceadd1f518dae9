"""Two roles: the owner migrates, the application works and cannot do more than its work."""

import psycopg2
import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from core.models import Heartbeat


def refused(statement):
    with pytest.raises(Exception) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return type(caught.value.__cause__)


@pytest.mark.django_db
def test_the_tests_run_on_postgresql_18_as_the_application():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('server_version_num')::int / 10000")
        assert cursor.fetchone() == ("portal_app", 18)
    assert connection.vendor == "postgresql"
    assert connection.settings_dict["NAME"] == connections["owner"].settings_dict["NAME"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "TRUNCATE core_heartbeat",
        "ALTER TABLE core_heartbeat ADD COLUMN more int",
        "DROP TABLE core_heartbeat",
        "UPDATE core_event SET id = id",
        "DELETE FROM core_event",
        "DELETE FROM django_migrations",
        "ALTER TABLE core_event DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_may_not(statement):
    assert refused(statement) is psycopg2.errors.InsufficientPrivilege


@pytest.mark.django_db(databases=["owner"])
def test_even_the_owner_adds_to_the_event_log_only():
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = 'core_event'::regclass AND NOT tgisinternal")
        assert cursor.fetchall() == [("insert_only",)]


class TestTransactionalTests:
    """Each begins with exactly the rows the migrations made, whatever the one before did."""

    @pytest.fixture
    def rows(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_content_type")
            return cursor.fetchone()[0], Heartbeat.objects.count()

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("turn", [1, 2])
    def test_start_afresh(self, rows, turn):
        Heartbeat.objects.create(name="left behind", at=timezone.now())
        assert rows[0] > 20
        assert rows[1] == 0
