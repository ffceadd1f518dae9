"""pytest plugin: throwaway servers and the environment of the tests, before Django's settings are read.

One PostgreSQL serves the whole run; every xdist worker has a Valkey, keys, media and ports of its own.
TEST_DATABASE_URL, TEST_DATABASE_OWNER_URL and TEST_REDIS_URL name given servers instead.
"""

import os
import secrets
import shutil
import socket
import tempfile
from pathlib import Path

import pytest

from scripts.servers import LocalServers

ROOT = Path(__file__).resolve().parent.parent
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""
FOREIGN = (  # what a developer's shell may hold and tests must not follow
    *("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "EMAIL_URL", "BASE_URL", "ALLOWED_HOSTS"),
    *("SERVICE_MAILBOX_URL", "BOUNCE_MAILBOX_URL", "BOUNCE_ADDRESS", "INBOUND_MAX_MB"),
    *("SECRET_KEY_FILE", "DEBUG", "HASHED_STATIC", "PROXY_COUNT", "LOG_LEVEL"),
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_fonts(home):
    """A fontconfig file that offers the vendored fonts to Chromium."""
    path = home / "fonts.conf"
    path.write_text(FONTS.format(fonts=ROOT / "static" / "fonts", cache=home / "fonts-cache"))
    return path


def settings_of(home):
    """Everything settings.py reads, for one test process."""
    web = free_port()
    (home / "static").mkdir()
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATA_DIR": str(home),
        "KEYS_DIR": str(home / "keys"),
        "MEDIA_ROOT": str(home / "media"),
        "STATIC_ROOT": str(home / "static"),
        "BASE_URL": f"http://127.0.0.1:{web}",
        "EMAIL_URL": f"smtp://127.0.0.1:{free_port()}",
        "DEBUG": "0",
        "FONTCONFIG_FILE": str(write_fonts(home)),
        "AWAY_SECONDS": "0",
        "COUNTERS_SECONDS": "0",  # what a test does by a service shows on the next page
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright's loop runs in the thread that asks the database
    }


def databases_and_broker(home):
    """The running servers; a worker of xdist uses the PostgreSQL of the process that started it."""
    given = {name: os.environ.get(f"TEST_{name}") for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")}
    os.environ.update({name: value for name, value in given.items() if value})
    return LocalServers(home, durable=False)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    kept = ("DATABASE_URL", "DATABASE_OWNER_URL") if is_worker else ()
    for name in FOREIGN:
        if name not in kept:
            os.environ.pop(name, None)
    home = Path(tempfile.mkdtemp(prefix="portal-test-"))
    early_config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    servers = databases_and_broker(home)
    early_config.add_cleanup(servers.stop)
    os.environ.update(settings_of(home) | servers.start())
