"""What surveys tell the apps above. Sent in the transaction of the fact; receivers write rows, idempotent."""

from django.dispatch import Signal

wave_closed = Signal()  # wave: the Wave whose window ended; its answers are complete
finding_confirmed = Signal()  # finding: the Finding that a person confirmed
invitations_waiting = Signal()  # wave: it opened, and some links and mails are still to be made by the worker
