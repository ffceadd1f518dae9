from complaints.models.complaint import Complainant, Complaint
from complaints.models.cycle import ClockAlert, Conversation, Cycle
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

__all__ = [
    "Assignment",
    "CallBack",
    "CaseMeeting",
    "CaseReport",
    "CaseReportFile",
    "ClockAlert",
    "Cluster",
    "Complainant",
    "Complaint",
    "Conversation",
    "Cycle",
    "Determination",
    "EndRequest",
    "FeedbackList",
    "FigureTarget",
    "LibraryEdition",
    "LibraryEntry",
    "MailItem",
    "MailReply",
    "Reply",
    "SuggestionDecision",
]  # fmt: skip
