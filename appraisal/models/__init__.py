from appraisal.models.cycle import AppraisalCycle, FactSnapshot, Rating, ScoreSheet
from appraisal.models.result import Adjustment, Appeal, Publication, Score
from appraisal.models.scheme import Scheme, SchemeVersion, Standard, Weight

__all__ = [
    "Adjustment", "Appeal", "AppraisalCycle", "FactSnapshot", "Publication", "Rating", "Scheme", "SchemeVersion", "Score",
    "ScoreSheet", "Standard", "Weight",
]  # fmt: skip
