"""What of complaints shows in the history, in files and beyond its own pages."""

from complaints.models import Complaint
from core import attachments


def register():
    attachments.register_owner("complaints.complaint", Complaint)
