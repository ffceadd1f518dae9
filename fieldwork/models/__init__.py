from fieldwork.models.call import CallAttempt, CallCheck, CallTask
from fieldwork.models.rule import CallList, CallRule, SourceEntry

__all__ = ["CallAttempt", "CallCheck", "CallList", "CallRule", "CallTask", "SourceEntry"]
