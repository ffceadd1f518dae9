"""Pages of people without an account, looked at by axe: nothing that keeps somebody out, in both languages, light and dark.

Rules of WCAG 2.2 A and AA; only serious and critical faults count. The pages are met in the state in which people meet
them: empty, half answered, refused with errors, and sent.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e.test_respond import PHONE
from tests.surveys.asking import links_of, open_wave
from tests.surveys.routes import branched

OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}
GRAVE = {"serious", "critical"}
LOOKS = [("zh-CN", "light"), ("zh-CN", "dark"), ("en-GB", "light"), ("en-GB", "dark")]


@pytest.fixture
def look(new_page):
    """look(language, theme) → a phone's page with ``faults``: {place: [faults]} so far."""

    def opened(language, theme):
        page = new_page(locale=language, color_scheme=theme, reduced_motion="reduce", bypass_csp=True, **PHONE)
        page.faults = {}
        return page

    return opened


def check(page, place):
    found = Axe().run(page, options=OPTIONS).response["violations"]
    page.faults[place] = [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in found
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_a_questionnaire_of_every_kind(look, language, theme):
    page = look(language, theme)
    (link,) = links_of(open_wave(branched()))
    page.goto(link)
    check(page, "welcome")
    page.goto(f"{link}?part=1")
    check(page, "first page")
    page.locator("main form").evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    page.get_by_role("alert").first.wait_for()
    check(page, "refused")
    page.locator("[name=q_all][value='2']").check()
    page.locator("[name=q_came][value='1']").check()
    page.locator("main form").evaluate("form => form.requestSubmit()")
    page.locator(".rank button").first.wait_for()
    check(page, "ranking and date")
    page.goto(f"{link}?part=1")
    page.locator("[name=q_all][value='5']").check()
    page.locator("main form").evaluate("form => form.requestSubmit()")
    page.locator("[name=q_clear]").first.wait_for()
    check(page, "matrix and seven points")
    assert {place: faults for place, faults in page.faults.items() if faults} == {}


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_what_was_sent_and_what_cannot_be_answered(look, language, theme):
    page = look(language, theme)
    (link,) = links_of(open_wave())
    page.goto(f"{link}?part=3")
    check(page, "choices, scale and words")
    page.goto("/s/unknown-link/")
    check(page, "unknown link")
    assert {place: faults for place, faults in page.faults.items() if faults} == {}


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_the_form_for_complaints(look, language, theme):
    page = look(language, theme)
    page.goto("/voice/")
    check(page, "form")
    page.goto("/voice/track/")
    check(page, "tracking")
    page.goto("/account/login/")
    check(page, "login")
    assert {place: faults for place, faults in page.faults.items() if faults} == {}
