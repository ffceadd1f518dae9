from complaints.models.complaint import Complainant, Complaint
from complaints.models.cycle import ClockAlert, Conversation, Cycle
from complaints.models.ending import EndRequest, SuggestionDecision
from complaints.models.handling import Assignment, CallBack, Determination, Reply
from complaints.models.mail import MailItem, MailReply
from complaints.models.search import RecordWords
from complaints.models.timing import Absence, ClockCheck, ClockPolicy, Extension, Pause, PauseReason, ProgressReport

__all__ = [
    "Absence",
    "Assignment",
    "CallBack",
    "ClockAlert",
    "ClockCheck",
    "ClockPolicy",
    "Complainant",
    "Complaint",
    "Conversation",
    "Cycle",
    "Determination",
    "EndRequest",
    "Extension",
    "MailItem",
    "MailReply",
    "Pause",
    "PauseReason",
    "ProgressReport",
    "RecordWords",
    "Reply",
    "SuggestionDecision",
]  # fmt: skip
