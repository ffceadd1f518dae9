"""The real parts, started when a test asks for them: database, mail, Celery worker, web server, Chromium.

scripts/pytest_servers.py has started PostgreSQL and Valkey and set the environment before this file is read.
"""

import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connections
from django.test import TransactionTestCase

from scripts import machine, servers
from tests.support import migrated
from tests.support.baseline import Baseline
from tests.support.dying import Mortals
from tests.support.imap import ImapServer
from tests.support.mail import MailServer

ROOT = Path(__file__).resolve().parent.parent
LONG = ("tests/e2e/", "tests/dashboard/test_demo_data")
WORKER = (
    "celery",
    "-A",
    "satisfaction",
    "worker",
    "-c",
    "2",
    "-l",
    "info",
    "--without-gossip",
    "--without-mingle",
)
BROWSER_PATIENCE = 30_000  # milliseconds; a busy machine draws a page ten times slower than a desk does
CHROMIUM_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing leaves the machine
)


def pytest_collection_modifyitems(config, items):
    """Soak runs are long: only `-m soak` selects them. Files of few long tests begin first, so that none is left alone at
    the end.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
    if "soak" in config.option.markexpr:
        return
    config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("soak")])
    items[:] = [item for item in items if not item.get_closest_marker("soak")]


# Database --------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """A test database made and migrated by the owner; `default` stays the application's role."""
    from core.crypto import make_keys

    make_keys()
    owner, application = connections["owner"], connections["default"]
    with django_db_blocker.unblock():
        application.settings_dict["NAME"] = owner.creation._get_test_db_name()
        migrated.make(owner)
        baseline = Baseline(owner)
        patch = pytest.MonkeyPatch()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: baseline.restore())
    yield
    patch.undo()
    baseline.close()  # the database goes with its server, or is replaced by the next run
    connections.close_all()


@pytest.fixture(autouse=True)
def _fresh_cache():
    """Counters and caches of one test never meet the next; the broker's own keys stay."""
    yield
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        stale = list(client.scan_iter("portal:*", count=1000))
        if stale:
            client.delete(*stale)


@pytest.fixture(scope="session")
def child_environment(django_db_setup):
    """Environment that leads another process to this run's test database."""
    named = {}
    for name, alias in (("DATABASE_URL", "default"), ("DATABASE_OWNER_URL", "owner")):
        url = urlsplit(os.environ.get(name) or os.environ["DATABASE_URL"])
        named[name] = url._replace(path="/" + connections[alias].settings_dict["NAME"]).geturl()
    return {**os.environ, **named}


@pytest.fixture
def wait_for():
    """wait_for(condition, seconds=60) → its first true value; fails when the time is over."""

    def wait(condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not (value := condition()):
            assert time.monotonic() < deadline, f"not within {seconds} s: {condition}"
            time.sleep(0.05)
        return value

    return wait


# Mail, worker, web -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _smtp_server():
    server = MailServer(urlsplit(os.environ["EMAIL_URL"]).port)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def smtp(_smtp_server, settings):
    """A real SMTP server. `smtp.messages` holds what arrived, `smtp.to(address)` what one person got."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", _smtp_server.port
    _smtp_server.messages.clear()
    yield _smtp_server
    _smtp_server.messages.clear()


@pytest.fixture(scope="session")
def _imap_server():
    server = ImapServer(Path(os.environ["DATA_DIR"]) / "imap.log")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def imap(_imap_server, settings):
    """A real IMAP server; its mailbox is empty and is the portal's service mailbox."""
    _imap_server.empty()
    settings.MAILBOXES = [_imap_server.settings()]
    return _imap_server


def _python(name, *arguments, environment):
    log = Path(os.environ["DATA_DIR"]) / f"{name}.log"
    log.unlink(missing_ok=True)
    process = servers.spawn([sys.executable, "-m", *arguments], log=log, cwd=ROOT, env=environment)
    return SimpleNamespace(process=process, log=log)


def _wait_until(condition, child, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert child.process.poll() is None and time.monotonic() < deadline, servers.tail(child.log, 40)
        time.sleep(0.05)


@pytest.fixture(scope="module")
def _worker(child_environment, _smtp_server):
    with redis.Redis.from_url(django_settings.REDIS_URL) as broker:
        broker.delete("celery")  # what earlier tests queued for nobody
        child = _python("worker", *WORKER, environment=child_environment)
        _wait_until(lambda: b" ready." in child.log.read_bytes(), child)
        yield child
        servers.end(child.process, signal.SIGTERM)


@pytest.fixture
def celery_worker_process(_worker, transactional_db):
    """A real worker on the test database, one per module: `.process`, `.log`. Idle before the test ends."""
    yield _worker
    with redis.Redis.from_url(django_settings.REDIS_URL) as broker:
        _wait_until(lambda: not broker.llen("celery") and not broker.hlen("unacked"), _worker)


@pytest.fixture(scope="session")
def _mortals(child_environment, _smtp_server, _imap_server):
    """Processes that die by SIGKILL where a test says (tests.support.dying)."""
    log = Path(os.environ["DATA_DIR"]) / "mortals.log"

    def start():
        environment = child_environment | {
            "DJANGO_SETTINGS_MODULE": "satisfaction.settings", "SERVICE_MAILBOX_URL": _imap_server.address()
        }  # fmt: skip
        command = [sys.executable, "-m", "tests.support.dying"]
        with log.open("w") as errors:
            return subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, stderr=errors)  # fmt: skip

    mortals = Mortals(start, log)
    yield mortals
    mortals.stop()


@pytest.fixture
def mortals(_mortals, transactional_db, settings, tmp_path):
    """`mortals.die("fetch", point)`: a process does that on this test's database and files until it is killed."""
    settings.MEDIA_ROOT, settings.VOICE_SECONDS = tmp_path / "media", 0
    _mortals.settings = {"MEDIA_ROOT": str(settings.MEDIA_ROOT), "VOICE_SECONDS": 0}
    return _mortals


@pytest.fixture(scope="session")
def _web(child_environment):
    port = urlsplit(os.environ["BASE_URL"]).port
    bind = ("-b", f"127.0.0.1:{port}", "-w", "1", "--threads", "4", "--no-control-socket")
    child = _python("web", "gunicorn", "satisfaction.wsgi", *bind, environment=child_environment)

    def answers():
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False

    _wait_until(answers, child)
    yield SimpleNamespace(url=os.environ["BASE_URL"], port=port, process=child.process, log=child.log)
    servers.end(child.process, signal.SIGTERM)


@pytest.fixture
def live_portal(_web, transactional_db):
    """The portal behind gunicorn on the test database: `.url`, `.port`, `.process`, `.log`."""
    return _web


# Browser ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium with the vendored fonts."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=BROWSER_PATIENCE)

    program = machine.find_chromium()
    assert program, "no Chromium: make test installs or names it"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser, live_portal):
    """new_page(**context options) → a page of its own session. A script error or CSP violation fails it."""
    contexts, problems = [], []

    def note(page, text):
        problems.append(f"{page.url}: {text}")

    def listen(page):
        page.on("pageerror", lambda error: note(page, error))
        page.on("console", lambda said: "Content Security Policy" in said.text and note(page, said.text))

    def make(**options):
        defaults = {
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "viewport": {"width": 1280, "height": 800},
        }
        context = browser.new_context(base_url=live_portal.url, **defaults | options)
        context.set_default_timeout(BROWSER_PATIENCE)
        context.on("page", listen)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(new_page):
    """A Chinese desktop browser's page."""
    return new_page()
