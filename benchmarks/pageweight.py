#!/usr/bin/env python3
"""Cold weight of a page, as a browser with an empty cache meets it: the page and what it names, with gzip.

  pageweight.py http://127.0.0.1:8000/s/abc/

Loopback only, standard library only. Prints one line of JSON.
"""

import gzip
import http.client
import json
import re
import sys
from pathlib import Path
from urllib.parse import urljoin, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent))
from loadgen import LOOPBACK, attributes

NAMED = re.compile(r"<(script|link|img)\b([^>]*)>", re.I)
LOADED = re.compile("stylesheet|icon|preload|modulepreload")


def fetch(address):
    """(status, bytes on the wire, body)."""
    parts = urlsplit(address)
    if parts.hostname not in LOOPBACK:
        raise SystemExit(f"{address} is not on this machine")
    connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=60)
    connection.request("GET", parts.path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    raw = answer.read()
    head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders()) + 17
    body = gzip.decompress(raw) if answer.getheader("Content-Encoding") == "gzip" else raw
    return answer.status, len(raw) + head, body


def weigh(address):
    """{"requests", "bytes", "files": {name: bytes}} of the page at ``address``."""
    _status, size, body = fetch(address)
    files = {"page": size}
    for tag, rest in NAMED.findall(body.decode()):
        named = attributes(rest)
        link = named.get("src") or named.get("href", "")
        if (tag.lower() == "link" and not LOADED.search(named.get("rel", ""))) or link.startswith("data:"):
            continue
        full = urljoin(address, link)
        if urlsplit(full).path not in files:
            files[urlsplit(full).path] = fetch(full)[1]
    return {"requests": len(files), "bytes": sum(files.values()), "files": files}


if __name__ == "__main__":
    print(json.dumps(weigh(sys.argv[1])))
