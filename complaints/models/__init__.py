from complaints.models.complaint import Complainant, Complaint
from complaints.models.cycle import ClockAlert, Conversation, Cycle
from complaints.models.ending import EndRequest, SuggestionDecision
from complaints.models.handling import Assignment, CallBack, Determination, Reply
from complaints.models.mail import MailItem, MailReply
from complaints.models.search import RecordWords

__all__ = [
    "Assignment", "CallBack", "ClockAlert", "Complainant", "Complaint", "Conversation", "Cycle", "Determination",
    "EndRequest", "MailItem", "MailReply", "RecordWords", "Reply", "SuggestionDecision",
]  # fmt: skip
