"""An inspection in Chinese, until its rectification notice was sent back, verified and closed."""

import re

import pytest

from improvements.choices_supervision import InspectionState, NoticeState
from improvements.models import Inspection, Observation, RectificationNotice
from tests.e2e import chains
from tests.e2e.desk import Desk

pytestmark = pytest.mark.story


INSPECTED, PROBLEM = "四季度答疑检查", "课后答疑超时未升级"
REQUIRED, CRITERION = "答疑排定值班，一个工作日必回", "重抽40件，不合规至多1件"


def test_inspection_until_the_notice_is_closed(smtp, celery_worker_process, new_page):
    home = chains.house()
    chains.supervision(home)
    roles = ("inspector", "second", "handler", "executor")
    inspector, second, head, executor = (Desk.of(new_page(), getattr(home, role)) for role in roles)
    inspect(inspector, home)
    notice = draft_notice(inspector, home)
    issue_notice(second, notice)
    acknowledge(head, home, notice)
    answer(executor, "已排值班表")
    head.go("improvements:notice", notice.pk).lacks("Found put right")
    send_back(second, notice)
    answer(executor, "已补齐发送记录")
    second.go("improvements:notice", notice.pk).follow("Found put right")
    second.fill(sampled="重抽40件，均在一个工作日内回复")
    second.press("Confirm")
    second.says("Verified", context="notice")
    second.follow("Close the notice")
    second.press("Close the notice")
    second.says("Closed", context="notice")
    notice.refresh_from_db()
    assert (notice.state, notice.round, notice.closed_by) == (NoticeState.CLOSED, 2, home.second)
    checks = [(row.round, row.result, row.by) for row in notice.checks.order_by("round")]
    assert checks == [(1, "returned", home.second), (2, "accepted", home.second)]
    assert [row.by for row in notice.replies.all()] == [home.executor] * 2


def inspect(inspector, home):
    """Four verdicts and an observation, then concluded."""
    inspector.go("improvements:inspection_list").follow("Begin an inspection")
    inspector.fill(title=INSPECTED, unit=home.teaching.pk, starts_on=chains.days(-60), ends_on=chains.days(0))
    inspector.press("Begin")
    inspection = Inspection.objects.get(pk=inspector.pk())
    for _item in range(4):
        inspector.follow("Give a verdict")
        inspector.fill(verdict="partly", note="抽查40件")
        inspector.press("Save")
        inspector.page.wait_for_url(f"**{inspection.get_absolute_url()}")
    inspector.follow("Write down an observation")
    inspector.fill(focus="voices", unit=home.teaching.pk, title=PROBLEM, severity="major")
    inspector.fill(text="抽查40件，6件超过2个工作日无人回复。", clause="《客户满意度管理制度》第三章第（三）项")
    inspector.press("Save")
    inspector.sees(PROBLEM)
    inspector.follow("Conclude")
    inspector.fill(summary="总体有序，一项需整改")
    inspector.press("Conclude")
    inspector.says("Concluded", context="inspection")
    inspection.refresh_from_db()
    verdicts = list(inspection.items.values_list("verdict", flat=True))
    assert (inspection.state, verdicts) == (InspectionState.CONCLUDED, ["partly"] * 4)


def draft_notice(inspector, home):
    observation = Observation.objects.get()
    inspector.follow("Draft a notice")
    inspector.fill(title=PROBLEM, due_on=chains.days(14))
    inspector.fill(**{f"requirement_{observation.pk}": REQUIRED, f"criterion_{observation.pk}": CRITERION})
    inspector.press("Keep the draft")
    notice = RectificationNotice.objects.get(pk=inspector.pk())
    assert (notice.state, notice.number, notice.unit) == (NoticeState.DRAFT, "", home.teaching)
    return notice


def issue_notice(second, notice):
    """Issued by the other member; the paper says its number, what is required and how that is verified."""
    second.go("improvements:notice", notice.pk).follow("Issue")
    second.press("Issue")
    second.says("Issued", context="notice", seconds=60)
    notice.refresh_from_db()
    said = chains.paper_text(second.download(lambda: second.follow("Print")))
    for words in (notice.number, REQUIRED, CRITERION, PROBLEM, notice.unit.name_zh):
        assert re.sub(r"\s", "", words) in said, words


def acknowledge(head, home, notice):
    head.go("improvements:notice_list").open(notice.number)
    head.follow("Confirm the receipt")
    head.fill(executor=home.executor.pk)
    head.press("Confirm the receipt")
    head.says("Receipt confirmed", context="notice")


def answer(executor, text):
    executor.go("dashboard:home").open(PROBLEM)
    executor.follow("Answer", context="notice")
    executor.fill(cause="没有值班安排", text=text)
    chains.attach(executor)
    executor.press("Answer", context="notice")
    executor.says("Waiting for verification", context="notice")
    executor.sees(chains.EVIDENCE["name"])
    executor.lacks("Found put right")


def send_back(second, notice):
    second.go("improvements:notice", notice.pk).follow("Send back")
    second.fill(sampled="重抽20件", reason="没有发送记录", due_on=chains.days(21))
    second.press("Send back")
    second.says("Sent back", context="notice")
