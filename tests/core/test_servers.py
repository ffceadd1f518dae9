"""The local servers and their keeper: started, killed, healed, stopped, never taken for somebody else's."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psycopg2
import pytest
import redis
from celery import Celery
from django.core.cache.backends.redis import RedisCache

from core.models import Heartbeat
from scripts import machine, run, servers
from scripts.servers import (
    LocalServers,
    Postgres,
    ServerError,
    Valkey,
    birth,
    end,
    end_leftovers,
    remember,
    spawn,
)
from tests.conftest import WORKER
from tests.support.portal import RunningPortal, until


@pytest.fixture
def home(tmp_path):
    (tmp_path / "logs").mkdir()
    return tmp_path


@pytest.fixture
def postgres(home):
    server = Postgres(home, servers.socket_directory(home))
    server.start()
    yield server
    server.stop()


def asked(server, statement, user="portal_app"):
    link = psycopg2.connect(host=str(server.sockets), user=user, dbname="portal")
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    link.close()
    return rows


class TestPostgres:
    def test_rows_survive_a_kill(self, postgres):
        asked(postgres, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)", user="portal_owner")
        postgres.process.kill()
        postgres.process.wait()
        postgres.start()
        assert asked(postgres, "SELECT n FROM kept", user="portal_owner") == [(1,)]

    def test_only_its_owner_reaches_it(self, postgres):
        assert (postgres.sockets / ".s.PGSQL.5432").stat().st_mode & 0o777 == 0o700
        assert asked(postgres, "SHOW listen_addresses") == [("",)]

    def test_two_roles(self, postgres):
        question = "SELECT rolname, rolsuper, rolcreatedb FROM pg_roles WHERE rolname LIKE 'portal%' ORDER BY 1"
        assert asked(postgres, question) == [("portal_app", False, False), ("portal_owner", False, True)]

    def test_data_of_another_version_is_named(self, postgres):
        postgres.stop()
        (postgres.data / "PG_VERSION").write_text("16\n")
        with pytest.raises(ServerError, match=r"was made by PostgreSQL 16, this is 18\.\d+\. Make a backup"):
            postgres.start()

    def test_an_old_program_is_refused(self, home, monkeypatch):
        program = home / "postgres"
        program.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 15.8'\n")
        program.chmod(0o755)
        monkeypatch.setenv("POSTGRES_BIN", str(home))
        with pytest.raises(ServerError, match=r"is PostgreSQL 15\.8; the portal needs 18"):
            Postgres(home, home)


def test_valkey_keeps_what_it_was_given_after_a_kill(home):
    server = Valkey(home, servers.socket_directory(home))
    server.start()
    client = redis.Redis(unix_socket_path=str(server.socket))
    client.set("a", "1")
    client.execute_command("WAITAOF", 1, 0, 3000)  # acknowledged by the disk
    server.process.kill()
    server.process.wait()
    server.start()
    assert client.get("a") == b"1"
    client.close()
    server.stop()
    assert server.process.returncode == 0


def test_nothing_is_started_that_the_environment_names(home):
    given = {"DATABASE_URL": "postgresql://a@b/c", "REDIS_URL_FILE": "/run/secrets/redis"}
    assert LocalServers(home, environ=given).all == []


def test_a_long_path_gets_a_short_socket(tmp_path):
    home = tmp_path / ("long" * 20) / ("longer" * 5)
    home.mkdir(parents=True)
    directory = servers.socket_directory(home)
    assert len(str(directory)) < 60
    assert directory.stat().st_mode & 0o777 == 0o700
    directory.rmdir()


def test_servers_end_with_a_killed_starter(home):
    script = f"""
import time
from scripts.servers import LocalServers
started = LocalServers({str(home)!r}, durable=False, environ={{}})
started.start()
print(*(server.process.pid for server in started.all), flush=True)
time.sleep(60)
"""
    starter = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    pids = [int(pid) for pid in starter.stdout.readline().split()]
    assert all(birth(pid) for pid in pids)
    starter.kill()
    starter.wait()
    until(lambda: not any(birth(pid) for pid in pids))


def test_a_child_of_a_background_job_hears_an_interrupt(home):
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        child = spawn(["sleep", "60"], log=home / "log")
    finally:
        signal.signal(signal.SIGINT, heard)
    end(child, signal.SIGINT)
    assert child.returncode == -signal.SIGINT


def test_leftovers_are_ended_and_strangers_spared(home):
    ours = spawn(["sleep", "60"], log=home / "log")
    stranger = spawn(["sleep", "60"], log=home / "log")
    remember(ours, home, "ours")
    (home / "reused.pid").write_text(f"{stranger.pid} 12345")  # its number, another birth
    end_leftovers(home)
    assert ours.wait(5) == -signal.SIGINT
    assert stranger.poll() is None
    assert list(home.glob("*.pid")) == []
    end(stranger, signal.SIGTERM)


class TestMachine:
    def test_a_normal_user_reads_the_command(self, monkeypatch):
        monkeypatch.setattr(machine, "is_met", lambda need: False)
        monkeypatch.setattr(machine.shutil, "which", lambda name: name == "apt-get")
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        with pytest.raises(SystemExit) as stopped:
            machine.require(machine.PANGO_LIBRARIES, machine.CHROMIUM)
        assert str(stopped.value).splitlines()[-1].strip() == (
            "sudo apt-get install -y --no-install-recommends "
            "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 chromium"
        )

    def test_a_browser_without_windows_comes_first(self, monkeypatch):
        monkeypatch.setattr(machine.shutil, "which", lambda name: name == "apt-get")
        for known, package in ((True, "chromium-headless-shell"), (False, "chromium")):
            monkeypatch.setattr(machine, "offers", lambda name, known=known: known)
            assert machine.install_command([machine.CHROMIUM]).endswith(f"--no-install-recommends {package}")

    def test_what_is_there_is_not_asked_for(self):
        machine.require(machine.PANGO_LIBRARIES, machine.CHROMIUM)

    def test_a_missing_library_is_seen(self):
        assert machine.has_library("pango-1.0")
        assert not machine.has_library("pango-that-is-not")


class TestPort:
    @pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
    def test_a_wrong_port_is_named(self, monkeypatch, port):
        monkeypatch.setenv("PORT", port)
        with pytest.raises(ServerError, match=f"PORT='{port}' is not a port"):
            run.port_number()

    def test_a_taken_port_is_named(self, live_portal):
        with pytest.raises(ServerError, match=f"Choose another: PORT={live_portal.port + 1} make run"):
            run.require_free("127.0.0.1", live_portal.port)

    def test_a_port_that_a_killed_run_still_holds_is_waited_for(self):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            port = holder.getsockname()[1]
            release = threading.Timer(0.5, holder.close)
            release.start()
            run.require_free("127.0.0.1", port, patience=10)
            release.join()


# Valkey, and the genuine thing ------------------------------------------------------------------------


@pytest.fixture(params=["valkey", "redis-server"])
def broker(request, home):
    program = None if request.param == "valkey" else shutil.which("redis-server")
    if request.param == "redis-server" and not program:
        assert not os.environ.get("CI"), "CI runs the broker tests on redis-server too; make test installs it"
        pytest.skip("no redis-server here")
    server = Valkey(home, servers.socket_directory(home), durable=False, program=program)
    server.start()
    yield server
    server.stop()


def test_cache_and_locks(broker):
    cache = RedisCache(broker.environment()["REDIS_URL"], {"KEY_PREFIX": "portal"})
    cache.set("a", {"满意度": 4.5}, timeout=60)
    assert cache.get("a") == {"满意度": 4.5}
    assert [cache.add("lock", 1, timeout=60), cache.add("lock", 2, timeout=60)] == [True, False]
    cache.set("n", 1)
    assert cache.incr("n", 4) == 5
    cache.close()


def test_a_real_worker_works_on_it(broker, child_environment, home, transactional_db):
    environment = {**child_environment, **broker.environment()}
    worker = spawn([sys.executable, "-m", *WORKER], log=home / "worker.log", env=environment, cwd=Path.cwd())
    try:
        sender = Celery(broker=f"redis+socket://{broker.socket}", set_as_current=False)
        for _turn in range(3):
            sender.send_task("core.beat_heartbeat")
        until(lambda: Heartbeat.objects.filter(name="worker").exists(), 40)
        until(lambda: not sender.connection_for_read().default_channel.client.llen("celery"))
        sender.close()
    finally:
        end(worker, signal.SIGTERM)


# The whole portal -------------------------------------------------------------------------------------


def test_start_kill_heal_and_start_again(home):
    portal = RunningPortal(home / "var")
    try:
        portal.start()
        first = portal.pids()
        assert all(first.values())
        portal.query("INSERT INTO core_heartbeat (name, at) VALUES ('committed', now())")

        second = portal.launch(PORT=str(portal.port + 1))
        assert "is in use by process" in second.communicate(timeout=30)[0]
        assert second.returncode == 1

        for name in ("web", "worker", "beat", "valkey", "postgres"):
            os.kill(first[name], signal.SIGKILL)
        healed = until(lambda: portal.all_but(first), 60)
        until(lambda: portal.answers("/readyz"), 30)
        assert portal.query("SELECT count(*) FROM core_heartbeat WHERE name = 'committed'") == [1]

        portal.process.kill()
        portal.process.wait()
        until(lambda: not any(birth(pid) for pid in healed.values()), 30)
        portal.start()
        assert portal.query("SELECT count(*) FROM core_heartbeat WHERE name = 'committed'") == [1]
    finally:
        portal.stop()
    assert portal.process.returncode == 128 + signal.SIGTERM
    assert portal.pids() == dict.fromkeys(("postgres", "valkey", "web", "worker", "beat"))
