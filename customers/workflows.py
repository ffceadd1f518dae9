from django.utils.translation import gettext_lazy as _

from core.workflow import Step, Workflow
from customers.choices import FollowUpState as F
from customers.choices import ProjectState as P

_finish = Step("follow_ups.finish", "customers.finish_follow_up")
_escalate = Step("follow_ups.escalate", "customers.escalate_follow_up", needs_reason=True)
_drop = Step("follow_ups.drop", "customers.drop_follow_up", needs_reason=True)
_assign = Step("follow_ups.assign", "customers.reassign_follow_up", note=_("to another person"))

FOLLOW_UP = Workflow(
    model="customers.FollowUp",
    states=F,
    title=_("Follow-up"),
    table={
        F.OPEN: {
            F.IN_PROGRESS: Step("follow_ups.take", "customers.take_follow_up"),
            F.DONE: _finish,
            F.ESCALATED: _escalate,
            F.DROPPED: _drop,
        },
        F.IN_PROGRESS: {F.OPEN: _assign, F.DONE: _finish, F.ESCALATED: _escalate, F.DROPPED: _drop},
        F.DONE: {},
        F.ESCALATED: {},
        F.DROPPED: {},
    },
)

_cancel = Step("projects.cancel", "customers.run_project", needs_reason=True)

PROJECT = Workflow(
    model="customers.Project",
    states=P,
    title=_("Service project"),
    table={
        P.PLANNED: {
            P.RUNNING: Step("projects.begin", "customers.run_project"),
            P.CANCELLED: _cancel,
        },
        P.RUNNING: {
            P.COMPLETED: Step("projects.complete", "customers.run_project"),
            P.CANCELLED: _cancel,
        },
        P.COMPLETED: {},
        P.CANCELLED: {},
    },
)
