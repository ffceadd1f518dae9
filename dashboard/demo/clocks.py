"""Time in the ledger: a policy of its own for grave matters, pauses, more time, a progress report, somebody who is away."""

import random
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from complaints.choices import PauseState, State
from complaints.models import Complaint, PauseReason
from complaints.selectors import requests
from complaints.services import absences, conversations, extensions, pauses, policies, progress
from core.workflow import InvalidTransition
from core.worktime.store import calendar_for
from customers.choices import Channel
from dashboard.demo import mails

WAITS = {
    "customer": "请客户补发缴费凭证照片，已电话说明。",
    "third_party": "等场地方书面说明当天空调检修情况。",
    "expert": "等教材编审组对错误页的认定意见。",
}
TOLD = "为核实清楚，我们还需要两个工作日，抱歉让您久等。"


def set_policies(org):
    """What the lead sets at the beginning of the present quarter."""
    policies.add(
        by=org.users["lead"], effective_from=timezone.localdate(), kind="complaint", severity="critical", response_amount=4,
        response_kind="elapsed_hours", result_amount=2, progress_days=1, pause_days=3, pause_total_days=5, note="重大投诉从严从快",
    )  # fmt: skip


def someone_away(org, user, substitute, days):
    """From the day after tomorrow on, so that what is under way stays where it is."""
    first = timezone.localdate() + timedelta(days=2)
    absences.arrange(
        user=org.users[user], substitute=org.users[substitute], since=first, until=first + timedelta(days=days),
        by=org.users["lead"], note="年休假",
    )  # fmt: skip


def go_on(org):
    """What is paused and due to go on goes on; as the clock of the portal would see to."""
    for row in pauses.over():
        pauses.end_by_date(row)


def take_time(org, seed):
    """Of what is being handled: one is paused, one gets more time, one customer hears where things stand, one pause waits for
    the lead's decision.
    """
    rng = random.Random(f"clocks {seed}")  # noqa: S311 (repeatable demonstration data, no secret)
    go_on(org)
    rows = Complaint.objects.filter(state=State.HANDLING, cycle__result_due__gt=timezone.now(), kind="complaint")
    rows = list(rows.exclude(handler=None).exclude(handler=F("receiver")).select_related("cycle__policy", "handler", "complainant")
                .order_by("-received_at")[:4])  # fmt: skip
    acts = (_pause, _extend, _report, _ask)
    for row, act in zip(rows, acts, strict=False):
        try:
            act(org, row, rng)
        except InvalidTransition:
            continue  # the demonstration's people are told no as well
    mails.deliver()


def _pause(org, row, rng):
    code = rng.choice(sorted(WAITS))
    reason = PauseReason.objects.get(code=code)
    if reason.is_automatic:
        conversations.log(row, by=row.handler, summary="请客户补发缴费凭证照片。")
    pause = pauses.ask(row, by=row.handler, reason=reason, resume_on=_day(2), comment=WAITS[code])
    if pause.state == PauseState.ASKED:
        pauses.grant_pause(row, by=org.users["lead"])


def _extend(org, row, rng):
    extensions.ask_extension(row, by=row.handler, days=2, reason="涉及两个部门的记录，需要逐一核对。", told=TOLD)
    extensions.approve_extension(row, by=org.users["lead"], comment="同意，请按新期限办结。")


def _report(org, row, rng):
    progress.report(
        row, by=row.handler, channel=Channel.PHONE, text="已向客户说明：退费单已提交财务，预计三个工作日内到账。"
    )


def _ask(org, row, rng):
    if requests.current_pause(row) is None:
        reason = PauseReason.objects.get(code="third_party")
        pauses.ask(row, by=row.handler, reason=reason, resume_on=_day(2), comment=WAITS["third_party"])


def _day(n):
    return calendar_for().nth_working_day(timezone.localdate(), n)
