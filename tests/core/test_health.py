"""/healthz lives without any server; /readyz says what is wrong, and says it in a second."""

import os
import signal
import subprocess
import threading
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.core import checks
from django.core.checks import Tags
from django.test import override_settings
from django.utils import timezone

from core import health
from core.models import Heartbeat
from scripts.servers import Valkey, socket_directory


@pytest.fixture
def signs_of_life(transactional_db):
    for name in ("worker", "beat"):
        Heartbeat.objects.create(name=name, at=timezone.now())


@pytest.fixture
def own_broker(tmp_path, settings):
    """A Valkey that a test may stop and freeze."""
    (tmp_path / "logs").mkdir()
    server = Valkey(tmp_path, socket_directory(tmp_path), durable=False)
    server.start()
    settings.REDIS_URL = server.environment()["REDIS_URL"]
    yield server
    server.process.send_signal(signal.SIGCONT)
    server.stop()


def test_healthz_asks_nobody(client):
    answer = client.get("/healthz")  # no database fixture: a query would fail
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_readyz_is_ready(client, signs_of_life):
    answer = client.get("/readyz")
    body = answer.json()
    assert answer.status_code == 200
    assert {"database", "broker", "worker", "beat"} <= set(body["checks"])
    for name in ("database", "broker", "worker", "beat"):
        assert body["checks"][name]["ok"] is True
        assert 0 <= body["checks"][name]["seconds"] <= body["checks"][name]["deadline"]


def test_a_silent_worker_is_degraded(client, signs_of_life):
    Heartbeat.objects.filter(name="worker").update(at=timezone.now() - timedelta(minutes=10))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["checks"]["worker"]["ok"] is False
    assert 599 < answer.json()["checks"]["worker"]["seconds"] < 620


def test_all_probes_together_are_waited_for_less_than_a_second():
    assert health.PATIENCE < 1


@pytest.mark.parametrize("fault", [signal.SIGSTOP, signal.SIGKILL])
def test_a_frozen_or_dead_broker_is_not_waited_for(client, signs_of_life, own_broker, fault):
    own_broker.process.send_signal(fault)
    answer = client.get("/readyz")  # the broker is still frozen when it comes
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["checks"]["broker"]["ok"] is False


def test_a_frozen_database_is_503_and_not_waited_for(client, transactional_db, monkeypatch):
    thawed, asked = threading.Event(), []

    def frozen():
        asked.append(threading.current_thread())
        thawed.wait()

    monkeypatch.setitem(health._probes, "database", health.Probe("database", frozen, health.PATIENCE))
    try:
        for _turn in range(2):
            answer = client.get("/readyz")
            assert (answer.status_code, answer.json()["status"]) == (503, "down")
    finally:
        thawed.set()
        for thread in asked:
            thread.join()
    assert len(asked) == 1  # the second call does not start another waiting thread


def test_an_app_adds_its_probe(client, signs_of_life, monkeypatch):
    monkeypatch.setattr(health, "_probes", dict(health._probes))
    health.add_probe("queue", lambda: 7.0, deadline=5)
    assert client.get("/readyz").json()["checks"]["queue"] == {"ok": False, "seconds": 7.0, "deadline": 5}


def test_the_answer_names_no_inner_detail(client, signs_of_life, own_broker):
    own_broker.stop()
    text = client.get("/readyz").content.decode()
    assert "sock" not in text and "Error" not in text


class TestChecks:
    """Each broken setting trips exactly its own check."""

    def tripped(self, **broken):
        with override_settings(**broken):
            found = checks.run_checks(include_deployment_checks=True, databases=["default"])
        return {message.id for message in found if message.id.startswith("core.")}

    @pytest.fixture
    def usual(self, db):
        Heartbeat.objects.create(name="backup_drill", at=timezone.now())
        return self.tripped()

    @pytest.mark.parametrize(
        ("broken", "id"),
        [
            ({"SECRET_KEY": "change-me-to-a-long-random-value"}, "core.E001"),
            ({"CELERY_TASK_ALWAYS_EAGER": True}, "core.E004"),
            ({"CELERY_BROKER_URL": "memory://"}, "core.E004"),
            ({"REDIS_URL": "unix:///nowhere.sock"}, "core.W007"),
        ],
    )
    def test_one_by_one(self, usual, broken, id):
        assert self.tripped(**broken) - usual == {id}

    def test_missing_keys(self, usual, tmp_path):
        assert self.tripped(KEYS_DIR=tmp_path) - usual == {"core.E002"}

    def test_a_missing_drill(self, usual):
        Heartbeat.objects.filter(name="backup_drill").delete()
        assert self.tripped() - usual == {"core.W010"}

    def test_an_evicting_broker(self, usual, own_broker):
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            client.config_set("maxmemory-policy", "allkeys-lru")
        assert self.tripped() - usual == {"core.E008"}

    def test_tables_need_not_exist_yet(self):
        assert checks.run_checks(tags=[Tags.database], databases=[]) == []


def test_a_wrong_variable_stops_the_start_with_its_cure(tmp_path):
    command = ["python", "-m", "scripts.prepare"]
    environment = {
        **os.environ,
        "BASE_URL": "portal.example.com",
        "PATH": f"{os.path.dirname(os.sys.executable)}:{os.environ['PATH']}",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "A setting is wrong: BASE_URL='portal.example.com' must begin with http:// or https://, "
        "for example https://portal.example.com."
    )
