#!/usr/bin/env python3
"""Complaints by the public form against a bare Django, in one run on the same servers, workers and minutes.

  benchmarks/voice.py [--quick] [--json FILE]

As run.py does: PostgreSQL and Valkey of its own (written through to disk), two synchronous gunicorn workers each, every
workload by turns, three times. A complaint is what a browser does: page, post, receipt; without a script the post is
multipart. The buckets of tokens are asked each time, but hold enough for all.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.pageweight import weigh
from benchmarks.run import ROOT, THANKS, Bench, Web, manage

OPEN_DOORS = {"VOICE_OF_NETWORK_PER_10_MINUTES": "9000000", "VOICE_PER_10_MINUTES": "9000000", "VOICE_SECONDS": "0"}
RECEIPT = "TS-[0-9]{4}-[0-9]{6}"
COMPLAINT = {"kind": "complaint", "by": "phone", "phone": "138 1234 5678", "name": "刘芳", "consent": "1"}
MAILED = COMPLAINT | {"by": "email", "phone": "", "email": "liu@example.com"}


class VoiceBench(Bench):
    def _portal(self):
        self.environment |= OPEN_DOORS
        manage(self.environment, "manage.py", "migrate", "--database", "owner")
        manage(self.environment, "manage.py", "make_keys")
        left_out = [part for name in ("vendor", "fonts", "app.css", "dark.css") for part in ("-i", name)]
        manage(self.environment, "manage.py", "collectstatic", "--noinput", *left_out)  # what these pages use
        web = Web("portal", "satisfaction.wsgi", ROOT, self.environment, self.home)
        web.start("/healthz")
        return web

    def run(self):
        count = 150 if self.quick else 600
        form, voice = (
            ("--urls", self._file(name, [path])) for name, path in (("form", "/form/"), ("voice", "/voice/"))
        )
        reference = ("-n", count, "--success", THANKS, *form)
        for web, arguments in ((self.reference, reference), (self.portal, (*self._sent(COMPLAINT, 100), *voice))):
            self.load(web, "form", "-c", 4, *arguments)
        seconds = 2 if self.quick else 4
        yield self.compare("page", "get", 32, ("-d", seconds, *form), ("-d", seconds, *voice))
        script = "--urlencoded"  # what the script of the page does where no file was chosen
        for concurrency in (8, 32):
            sent = (*self._sent(COMPLAINT, count), script, *voice)
            yield self.compare("complaint", "form", concurrency, reference, sent)
        yield self.compare("complaint, no script", "form", 8, reference, (*self._sent(COMPLAINT, count), *voice))
        yield self.compare("complaint with a mail", "form", 8, reference, (*self._sent(MAILED, count), script, *voice))

    def _sent(self, fields, count):
        given = [part for name, value in fields.items() for part in ("--set", f"{name}={value}")]
        return ("-n", count, "--success", RECEIPT, *given)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="short runs, to see that everything works")
    parser.add_argument("--json", help="write all results here")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    home.chmod(0o755)  # PostgreSQL may run as nobody
    try:
        with VoiceBench(home, options.quick) as bench:
            results = list(bench.run())
            weight = weigh(bench.portal.url + "/voice/")
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for result in results:
        print(json.dumps(result))
    print(json.dumps({"cold page": weight}))
    if options.json:
        Path(options.json).write_text(json.dumps({"results": results, "cold page": weight}, indent=1))


if __name__ == "__main__":
    main()
