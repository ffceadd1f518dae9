"""Records that several departments work on, merged ones, suggestions put into effect, customers won back."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from complaints.choices import Kind, State
from complaints.models import Complaint
from complaints.services import facts, implementing, measures, merging, recovery, remarks, reply_templates, together
from core.workflow import InvalidTransition

TEMPLATES = (
    ("退款与费用", "Refunds and fees", "price", (
        "我们已核对{number}涉及的订单和收费记录。", "We checked the order and the charges of {number}.",
        "多收的费用将在五个工作日内原路退回。", "What was charged too much is paid back within five working days.",
        "您无需再提供材料，退款到账后我们会再联系您。", "You need not send anything else; we call you when it has arrived.",
        "感谢您指出这个问题。", "Thank you for pointing this out.",
    )),
    ("课程与讲师", "Courses and trainers", "quality", (
        "{unit}已向讲师和助教核实情况，并调整了后续安排。", "{unit} asked trainer and assistant and changed the plan.",
        "缺少的学时将安排补课。", "The lessons that were missed are made up for.",
        "您不会少学任何内容，也不增加费用。", "You miss nothing and pay nothing more.",
        "感谢您帮助我们改进教学。", "Thank you for helping us to teach better.",
    )),
)  # fmt: skip


def work(org, today):
    """Of the records under way: one handled jointly, one with measures, one merged, two customers won back; two suggestions in effect."""
    lead, second = org.users["lead"], org.users["executive"]
    for zh, en, category, texts in TEMPLATES:
        parts = [
            f"{part}_{language}" for part in ("measures", "result", "meaning", "thanks") for language in ("zh", "en")
        ]
        reply_templates.create(
            by=lead, name_zh=zh, name_en=en, category=category, **dict(zip(parts, texts, strict=True))
        )
    _jointly(org, lead, today)
    _merged(lead)
    _won_back(org, lead, second)
    _in_effect(org, lead, today)


def _rows(**given):
    related = ("cycle", "complainant", "customer", "contact", "handler", "unit", "desk")
    return Complaint.objects.filter(**given).select_related(*related).order_by("-pk")


def _jointly(org, lead, today):
    for row in _rows(kind=Kind.COMPLAINT, state=State.HANDLING)[:2]:
        facts.verify(
            row, by=row.handler, means="records", found="已调取签到表和收费记录，客户所述基本属实。", discussed=True
        )
        facts.cite(row, by=row.handler, code="promise", clause="第三条")
        together.escalate(
            row,
            by=row.handler,
            lead=row.unit,
            units=[org.units["CS"]],
            comment="涉及教务与客服两个部门，需要一起处理。",
        )
        together.post(row, by=lead, text="请教务先确认补课时间，客服再联系客户。")
        raised = together.disagree(row, by=row.handler, text="教务认为通知应由客服发出，客服认为应由教务发出。")
        together.settle(row, by=lead, post=raised, text="由教务通知，客服在系统中核对；写入流程。")
        measures.plan(row, by=row.handler, what="安排补课并书面通知客户", unit=row.unit, person=row.handler,
                      due_on=today + timedelta(days=2), effect="客户学时补足")  # fmt: skip


def _merged(lead):
    rows = list(_rows(kind=Kind.COMPLAINT, state__in=[State.REGISTERED, State.ACCEPTED])[:2])
    if len(rows) == 2:
        merging.merge(rows[0], by=lead, master=rows[1], comment="两位客户说的是同一次停课。", mass_event="十一月停课")


def _won_back(org, lead, second):
    for number, row in enumerate(_rows(kind=Kind.COMPLAINT, state=State.CLOSED)[:3]):
        remarks.say(row, score=(2, 4, 5)[number], comment=("等了太久，最后还是解决了。", "处理得不错。", "")[number])
        if number == 0:
            made = recovery.propose(
                row,
                by=lead,
                reason="等待时间太长",
                remedy="compensation",
                detail="赠送课程抵用券一张",
                amount=Decimal(500),
            )
            recovery.grant(row, by=second, recovery=made, comment="同意")
            recovery.finish(row, by=lead, recovery=made, outcome="content", outcome_note="客户表示满意，愿意继续合作。")


def _in_effect(org, lead, today):
    for number, row in enumerate(_rows(kind=Kind.SUGGESTION, state__in=[State.ADOPTED, State.PARTLY])[:2]):
        implementing.implement(
            row,
            by=lead,
            plan=f"落实建议：{row.title}",
            unit=row.unit,
            person=row.handler,
            due_on=today + timedelta(days=20),
        )
        if number == 0:
            implementing.report_done(row, by=row.handler, note="已在新一期课程中执行。")
            try:
                implementing.verify(row, by=lead, note="查看了新一期课表。")
            except InvalidTransition:  # the lead decided on it
                continue
            implementing.mark_told(row.pk, timezone.now())
