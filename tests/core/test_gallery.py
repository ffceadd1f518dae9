"""The gallery holds every component and state in both languages; it works on a phone without scripts."""

import re
from pathlib import Path

import pytest
from django.conf import settings as project
from django.test.signals import template_rendered
from playwright.sync_api import expect

from core.gallery import state_classes
from core.templatetags import ui

COMPONENTS = Path(project.BASE_DIR) / "templates" / "components"


@pytest.fixture
def gallery(core_pages, client, make_user):
    client.force_login(make_user("lin"))

    def get(language="zh-hans", theme="light"):
        client.cookies.load({"language": language, "theme": theme})
        return client.get("/gallery/")

    return get


@pytest.mark.django_db
def test_gallery_draws_every_component(gallery):
    drawn = set()

    def note(template, **kwargs):
        drawn.add(template.name or "")

    template_rendered.connect(note)
    gallery()
    template_rendered.disconnect(note)
    wanted = {f"components/{tag}.html" for tag in ui.register.tags if (COMPONENTS / f"{tag}.html").exists()}
    assert {"components/badge.html", "components/table.html"} < wanted
    assert wanted - drawn == set()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_gallery_shows_every_state_and_icon(gallery, language):
    html = gallery(language).content.decode()
    badges = re.findall(r'<span class="badge is-([a-z]+)">', html)
    members = [member.colour for _app, _name, states in state_classes() for member in states]
    assert len(members) > 0
    assert len(badges) >= len(members) + 6
    assert set(re.findall(r"sprite\.svg#([a-z0-9-]+)", html)) == ui.icon_names()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("theme", "links"),
    [
        ("light", []),
        ("dark", ["screen"]),
        ("auto", ["screen and (prefers-color-scheme: dark)"]),
        ("pink", ["screen and (prefers-color-scheme: dark)"]),
    ],
)
def test_appearance_is_decided_before_the_page_is_drawn(gallery, theme, links):
    html = gallery(theme=theme).content.decode()
    assert re.findall(r'css/dark\.css" media="([^"]+)"', html) == links
    assert 'data-bs-theme="{}"'.format("auto" if theme == "pink" else theme) in html


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "lang"), [("zh-hans", "zh-Hans"), ("en", "en")])
def test_page_names_its_language_and_landmarks(gallery, language, lang):
    html = gallery(language).content.decode()
    assert f'<html lang="{lang}"' in html
    assert (html.count("<h1"), html.count("<main "), html.count('href="#main"')) == (1, 1, 1)


@pytest.mark.django_db
def test_gallery_asks_strangers_to_log_in(core_pages, client):
    response = client.get("/gallery/")
    assert (response.status_code, response["Location"]) == (302, "/account/login/?next=/gallery/")


# ── in a browser ──


@pytest.fixture
def open_gallery(new_page, make_user, client, live_portal):
    def opened(**options):
        client.force_login(make_user("lin"))
        page = new_page(**options)
        key = client.cookies[project.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": project.SESSION_COOKIE_NAME, "value": key, "url": live_portal.url}])
        page.goto("/gallery/")
        return page

    return opened


WIDE = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.width && box.right > innerWidth + 1 && !one.closest(".table-wrap, .tabs, .bulk");
}).length"""


def test_phone_without_scripts_opens_the_navigation_and_nothing_sticks_out(open_gallery):
    page = open_gallery(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    assert page.evaluate(WIDE) == 0
    expect(page.locator("#nav")).not_to_be_visible()
    page.click(".nav-toggle")
    expect(page.locator("#nav")).to_be_visible()


def test_keys_search_walk_and_help_but_not_while_typing(open_gallery):
    page = open_gallery()
    page.keyboard.press("Escape")
    page.locator("body").click(position={"x": 700, "y": 20})
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("j?/x")
    assert page.input_value("[name=q]") == "j?/x"
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.locator("dialog#keys[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".is-cursor")).to_have_count(1)


def test_appearance_and_language_are_switched_with_one_click(open_gallery):
    page = open_gallery()
    page.click("details.menu:has(form[action$=theme]) > summary")
    page.click("button[name=theme][value=dark]")
    page.wait_for_function(
        "document.documentElement && getComputedStyle(document.documentElement).getPropertyValue('--theme') == 'dark'"
    )
    page.click("button[name=language][value=en]")
    expect(page.locator("h1")).to_have_text("Components")
    assert page.url.endswith("/gallery/")
