"""Branches, ranking, number and date in a browser: by keys alone, by taps, and without JavaScript."""

import pytest
from playwright.sync_api import expect

from surveys.models import Draft, Response
from tests.e2e.test_respond import PHONE, choose, no_sideways_scroll
from tests.surveys.asking import links_of, open_wave
from tests.surveys.routes import branched

SENT = {"all": 2, "came": 2, "wait": 15, "order": [4, 1], "since": "2026-03-15"}


def test_what_an_answer_leads_to_appears_at_once(new_page, wait_for):
    (link,) = links_of(open_wave(branched()))
    page = new_page(locale="en-GB", **PHONE)
    page.goto(f"{link}?part=1")
    wait = page.get_by_label("How long did you wait?")
    expect(wait).not_to_be_visible()
    choose(page, "Which form?", "Trainer")
    wait.fill("15")
    choose(page, "Are you satisfied?", "Dissatisfied")
    page.get_by_role("button", name="Next section").click()
    page.get_by_text("What first? You chose Trainer").wait_for()
    # the third takes Place back, the fifth finds no place
    for words in ("Place", "Price", "Place", "Content", "Trainer"):
        page.locator(".rank button", has_text=words).click()
    pressed = page.locator(".rank [aria-pressed=true]")
    expect(pressed).to_have_count(2)
    assert sorted("".join(text.split()) for text in pressed.all_inner_texts()) == ["1Price", "2Content"]
    assert no_sideways_scroll(page)
    assert wait_for(lambda: Draft.objects.get().payload.get("order") == [4, 1])
    page.reload()
    assert page.locator(".rank button", has_text="Price").get_attribute("aria-pressed") == "true"
    page.get_by_label("Which day?").fill("2026-03-15")
    page.get_by_role("button", name="Next section").click()
    page.get_by_text("3 / 3").wait_for()
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_text(Response.objects.get().receipt if wait_for(Response.objects.exists) else "").wait_for()
    assert Response.objects.get().raw == SENT


@pytest.mark.parametrize("keys", [True, False])
def test_the_same_by_keys_alone_and_without_javascript(new_page, wait_for, keys):
    (link,) = links_of(open_wave(branched()))
    page = new_page(java_script_enabled=keys, locale="en-GB")
    page.goto(f"{link}?part=1")
    if keys:
        by_keys(page)
    else:
        without_script(page)
    assert wait_for(Response.objects.exists)
    assert Response.objects.get().raw == SENT


def by_keys(page):
    """Tab, arrows, space and Enter; the group that has the focus is found by its name."""

    def into(selector, key="Tab"):
        for _step in range(40):
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            page.keyboard.press(key)
        raise AssertionError(f"{selector} is not reached by {key}")

    into("[name=q_all]")
    page.keyboard.press("Space")  # very satisfied
    for _step in range(3):
        page.keyboard.press("ArrowDown")
    into("[name=q_came]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    into("[name=q_wait]")
    page.keyboard.type("15")
    into("button[value=next].btn")
    page.keyboard.press("Enter")
    page.get_by_text("What first?").wait_for()
    into(".rank button[value='4']")
    page.keyboard.press("Enter")
    into(".rank button[value='1']", "Shift+Tab")
    page.keyboard.press("Space")
    into("[name=q_since]")
    page.keyboard.type("03152026")  # the browser itself is American
    into("button[value=next].btn")
    page.keyboard.press("Enter")
    page.get_by_text("3 / 3").wait_for()
    into("button[value=next].btn")
    page.keyboard.press("Enter")


def without_script(page):
    choose(page, "Are you satisfied?", "Dissatisfied")
    choose(page, "Which form?", "Trainer")
    page.get_by_label("How long did you wait?").fill("15")
    page.get_by_role("button", name="Next section").click()
    page.get_by_label("Place 1").select_option(label="Price")
    page.get_by_label("Place 2").select_option(label="Price")
    page.get_by_role("button", name="Next section").click()
    page.get_by_role("link", name="“Price” stands on two places").click()
    page.get_by_label("Place 2").select_option(label="Content")
    page.get_by_label("Which day?").fill("2026-03-15")
    page.get_by_role("button", name="Next section").click()
    page.get_by_role("button", name="Send my answers").click()
