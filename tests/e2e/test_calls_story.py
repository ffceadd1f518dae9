"""An agent's morning of call lists in Chinese: drawn up by the clock, called through by the keyboard, checked by the lead."""

from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import expect

from accounts.choices import Role
from customers.models import FollowUp
from fieldwork import tasks
from fieldwork.choices import Satisfaction, TaskState
from fieldwork.models import CallList, CallRule, CallTask
from surveys.models import Response
from tests.e2e import chains
from tests.e2e.desk import Desk
from tests.factories import customers as make
from tests.surveys.asking import one_section, open_wave

pytestmark = pytest.mark.story


def test_a_morning_of_call_lists(celery_worker_process, live_portal, new_page, wait_for, tmp_path):
    home = chains.house()
    home.trainer = chains.somebody("trainer1", "周明轩", Role.AGENT, home.service)
    wave = open_wave(one_section(), invited=0)
    names = ("江海重工", "云岭电力", "华茂银行")
    for number, name in enumerate(names):
        customer = make.make_customer(unit=home.service, name_zh=name, name_en=f"Customer {number}")
        make.make_contact(customer, phone=f"+861381234567{number}")
        served = timezone.localdate() - timedelta(days=1)
        make.make_service(customer, number=f"DD-{number}", name_zh="项目管理班", happened_on=served, staff=home.trainer)
    lead, agent = (Desk.of(new_page(), person) for person in (home.lead, home.agent))
    set_up(lead, wave)
    draw_up_by_the_clock(wait_for)
    call_by_the_keyboard(agent)
    call_the_others(agent)
    follow_up(agent, lead)
    read_the_ledger(lead, tmp_path)


def set_up(lead, wave):
    lead.go("fieldwork:rule_list").follow("New call list")
    lead.fill(code="HF-1", name_zh="次日回访", name_en="Next-day calls", kind="after_service", wave=wave.pk)
    lead.fill(opening_zh="您好，这里是知行培训，想了解昨天的服务。", retry_minutes=30, working_days_only=False)
    lead.fill(starts_on=f"{timezone.localdate() - timedelta(days=3):%Y-%m-%d}")
    lead.press("Save")
    lead.page.wait_for_url(f"**{CallRule.objects.get().get_absolute_url()}")


def draw_up_by_the_clock(wait_for):
    """The worker draws up the list, and a second round of the clock adds nothing."""
    tasks.make_lists.delay()
    wait_for(lambda: CallTask.objects.count() == 3)
    tasks.make_lists.delay()
    tasks.put_back_left.delay()
    assert CallList.objects.get().drawn_n == 3
    CallTask.objects.update(next_at=timezone.now() - timedelta(minutes=1))  # whatever the hour of this test


def call_by_the_keyboard(agent):
    """n takes the first call; digits say how it went, answer the script and the satisfaction; Ctrl and Enter goes on."""
    agent.go("fieldwork:call_list")
    agent.sees("江海重工")
    agent.page.keyboard.press("n")
    agent.sees("+8613812345670")
    agent.sees("想了解昨天的服务")
    agent.sees("DD-0")
    expect(agent.page.locator("main [name=result]").first).to_be_focused()
    agent.page.keyboard.type("1" + "112")  # reached; 5, 5, 4
    expect(agent.page.locator("main textarea[name=q_idea]")).to_be_focused()
    agent.page.locator("main [name=satisfaction]").first.focus()
    agent.page.keyboard.type("1")
    expect(agent.page.locator("main [name=note]")).to_be_focused()
    agent.page.keyboard.type("讲得清楚")
    agent.page.keyboard.press("Control+Enter")
    agent.sees("+8613812345671")
    first = CallTask.objects.get(service_record__number="DD-0")
    assert (first.state, first.satisfaction, first.note) == (TaskState.REACHED, Satisfaction.SATISFIED, "讲得清楚")
    assert (Response.objects.get(), Response.objects.get().entered_by) == (first.response, agent.user)


def call_the_others(agent):
    """Nobody answers the second; the third is dissatisfied, and what is missing is asked for with the typed words kept."""
    agent.fill(result="no_answer", note="响了很久")
    agent.press("Store and call the next one")
    agent.sees("+8613812345672")
    agent.fill(result="reached", satisfaction="dissatisfied", without_script=True)
    agent.press("Store and call the next one")
    agent.says("What is the customer dissatisfied with? Whoever calls back needs to know.")
    agent.fill(note="等了一个小时没有人接待")
    agent.press("Store and call the next one")
    agent.says("That was the last one that waits now.")
    second, third = (CallTask.objects.get(service_record__number=number) for number in ("DD-1", "DD-2"))
    assert (second.state, second.attempts_n, second.next_at > timezone.now()) == (TaskState.WAITING, 1, True)
    assert (third.satisfaction, third.follow_up) == (Satisfaction.DISSATISFIED, FollowUp.objects.get())


def follow_up(agent, lead):
    """The follow-up is finished by the agent; then the lead writes down how it ended."""
    task, owed = CallTask.objects.get(service_record__number="DD-2"), FollowUp.objects.get()
    lead.go("fieldwork:dissatisfied").sees("等了一个小时没有人接待")
    lead.lacks("Write down")
    agent.go("customers:follow_up_detail", owed.pk).follow("Finish")
    agent.fill(outcome="resolved", note="当面道歉，客户接受")
    agent.press("Finish")
    agent.says("Done")
    lead.go("fieldwork:dissatisfied").follow("Write down")
    lead.fill(outcome="道歉后客户接受，下次安排专人接待", rating="basic")
    lead.press("Write down")
    lead.sees("道歉后客户接受")
    check = task.checks.get()
    assert (check.by, check.rating) == (lead.user, Satisfaction.BASIC)


def read_the_ledger(lead, tmp_path):
    lead.go("fieldwork:ledger", "satisfaction").sees("等了一个小时没有人接待")
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(lead.download(lambda: lead.main.get_by_role("link", name="Excel").click()))
    cells = [[str(cell) for cell in row] for sheet in load_workbook(path) for row in sheet.iter_rows(values_only=True)]
    by_number = {row[cells_of(cells).index("DD-0")]: row for row in cells if "项目管理班" in row}
    assert {number: word in by_number[number] for number, word in (("DD-0", "满意"), ("DD-2", "不满意"))} == {
        "DD-0": True, "DD-2": True,
    }  # fmt: skip
    assert all("周明轩" in row for row in by_number.values())
    lead.go("fieldwork:roll_up", by="staff").sees("周明轩")
    lead.sees("50.0%")


def cells_of(cells):
    return next(row for row in cells if "DD-0" in row)
