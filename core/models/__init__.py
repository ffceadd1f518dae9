from core.models.attachment import Attachment
from core.models.base import TimeStamped, Tracked
from core.models.calendar import Calendar, CalendarVersion, CalendarYear, DayOverride, WeekPattern
from core.models.event import Contribution, Event
from core.models.job import Heartbeat, Job
from core.models.numbers import NumberSequence
from core.models.period import Period

__all__ = [
    "Attachment", "Calendar", "CalendarVersion", "CalendarYear", "Contribution", "DayOverride", "Event", "Heartbeat", "Job",
    "NumberSequence", "Period", "TimeStamped", "Tracked", "WeekPattern",
]  # fmt: skip
