#!/usr/bin/env python3
"""A load generator for pages and forms: plain HTTP/1.1, to this machine only, standard library only.

  get    GET the addresses in turn                               -> requests/s, latencies
  form   a visitor with a fresh cookie jar: GET the page, read its form, fill it in, POST it, follow
         redirects, look for the success text in what comes last -> submissions/s, latencies

  loadgen.py get  http://127.0.0.1:8000/s/abc/ -c 8 -d 10 --repeat 3
  loadgen.py form http://127.0.0.1:8000/ --urls links.txt -c 32 -n 500 --success 'Thank you'

Each run prints one line of JSON. A run is bounded by -n (count) or -d (seconds).
"""

import argparse
import asyncio
import html
import json
import random
import re
import sys
import time
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
TAG = re.compile(r"<(input|textarea|select|option|/select)\b([^>]*)>", re.I)
ATTRIBUTE = re.compile(r"""([a-zA-Z_:][-\w:.]*)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form", re.I | re.S)
BROKEN = (TimeoutError, ConnectionError, asyncio.IncompleteReadError, OSError)


def attributes(text):
    return {m[0].lower(): html.unescape(m[1] or m[2] or m[3]) for m in ATTRIBUTE.findall(text)}


class Connection:
    """One keep-alive connection."""

    def __init__(self, host, port, timeout):
        self.host, self.port, self.timeout = host, port, timeout
        self.reader = self.writer = None
        self.bytes_in = 0

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None

    async def request(self, method, path, headers, body=b""):
        """(status, headers, cookies, body)."""
        return await asyncio.wait_for(self._request(method, path, headers, body), self.timeout)

    async def _request(self, method, path, headers, body):
        head = await self._send(method, path, headers, body)
        first, *lines = head.decode("latin-1").split("\r\n")
        status, found, cookies = int(first.split(" ", 2)[1]), {}, []
        for line in lines:
            name, _, value = line.partition(":")
            if name.lower() == "set-cookie":
                cookies.append(value.strip().split(";", 1)[0])
            else:
                found[name.lower()] = value.strip()
        data = await self._body(status, found)
        if found.get("connection", "").lower() == "close":
            self.close()
        self.bytes_in += len(head) + len(data)
        return status, found, cookies, data

    async def _send(self, method, path, headers, body):
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        message = "\r\n".join([*lines, "", ""]).encode("latin-1") + body
        for is_last in (False, True):
            is_fresh = self.writer is None
            if is_fresh:
                self.reader, self.writer = await asyncio.open_connection(self.host, self.port, limit=1 << 22)
            try:
                self.writer.write(message)
                return await self.reader.readuntil(b"\r\n\r\n")
            except BROKEN:
                # a server may end an idle connection; a POST that may have arrived is not sent again
                self.close()
                if is_fresh or is_last or method == "POST":
                    raise
        raise AssertionError

    async def _body(self, status, headers):
        if status in (204, 304):
            return b""
        if "chunked" in headers.get("transfer-encoding", ""):
            parts = []
            while size := int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16):
                parts.append(await self.reader.readexactly(size))
                await self.reader.readexactly(2)
            await self.reader.readuntil(b"\r\n")
            return b"".join(parts)
        if "content-length" in headers:
            return await self.reader.readexactly(int(headers["content-length"]))
        data = await self.reader.read()
        self.close()
        return data


class Form:
    """The form with the most fields: what it sends besides what a visitor chooses, and what can be chosen."""

    def __init__(self, page):
        opening, inside = max(FORM.findall(page), key=lambda found: len(TAG.findall(found[1])))
        self.action = attributes(opening).get("action", "")
        self.is_multipart = attributes(opening).get("enctype", "").startswith("multipart")
        self.hidden, self.radios, self.selects, self.texts = {}, {}, {}, []
        select = None
        for tag, rest in TAG.findall(inside):
            field = attributes(rest)
            name, kind = field.get("name"), field.get("type", "text").lower()
            match tag.lower():
                case "select":
                    select = name
                case "option" if select and field.get("value"):
                    self.selects.setdefault(select, []).append(field["value"])
                case "textarea":
                    self.texts.append(name)
                case "input" if kind == "hidden":
                    self.hidden[name] = field.get("value", "")
                case "input" if kind == "radio":
                    self.radios.setdefault(name, []).append(field["value"])
                case "input" if kind in ("text", "search") and name:
                    self.texts.append(name)

    def filled(self, dice, number, lowest):
        """Fields as a visitor sends them; choices below ``lowest`` are left to other visitors."""
        fields = dict(self.hidden)
        for name, values in (self.radios | self.selects).items():
            fields[name] = dice.choice([v for v in values if v.isdigit() and int(v) >= lowest] or values)
        for name in self.texts:
            fields[name] = f"Load text {number} " + "lorem ipsum " * dice.randint(2, 8)
        return fields

    def encoded(self, fields, is_urlencoded=False):
        """(content type, body) in the encoding that the form asks for, unless a script of the page chose the short one."""
        if is_urlencoded or not self.is_multipart:
            return "application/x-www-form-urlencoded", urlencode(fields).encode()
        mark = "loadgen-7d1c53e8"
        parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
        return f"multipart/form-data; boundary={mark}", "".join([*parts, f"--{mark}--\r\n"]).encode()


class Run:
    def __init__(self, options):
        self.options = options
        self.base = urlsplit(options.url)
        if self.base.hostname not in LOOPBACK or self.base.scheme != "http":
            sys.exit("refused: only http:// addresses of this machine")
        lines = Path(options.urls).read_text().split() if options.urls else [options.url]
        self.paths = [self.path_of(options.url, line) for line in lines][options.offset :]
        self.success = re.compile(options.success.encode()) if options.success else None
        self.count, self.ok, self.errors, self.bytes_in = 0, 0, {}, 0
        self.times = {"total": [], "get": [], "post": []}

    @staticmethod
    def path_of(base, link):
        parts = urlsplit(urljoin(base, link or ""))
        if parts.hostname not in LOOPBACK:
            raise OSError("redirect off this machine refused")
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def take(self):
        over = self.options.duration and time.perf_counter() >= self.ends
        if over or (self.options.number and self.count >= self.options.number):
            return None
        self.count += 1
        return self.count - 1

    async def worker(self, seed):
        connection = Connection(self.base.hostname, self.base.port or 80, self.options.timeout)
        dice = random.Random(seed)
        act = self.get if self.options.mode == "get" else self.form
        while (number := self.take()) is not None:
            try:
                await act(connection, number, dice)
            except BROKEN as error:
                self.fail(type(error).__name__)
                connection.close()
        self.bytes_in += connection.bytes_in
        connection.close()

    async def get(self, connection, number, _dice):
        started = time.perf_counter()
        status, _headers, _cookies, body = await connection.request("GET", self.path(number), self.headers({}))
        self.note(status, body, total=time.perf_counter() - started)

    async def form(self, connection, number, dice):
        jar, started = {}, time.perf_counter()
        path, status, body = await self.follow(connection, "GET", self.path(number), jar)
        seen = time.perf_counter()
        if status != 200:
            return self.fail(f"page: status {status}")
        form = Form(body.decode())
        given = dict(pair.split("=", 1) for pair in self.options.set)
        data = form.encoded(form.filled(dice, number, self.options.lowest) | given, self.options.urlencoded)
        posted = time.perf_counter()
        action = self.path_of(f"{self.options.url.rstrip('/')}{path}", form.action)
        path, status, body = await self.follow(connection, "POST", action, jar, data)
        done = time.perf_counter()
        self.note(status, body, total=seen - started + done - posted, get=seen - started, post=done - posted)

    async def follow(self, connection, method, path, jar, sent=("", b"")):
        """A request, with content type and body, and the redirects after it: (last path, status, body)."""
        kind, body = sent
        for _hop in range(5):
            headers = self.headers(jar)
            if method == "POST":
                headers += [
                    ("Content-Type", kind),
                    ("Origin", f"http://{self.base.hostname}:{self.base.port}"),
                ]
            status, found, cookies, data = await connection.request(method, path, headers, body)
            jar.update(cookie.split("=", 1) for cookie in cookies)
            if status not in (301, 302, 303):
                break
            method, path, body = "GET", self.path_of(self.options.url, found["location"]), b""
        return path, status, data

    def path(self, number):
        return self.paths[number % len(self.paths)]

    @staticmethod
    def headers(jar):
        cookie = [("Cookie", "; ".join(f"{name}={value}" for name, value in jar.items()))] if jar else []
        return [("Accept", "text/html,*/*"), ("User-Agent", "loadgen"), *cookie]

    def note(self, status, body, **times):
        if not 200 <= status < 400:
            return self.fail(f"status {status}")
        if self.success and not self.success.search(body):
            return self.fail("no success text")
        self.ok += 1
        for name, seconds in times.items():
            self.times[name].append(seconds)

    def fail(self, why):
        self.errors[why] = self.errors.get(why, 0) + 1

    async def go(self):
        started = time.perf_counter()
        self.ends = started + self.options.duration
        await asyncio.gather(*(self.worker(seed) for seed in range(self.options.concurrency)))
        wall = time.perf_counter() - started
        result = {
            "mode": self.options.mode,
            "c": self.options.concurrency,
            "ok": self.ok,
            "errors": self.errors,
            "wall_s": round(wall, 3),
            "per_s": round(self.ok / wall, 1),
            "kib_per_op": round(self.bytes_in / max(1, self.ok) / 1024, 1),
        }
        for name, values in self.times.items():
            values.sort()
            if values:
                result[f"{name}_ms"] = {f"p{q}": round(1000 * values[len(values) * q // 100], 1) for q in (50, 95, 99)}
        return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["get", "form"])
    parser.add_argument("url")
    parser.add_argument("-c", "--concurrency", type=int, default=1)
    parser.add_argument("-n", "--number", type=int, default=0)
    parser.add_argument("-d", "--duration", type=float, default=0)
    parser.add_argument("--urls", help="file of addresses or paths, taken in turn")
    parser.add_argument("--offset", type=int, default=0, help="leave out so many lines of --urls")
    parser.add_argument("--lowest", type=int, default=0, help="choose no value below this")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a field that is the same each time"
    )
    parser.add_argument("--urlencoded", action="store_true", help="never send multipart, whatever the form asks for")
    parser.add_argument("--success", help="pattern that the last page must hold")
    parser.add_argument("--timeout", type=float, default=60)
    options = parser.parse_args()
    if not options.number and not options.duration:
        parser.error("give -n or -d: a run must end")
    print(json.dumps(asyncio.run(Run(options).go())))


if __name__ == "__main__":
    main()
