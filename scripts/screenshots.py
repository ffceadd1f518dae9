"""Every page as every role sees it: PNG files, a contact sheet per role, language, theme and width, and a list of faults.

    make screenshots                                      a demonstration of its own, on a temporary directory
    BASE_URL=http://127.0.0.1:8000 make screenshots       a portal that runs already, with its demonstration
    make screenshots ARGS="--roles officer,agent --quick" these roles; only Chinese and light

Pages are found by following links from the home page, one of each kind. Exit code 1 when a page is wider than the
window, logs an error, breaks the content security policy, cannot be opened, or mixes languages in its own labels.
"""

import argparse
import html
import os
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Error, sync_playwright

from scripts import machine
from scripts.pytest_servers import write_fonts
from tests.support.portal import RunningPortal, until

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "var" / "screenshots"
PASSWORD = os.environ.get("DEMO_PASSWORD", "satisfaction-demo-2026")  # of the demonstration
ROLES = (
    *("executive", "officer", "lead", "agent", "department", "supervisor"),
    *("hr", "trainer", "admin", "agency", "employee"),
)
CUSTOMER = "customer"
LANGUAGES = {"zh": ("zh-hans", "zh-CN"), "en": ("en", "en-GB")}
THEMES, WIDTHS = ("light", "dark"), (1440, 390)
HEIGHT, TALLEST, MOST_PAGES = 900, 6000, 100
SKIPPED = re.compile(
    r"^/(static|media)/|logout|/export/|/template$|/files?(/|$)|/attachments/|/qr\.|\.(pdf|png|svg|xlsx|csv)$"
    r"|^/inbox/\d+/open"
)
KEY = re.compile(r"(?<=/)(\d+|[0-9a-f]{8}-[0-9a-f-]{27})(?=/|$)")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")


@dataclass(frozen=True)
class Fault:
    role: str
    where: str
    path: str
    text: str

    def __str__(self):
        return f"{self.path}  [{self.role} {self.where}]  {self.text}"


@dataclass
class Look:
    """One run: the browser, the portal's address, and what was found wrong. A fault is kept once per kind of page."""

    browser: object
    base: str
    languages: tuple
    themes: tuple
    faults: dict = field(default_factory=dict)

    def fault(self, role, where, path, text):
        key = (KEY.sub("#", path.partition("?")[0]), re.sub(r"\d+", "#", text))
        self.faults.setdefault(key, Fault(role, where, path, text))


# Which pages -------------------------------------------------------------------------------------------


def links_of(text, base):
    """Paths of our own pages that the HTML links to, in order."""
    for found in re.finditer(r"""<a\b[^>]*?\bhref=["']([^"']*)["']""", text):
        address = urlsplit(urljoin(base, html.unescape(found[1])))
        if address.scheme.startswith("http") and address.netloc == urlsplit(base).netloc:
            yield address.path


def crawl(context, base):
    """One path of each kind that can be reached from the home page: {kind: path}."""
    found, waiting = {}, ["/"]
    while waiting and len(found) < MOST_PAGES:
        path = waiting.pop(0)
        kind = KEY.sub("#", path)
        if kind in found or SKIPPED.search(path):
            continue
        answer = context.request.get(base + path)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        found[kind] = path
        waiting += links_of(answer.text(), base + path)
    return found


def sign_in(context, base, login):
    page = context.new_page()
    page.goto(base + "/account/login/")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(base + "/")
    page.close()


FIND_LINKS = """
from surveys.models import Invitation, Wave
from surveys.services import links
waves = Wave.objects.filter(state="open").select_related("link_key")
for wave in waves.filter(is_open_link=True)[:1]:
    print("open", f"/q/{wave.open_code}/")
for name, anonymous, state in (("personal", False, "sent"), ("answered", False, "done"), ("anonymous", True, "sent")):
    rows = Invitation.objects.filter(wave__in=waves, wave__is_anonymous=anonymous, state=state).select_related("wave__link_key")
    for row in rows[:1]:
        print(name, f"/s/{links.token_for(row)}/")
"""


def customers_pages(environment):
    """Open and personal links of the demonstration, with their sections; what needs no login."""
    command = [sys.executable, "-m", "scripts.run", "--manage", "shell", "-c", FIND_LINKS]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    doors = dict(re.findall(r"^(\w+) (/[qs]/\S+/)$", done.stdout, re.M))
    if not doors:
        print("No open wave was found beside the portal: questionnaires are left out.", done.stderr[-300:])
    answered = doors.pop("answered", None)
    pages = {
        f"{name} {tail}": door + tail for name, door in doors.items() for tail in ("", "?part=1", "?part=2", "?part=3")
    }
    pages |= {"answered": answered} if answered else {}
    pages |= {"stop": f"{doors['personal']}stop/"} if "personal" in doors else {}
    others = (
        "/voice/",
        "/voice/track/",
        "/privacy",
        "/s/nobody-has-this-link/",
        "/account/login/",
        "/account/password/reset/",
    )
    return pages | {path: path for path in others}


# Looking -----------------------------------------------------------------------------------------------

SETTLE = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) { scrollTo(0, y); await new Promise(requestAnimationFrame); }
  scrollTo(0, 0);
}"""
DRAWN = "() => [...document.querySelectorAll('[data-chart]')].every((box) => box.hidden || box.querySelector('svg'))"
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return "";
  const spills = (e) => e.clientWidth && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "visible";
  const wide = (e) => e.getBoundingClientRect().right > width + 1 || spills(e);
  const out = [...document.body.querySelectorAll("*")].filter((e) => wide(e) && !e.closest(".table-wrap"));
  const last = out[out.length - 1];
  return "wider than the window: " + (last ? last.tagName.toLowerCase() + "." + last.className : "?");
}"""
LABELS = """() => {
  const own = "nav a, th, dt, label, legend, button, .btn, .badge, summary, .tabs a, .k, .sub, .form-hint, .card-header h2, .empty p, .crumbs li:first-child";
  const data = ".checks label, [lang], [lang] *, .menu .who, .opts label, .scale label, .phone *, fieldset.q *, .questions *";
  const shown = [...document.querySelectorAll(own)].filter((e) => !e.matches(data) && e.getClientRects().length);
  const texts = shown.map((e) => e.innerText.split("\\n")[0].trim());
  const spoken = [...document.querySelectorAll("[aria-label], [placeholder]")].filter((e) => !e.closest("[lang]:not(html), figure"));
  texts.push(...spoken.map((e) => e.getAttribute("aria-label") || e.placeholder));
  return [...new Set(texts.filter(Boolean))];
}"""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"^[A-Z][a-z]{3,}|[a-z]{3,} [a-z]{2,}")
NAMES = re.compile(r"^(Excel|WeChat|English|Ctrl|Chromium|Firefox|Safari|Chrome|Python)")


def wrong_language(labels, language):
    """Labels of the page itself that are not in its language."""
    if language == "en":
        return [text for text in labels if CHINESE.search(text) and "*" not in text]  # a masked name is no label
    return [text for text in labels if ENGLISH.search(text) and not CHINESE.search(text) and not NAMES.search(text)]


def listen(page, look, role, where):
    def note(text):
        look.fault(role, where, page.url.removeprefix(look.base), text)

    page.on("pageerror", lambda error: note(f"script error: {error}"))
    page.on("console", lambda said: said.type == "error" and "status of 404" not in said.text and note(said.text))


def photograph(look, page, role, language, kind, path):
    """The page in every theme and width: yields (theme, width, PNG file)."""
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    answer = page.goto(look.base + path)
    if answer.status >= 400 and not (role == CUSTOMER and answer.status == 404):
        look.fault(role, language, path, f"answers {answer.status}")
    for text in wrong_language(page.evaluate(LABELS), language):
        look.fault(role, language, path, f"not in the page's language: {text!r}")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        settle(page)
        if problem := page.evaluate(TOO_WIDE):
            look.fault(role, f"{language} {width}", path, problem)
        for theme in look.themes:
            page.emulate_media(color_scheme=theme)
            yield theme, width, shoot(page, OUT / role / f"{language}-{theme}-{width}" / f"{file_name(kind)}.png")


def settle(page):
    page.evaluate(SETTLE)
    try:
        page.wait_for_function(DRAWN, timeout=5000)
    except Error:
        print(f"  a picture of {page.url} was not drawn in five seconds")


def file_name(kind):
    return re.sub(r"\W+", "-", kind.replace("#", "n")).strip("-")[:80] or "home"


def shoot(page, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    size = page.evaluate("() => [document.documentElement.clientWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": size[0], "height": min(max(size[1], HEIGHT), TALLEST)}
    page.screenshot(path=target, full_page=True, clip=clip, animations="disabled")
    return target


def look_at(look, role, pages, state=None):
    """All pages of one role, and its contact sheets."""
    for language in look.languages:
        code, locale = LANGUAGES[language]
        context = look.browser.new_context(
            locale=locale, timezone_id="Asia/Shanghai", storage_state=state, reduced_motion="reduce"
        )
        context.add_cookies([{"name": "language", "value": code, "url": look.base}])
        page, sheets = context.new_page(), {}
        listen(page, look, role, language)
        for kind, path in pages.items():
            for theme, width, file in photograph(look, page, role, language, kind, path):
                sheets.setdefault((theme, width), []).append((kind, file))
        for (theme, width), files in sheets.items():
            contact_sheet(files, width, OUT / f"{role}-{language}-{theme}-{width}.png", theme)
        context.close()


# Contact sheets ----------------------------------------------------------------------------------------

CELL = {1440: (440, 620, 5), 390: (230, 640, 9)}  # width and tallest of a picture, columns
GAP, LINE = 16, 22


def contact_sheet(files, width, target, theme):
    """All pictures on one page, each under the kind of its address, cut where they are long."""
    wide, tall, columns = CELL[width]
    font = ImageFont.truetype(str(ROOT / "static" / "fonts" / "NotoSansSC-Regular.ttf"), 13)
    pictures = [(kind, thumbnail(file, wide, tall)) for kind, file in files]
    rows = [pictures[first : first + columns] for first in range(0, len(pictures), columns)]
    heights = [max(picture.height for _kind, picture in row) + LINE + GAP for row in rows]
    paper, ink = ("#dfe5e5", "#1a2325") if theme == "light" else ("#05090a", "#d6dedd")
    sheet = Image.new("RGB", (columns * (wide + GAP) + GAP, sum(heights) + GAP), paper)
    draw, top = ImageDraw.Draw(sheet), GAP
    for row, height in zip(rows, heights, strict=True):
        for place, (kind, picture) in enumerate(row):
            left = GAP + place * (wide + GAP)
            draw.text((left, top), kind[:60], fill=ink, font=font)
            sheet.paste(picture, (left, top + LINE))
        top += height
    sheet.save(target, optimize=True)


def thumbnail(file, wide, tall):
    with Image.open(file) as picture:
        scale = wide / picture.width
        picture = picture.convert("RGB").resize((wide, round(picture.height * scale)), Image.Resampling.LANCZOS)
        return picture.crop((0, 0, wide, min(picture.height, tall)))


# Run ---------------------------------------------------------------------------------------------------


@contextmanager
def portal():
    """(address, environment of its commands) of the portal that is named, or of one that lives as long as this."""
    if os.environ.get("BASE_URL"):
        yield os.environ["BASE_URL"].rstrip("/"), dict(os.environ)
        return
    with tempfile.TemporaryDirectory(prefix="portal-shots-") as home:
        running = RunningPortal(Path(home))
        running.process = running.launch(DEMO="1")
        print("Making a portal with its demonstration …", flush=True)
        try:
            until(lambda: running.process.poll() is not None or running.answers(), 1200)
            if running.process.poll() is not None:
                sys.exit(running.process.stdout.read())
            yield f"http://127.0.0.1:{running.port}", running.environment()
        finally:
            running.stop()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = (*ROLES, CUSTOMER)
    parser.add_argument("--roles", default=",".join(known), help=f"of {', '.join(known)}")
    parser.add_argument("--quick", action="store_true", help="only Chinese and light")
    chosen = parser.parse_args()
    chosen.roles = chosen.roles.split(",")
    if strangers := set(chosen.roles) - set(known):
        parser.error(f"no such role: {', '.join(sorted(strangers))}")
    return chosen


def look_through(look, role, environment):
    if role == CUSTOMER:
        pages, state = customers_pages(environment), None
    else:
        context = look.browser.new_context()
        sign_in(context, look.base, role)
        pages, state = crawl(context, look.base), context.storage_state()
        context.close()
    print(f"{role}: {len(pages)} pages", flush=True)
    look_at(look, role, pages, state)


def main():
    chosen = arguments()
    OUT.mkdir(parents=True, exist_ok=True)
    os.environ["FONTCONFIG_FILE"] = str(write_fonts(OUT))
    with portal() as (base, environment), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=machine.find_chromium(), args=FLAGS)
        languages, themes = (("zh",), ("light",)) if chosen.quick else (tuple(LANGUAGES), THEMES)
        look = Look(browser, base, languages, themes)
        for role in chosen.roles:
            look_through(look, role, environment)
        browser.close()
    lines = sorted(map(str, look.faults.values()))
    (OUT / "faults.txt").write_text("\n".join(lines) + "\n" if lines else "")
    print(f"\nContact sheets are in {OUT.relative_to(ROOT)}/", *(lines or ["No faults."]), sep="\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
