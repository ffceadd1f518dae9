#!/usr/bin/env python3
"""What the worker does: 1,000 invitations into a local SMTP sink, and 20,000 customers from a workbook.

  benchmarks/background.py [--mails 1000] [--rows 20000] [--faults 500]

Starts its own PostgreSQL (written through to disk), Valkey and SMTP sink. Mail is set against the same sink fed by bare
smtplib on one connection, in the same run; an import is checked, refused for its faults, corrected and committed.
"""

import argparse
import json
import os
import secrets
import signal
import smtplib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.measure import wait_until  # noqa: E402 (the path comes first)
from scripts.pytest_servers import free_port  # noqa: E402
from scripts.servers import LocalServers, end, spawn, tail  # noqa: E402
from tests.support.mail import MailServer  # noqa: E402

WORKER = ("celery", "-A", "satisfaction", "worker", "-c", "2", "-l", "warning", "--without-gossip", "--without-mingle")


class Sink(MailServer):
    """Keeps envelopes and takes no message apart: what is measured is the sender."""

    async def handle_DATA(self, server, session, envelope):  # aiosmtpd's name for it
        self.messages.append({"X-Envelope-To": ", ".join(envelope.rcpt_tos), "bytes": len(envelope.content)})
        return "250 Message accepted"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("--faults", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        servers = LocalServers(Path(home), environ={})
        servers.start()
        sink = Sink(free_port())
        sink.start()
        worker = None
        try:
            environment = {
                **os.environ, **servers.environment(), "DATA_DIR": home, "BASE_URL": "http://127.0.0.1",
                "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}", "SECRET_KEY": secrets.token_hex(32), "LOG_LEVEL": "ERROR",
                "DJANGO_SETTINGS_MODULE": "satisfaction.settings",
            }  # fmt: skip
            run(environment, "manage.py", "migrate", "--database", "owner")
            bare = bare_smtplib(sink.port, options.mails)
            sink.messages.clear()
            worker = spawn([sys.executable, "-m", *WORKER], log=Path(home) / "worker.log", env=environment, cwd=ROOT)
            if not wait_until(lambda: listens(environment), 60):
                raise SystemExit(f"the worker does not answer:\n{tail(Path(home) / 'worker.log')}")
            arguments = [str(options.mails), str(options.rows), str(options.faults)]
            found = json.loads(run(environment, "benchmarks/background_work.py", *arguments).splitlines()[-1])
            arrived = {message["X-Envelope-To"] for message in sink.messages}
            found["mail"] |= {
                "arrived": len(sink.messages),
                "to_different_people": len(arrived),
                "bare_smtplib_per_s": bare,
            }
            print(json.dumps(found, indent=1, ensure_ascii=False))
        finally:
            if worker is not None:
                end(worker, signal.SIGTERM)
            sink.stop()
            servers.stop()


def listens(environment):
    command = [sys.executable, "-m", "celery", "-A", "satisfaction", "inspect", "ping"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False).returncode == 0


def run(environment, *arguments):
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{arguments} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def bare_smtplib(port, count):
    """Mails a second of smtplib alone, on one connection."""
    began = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port) as link:
        for number in range(count):
            link.sendmail(
                "a@portal.example", [f"{number}@x.example"], f"Subject: {number}\r\n\r\n" + ("x" * 70 + "\r\n") * 60
            )
    return round(count / (time.monotonic() - began))


if __name__ == "__main__":
    main()
