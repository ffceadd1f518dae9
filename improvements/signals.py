"""What improvements tell the apps above. Sent in the transaction of the fact; receivers write rows, idempotent."""

from django.dispatch import Signal

measure_verified = Signal()  # measure, verification: somebody else found the measure carried out
notice_overdue = Signal()  # notice: its deadline passed without a reply
