"""A service lead's day in Chinese: what breaks its promise first, who is away, what waits for a yes, many rows at once, the figures.

Every moment is so many hours before now, and first responses count by the clock on the wall: neither hour nor weekday matters.
"""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.choices import Role
from complaints.choices import Part, State
from complaints.models import Absence, Complaint, Extension, Pause
from complaints.services import call_backs, replies, watching
from tests.e2e import chains
from tests.e2e.desk import Desk, zh
from tests.e2e.test_complaint_story import state_of
from tests.factories.clocks import ask_more, ask_pause
from tests.factories.complaints import complaint_at, fresh

pytestmark = pytest.mark.story

LATE, NEAR = "课表贴错教室", "空调整天不制冷"
PAUSING, LONGER, REVIEW = "发票抬头开错", "证书信息有误", "更换讲师未通知"
MANY, ABOUT_HIM = "班车不准时", "学员说马老师迟到"


def test_a_leads_day(live_portal, new_page):
    home = chains.house()
    home.department = home.teaching
    home.stand_in = chains.somebody("standin", "马晓东", Role.DEPARTMENT_USER, home.teaching)
    rows = what_the_night_left(home)
    lead, stand_in = (Desk.of(new_page(), person) for person in (home.lead, home.stand_in))
    look_at_the_morning(lead, rows)
    look_at_the_board(lead, home, rows)
    accept_what_is_nearest(lead, rows.near)
    agree_to_a_pause_and_to_more_time(lead, home, rows)
    hand_over_who_is_away(lead, home, rows)
    find_the_late_one(stand_in, rows.late)
    assign_many_at_once(lead, home, rows)
    review(lead, rows.review)
    settle_by_phone(home, rows.review)
    read_the_figures(lead, rows.review)


def what_the_night_left(home):
    """Seven open records; their clocks were looked at, as the worker does every few minutes."""

    def made(state, title, hours, **fields):
        received = timezone.now() - timedelta(hours=hours)
        return complaint_at(state, home, title=title, received_at=received, **fields)

    rows = SimpleNamespace(
        late=made("handling", LATE, 25), near=made("registered", NEAR, 23), pausing=made("handling", PAUSING, 3),
        longer=made("handling", LONGER, 3), review=made("review", REVIEW, 2), many=made("accepted", MANY, 1),
        about_him=made("accepted", ABOUT_HIM, 1, concerned=[home.stand_in]),
    )  # fmt: skip
    ask_pause(rows.pausing, home.handler, chains.days(1))
    ask_more(rows.longer, home.handler)
    watching.watch_due()
    return rows


def look_at_the_morning(lead, rows):
    """What is late and what is nearly late has a number; the list begins with what runs out first; the inbox told of both."""
    lead.go("dashboard:home")
    late, soon = (lead.main.locator("a.stat", has_text=zh(words)) for words in
                  ("Complaints past a clock", "Late within four working hours"))  # fmt: skip
    expect(late.locator(".v")).to_have_text("1")
    expect(soon).to_have_attribute("href", reverse("complaints:board"))
    first = lead.main.locator("a.todo").first
    expect(first).to_contain_text(NEAR)
    expect(first).to_contain_text(zh("Assess and accept"))
    lead.go("notifications:inbox")
    told(lead, "%(clock)s due %(due)s, little time left: %(number)s %(title)s", rows.near)
    told(lead, "%(clock)s late since %(due)s: %(number)s %(title)s", rows.late)


def told(desk, msgid, row):
    """The inbox says so of this record, whatever the day and the hour in the line."""
    marks = {"clock": "CLOCK", "due": "DUE", "number": row.number, "title": row.title}
    desk.sees(re.compile(re.escape(zh(msgid, **marks)).replace("CLOCK", ".+").replace("DUE", ".+")))


def look_at_the_board(lead, home, rows):
    """The board has the late one in its place, the nearest first, and what somebody asks for."""
    lead.go("dashboard:home")
    lead.main.locator("a.stat", has_text=zh("Late within four working hours")).click()
    soon = lead.main.locator("section.card", has_text=zh("Late within four working hours")).locator("a")
    expect(soon.first).to_contain_text(NEAR)
    for title in (PAUSING, LONGER):
        lead.sees(title)
    lead.main.locator("a.stat[href*='place=overdue']").click()
    expect(lead.main.locator("tbody tr")).to_have_count(1)
    expect(lead.main.locator("tbody tr")).to_contain_text([LATE])
    expect(lead.main.locator("tbody tr")).to_contain_text([home.handler.name_zh])


def accept_what_is_nearest(lead, near):
    lead.go("dashboard:home").open(NEAR)
    lead.follow("Accept")
    lead.fill(category="organisation", nature="ordinary", severity="minor", scope="one")
    lead.press("Accept")
    lead.says("Accepted", context="complaint")
    assert state_of(near)[0] == State.ACCEPTED


def agree_to_a_pause_and_to_more_time(lead, home, rows):
    """Both are asked for by the handler and decided on by the lead, from the board."""
    for title, msgid in ((PAUSING, "Agree to the pause"), (LONGER, "Agree to more time")):
        lead.go("complaints:board").open(title)
        lead.follow(msgid)
        lead.press(msgid)
        lead.says("Done.")
    pause, extension = Pause.objects.get(), Extension.objects.get()
    assert (pause.state, pause.requested_by, pause.decided_by) == ("running", home.handler, home.lead)
    assert (extension.state, extension.requested_by, extension.decided_by) == ("approved", home.handler, home.lead)
    assert state_of(rows.pausing)[0] == State.SUSPENDED
    assert fresh(rows.longer).cycle.original_due == extension.old_due < extension.new_due


def hand_over_who_is_away(lead, home, rows):
    """Somebody is ill: who stands in is named, then takes over all that is open, whatever state it is in."""
    lead.go("complaints:board").follow("Standing in")
    lead.follow("Somebody is away")
    lead.fill(
        user=home.handler.pk, since=chains.days(0), until=chains.days(3), substitute=home.stand_in.pk, note="生病"
    )
    lead.press("Save")
    lead.says("away")
    assert Absence.objects.get().substitute == home.stand_in
    lead.open(zh("%(n)s open record", plural="%(n)s open records", n=4))
    lead.sees(LATE)
    lead.fill(to=home.stand_in.pk, comment="郭志强生病，请接手")
    lead.press("Hand over")
    expect(lead.main.locator(".badge.is-success")).to_have_text([zh("handed over")] * 4)
    given = (rows.late, rows.pausing, rows.longer, rows.review)
    found = Complaint.objects.filter(handler=home.stand_in).order_by("pk")
    assert [(row.pk, row.state) for row in found] == list(
        zip([row.pk for row in given], ["assigned", "suspended", "assigned", "review"], strict=True)
    )


def find_the_late_one(stand_in, late):
    """What is late stands first on the home page of who stands in."""
    stand_in.go("dashboard:home")
    expect(stand_in.main.locator("a.todo").first).to_contain_text(LATE)
    stand_in.open(LATE)
    stand_in.press("Take it on")
    stand_in.says("Being handled", context="complaint")
    assert state_of(late) == (State.HANDLING, 1)


def assign_many_at_once(lead, home, rows):
    """By the keyboard: the sheet of keys, then three rows; the one that is about the person stays, with the reason."""
    lead.go("complaints:list", state="accepted")
    keys = lead.page.keyboard
    keys.press("?")
    expect(lead.page.get_by_role("dialog")).to_contain_text(zh("Select the row"))
    keys.press("Escape")
    expect(lead.page.get_by_role("dialog")).to_have_count(0)
    for key in "jxjxjx":
        keys.press(key)
    expect(lead.page.locator("#bulk [data-picked]")).to_have_text("3")
    lead.press("Assign", within=lead.page.locator("#bulk"))
    lead.fill(unit=home.teaching.pk, handler=home.stand_in.pk, comment="今天联系客户")
    lead.main.get_by_role("button", name=f"{zh('Assign')} (3)", exact=True).click()
    refusal = zh("%(name)s cannot do this: for this record the person %(other)s.", name=home.stand_in,
                 other=Part.CONCERNED.label)  # fmt: skip
    lead.sees(refusal)
    assert {row.title for row in Complaint.objects.filter(state=State.ASSIGNED, handler=home.stand_in)} == {
        NEAR, MANY, LONGER,
    }  # fmt: skip
    assert state_of(rows.about_him)[0] == State.ACCEPTED


def review(lead, row):
    lead.go("dashboard:home").open(REVIEW)
    lead.follow("Approve and reply")
    lead.press("Approve and reply")
    lead.says("Replied", context="complaint")
    assert state_of(row)[0] == State.REPLIED


def settle_by_phone(home, row):
    """Others tell the customer and call back; how is told by other stories."""
    replies.record_told(fresh(row), by=home.stand_in, summary="电话告知结果")
    call_backs.log(fresh(row), by=home.caller, reached=True, resolved=True, score=5)


def read_the_figures(lead, row):
    """The evening: one of seven is handled to the end and was called back; the number opens the record."""
    lead.go("complaints:figures", start=chains.days(-2), end=chains.days(0))
    for msgid, numbers in (("Handled to the end", ["1", "7"]), ("Reached by call-back", ["1", "1"])):
        cells = lead.main.locator("table.is-told tr", has_text=zh(msgid)).locator("td")
        expect(cells.nth(2)).to_have_text(numbers[0])
        expect(cells.nth(3)).to_have_text(numbers[1])
    lead.main.locator("table.is-told tr", has_text=zh("Handled to the end")).locator("td").nth(2).get_by_role(
        "link"
    ).click()
    expect(lead.main.locator("tbody tr")).to_contain_text([REVIEW])
