"""The whole portal as `make run` starts it, on a data directory and a port of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg2

from scripts.pytest_servers import free_port
from scripts.servers import birth, socket_directory

ROOT = Path(__file__).resolve().parent.parent.parent
OWN = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "SECRET_KEY",
    "KEYS_DIR",
    "MEDIA_ROOT",
    "STATIC_ROOT",
    "BASE_URL",
)

STOP_SECONDS = 120  # five parts, each of which may take its whole patience on a busy machine


class RunningPortal:
    """`start()` waits for the first page, `kill(name)` kills -9 a part, `pid(name)` is its process now."""

    def __init__(self, home):
        self.home, self.port = home, free_port()
        self.process = None

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items() if name not in OWN}
        return {**kept, "DATA_DIR": str(self.home), "PORT": str(self.port), "DEMO": "0", **more}

    def launch(self, **more):
        """The process alone, its words on its stdout."""
        command = [sys.executable, "-m", "scripts.run"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(command, cwd=ROOT, env=self.environment(**more), **pipes)

    def start(self):
        self.process = self.launch()
        until(lambda: self.process.poll() is not None or self.answers(), 180)
        assert self.process.poll() is None, self.process.stdout.read()

    def answers(self, path="/healthz"):
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=3) as answer:
                return answer.read()
        except (URLError, OSError):
            return None

    def pid(self, name):
        note = self.home / "pids" / f"{name}.pid"
        pid, _, born = note.read_text().partition(" ") if note.exists() else ("", "", "")
        return int(pid) if pid and birth(pid) == born else None

    def pids(self):
        return {name: self.pid(name) for name in ("postgres", "valkey", "web", "worker", "beat")}

    def all_but(self, former):
        """The processes of all parts once each is another than before; until then None."""
        now = self.pids()
        return now if all(now.values()) and not set(now.values()) & set(former.values()) else None

    def query(self, statement, *values):
        """First column of what the application's role reads; each call is one transaction."""
        socket = socket_directory(self.home)
        with (
            psycopg2.connect(host=str(socket), user="portal_app", dbname="portal") as link,
            link.cursor() as cursor,
        ):
            cursor.execute(statement, values)
            rows = [row[0] for row in cursor.fetchall()] if cursor.description else []
        link.close()
        return rows

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(STOP_SECONDS)


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.1)
    return value
