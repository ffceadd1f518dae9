"""Two questions a supervisor asks: does the process live (/healthz), and can it do its work (/readyz)?

Each probe measures seconds (a response time, or the age of a sign of life) and has a deadline. Apps add their
own with ``add_probe()``. Only the database decides between 200 and 503; anything else late means degraded.
"""

import logging
import time
from dataclasses import dataclass
from threading import Lock, Thread

import redis
from django.conf import settings
from django.db import connection, connections
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.access import public
from core.models import Heartbeat

log = logging.getLogger(__name__)

PATIENCE = 0.8  # seconds /readyz waits for all probes together
HEARTBEAT_DEADLINE = 180  # beat writes one every 30 s; long tasks may delay it


@dataclass(frozen=True)
class Probe:
    name: str
    measure: object  # () → seconds, or None where there is nothing to measure yet
    deadline: float


_probes: dict[str, Probe] = {}
_running: dict[str, Thread] = {}
_starting = Lock()


def add_probe(name, measure, *, deadline):
    """Register a probe; call it in AppConfig.ready(). `measure()` → seconds, or None: no sign of life."""
    _probes[name] = Probe(name, measure, deadline)


def _database_answers():
    begun = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return time.monotonic() - begun


def _broker_answers():
    begun = time.monotonic()
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    with client:
        client.ping()
    return time.monotonic() - begun


def _heartbeat_age(name):
    def measure():
        at = Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
        return None if at is None else (timezone.now() - at).total_seconds()

    return measure


add_probe("database", _database_answers, deadline=PATIENCE)
add_probe("broker", _broker_answers, deadline=PATIENCE)
add_probe("worker", _heartbeat_age("worker"), deadline=HEARTBEAT_DEADLINE)
add_probe("beat", _heartbeat_age("beat"), deadline=HEARTBEAT_DEADLINE)


def _measure(probe, results):
    try:
        results[probe.name] = probe.measure()
    except Exception as error:  # noqa: BLE001 (whatever a probe meets, the answer is "not ok")
        log.warning("readiness probe %s failed: %s", probe.name, error)
    finally:
        connections.close_all()


def _start(probe, results):
    """A thread per probe, for a frozen server must not hold the answer; none while an earlier one waits."""
    with _starting:
        if probe.name in _running and _running[probe.name].is_alive():
            return
        _running[probe.name] = Thread(target=_measure, args=(probe, results), name=f"probe-{probe.name}", daemon=True)
        _running[probe.name].start()


def readiness():
    """{name: {"ok", "seconds", "deadline"}} of every probe, within PATIENCE seconds."""
    results = {}
    until = time.monotonic() + PATIENCE
    for probe in _probes.values():
        _start(probe, results)
    for name in _probes:
        _running[name].join(max(0, until - time.monotonic()))
    return {probe.name: _verdict(results.get(probe.name), probe.deadline) for probe in _probes.values()}


def _verdict(seconds, deadline):
    measured = None if seconds is None else round(seconds, 3)
    return {"ok": seconds is not None and seconds <= deadline, "seconds": measured, "deadline": deadline}


@public
@require_safe
def healthz(request):
    """The process answers. Touches neither database nor broker."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
@never_cache
@require_safe
def readyz(request):
    """Every probe as JSON; 200 while the database answers, else 503."""
    checks = readiness()
    alive = checks["database"]["ok"]
    status = "down" if not alive else "ready" if all(check["ok"] for check in checks.values()) else "degraded"
    return JsonResponse({"status": status, "checks": checks}, status=200 if alive else 503)
