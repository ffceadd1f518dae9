"""Everything of the portal on one machine: local servers, web, worker and beat, kept alive until Ctrl-C.

A part that dies is started again. If this process is killed, its children end with it, and the next start
goes on with what was committed. ``--manage COMMAND …`` runs manage.py beside the local servers instead.
"""

import fcntl
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from scripts.servers import (
    LocalServers,
    ServerError,
    dies_with_parent,
    end,
    end_leftovers,
    end_with_parent,
    remember,
    spawn,
    tail,
)

ROOT = Path(__file__).resolve().parent.parent
LOG_LIMIT = 20 * 1024 * 1024
ORPHAN_SECONDS = 30  # how long children of a killed web server may still hold its port
CALM_SECONDS = 60  # a part that ran this long has recovered


class Program:
    """One of our own long-running processes."""

    def __init__(self, name, arguments, home, *, patience=20):
        self.name, self.arguments, self.patience = name, arguments, patience
        self.log = home / "logs" / f"{name}.log"
        self.process = None

    def start(self):
        self.process = spawn([sys.executable, "-m", *self.arguments], log=self.log, cwd=ROOT)

    def stop(self):
        if self.process:
            end(self.process, signal.SIGTERM, patience=self.patience)


class Part:
    """A server or program under supervision: started again when it dies, more slowly each time."""

    def __init__(self, what, notes):
        self.what, self.notes = what, notes
        self.failures = 0
        self.started = 0.0
        self.again_at = None

    def start(self):
        self.what.start()
        self.started, self.again_at = time.monotonic(), None
        remember(self.what.process, self.notes, self.what.name)

    def heal(self):
        now = time.monotonic()
        if self.what.process.poll() is None:
            if now - self.started > CALM_SECONDS:
                self.failures = 0
        elif self.again_at is None:
            delay = min(30, 2**self.failures - 1)
            self.failures += 1
            self.again_at = now + delay
            code = self.what.process.returncode
            say(f"{self.what.name} ended ({code}); starting it again in {delay} s. Its log: {self.what.log}")
        elif now >= self.again_at:
            try:
                self.start()
            except ServerError as error:
                say(str(error))
                self.again_at = None

    def trim_log(self):
        """Keep one older piece of a log that grew large; writers append, so cutting is safe."""
        log = self.what.log
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.with_suffix(".log.1").write_bytes(log.read_bytes())
            os.truncate(log, 0)


def say(text):
    print(text, flush=True)


def port_number():
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ServerError(f"PORT={text!r} is not a port. Use a number from 1 to 65535, for example PORT=8001 make run.")
    return int(text)


def outside_address():
    """The address by which other machines reach us; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return probe.getsockname()[0]
        except OSError:
            return "127.0.0.1"


def secret_key(home):
    """Path of this installation's own secret key, made at the first start."""
    path = home / "secret_key"
    if not path.exists():
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
            handle.write(secrets.token_urlsafe(50))
    return path


def give_settings(home, host, port):
    """Set what settings.py needs and nobody gave."""
    os.environ["DATA_DIR"] = str(home)
    Path(os.environ.setdefault("STATIC_ROOT", str(home / "static"))).mkdir(parents=True, exist_ok=True)
    if not os.environ.get("SECRET_KEY"):
        os.environ.setdefault("SECRET_KEY_FILE", str(secret_key(home)))
    shown = outside_address() if host in ("0.0.0.0", "::") else host  # noqa: S104 (comparing, not binding)
    os.environ.setdefault("BASE_URL", f"http://{f'[{shown}]' if ':' in shown else shown}:{port}")
    known = dict.fromkeys(("localhost", "127.0.0.1", "[::1]", shown, urlsplit(os.environ["BASE_URL"]).hostname or ""))
    os.environ.setdefault("ALLOWED_HOSTS", ",".join(filter(None, known)))


def lock(home):
    """Hold the data directory, or say who does. The lock ends with the process, however it ends."""
    handle = open(home / "portal.lock", "a+")  # noqa: SIM115 (held for as long as we live)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        return None, handle.read().strip()
    handle.truncate(0)
    handle.write(f"process {os.getpid()}, {os.environ['BASE_URL']}")
    handle.flush()
    return handle, ""


def require_free(host, port, *, patience=0):
    """Raise ServerError if the port is taken; with patience, only when it stays taken that many seconds."""
    deadline = time.monotonic() + patience
    while error := bind_error(host, port):
        if time.monotonic() >= deadline:
            raise ServerError(f"{host}:{port} cannot be used ({error}). Choose another: PORT={port + 1} make run.")
        time.sleep(0.2)


def bind_error(host, port):
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror
    return None


def programs(home, host, port):
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    threads = ["-w", "2", "--threads", "4", "--preload", "--no-control-socket"]
    web = ["gunicorn", "satisfaction.wsgi", "-b", bind, *threads]
    celery = ["celery", "-A", "satisfaction"]
    worker = [*celery, "worker", "-c", "2", "-l", "info", "--without-gossip", "--without-mingle"]
    return [
        Program("web", web, home),
        Program("worker", worker, home),
        Program("beat", [*celery, "beat", "-l", "info"], home, patience=5),
    ]


def wait_for_web(web, host, port):
    """Until the first answer; a web process that ends before has a mistake to show."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (comparing, not binding)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and web.process.poll() is None:
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(target, port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse()
            return
        time.sleep(0.1)
    raise ServerError(f"The web server did not start. The end of {web.log}:\n{tail(web.log, 30)}")


def keep_alive(parts):
    rounds = 0
    while True:
        time.sleep(0.5)
        rounds += 1
        for part in parts:
            part.heal()
            if rounds % 120 == 0:
                part.trim_log()


def prepare():
    """Keys, migrations, and at the first start the demonstration data. Raises ServerError with the cure."""
    command = [sys.executable, "-m", "scripts.prepare"]
    tied = {"start_new_session": True, "preexec_fn": dies_with_parent(signal.SIGTERM)}
    done = subprocess.run(command, cwd=ROOT, check=False, stderr=subprocess.PIPE, text=True, **tied)
    if done.returncode:
        raise ServerError(done.stderr.strip())


def serve(home, host, port):
    held, holder = lock(home)
    if held is None:
        raise ServerError(f"{home} is in use by {holder}. Stop that portal first, or set DATA_DIR.")
    notes = home / "pids"
    notes.mkdir(exist_ok=True)
    was_killed = end_leftovers(notes)
    require_free(host, port, patience=ORPHAN_SECONDS if was_killed else 0)
    begun, parts = time.monotonic(), []
    try:
        start_servers(LocalServers(home), parts, notes)
        prepare()
        start_programs(programs(home, host, port), parts, notes)
        wait_for_web(next(part.what for part in parts if part.what.name == "web"), host, port)
        welcome(home, time.monotonic() - begun)
        keep_alive(parts)
    finally:
        stop_all(parts)
        for note in notes.glob("*.pid"):
            note.unlink()


def start_servers(servers, parts, notes):
    os.environ.update(servers.environment())
    for server in servers.all:
        parts.append(Part(server, notes))
        parts[-1].start()
        say(f"{server} is running")


def start_programs(started, parts, notes):
    for program in started:
        parts.append(Part(program, notes))
        parts[-1].start()


def stop_all(parts):
    """Our programs together, then the servers they use."""
    ours = [part.what for part in parts if isinstance(part.what, Program)]
    for program in ours:
        if program.process and program.process.poll() is None:
            program.process.terminate()
    for program in ours:
        program.stop()
    for part in reversed(parts):
        part.what.stop()


def welcome(home, seconds):
    lines = {"address": os.environ["BASE_URL"], "data": home, "logs": home / "logs"}
    if not os.environ.get("EMAIL_URL") and not os.environ.get("EMAIL_URL_FILE"):
        lines["mails"] = f"{home / 'mail'}  (a file each, for EMAIL_URL is not set)"
    say("\n" + "\n".join(f"  {name:<8} {value}" for name, value in lines.items()))
    say(f"Ready after {seconds:.0f} s. Ctrl-C stops everything.")


def manage(home, arguments):
    """manage.py with the local servers: those that run already, or ours for as long as it takes."""
    held, _holder = lock(home)
    servers = LocalServers(home)
    os.environ.update(servers.environment())
    command = [sys.executable, "manage.py", *arguments]
    if held is None:
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    (home / "pids").mkdir(exist_ok=True)
    end_leftovers(home / "pids")
    with servers:
        return subprocess.run(command, cwd=ROOT, check=False).returncode


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def stop_on_signals():
    def leave(number, _frame):
        for other in SIGNALS:  # make and the terminal may both tell us
            signal.signal(other, signal.SIG_IGN)
        say("\nStopping …")
        sys.exit(0 if number == signal.SIGINT else 128 + number)

    for number in SIGNALS:
        signal.signal(number, leave)
    if "MAKELEVEL" in os.environ:  # started by make: end with it, even when it is killed
        end_with_parent(signal.SIGTERM)


def main(arguments):
    os.umask(0o077)
    home = (ROOT / (os.environ.get("DATA_DIR") or "var")).resolve()
    host = os.environ.get("HOST") or "127.0.0.1"
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not os.access(home, os.W_OK):
            raise ServerError(
                f"{home} cannot be written by you. Give it to you, or set DATA_DIR to a directory of yours."
            )
        port = port_number()
        give_settings(home, host, port)
        if arguments[:1] == ["--manage"]:
            return manage(home, arguments[1:])
        stop_on_signals()
        serve(home, host, port)
    except (ServerError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
