from core.models.attachment import Attachment
from core.models.base import TimeStamped, Tracked
from core.models.calendar import *  # noqa: F403
from core.models.event import Contribution, Event
from core.models.job import Heartbeat, Job
from core.models.numbers import NumberSequence
from core.models.period import Period

__all__ = ["Attachment", "Contribution", "Event", "Heartbeat", "Job", "NumberSequence", "Period", "TimeStamped", "Tracked"]
