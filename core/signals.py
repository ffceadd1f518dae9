"""What core tells upper apps."""

from django.dispatch import Signal

#: A Job reached an end (done, failed or cancelled). Arguments: job.
job_ended = Signal()
