"""Inspections and rectification notices, made the way people make them."""

from datetime import timedelta
from types import SimpleNamespace

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from accounts.services import people
from improvements.choices_supervision import Focus, NoticeState, Severity, Verdict
from improvements.services import inspections, notices
from tests.factories.improvements import DAY, numbers, person, unit


def supervisor(**fields):
    """A member of the supervision group."""
    user = person(Role.SUPERVISOR, **fields)
    people.name_supervisor(user, by=person(Role.EXECUTIVE), since=timezone.localdate())
    return User.objects.get(pk=user.pk)


def cast():
    """A unit with head and executor, two supervisors, somebody of another unit, management."""
    home = unit("学员服务部")
    head = person(unit=home, is_head=True)
    return SimpleNamespace(
        unit=home, head=head, executor=person(unit=home), other=person(unit=unit("财务部")), lead=supervisor(),
        second=supervisor(), executive=person(Role.EXECUTIVE),
    )  # fmt: skip


def inspection(who, **fields):
    today = timezone.localdate()
    given = {"title": f"季度检查{next(numbers)}", "unit": who.unit, "starts_on": today - 90 * DAY, "ends_on": today}
    return inspections.begin(by=who.lead, **given | fields)


def judge_all(row, who, verdict=Verdict.CONFORMS):
    for item in row.items.all():
        item.inspection = row
        inspections.judge(item, by=who.lead, verdict=verdict, note="抽查40件，符合要求")


def observation(row, who, **fields):
    given = {
        "focus": Focus.VOICES, "unit": who.unit, "title": "答疑超时未升级", "severity": Severity.MAJOR,
        "text": "抽查40件，6件答疑超过2个工作日无人回复，也未升级主管。", "clause": "《客户满意度管理制度》第三章第（三）项",
    }  # fmt: skip
    return inspections.observe(row, by=who.lead, **given | fields)


def settled(who, n=1, **fields):
    """Observations of a concluded inspection."""
    row = inspection(who)
    judge_all(row, who)
    made = [observation(row, who, **fields) for _n in range(n)]
    inspections.conclude(row, by=who.lead, summary="总体有序，两处需整改")
    return made


def items_of(observations):
    return [(one, "答疑排定值班，1个工作日必回", "重抽40件，不合规至多1件") for one in observations]


def draft(who, n=1, **fields):
    given = {"title": "课后答疑超时未升级", "due_at": timezone.now() + timedelta(days=14), "note": ""} | fields
    return notices.draft(by=who.lead, unit=who.unit, items=items_of(settled(who, n)), **given)


def evidence(name="整改记录.txt"):
    return SimpleUploadedFile(name, "值班表与回复记录".encode())


def reply(row, who):
    return notices.reply(row, by=who.executor, cause="没有值班安排", text="已排值班表", files=[evidence()])


STEPS = {
    NoticeState.ISSUED: lambda row, who: notices.issue(row, by=who.lead),
    NoticeState.ACKNOWLEDGED: lambda row, who: notices.acknowledge(row, by=who.head, executor=who.executor),
    NoticeState.REPLIED: reply,
    NoticeState.VERIFIED: lambda row, who: notices.verify(row, by=who.second, sampled="重抽40件"),
    NoticeState.CLOSED: lambda row, who: notices.close(row, by=who.second),
}


def notice_at(state, who, **fields):
    """A notice that reached ``state`` through its services."""
    row = draft(who, **fields)
    order = list(STEPS)
    last = order.index(NoticeState.REPLIED if state == NoticeState.RETURNED else state) + 1 if state != "draft" else 0
    for step in order[:last]:
        STEPS[step](row, who)
    if state == NoticeState.RETURNED:
        send_back(row, who)
    return row


def send_back(row, who):
    return notices.send_back(
        row, by=who.second, sampled="重抽20件", reason="没有发送记录", due_at=timezone.now() + 7 * DAY
    )
