"""A call as a table; only Workflow.move() walks it."""

from django.utils.translation import gettext_lazy as _

from core.workflow import Step, Workflow
from fieldwork.choices import TaskState as T

_drop = Step("calls.drop", "fieldwork.drop_call", needs_reason=True)

CALL = Workflow(
    "fieldwork.calltask", T, _("Call"),
    {
        T.WAITING: {T.CALLING: Step("calls.take", "fieldwork.take_call"), T.DROPPED: _drop},
        T.CALLING: {
            T.WAITING: Step("calls.put_back", "fieldwork.put_back_call", note=_("also by the clock, and to call again")),
            T.REACHED: Step("calls.reach", "fieldwork.log_call"),
            T.REFUSED: Step("calls.refuse", "fieldwork.log_call"),
            T.NOT_REACHED: Step("calls.give_up", "fieldwork.log_call"),
            T.DROPPED: _drop,
        },
        T.REACHED: {},
        T.REFUSED: {},
        T.NOT_REACHED: {},
        T.DROPPED: {},
    },
)  # fmt: skip
