"""Drawing the figures of a period: each section gives its own, all of them are frozen together."""

import hashlib
import json

from core.reporting import sections


def collect(period, *, progress=None):
    """{section code: figures} of ``period`` as plain JSON."""
    figures = {}
    for section in sections():
        figures[section.code] = section.collect(period, None)
        if progress:
            progress.step(note=str(section.title))
    return json.loads(json.dumps(figures, default=str))


def fingerprint(figures):
    return hashlib.sha256(json.dumps(figures, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
