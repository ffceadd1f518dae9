#!/usr/bin/env python3
"""Respondents' pages against a bare Django, in one run on the same servers, workers and minutes.

  benchmarks/run.py [--quick] [--json FILE]

Starts a PostgreSQL and a Valkey of its own (written through to disk), the reference and the portal with two
synchronous gunicorn workers each, and takes every workload by turns, reference and portal, three times.
"""

import argparse
import http.client
import json
import os
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

from benchmarks.measure import pause_until_calm, wait_until, watched  # noqa: E402 (the path comes first)
from benchmarks.pageweight import weigh  # noqa: E402
from scripts.pytest_servers import free_port  # noqa: E402
from scripts.servers import LocalServers, end, spawn, tail  # noqa: E402

THANKS = "Thank you|thank you|谢谢您"
ROUNDS = 3  # of each workload; the medians count


def manage(environment, *arguments, cwd=ROOT):
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


class Web:
    """gunicorn with two synchronous workers on a free port."""

    def __init__(self, name, application, cwd, environment, home):
        self.name, self.application, self.cwd = name, application, cwd
        self.port, self.log = free_port(), home / f"{name}.log"
        self.environment = {**environment, "BASE_URL": f"http://127.0.0.1:{self.port}"}
        self.url = self.environment["BASE_URL"]

    def start(self, probe):
        where = ("-b", f"127.0.0.1:{self.port}", "-w", "2", "--no-control-socket", "--log-level", "warning")
        command = [sys.executable, "-m", "gunicorn", self.application, *where]
        self.process = spawn(command, log=self.log, cwd=self.cwd, env=self.environment)
        if (
            not wait_until(lambda: self.process.poll() is not None or self._answers(probe), 60)
            or self.process.poll() is not None
        ):
            raise SystemExit(f"{self.name} does not answer:\n{tail(self.log)}")

    def _answers(self, probe):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", probe)
            return connection.getresponse().status == 200
        except OSError:
            return False

    def stop(self):
        end(self.process, signal.SIGTERM)


class Bench:
    def __init__(self, home, quick):
        self.home, self.quick, self.taken = home, quick, {}
        self.servers = LocalServers(home, environ={})

    def __enter__(self):
        self.servers.start()
        ours = self.servers.environment()
        self.environment = {
            **os.environ,
            **ours,
            "DATA_DIR": str(self.home),
            "STATIC_ROOT": str(self.home / "static"),
            "HASHED_STATIC": "1",
            "EMAIL_URL": f"file://{self.home}/mail",
            "BASE_URL": "http://127.0.0.1",
            "SECRET_KEY": secrets.token_hex(32),
            "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "satisfaction.settings",
        }
        self.postgres = self.servers.all[0]
        self.reference = self._reference()
        self.portal = self._portal()
        return self

    def __exit__(self, *_):
        for web in (self.reference, self.portal):
            web.stop()
        self.servers.stop()

    def _reference(self):
        where = HERE / "reference"
        names = {"PGHOST": str(self.postgres.sockets), "PGUSER": "portal_owner", "PGDATABASE": "reference"}
        environment = {**os.environ, **names, "DJANGO_SETTINGS_MODULE": "settings"}
        self.postgres._psql("CREATE DATABASE reference OWNER portal_owner;")
        manage(environment, "-m", "django", "migrate", "--run-syncdb", cwd=where)
        web = Web("reference", "wsgi:application", where, environment, self.home)
        web.start("/form/")
        return web

    def _portal(self):
        manage(self.environment, "manage.py", "migrate", "--database", "owner")
        left_out = [part for name in ("vendor", "fonts", "app.css", "dark.css") for part in ("-i", name)]
        manage(self.environment, "manage.py", "collectstatic", "--noinput", *left_out)  # what these pages use
        self.per_round = 100 if self.quick else 500
        print("making waves …", file=sys.stderr)
        # one warm-up and ROUNDS at each of two concurrencies
        count = str(self.per_round * (2 * ROUNDS + 1))
        self.links = json.loads(manage(self.environment, "benchmarks/respond_data.py", count))
        for name, links in self.links.items():
            (self.home / f"{name}.txt").write_text("\n".join(links))
        web = Web("portal", "satisfaction.wsgi", ROOT, self.environment, self.home)
        web.start("/healthz")
        return web

    def load(self, web, mode, *arguments):
        """One run of the load generator with the CPU of web server and database beside it."""
        pids = [web.process.pid, self.postgres.process.pid]
        command = [sys.executable, str(HERE / "loadgen.py"), mode, web.url + "/", *map(str, arguments)]
        load = pause_until_calm(patience=0 if self.quick else 3)
        printed, watch = watched(pids, command)
        result = json.loads(printed)
        result |= {"cpu_ms": round(1000 * watch.seconds / max(1, result["ok"]), 2), "load_before": load}
        result["rss_mib"] = round(watch.peak / 2**20)
        return result

    def compare(self, name, mode, concurrency, reference, portal):
        """Reference and portal by turns; medians and their ratios."""
        rounds = []
        for number in range(ROUNDS):
            pair = []
            for web, arguments in ((self.reference, reference), (self.portal, portal)):
                given = [part(number) if callable(part) else part for part in arguments]
                pair.append(self.load(web, mode, "-c", concurrency, *given))
            rounds.append(pair)
            print(name, [(r["per_s"], r["cpu_ms"], r["errors"]) for r in pair], file=sys.stderr)
        summary = {"workload": name, "c": concurrency}
        for side, runs in (("reference", [r for r, _p in rounds]), ("portal", [p for _r, p in rounds])):
            summary[side] = {
                "per_s": statistics.median(run["per_s"] for run in runs),
                "cpu_ms": statistics.median(run["cpu_ms"] for run in runs),
                "p95_ms": statistics.median(run["total_ms"]["p95"] for run in runs),
                "errors": sum(sum(run["errors"].values()) for run in runs),
            }
        summary["rate_ratio"] = round(statistics.median(p["per_s"] / r["per_s"] for r, p in rounds), 2)
        summary["cpu_ratio"] = round(statistics.median(p["cpu_ms"] / r["cpu_ms"] for r, p in rounds), 2)
        return summary

    def run(self):
        seconds = 2 if self.quick else 4
        form = ("--urls", self._file("form", ["/form/"]))
        public = ("--urls", self.home / "public.txt")
        warm_up = self.per_round * 2 * ROUNDS
        for web, links in (
            (self.reference, form),
            *((self.portal, ("--urls", self.home / f"{kind}.txt")) for kind in self.links),
        ):
            offset = () if links[1].name in ("form.txt", "public.txt") else ("--offset", warm_up)
            self.load(web, "form", "-c", 2, "-n", 50, *links, *offset)
        yield self.compare("page, open link", "get", 32, ("-d", seconds, *form), ("-d", seconds, *public))
        named = ("--urls", self.home / "named.txt")
        yield self.compare("page, personal link", "get", 32, ("-d", seconds, *form), ("-d", seconds, *named))
        for concurrency in (8, 32):
            shift = self.per_round * ROUNDS * (concurrency == 32)
            for kind in ("public", "named", "anonymous"):
                count = ("-n", self.per_round, "--success", THANKS, "--lowest", 3)
                links = ("--urls", self.home / f"{kind}.txt")
                offset = ("--offset", lambda number, shift=shift: number * self.per_round + shift)
                portal = (*count, *links, *(() if kind == "public" else offset))
                yield self.compare(f"submission, {kind}", "form", concurrency, (*count, *form), portal)
        last = ("-n", self.per_round - 50, "--success", THANKS, "--urls", self.home / "named.txt")
        offset = ("--offset", warm_up + 50)
        low = self.load(self.portal, "form", "-c", 8, *last, *offset)
        yield {"workload": "submission with low answers and their follow-up", "c": 8, "portal": low}

    def _file(self, name, lines):
        path = self.home / f"{name}.txt"
        path.write_text("\n".join(lines))
        return path

    def weights(self):
        return {kind: weigh(self.portal.url + links[-1]) for kind, links in self.links.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="short runs, to see that everything works")
    parser.add_argument("--json", help="write all results here")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    home.chmod(0o755)  # PostgreSQL may run as nobody
    try:
        with Bench(home, options.quick) as bench:
            results = list(bench.run())
            weight = bench.weights()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for result in results:
        print(json.dumps(result))
    print(json.dumps({"cold page": weight}))
    if options.json:
        Path(options.json).write_text(json.dumps({"results": results, "weights": weight}, indent=1))


if __name__ == "__main__":
    main()
