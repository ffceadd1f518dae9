"""A migrated test database, made once: the next worker copies it, the next run on this machine loads its dump."""

import hashlib
import os
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
from psycopg2 import sql

from scripts.servers import ServerError, find_postgres

ROOT = Path(__file__).resolve().parents[2]
LOCK = 7_041_776
KEPT = 4


def make(owner):
    """Give the owner's connection its test database; migrations run where neither a copy nor a dump exists."""
    name = owner.creation._get_test_db_name()
    made, dump = template(), _dump()
    with _server(owner) as server:
        _run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        is_copied, is_loaded = _exists(server, made), bool(dump and dump.exists())
        if is_copied:
            _run(server, "CREATE DATABASE {} TEMPLATE {}", name, made)
        elif is_loaded:
            _run(server, "CREATE DATABASE {}", name)
            _program("psql", owner, name, "-qX", "-v", "ON_ERROR_STOP=1", "-f", str(dump))
        # what is there already is gone over in a second: rights, roles and functions follow the code as it is
        is_there = is_copied or is_loaded  # then rights, roles and functions follow the code within a second or two
        owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=is_there)
        if not is_copied:
            owner.close()
            _run(server, "CREATE DATABASE {} TEMPLATE {}", made, name)
        if dump and not is_there:
            _keep(owner, made, dump)


def template():
    """Name of the database that holds nothing but these migrations; what is made from it need not run them."""
    return f"test_made_{_migrations()}"


@contextmanager
def _server(owner):
    """A connection beside the test databases; one worker at a time is inside."""
    found = owner.get_connection_params() | {"dbname": "postgres"}
    with closing(psycopg2.connect(**found)) as link:
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        yield link


def _exists(server, name):
    with server.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", (name,))
        return cursor.fetchone() is not None


def _run(server, statement, *names):
    with server.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _migrations():
    """A name for all migrations as they are."""
    seen = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted((*ROOT.glob("*/migrations/*.py"), ROOT / "core" / "db.py")):
        seen.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return seen.hexdigest()[:20]


def _dump():
    """Where the dump of these migrations lies; None in CI and where PostgreSQL's own programs are not at hand."""
    if os.environ.get("CI"):
        return None
    try:
        find_postgres()
    except ServerError:
        return None
    return ROOT / "var" / "test-databases" / f"{_migrations()}.sql"


def _keep(owner, name, dump):
    """Write the dump, whole or not at all, and keep the newest few."""
    dump.parent.mkdir(parents=True, exist_ok=True)
    unfinished = dump.with_suffix(f".{os.getpid()}")
    _program("pg_dump", owner, name, "--no-comments", "-f", str(unfinished))
    unfinished.replace(dump)
    newest_last = sorted(dump.parent.glob("*.sql"), key=lambda path: path.stat().st_mtime)
    for path in newest_last[:-KEPT]:
        path.unlink(missing_ok=True)


def _program(program, owner, name, *arguments):
    given = owner.get_connection_params()
    where = {"PGHOST": given.get("host"), "PGPORT": given.get("port"), "PGUSER": given.get("user")}
    where |= {"PGPASSWORD": given.get("password"), "PGDATABASE": name}
    environment = os.environ | {key: str(value) for key, value in where.items() if value}
    subprocess.run([find_postgres()[0] / program, *arguments], env=environment, check=True, capture_output=True)
