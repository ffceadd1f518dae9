from improvements.models.case import ImprovementCase
from improvements.models.measure import Effect, ExtensionRequest, Measure, MeasureTask, Progress, Verification
from improvements.models.supervision import (
    FocusItem,
    InspectedRecord,
    Inspection,
    NoticeCheck,
    NoticeFile,
    NoticeItem,
    NoticeReply,
    Observation,
    RectificationNotice,
)

__all__ = [
    "Effect", "ExtensionRequest", "FocusItem", "ImprovementCase", "InspectedRecord", "Inspection", "Measure", "MeasureTask",
    "NoticeCheck", "NoticeFile", "NoticeItem", "NoticeReply", "Observation", "Progress", "RectificationNotice", "Verification",
]  # fmt: skip
