from surveys.models.check import ResponseCheck
from surveys.models.correction import AnswerCorrection
from surveys.models.finding import Finding
from surveys.models.invitation import Invitation
from surveys.models.opinion import Opinion
from surveys.models.paper import PaperBatch
from surveys.models.plan import PlanActivity, PlanRevision, SurveyPlan
from surveys.models.questionnaire import Question, Questionnaire, QuestionnaireVersion, Scale
from surveys.models.response import Answer, AnswerText, BoxedAnswer, Draft, LowAnswer, Response, SpentMarker
from surveys.models.wave import ResultSnapshot, Wave, WaveKey

__all__ = [
    "Answer", "AnswerCorrection", "AnswerText", "BoxedAnswer", "Draft", "Finding", "Invitation", "LowAnswer", "Opinion", "PaperBatch",
    "PlanActivity", "PlanRevision", "Question", "Questionnaire", "QuestionnaireVersion", "Response", "ResponseCheck",
    "ResultSnapshot", "Scale", "SpentMarker", "SurveyPlan", "Wave", "WaveKey",
]  # fmt: skip
