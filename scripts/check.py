"""`make check`: what can be said about the code without running it. Every check runs; one line each."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts.servers import LocalServers, in_wheel

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
PRODUCTION = {
    "BASE_URL": "https://portal.example.com",
    "ALLOWED_HOSTS": "portal.example.com",
    "HASHED_STATIC": "1",
    "DEBUG": "0",
}
COMPOSE = {
    "SECRET_KEY": "a",
    "DATABASE_PASSWORD": "b",
    "DATABASE_OWNER_PASSWORD": "c",
    "POSTGRES_PASSWORD": "d",
}
# the wheel's own door to it loses the exit code
COMPOSE_PROGRAM = in_wheel("compose", "docker-compose")
CHECKS = (  # name, command, what the environment holds besides
    ("lint", [BIN / "ruff", "check", "--output-format", "concise", "."], {}),
    ("format", [BIN / "ruff", "format", "--check", "--output-format", "concise", "."], {}),
    ("import contracts", [BIN / "lint-imports", "--no-cache"], {}),
    ("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], {}),
    ("texts in both languages", [sys.executable, "scripts/messages.py", "check"], {}),
    ("generated documents", [*MANAGE, "generate_docs", "--check"], {}),
    ("deployment", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    ("docker-compose.yml", [COMPOSE_PROGRAM, "-f", "docker-compose.yml", "config", "-q"], COMPOSE),
)


def base_environment(home, servers):
    """A fresh installation's settings: throwaway servers, own keys, nothing from the shell."""
    foreign = {
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "REDIS_URL",
        "EMAIL_URL",
        "SECRET_KEY_FILE",
        "BASE_URL",
        "ALLOWED_HOSTS",
    }
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    own = {"DATA_DIR": str(home), "KEYS_DIR": str(home / "keys"), "SECRET_KEY": secrets.token_urlsafe(50)}
    return kept | own | servers.environment()


def perform(name, command, environment):
    begun = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    passed = done.returncode == 0
    print(f"{'ok    ' if passed else 'FAILED'} {name} ({time.monotonic() - begun:.1f} s)", flush=True)
    if not passed:
        print(
            "\n".join(f"       {line}" for line in (done.stdout + done.stderr).strip().splitlines()),
            flush=True,
        )
    return passed


def main(wanted):
    """Run all checks, or those whose name contains a given word."""
    chosen = [check for check in CHECKS if not wanted or any(word in check[0] for word in wanted)]
    with tempfile.TemporaryDirectory(prefix="portal-check-") as directory:
        home = Path(directory)
        with LocalServers(home, durable=False, environ={}) as servers:
            environment = base_environment(home, servers)
            subprocess.run([*MANAGE, "make_keys"], cwd=ROOT, env=environment, capture_output=True, check=False)
            failed = [name for name, command, extra in chosen if not perform(name, command, environment | extra)]
    print(
        f"{len(chosen) - len(failed)} of {len(chosen)} checks passed"
        + (f"; failed: {json.dumps(failed)[1:-1]}" if failed else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
