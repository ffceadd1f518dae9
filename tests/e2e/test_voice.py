"""A customer's browser: English on a phone without JavaScript, from the form to the progress and back to the receipt."""

import pytest
from playwright.sync_api import expect

from complaints.choices import State
from complaints.models import Complaint

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
SECONDS = 3  # who sends faster is asked to press once more


def no_sideways_scroll(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def send(page):
    page.wait_for_timeout(SECONDS * 1000)
    page.get_by_role("button", name="Send", exact=True).click()


@pytest.mark.story
def test_english_phone_without_javascript(new_page):
    page = new_page(java_script_enabled=False, locale="en-GB", **PHONE)
    page.goto("/voice/")
    assert no_sideways_scroll(page)
    page.get_by_role("radio", name="Suggestion").check()
    page.get_by_label("What happened?").fill("Evening classes.\nMany of us work until six.")
    page.get_by_role("button", name="中文").click()
    assert page.get_by_label("发生了什么？").input_value() == "Evening classes.\nMany of us work until six."
    page.get_by_role("button", name="English").click()
    page.get_by_label("By phone").check()
    send(page)
    expect(page.get_by_role("alert")).to_be_visible()
    assert not Complaint.objects.exists()
    assert page.get_by_role("radio", name="Suggestion").is_checked()
    page.get_by_label("Phone number").fill("138 1234 5678")
    page.locator("#consent").check()
    send(page)
    page.locator(".receipt").wait_for()
    complaint = Complaint.objects.select_related("complainant").get()
    expect(page.get_by_text(complaint.number, exact=True)).to_be_visible()
    assert no_sideways_scroll(page)
    assert (complaint.kind, complaint.language, complaint.title) == ("suggestion", "en", "Evening classes.")
    assert complaint.complainant.phone == "+8613812345678" and complaint.complainant.consent
    code = page.locator(".code").nth(1).inner_text()
    page.get_by_role("button", name="See the progress").click()
    expect(page.get_by_role("heading", level=1, name=complaint.number)).to_be_visible()
    assert no_sideways_scroll(page)
    assert page.locator("[aria-current=step]").inner_text().startswith("Is being evaluated")
    page.goto("/voice/track/")
    page.get_by_label("Number").fill(complaint.number.lower())
    page.get_by_label("Tracking code").fill("2222-2222" if code != "2222-2222" else "3333-3333")
    page.get_by_role("button", name="See the progress").click()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    page.get_by_label("Tracking code").fill(code)
    page.get_by_role("button", name="See the progress").click()
    expect(page.get_by_text("Registered", exact=True)).to_be_visible()
    assert Complaint.objects.get().state == State.REGISTERED


def test_a_program_that_sends_at_once_is_asked_again_and_nothing_is_lost(new_page):
    page = new_page(**PHONE)
    page.goto("/voice/")
    page.get_by_label("发生了什么？").fill("灯坏了")
    page.evaluate("document.getElementById('website').value = 'https://spam.example'")
    page.evaluate("document.getElementById('voice').submit()")
    page.wait_for_selector("[role=alert]")
    assert page.get_by_label("发生了什么？").input_value() == "灯坏了"
    assert not Complaint.objects.exists()
