"""Calls, appointments, their reports and visit plans as tables; only Workflow.move() walks them."""

from django.utils.translation import gettext_lazy as _

from core.workflow import Step, Workflow
from fieldwork.choices import MeetingState as M
from fieldwork.choices import ReportState, VisitPlanState
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

VISIT_PLAN = Workflow(
    "fieldwork.visitplan", VisitPlanState, _("Visit plan"),
    {
        VisitPlanState.DRAFT: {VisitPlanState.CONFIRMED: Step("visit_plans.confirm", "fieldwork.confirm_visit_plan")},
        VisitPlanState.CONFIRMED: {
            VisitPlanState.DRAFT: Step("visit_plans.revise", "fieldwork.revise_visit_plan", needs_reason=True),
        },
    },
)  # fmt: skip

MEETING = Workflow(
    "fieldwork.meeting", M, _("Appointment"),
    {
        M.BOOKED: {
            M.HELD: Step("meetings.hold", "fieldwork.hold_meeting"),
            M.MISSED: Step("meetings.miss", "fieldwork.hold_meeting", needs_reason=True),
            M.CANCELLED: Step("meetings.cancel", "fieldwork.change_meeting", needs_reason=True),
        },
        M.HELD: {},
        M.MISSED: {},
        M.CANCELLED: {},
    },
)  # fmt: skip

MEETING_REPORT = Workflow(
    "fieldwork.meetingreport", ReportState, _("Visit report"),
    {
        ReportState.DRAFT: {ReportState.SUBMITTED: Step("meeting_reports.submit", "fieldwork.submit_meeting_report")},
        ReportState.SUBMITTED: {},
    },
)  # fmt: skip
