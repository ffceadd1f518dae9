#!/usr/bin/env python3
"""Figures of a large audience: a stratified draw from a million persons, and 100,000 invitations with link and mail.

  benchmarks/reach.py [--people 1000000] [--invited 100000]

Starts its own PostgreSQL and Valkey. Customers (ten persons each, in twelve regions) are copies of one made by the portal's
service, written by one statement; what is measured is the portal's own service, and what it wrote is checked. Each figure
stands beside the bare statement that reads or writes as many rows, in the same run.
"""

import argparse
import json
import os
import secrets
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PER_CUSTOMER = 10
READ = "SELECT p.id, c.region FROM customers_contactperson p JOIN customers_customer c ON c.id = p.customer_id ORDER BY p.id"
WRITE = "CREATE TEMP TABLE bare ON COMMIT DROP AS SELECT n, 'x' AS kind, now() AS at FROM generate_series(1, %s) n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--invited", type=int, default=100_000)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return inside(options.people, options.invited)
    from benchmarks.analysis import run
    from scripts.servers import LocalServers

    with tempfile.TemporaryDirectory() as home, LocalServers(Path(home), environ={}) as servers:
        environment = {
            **os.environ, **servers.environment(), "DATA_DIR": home, "BASE_URL": "http://127.0.0.1", "LOG_LEVEL": "ERROR",
            "SECRET_KEY": secrets.token_hex(32), "DJANGO_SETTINGS_MODULE": "satisfaction.settings",
        }  # fmt: skip
        run(environment, "manage.py", "migrate", "--database", "owner")
        sizes = ("--people", str(options.people), "--invited", str(options.invited))
        print(run(environment, __file__, "--inside", *sizes).splitlines()[-1])
    return None


def inside(people, invited):
    import django

    django.setup()
    make(people)
    print(json.dumps(draw(people, invited) | invite(people, invited)))


def make(people):
    """``people`` contact persons at a tenth as many customers, beside the one they are copied from."""
    from django.db import connections

    from core.crypto import make_keys
    from tests.factories import surveys as factory

    make_keys()
    (first,) = factory.contacts(1, region="region 0")
    with connections["owner"].cursor() as cursor:
        copy(cursor, "customers_customer", first.customer_id, people // PER_CUSTOMER, {
            "id": "1000000 + n", "code": "'K' || n", "region": "'region ' || n %% 12",
        })  # fmt: skip
        copy(cursor, "customers_contactperson", first.pk, people, {
            "id": "1000000 + n", "customer_id": f"1000001 + (n - 1) / {PER_CUSTOMER}", "is_primary": f"n %% {PER_CUSTOMER} = 1",
        })  # fmt: skip
        cursor.execute("VACUUM (ANALYZE) customers_customer, customers_contactperson")


def copy(cursor, table, pk, count, changed):
    """``count`` copies of a row, with the columns of ``changed`` ({column: SQL of n}) of their own."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped", [table]
    )
    columns = [row[0] for row in cursor.fetchall()]
    picked = ", ".join(changed.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {picked} FROM {table} t, generate_series(1, %s) n WHERE t.id = %s",
        [count, pk],
    )
    assert cursor.rowcount == count


def clocked(act):
    begin = time.perf_counter()
    found = act()
    return found, round(time.perf_counter() - begin, 2)


def bare(sql, *parameters):
    from django.db import connection, transaction

    def act():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return cursor.fetchall() if cursor.description else None

    return clocked(act)[1]


def draw(people, n):
    from surveys.choices import Draw, Segment
    from surveys.services import sampling

    options = {"n": n, "seed": 7, "how": Draw.STRATIFIED, "by": Segment.REGION, "least": 30}
    first, seconds = clocked(lambda: sampling.draw({}, **options))
    again, _seconds = clocked(lambda: sampling.draw({}, **options))
    assert first == again and len(set(first.ids)) == n and first.population == people + 1
    assert all(abs(row["drawn"] - n * row["population"] / people) < 2 for row in first.frame)
    return {"bare read s": bare(READ), "draw s": seconds}


def invite(people, n):
    from notifications.models import Message
    from surveys import tasks
    from surveys.models import Invitation
    from surveys.services import invitations, waves
    from tests.factories import surveys as factory

    wave = factory.wave(audience={}, sample_n=n)
    waves.schedule(wave, by=wave.owner)
    _wave, opening = clocked(lambda: waves.open(wave, by=wave.owner))
    _found, rest = clocked(tasks.send_out_invitations)
    rows = Invitation.objects.filter(wave=wave)
    assert rows.count() == n == rows.filter(is_waiting=False, token_hash__isnull=False).count()
    assert Message.objects.filter(kind=invitations.INVITE).values("context__invitation").distinct().count() == n
    return {
        "bare rows s": bare(WRITE, n),
        "opening s": opening,
        "links and mails s": rest,
        "invited": n,
        "people": people,
    }


if __name__ == "__main__":
    main()
