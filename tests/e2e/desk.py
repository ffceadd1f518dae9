"""One person at the portal: a browser session of their own, moved by what the page says in Chinese."""

import re
from pathlib import Path

from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from core.i18n import CHINESE
from tests.factories.accounts import PASSWORD


def zh(msgid, **options):
    """What the portal says for ``msgid`` in Chinese, so that a story keeps up with better words."""
    return said(CHINESE, msgid, **options)


def said(language, msgid, *, context=None, plural=None, n=None, **values):
    """What the portal says for ``msgid`` in ``language``."""
    with translation.override(language):
        if plural:
            text = translation.ngettext(msgid, plural, n)
        else:
            text = translation.pgettext(context, msgid) if context else translation.gettext(msgid)
    values |= {} if n is None else {"n": n}
    return text % values if values else text


# A click returns before a form that it sends has been answered. The page notes that it is being sent (after its own scripts
# have had their say), and the next page knows nothing of it.
NOTE_SENDING = """() => {
  window.sending = false;
  addEventListener("submit", (event) => { window.sending = !event.defaultPrevented; }, { once: true });
}"""


class Desk:
    """``go`` to a page, ``follow`` links, ``fill`` fields, ``press`` buttons, and see what it says."""

    def __init__(self, page, user):
        self.page, self.user = page, user

    @classmethod
    def of(cls, page, user):
        """Logged in through the page."""
        desk = cls(page, user)
        page.goto(reverse("account_login"))
        desk.fill(login=user.username, password=PASSWORD)
        desk.press("Log in")
        expect(page.get_by_role("heading", level=1)).to_have_text(zh("Home"))
        return desk

    @property
    def main(self):
        return self.page.locator("main")

    def go(self, name, *args, **query):
        """Open the page of that URL name."""
        tail = "?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else ""
        answer = self.page.goto(reverse(name, args=args) + tail)
        assert answer.status == 200, (answer.status, answer.url)
        return self

    def words(self, msgid, **options):
        """What the page says for ``msgid``."""
        return zh(msgid, **options)

    def press(self, msgid, within=None, **options):
        """Press the button of these words; where it sends a form, the answer is there afterwards."""
        place = within or self.main
        button = place.get_by_role("button", name=self.words(msgid, **options), exact=True).first
        button.wait_for()
        self.page.evaluate(NOTE_SENDING)
        button.click()
        self.page.wait_for_function("window.sending !== true")

    def follow(self, msgid, within=None, **options):
        """Follow the link of these words."""
        place = within or self.main
        place.get_by_role("link", name=self.words(msgid, **options), exact=True).first.click()

    def open(self, words):
        """Follow the first link or row that says ``words`` (content, not the portal's own text)."""
        self.main.get_by_text(words).first.click()

    def fill(self, **fields):
        """Fill in fields by their names: text, a choice, or True and False."""
        for name, value in fields.items():
            field = self.page.locator(f"main [name={name}]").first
            if isinstance(value, bool):
                field.set_checked(value)
            elif field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(str(value))
            elif field.get_attribute("type") == "radio":
                self.page.locator(f"main [name={name}][value='{value}']").check()
            else:
                field.fill(str(value))

    def sees(self, text, seconds=30):
        """The page shows ``text`` (words, or a pattern)."""
        expect(self.main.get_by_text(text).first).to_be_visible(timeout=seconds * 1000)

    def says(self, msgid, seconds=30, **options):
        """The page shows the portal's own words for ``msgid``."""
        self.sees(self.words(msgid, **options), seconds)

    def lacks(self, msgid, **options):
        """The page offers neither link nor button of these words."""
        words = {"name": self.words(msgid, **options), "exact": True}
        expect(self.main.get_by_role("link", **words)).to_have_count(0)
        expect(self.main.get_by_role("button", **words)).to_have_count(0)

    def download(self, act):
        """The content of the file that ``act()`` brings."""
        with self.page.expect_download(timeout=60_000) as caught:
            act()
        return Path(caught.value.path()).read_bytes()

    def pk(self):
        """The key in the address of the page, once it is the page of one thing."""
        self.page.wait_for_url(re.compile(r"/\d+/(edit)?$"))
        return int(re.search(r"/(\d+)/(?:edit)?$", self.page.url)[1])
