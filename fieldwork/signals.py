"""What fieldwork tells the apps above. Sent in the transaction of the fact; receivers write rows, idempotent."""

from django.dispatch import Signal

problem_raised = Signal()  # point: the MeetingPoint, a shared problem that is to be put right; by: who says so
