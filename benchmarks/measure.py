"""Server CPU and memory of a set of processes while a client command runs."""

import os
import subprocess
import threading
import time
from pathlib import Path

HERTZ = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def processes():
    """{pid: (parent, seconds of CPU of its own, bytes resident)} of the whole machine."""
    table = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            status = (entry / "stat").read_text()
        except OSError:
            continue
        fields = status[status.rindex(")") + 2 :].split()
        seconds = sum(int(part) for part in fields[11:13]) / HERTZ
        table[int(entry.name)] = (int(fields[1]), seconds, int(fields[21]) * PAGE)
    return table


def tree(table, roots):
    """``roots`` and all their descendants."""
    found, todo = set(), list(roots)
    children = {}
    for pid, (parent, _seconds, _bytes) in table.items():
        children.setdefault(parent, []).append(pid)
    while todo:
        pid = todo.pop()
        if pid in table and pid not in found:
            found.add(pid)
            todo += children.get(pid, [])
    return found


class Watch:
    """CPU seconds used and memory peak of ``roots`` and their descendants between enter and exit."""

    def __init__(self, roots):
        self.roots, self.first, self.last, self.peak = roots, {}, {}, 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._loop, daemon=True)

    def _sample(self):
        table = processes()
        alive = tree(table, self.roots)
        for pid in alive:
            seconds = table[pid][1]
            self.first.setdefault(pid, seconds)
            self.last[pid] = seconds
        self.peak = max(self.peak, sum(table[pid][2] for pid in alive))

    def _loop(self):
        while not self.stop.wait(0.2):
            self._sample()

    def __enter__(self):
        self._sample()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        self._sample()

    @property
    def seconds(self):
        return sum(self.last[pid] - self.first[pid] for pid in self.last)


def watched(roots, command, **options):
    """(what ``command`` printed, Watch) with the servers under ``roots`` watched meanwhile."""
    with Watch(roots) as watch:
        done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise SystemExit(f"{command}: {done.stderr or done.stdout}")
    return done.stdout, watch


def wait_until(condition, seconds, every=0.1):
    """Ask again and again until ``condition()`` is true; True if it became so in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        # the condition is another process's (a port, a queue): it cannot wake us, and asking costs it CPU
        time.sleep(every)
    return True


def pause_until_calm(limit=1.0, patience=20):
    """Wait a little while others keep the machine busy; the load at the start goes into the result."""
    wait_until(lambda: os.getloadavg()[0] <= limit, patience, every=1)
    return round(os.getloadavg()[0], 2)
