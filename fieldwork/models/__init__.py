from fieldwork.models.call import CallAttempt, CallCheck, CallTask
from fieldwork.models.meeting import Meeting, MeetingPerson, MeetingPoint, MeetingReport, PointRaised
from fieldwork.models.rule import CallList, CallRule, SourceEntry
from fieldwork.models.visit_plan import VisitPlan, VisitPlanLine

__all__ = [
    "CallAttempt",
    "CallCheck",
    "CallList",
    "CallRule",
    "CallTask",
    "Meeting",
    "MeetingPerson",
    "MeetingPoint",
    "MeetingReport",
    "PointRaised",
    "SourceEntry",
    "VisitPlan",
    "VisitPlanLine",
]
