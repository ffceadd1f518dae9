"""The database as its owner: connections, programs, and what every table holds."""

import os
import shutil
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
from django.db import connections
from psycopg2.extensions import make_dsn
from psycopg2.sql import SQL, Identifier

from core.backups.errors import BackupError
from scripts.servers import ServerError, find_postgres

SAME_TEXTS = "-c timezone=UTC -c datestyle=ISO -c extra_float_digits=1 -c bytea_output=hex"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
FACTS = """
SELECT count(*),
       coalesce(sum(('x' || left(hash, 16))::bit(64)::bigint), 0) || ':' ||
       coalesce(sum(('x' || right(hash, 16))::bit(64)::bigint), 0)
FROM (SELECT md5(one::text) AS hash FROM public.{} AS one) AS hashes
"""


def _parameters(database=None):
    parameters = connections["owner"].get_connection_params()
    named = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert", "connect_timeout")
    kept = {name: parameters[name] for name in named if parameters.get(name)}
    return kept | ({"dbname": database} if database else {})


@contextmanager
def connected(database=None):
    """A connection of its own, each statement committed; values read the same on every server."""
    try:
        link = psycopg2.connect(**_parameters(database), options=SAME_TEXTS)
    except psycopg2.OperationalError as error:
        raise BackupError(f"The database does not answer: {str(error).strip()}")
    with closing(link):
        link.autocommit = True
        with link.cursor() as cursor:
            yield cursor


def find_program(name):
    """Path of one of PostgreSQL's client programs."""
    try:
        packaged = find_postgres()[0] / name
    except ServerError:
        packaged = Path(name)
    program = packaged if packaged.exists() else shutil.which(name)
    if not program:
        raise BackupError(f"{name} was not found. Install PostgreSQL's client programs or set POSTGRES_BIN.")
    return program


def run(name, *arguments, database=None):
    """One of PostgreSQL's programs on a database, the password in its environment only."""
    parameters = _parameters(database)
    environment = {**os.environ, "PGPASSWORD": parameters.pop("password", "")}
    _checked([find_program(name), f"--dbname={make_dsn(**parameters)}", *arguments], environment)


def write_script(dump, target):
    """The SQL text of a dump, without a database."""
    _checked([find_program("pg_restore"), f"--file={target}", dump], dict(os.environ))


def _checked(command, environment):
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603
    if done.returncode:
        raise BackupError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")


def table_facts(cursor):
    """{table: {"rows": n, "checksum": …}} of the public schema; the order of rows does not matter."""
    cursor.execute(TABLES)
    facts = {}
    for (table,) in cursor.fetchall():
        cursor.execute(SQL(FACTS).format(Identifier(table)))
        rows, checksum = cursor.fetchone()
        facts[table] = {"rows": rows, "checksum": checksum}
    return facts
