from complaints.models.complaint import Complainant, Complaint
from complaints.models.cycle import ClockAlert, Conversation, Cycle
from complaints.models.ending import EndRequest, SuggestionDecision
from complaints.models.handling import Assignment, CallBack, Determination, Reply
from complaints.models.mail import MailItem, MailReply
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
    "Assignment",
    "CallBack",
    "Citation",
    "ClockAlert",
    "CodeEntry",
    "Complainant",
    "Complaint",
    "ConductViolation",
    "Conversation",
    "CustomerRemark",
    "Cycle",
    "Determination",
    "EndRequest",
    "FactCheck",
    "HandlingMeasure",
    "Implementation",
    "Involvement",
    "MailItem",
    "MailReply",
    "Merge",
    "Recovery",
    "Reply",
    "ReplyTemplate",
    "SuggestionDecision",
    "ThreadPost",
]  # fmt: skip
