"""People who answer: on a phone, or with any client that speaks HTTP."""

import http.cookiejar
import re
import urllib.parse
import urllib.request

from tests.e2e.desk import zh

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def link_in(message):
    """The personal link of an invitation or reminder."""
    return re.search(r"https?://\S+/s/[\w-]+/", message.get_body(("plain",)).get_content())[0]


def answer_by_plain_http(link, last, fields):
    """Read the ``last`` section and post the whole form, {field: value or values}."""
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    opener = urllib.request.build_opener(cookies)
    page = opener.open(f"{link}?part={last}").read().decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    form = urllib.parse.urlencode(hidden | {"part": last} | fields, doseq=True)
    page = opener.open(link, form.encode()).read().decode()
    assert zh("Received, thank you") in page, page
