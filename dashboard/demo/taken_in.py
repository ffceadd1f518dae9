"""What came by letter, social media and a hotline's transfer, and customers who press for an answer."""

from datetime import timedelta

from django.utils import timezone

from complaints.choices import Kind, State
from complaints.models import Complaint
from complaints.services import chasers, registration
from customers.choices import Channel

CAME = (
    (Channel.LETTER, "结业证书寄错地址", "来信称结业证书寄到旧地址，要求补寄。", {"reference": "来信3号"}),
    (
        Channel.SOCIAL,
        "网友反映教室空调",
        "微博留言：教室空调整周没修，请处理。",
        {"place": "微博", "account": "学员小林"},
    ),
    (
        Channel.TRANSFER,
        "退费迟迟未到账",
        "热线转来：退费申请已过约定时间仍未到账。",
        {"place": "12345热线", "reference": "2026-88231"},
    ),
)


def take_in(org):
    """One record per channel that has facts of its own, and a chaser or two on records that wait."""
    agent = org.users["agent"]
    for channel, title, text, source in CAME:
        if channel == Channel.LETTER:
            source = source | {"dated_on": timezone.localdate() - timedelta(days=3)}
        registration.register(
            kind=Kind.COMPLAINT, title=title, text=text, channel=channel, by=agent, source=source,
            received_at=timezone.now() - timedelta(minutes=20),
        )  # fmt: skip
    waiting = Complaint.objects.visible_to(agent).filter(
        kind=Kind.COMPLAINT, state__in=[State.ASSIGNED, State.HANDLING]
    )
    rows = waiting.select_related("cycle", "complainant", "customer", "contact", "handler", "receiver").order_by("-pk")[
        :2
    ]
    for complaint, times in zip(rows, (2, 1), strict=False):
        for _n in range(times):
            chasers.chase(complaint, by=agent, summary="客户来电催办：还没有收到答复，请尽快回电。")
