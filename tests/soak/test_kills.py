"""kill -9 at many points, from a fixed seed: what was acknowledged is there, and every part comes back."""

import os
import random
import signal
import threading
import time
from functools import partial

import psycopg2
import pytest

from scripts.servers import birth
from tests.support.portal import RunningPortal, until

pytestmark = pytest.mark.soak
PARTS = ("postgres", "valkey", "web", "worker", "beat")


@pytest.fixture
def portal(tmp_path):
    portal = RunningPortal(tmp_path / "var")
    portal.start()
    yield portal
    portal.stop()


class Writer(threading.Thread):
    """Commits numbered rows and remembers which commits were acknowledged."""

    def __init__(self, portal):
        super().__init__(daemon=True)
        self.portal, self.acknowledged, self.stopped = portal, set(), False

    def run(self):
        number = 0
        while not self.stopped:
            number += 1
            try:
                self.portal.query("INSERT INTO core_heartbeat (name, at) VALUES (%s, now())", f"row {number}")
                self.acknowledged.add(f"row {number}")
            except psycopg2.Error:
                time.sleep(0.1)

    def finish(self):
        self.stopped = True
        self.join(10)


def all_run(portal):
    return all(portal.pids().values())


def all_gone(pids):
    return not any(birth(pid) for pid in pids.values() if pid)


def lost(portal, writer):
    return writer.acknowledged - set(portal.query("SELECT name FROM core_heartbeat"))


def test_forty_kills_of_parts_lose_nothing(portal):
    chance = random.Random(20261121)
    writer = Writer(portal)
    writer.start()
    for _turn in range(40):
        time.sleep(chance.uniform(0.2, 3))
        if pid := portal.pid(chance.choice(PARTS)):
            os.kill(pid, signal.SIGKILL)
    until(lambda: all_run(portal), 90)
    writer.finish()
    assert until(lambda: portal.answers("/readyz"), 60)
    assert len(writer.acknowledged) > 100
    assert lost(portal, writer) == set()


def test_ten_kills_of_the_whole_lose_nothing(portal):
    chance = random.Random(3)
    for _turn in range(10):
        writer = Writer(portal)
        writer.start()
        time.sleep(chance.uniform(0.5, 4))
        children = portal.pids()
        portal.process.kill()
        portal.process.wait()
        writer.finish()
        until(partial(all_gone, children), 40)
        portal.start()
        assert lost(portal, writer) == set()


def test_kills_during_the_start(portal):
    """The second start finds whatever the killed one had begun."""
    chance = random.Random(7)
    portal.stop()
    for _turn in range(10):
        starting = portal.launch()
        time.sleep(chance.uniform(0.1, 6))
        starting.kill()
        starting.wait()
    portal.start()
    assert portal.answers("/readyz")
