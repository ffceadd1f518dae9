from django.dispatch import Signal

# Sent inside the transaction, with ``calendar`` (core.models.Calendar) and ``version`` (CalendarVersion):
# whoever owns open clocks computes them again; ended ones stay as they are.
calendar_changed = Signal()
