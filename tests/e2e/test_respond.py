"""A respondent's browser: English on a phone without JavaScript; with it autosave and lost connections."""

import re

import pytest
from playwright.sync_api import expect

from surveys.models import Draft, Response
from tests.surveys.asking import links_of, one_section, open_wave

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def choose(page, question, words):
    page.get_by_role("group", name=question).get_by_label(words, exact=True).check()


def test_cold_page_is_light(new_page):
    (link,) = links_of(open_wave(one_section(15)))
    page, sizes = new_page(**PHONE), {}
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.goto(link, wait_until="networkidle")
    assert len(sizes) <= 6 and sum(sizes.values()) <= 60_000, sizes


def no_sideways_scroll(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.story
def test_english_phone_without_javascript(new_page):
    (link,) = links_of(open_wave())
    page = new_page(java_script_enabled=False, locale="en-GB", **PHONE)
    page.goto(link)
    assert page.get_by_role("heading", level=1).inner_text() == "How was the course?"
    page.get_by_role("link", name="Start answering").click()
    choose(page, "Was the trainer clear?", "Very satisfied")
    page.get_by_role("button", name="Next section").click()
    page.get_by_role("link", name="Select an answer to “Was the content useful?”.").click()
    assert page.get_by_role("group", name="Was the trainer clear?").get_by_label("Very satisfied").is_checked()
    choose(page, "Was the content useful?", "Neutral")
    page.get_by_role("button", name="Next section").click()
    expect(page.get_by_text("2 / 3")).to_be_visible()
    choose(page, "Would you recommend it?", "0")
    page.get_by_role("button", name="中文").click()
    assert page.get_by_role("group", name="愿意推荐给同事吗？").get_by_label("0", exact=True).is_checked()
    page.get_by_role("button", name="English").click()
    choose(page, "Will you come again?", "Yes")
    page.get_by_role("button", name="Next section").click()
    expect(page.get_by_text("3 / 3")).to_be_visible()
    page.go_back()
    assert page.get_by_role("group", name="Will you come again?").get_by_label("Yes").is_checked()
    page.goto(link)
    page.get_by_label("What should change first?").fill("More examples, please.")
    page.get_by_role("button", name="Send my answers").click()
    page.locator(".receipt").wait_for()
    response = Response.objects.get()
    expect(page.get_by_text(response.receipt)).to_be_visible()
    assert response.raw["idea"] == "More examples, please." and response.language == "en"
    page.reload()
    expect(page.get_by_text(response.receipt)).to_be_visible()


def test_every_answer_is_saved_and_a_lost_connection_loses_none(new_page, wait_for):
    (link,) = links_of(open_wave())
    page = new_page(**PHONE)
    page.goto(f"{link}?part=1")
    choose(page, "讲师讲解清楚吗？", "很满意")
    page.get_by_text(re.compile("已保存，")).wait_for()
    assert Draft.objects.get().payload == {"clear": 5}
    page.context.set_offline(True)
    choose(page, "内容有用吗？", "一般")
    page.get_by_text("尚未发送").wait_for()
    page.get_by_role("button", name="下一节").click()
    expect(page.get_by_text("1 / 3")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_text("2 / 3").wait_for()
    assert wait_for(lambda: Draft.objects.get().payload == {"clear": 5, "useful": 3})
    assert page.evaluate("localStorage.length") == 0
    page.go_back()
    page.get_by_text("1 / 3").wait_for()
    assert page.get_by_role("group", name="内容有用吗？").get_by_label("一般").is_checked()


@pytest.mark.story
def test_a_respondent_whose_connection_drops_twice_gets_a_receipt(new_page, wait_for):
    """Out of reach on the way and again at the end: what was chosen goes out by itself, once, and nothing is asked twice."""
    (link,) = links_of(open_wave())
    page = new_page(**PHONE)
    page.goto(f"{link}?part=1")
    choose(page, "讲师讲解清楚吗？", "很满意")
    page.context.set_offline(True)
    choose(page, "内容有用吗？", "满意")
    page.get_by_role("button", name="下一节").click()
    page.get_by_text("尚未发送").wait_for()
    page.context.set_offline(False)
    page.get_by_text("2 / 3").wait_for()
    page.get_by_role("group", name="愿意推荐给同事吗？").get_by_label("9", exact=True).check()
    choose(page, "还会再来吗？", "是")
    page.get_by_role("button", name="下一节").click()
    page.get_by_text("3 / 3").wait_for()
    page.locator("[name=q_idea]").fill("信号不好也能答完")
    page.context.set_offline(True)
    page.get_by_role("button", name="提交").click()
    page.get_by_text("尚未发送").wait_for()
    assert not Response.objects.exists()
    page.context.set_offline(False)
    page.locator(".receipt").wait_for()
    assert wait_for(lambda: Response.objects.exists())
    response = Response.objects.get()
    assert {name: response.raw[name] for name in ("clear", "useful", "recommend", "again", "idea")} == {
        "clear": 5, "useful": 4, "recommend": 9, "again": 1, "idea": "信号不好也能答完",
    }  # fmt: skip
    expect(page.get_by_text(response.receipt)).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_killed_page_loses_nothing_that_was_chosen_offline(new_page, wait_for):
    (link,) = links_of(open_wave())
    page = new_page(**PHONE)
    page.goto(f"{link}?part=1")
    page.context.set_offline(True)
    choose(page, "讲师讲解清楚吗？", "满意")
    page.context.set_offline(False)
    page.close(run_before_unload=False)
    again = page.context.new_page()
    again.goto(f"{link}?part=1")
    assert again.get_by_role("group", name="讲师讲解清楚吗？").get_by_label("满意", exact=True).is_checked()
    assert wait_for(lambda: Draft.objects.filter(payload={"clear": 4}).exists())


def test_two_devices_merge(new_page):
    (link,) = links_of(open_wave())
    one, other = new_page(**PHONE), new_page()
    for page in (one, other):
        page.goto(f"{link}?part=1")
    choose(one, "讲师讲解清楚吗？", "很满意")
    one.get_by_text(re.compile("已保存，")).wait_for()
    choose(other, "内容有用吗？", "满意")
    other.get_by_text(re.compile("已保存，")).wait_for()
    assert Draft.objects.get().payload == {"clear": 5, "useful": 4}
    assert other.get_by_role("group", name="讲师讲解清楚吗？").get_by_label("很满意").is_checked()


def test_shared_device_asks_before_it_shows_and_forgets_on_receipt(new_page):
    wave = open_wave(invited=0, is_anonymous=True)
    link = f"/q/{wave.open_code}/"
    page = new_page(**PHONE)
    page.goto(f"{link}?part=1")
    choose(page, "讲师讲解清楚吗？", "很满意")
    choose(page, "内容有用吗？", "满意")
    page.get_by_role("button", name="下一节").click()
    choose(page, "愿意推荐给同事吗？", "10")
    assert no_sideways_scroll(page)
    page.goto(f"{link}?part=2")
    assert not page.get_by_label("10", exact=True).is_checked()
    page.get_by_role("button", name="是，接着填").click()
    assert page.get_by_label("10", exact=True).is_checked()
    choose(page, "还会再来吗？", "是")
    page.get_by_role("button", name="下一节").click()
    page.get_by_label(re.compile("哪里最该改")).fill("不用改")
    page.get_by_role("button", name="提交").click()
    page.get_by_role("heading", name="已收到，谢谢您").wait_for()
    assert page.evaluate("localStorage.length") == 0
    receipt = page.locator(".code").inner_text()
    page.reload()
    assert page.locator(".code").inner_text() == receipt
