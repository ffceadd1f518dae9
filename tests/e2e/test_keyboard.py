"""Every kind of question answered by Tab, Shift+Tab, space, arrows and Enter alone; the same answers are in the database."""

import pytest

from surveys.models import Response
from surveys.scales import points_of
from tests.surveys.asking import REASONS, links_of, open_wave, question, rating, words
from tests.surveys.routes import THEMES

pytestmark = pytest.mark.story
ANSWERS = {
    "way": 2, "why": [1, 2], "again": 1, "clear": 4, "recommend": 9, "effort": 5, "m1": 5, "m2": 3, "named": "na", "order": [4, 1],
    "since": "2026-03-15", "wait": "12.5", "idea": "More examples, please.",
}  # fmt: skip


def every_kind():
    asked = [
        question("way", "single", words("怎么来的？", "How did you come?"), options=REASONS[:2]),
        question("why", "multiple", words("为什么来？", "Why did you come?"), options=REASONS),
        question("again", "yes_no", words("还会再来吗？", "Will you come again?")),
        rating("clear", "讲解清楚吗？", "Was it clear?"),
        question("recommend", "scale_0_10", words("愿意推荐吗？", "Would you recommend it?")),
        question("effort", "rating", words("报名容易吗？", "Was it easy to register?"), scale="C7", points=points_of("C7")),
        {"code": "m", "kind": "matrix", "title": words("讲师怎么样？", "How was the trainer?"), "required": True, "scale": "B",
         "points": points_of("B"), "items": [{"uid": "m1", "code": "m1", "title": words("讲得清楚", "Clear")},
                                             {"uid": "m2", "code": "m2", "title": words("有耐心", "Patient")}]},
        rating("named", "您对李静的服务满意吗？", "Are you satisfied with the service of Li Jing?", na=words("没有接触", "Not met")),
        question("order", "ranking", words("先改什么？", "What first?"), options=THEMES, max=2),
        question("since", "date", words("哪一天？", "Which day?")),
        question("wait", "number", words("等了多久？", "How long did you wait?"), min=0, max=600, decimals=1, unit=words("分钟", "min")),
        question("idea", "text", words("还有什么？", "Anything else?")),
    ]  # fmt: skip
    return {"title": words("全部题型", "Every kind"), "intro": None, "sections": [
        {"code": "all", "title": words("全部", "All"), "questions": asked}]}  # fmt: skip


class Keys:
    """A page and a keyboard; there is no mouse."""

    def __init__(self, page):
        self.page = page

    def into(self, selector, key="Tab", most=60):
        for _step in range(most):
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return self.is_seen(selector)
            self.page.keyboard.press(key)
        raise AssertionError(f"{selector} is not reached by {key}")

    def is_seen(self, selector):
        """What has the focus is on the screen and marked."""
        box = self.page.evaluate("""() => {
            const box = document.activeElement.getBoundingClientRect();
            return box.bottom > 0 && box.top < innerHeight;
        }""")
        assert box, f"{selector} has the focus out of sight"

    def press(self, key, times=1):
        for _one in range(times):
            self.page.keyboard.press(key)

    def choose(self, uid, down=0):
        """Space takes the first of a group of radios (where none is chosen), arrows go on from there."""
        self.into(f"[name=q_{uid}]")
        self.press("Space")
        self.press("ArrowDown", down)


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_every_kind_of_question_by_the_keyboard_alone(new_page, wait_for, locale):
    (link,) = links_of(open_wave(every_kind()))
    page = new_page(locale=locale)
    page.goto(f"{link}?part=1")
    keys = Keys(page)
    keys.choose("way", 1)
    keys.into("[name=q_why][value='1']")
    keys.press("Space")
    keys.into("[name=q_why][value='2']")
    keys.press("Space")
    for uid, down in (("again", 0), ("clear", 1)):
        keys.choose(uid, down)
    keys.into("[name=q_recommend]")
    keys.press("Space")
    start = int(page.evaluate("document.activeElement.value"))
    keys.press("ArrowRight", (9 - start) % 11)
    for uid, value in (("effort", 5), ("m1", 5), ("m2", 3)):
        to_value(keys, uid, value)
    to_value(keys, "named", "na")
    keys.into(".rank button[value='4']")
    keys.press("Enter")
    keys.into(".rank button[value='1']", "Shift+Tab")
    keys.press("Space")
    keys.into("[name=q_since]")
    page.keyboard.type("03152026")  # the browser itself is American
    keys.into("[name=q_wait]")
    page.keyboard.type("12.5")
    keys.into("[name=q_idea]")
    page.keyboard.type(ANSWERS["idea"])
    keys.into("main form button.btn")
    keys.press("Enter")
    page.locator(".receipt").wait_for()
    assert wait_for(Response.objects.exists)
    assert Response.objects.get().raw == ANSWERS


def to_value(keys, uid, value):
    """Arrows until the radio of that value is chosen; a group of radios goes round."""
    keys.into(f"[name=q_{uid}]")
    keys.press("Space")
    for _step in range(12):
        if keys.page.evaluate("document.activeElement.value") == str(value):
            return
        keys.press("ArrowDown")
    raise AssertionError(f"{value} of {uid} is not reached by arrows")
