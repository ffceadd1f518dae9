from complaints.models.complaint import Complainant, Complaint
from complaints.models.cycle import ClockAlert, Conversation, Cycle
from complaints.models.desk import CannedAnswer, CannedUse, ChannelNotice, PreventionItem
from complaints.models.ending import EndRequest, SuggestionDecision
from complaints.models.handling import Assignment, CallBack, Determination, Reply
from complaints.models.learning import (
    CaseMeeting,
    CaseReport,
    CaseReportFile,
    Cluster,
    FeedbackList,
    FigureTarget,
    LibraryEdition,
    LibraryEntry,
)
from complaints.models.mail import MailItem, MailReply
from complaints.models.past import PastImport, PastRecord
from complaints.models.search import RecordWords
from complaints.models.source import Source
from complaints.models.timing import Absence, ClockCheck, ClockPolicy, Extension, Pause, PauseReason, ProgressReport
from complaints.models.work import (
    Citation,
    CodeEntry,
    ConductViolation,
    CustomerRemark,
    FactCheck,
    HandlingMeasure,
    Implementation,
    Involvement,
    Merge,
    Recovery,
    ReplyTemplate,
    ThreadPost,
)

__all__ = [
    "Absence",
    "Assignment",
    "CallBack",
    "CannedAnswer",
    "CannedUse",
    "CaseMeeting",
    "CaseReport",
    "CaseReportFile",
    "ChannelNotice",
    "Citation",
    "ClockAlert",
    "ClockCheck",
    "ClockPolicy",
    "Cluster",
    "CodeEntry",
    "Complainant",
    "Complaint",
    "ConductViolation",
    "Conversation",
    "CustomerRemark",
    "Cycle",
    "Determination",
    "EndRequest",
    "Extension",
    "FactCheck",
    "FeedbackList",
    "FigureTarget",
    "HandlingMeasure",
    "Implementation",
    "Involvement",
    "LibraryEdition",
    "LibraryEntry",
    "MailItem",
    "MailReply",
    "Merge",
    "PastImport",
    "PastRecord",
    "Pause",
    "PauseReason",
    "PreventionItem",
    "ProgressReport",
    "RecordWords",
    "Recovery",
    "Reply",
    "ReplyTemplate",
    "Source",
    "SuggestionDecision",
    "ThreadPost",
]  # fmt: skip
