"""What upper apps may hear from complaints. Sent with ``send()`` inside the transaction of the fact."""

from django.dispatch import Signal

# complaint_registered(sender=Complaint, complaint): a record of any kind entered the ledger.
complaint_registered = Signal()

# complaint_substantiated(sender=Complaint, complaint, determination): a reviewed reply says we are (partly) responsible.
complaint_substantiated = Signal()

# suggestion_to_implement(sender=Complaint, complaint, implementation, by): an adopted suggestion is to be put into effect.
suggestion_to_implement = Signal()

# complaint_closed(sender=Complaint, complaint, cycle): it ended, and the figures of its last cycle are frozen.
complaint_closed = Signal()

# cluster_raised(sender=Cluster, cluster, by): the same came again and again, and must be put right at its root.
cluster_raised = Signal()
