#!/usr/bin/env python3
"""Figures of the ledger at two sizes: lists, search, status report, the page of a record, due times.

  benchmarks/ledger.py [--records 10000 1000000] [--plans] [--keep DIRECTORY]

Starts its own PostgreSQL and Valkey. Records that services took through their states are copied with all their rows and
checked (benchmarks/ledger_data.py). Each page is what a signed-in service lead gets, drawing included, without the network:
the median of some turns, its queries, and the part of it that the database took. What is beyond its target is marked.
``--keep`` leaves the servers' data for another run; ``--plans`` prints the plan of each statement above 30 ms.
"""

import argparse
import json
import os
import re
import secrets
import statistics
import sys
import tempfile
import time
from contextlib import closing, nullcontext
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
TURNS = 7
TARGETS = {"list": 140, "search": 250, "report": 500, "detail": 40, "due": 50}
QUERIES = 12
GROWTH = 2
SLOW = 0.03  # seconds of a statement whose plan is printed
LISTS = {
    "default": {}, "overdue": {"view": "overdue"}, "mine": {"view": "mine"}, "all": {"view": "all"},
    "kind": {"view": "all", "kind": "complaint"}, "state": {"state": "closed"}, "rare state": {"state": "declined"},
    "category": {"view": "all", "category": "conduct"}, "severity": {"view": "all", "severity": "critical"},
    "channel and category": {"view": "all", "channel": "wechat", "category": "price"}, "unit": {"view": "all", "unit": "{unit}"},
    "days": {"received_at_after": "{month}", "view": "all"}, "late ones": {"view": "all", "breached": "true"},
    "page 20": {"view": "all", "page": "20"}, "by due": {"view": "open", "sort": "due"},
}  # fmt: skip
SEARCHES = {"one character": "课", "rare character": "鼋", "two": "退费", "two rare": "氪钬", "three": "班主任", "four": "没有收到", "four rare": "证书停车",
            "a class": "班号1234", "phrase": "临时更换没有通知", "two words": "退费 停车", "number": "{number}", "person": "{person}", "phone": "13900000007",
            "nothing": "鲎鲏鲐鲑"}  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--plans", action="store_true")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--inside", choices=["fill", "measure"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return inside(options)
    found = {}
    for count in options.records:
        found[count] = at(count, options)
        print(json.dumps({"records": count} | found[count], ensure_ascii=False), flush=True)
    return report(found)


def at(count, options):
    """Fill a database of its own and measure in a process of its own."""
    from benchmarks.analysis import run
    from scripts.servers import LocalServers

    kept = options.keep and options.keep / str(count)
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
    with (
        nullcontext(kept) if kept else tempfile.TemporaryDirectory() as home,
        LocalServers(Path(home), environ={}) as servers,
    ):
        key = Path(home) / "secret"
        if not key.exists():
            key.write_text(secrets.token_hex(32))
        environment = {
            **os.environ, **servers.environment(), "DATA_DIR": str(home), "BASE_URL": "http://testserver", "LOG_LEVEL": "ERROR",
            "SECRET_KEY": key.read_text(), "DJANGO_SETTINGS_MODULE": "satisfaction.settings",
        }  # fmt: skip
        sizes = ("--records", str(count), *(("--plans",) if options.plans else ()))
        if not (Path(home) / "filled").exists():
            run(environment, "manage.py", "migrate", "--database", "owner")
            begin = time.perf_counter()
            run(environment, __file__, "--inside", "fill", *sizes)
            print(f"{count} records in {time.perf_counter() - begin:.0f} s", file=sys.stderr, flush=True)
            (Path(home) / "filled").touch()
        *told, last = run(environment, __file__, "--inside", "measure", *sizes).splitlines()
        print("\n".join(told), flush=True)
        return json.loads(last)


def report(found):
    """What is beyond its target, also in growth; the exit says whether anything is."""
    small, large = found[min(found)], found[max(found)]
    beyond = []
    for name, row in large.items():
        kind = name.split(":")[0]
        if row["ms"] > TARGETS[kind]:
            beyond.append(f"{name}: {row['ms']} ms > {TARGETS[kind]}")
        if kind == "list" and row["queries"] > QUERIES:
            beyond.append(f"{name}: {row['queries']} queries > {QUERIES}")
        if kind == "list" and row["ms"] > GROWTH * max(small[name]["ms"], 30):
            beyond.append(f"{name}: {row['ms']} ms is more than {GROWTH} × {small[name]['ms']} ms")
    print("\n".join(beyond) or "all within their targets")
    return 1 if beyond else 0


def inside(options):
    import django

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    {"fill": fill, "measure": measure}[options.inside](options)


def fill(options):
    from django.db import connections

    from benchmarks import ledger_data
    from core.crypto import make_keys

    make_keys()
    crews = people()
    found = ledger_data.templates(crews)
    with superuser() as connection, connection.cursor() as cursor:
        ledger_data.fill(cursor, found, options.records[0])
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    ledger_data.check(options.records[0])


def superuser():
    import psycopg2
    from django.conf import settings

    given = settings.DATABASES["owner"]
    connection = psycopg2.connect(host=given["HOST"], port=given["PORT"], dbname=given["NAME"], user="postgres")
    connection.autocommit = True
    return closing(connection)


def people():
    """Six crews of two units each, and customers to complain."""
    from tests.factories import customers as make
    from tests.factories.complaints import Crew

    crews = [Crew() for _n in range(6)]
    for n, crew in enumerate(crews[1:], start=1):
        crew.department = make.make_unit(f"D{n}", crew.office)
        for person in (crew.handler, crew.other):
            person.memberships.update(unit=crew.department)
    for _n in range(300):
        make.make_customer(unit=crews[0].desk)
    return crews


# Measuring -------------------------------------------------------------------------------------------


def measure(options):
    from django.test import Client

    from accounts.models import User
    from complaints.models import Complaint

    lead = User.objects.filter(groups__name="lead").order_by("pk").first()
    closed = Complaint.objects.filter(state="closed", kind="complaint").order_by("-pk").first()
    opened = Complaint.objects.filter(state="handling").order_by("-pk").first()
    client = Client()
    client.force_login(lead, "allauth.account.auth_backends.AuthenticationBackend")
    place = {"unit": str(closed.unit_id), "month": str(closed.received_at.date() - timedelta(days=30)), "number": closed.number,
             "person": closed.complainant.name}  # fmt: skip
    found = {}
    for name, query in LISTS.items():
        found[f"list:{name}"] = page(client, "/complaints/", filled(query, place), options)
    for name, text in SEARCHES.items():
        found[f"search:{name}"] = page(client, "/complaints/", filled({"q": text}, place), options)
    for name, text in SEARCHES.items():
        found[f"search:everywhere, {name}"] = page(client, "/search/", filled({"q": text}, place), options)
    found["report:status"] = page(client, "/complaints/status/", {}, options)
    found["detail:closed"] = page(client, closed.get_absolute_url(), {}, options)
    found["detail:open"] = page(client, opened.get_absolute_url(), {}, options)
    found["due:1,000 rows"] = dues()
    print(json.dumps(found, ensure_ascii=False))


def filled(query, place):
    return {name: value.format(**place) for name, value in query.items()}


class Watched:
    """Statements of a page with the time each took."""

    def __init__(self):
        self.seen = []

    def __call__(self, execute, sql, params, many, context):
        begin = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seen.append((time.perf_counter() - begin, sql, params))


def page(client, path, query, options):
    """Milliseconds of a page, those of the database, its queries; the first turn fills the caches and does not count."""
    from django.db import connection

    taken = []
    for _turn in range(TURNS + 1):
        watched = Watched()
        begin = time.perf_counter()
        with connection.execute_wrapper(watched):
            response = client.get(path, query)
        taken.append((time.perf_counter() - begin, watched.seen))
        assert response.status_code == 200, (path, query, response.status_code)
    taken = taken[1:]
    whole = statistics.median(one[0] for one in taken)
    database = statistics.median(sum(part[0] for part in one[1]) for one in taken)
    if options.plans:
        explain(path, query, taken[-1][1])
    counted = re.search(rb'class="result-n"[^>]*>\s*([\d,+]+)', response.content)
    number = counted[1].decode() if counted else None
    return {
        "ms": round(whole * 1000),
        "best ms": round(min(one[0] for one in taken) * 1000),
        "database ms": round(database * 1000),
        "queries": len(taken[-1][1]),
        "found": number,
    }


def explain(path, query, seen):
    from django.db import connection

    for seconds, sql, params in seen:
        if seconds >= SLOW and sql.startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS, COSTS) " + sql, params)
                plan = "\n".join(row[0] for row in cursor.fetchall())
            print(f"-- {path} {query}: {seconds * 1000:.0f} ms\n{sql[:2000]}\n{plan}\n")


def dues():
    """What is left of a thousand running clocks, by the calendar that is read once."""
    from django.utils import timezone

    from complaints.models import Cycle
    from core.worktime.store import calendar_for

    cycles = list(Cycle.objects.running()[:1000])
    cycles = (cycles * (1000 // len(cycles) + 1))[:1000]
    taken = []
    for _turn in range(TURNS):
        begin = time.perf_counter()
        calendar, now = calendar_for(), timezone.now()
        left = [calendar.between(min(now, cycle.due_at), max(now, cycle.due_at)) for cycle in cycles]
        taken.append(time.perf_counter() - begin)
    assert len(left) == 1000
    return {"ms": round(statistics.median(taken) * 1000), "database ms": 0, "queries": 0, "found": len(left)}


if __name__ == "__main__":
    sys.exit(main())
