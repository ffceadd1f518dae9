from surveys.models.approval import ApprovalLevel, ApprovalRoute, Filing, PlanApproval
from surveys.models.bank import BankQuestion, BankWording, Indicator
from surveys.models.check import ResponseCheck
from surveys.models.correction import AnswerCorrection
from surveys.models.custody import Custody, Disposal, DisposalItem, Handover
from surveys.models.entrustment import Entrustment
from surveys.models.finding import Finding
from surveys.models.invitation import Invitation
from surveys.models.opinion import Opinion
from surveys.models.outside import AnswerFile, AnswerMapping, ImportedAnswer
from surveys.models.paper import PaperBatch, PersonalSheet
from surveys.models.plan import PlanActivity, PlanRevision, SurveyPlan
from surveys.models.published import PublishedRating
from surveys.models.questionnaire import Question, Questionnaire, QuestionnaireVersion, Scale
from surveys.models.response import Answer, AnswerText, BoxedAnswer, Draft, LowAnswer, Response, SpentMarker
from surveys.models.scheme import AdvanceNotice, AssistingUnit, DimensionStage, Scheme, SurveyTraining
from surveys.models.sealing import ContactRequest, SealOpening
from surveys.models.task import QualityCheck, SurveyTask, TaskTemplate, WaveCompletion
from surveys.models.wave import ResultSnapshot, Wave, WaveKey

__all__ = [
    "AdvanceNotice",
    "Answer",
    "AnswerCorrection",
    "AnswerFile",
    "AnswerMapping",
    "AnswerText",
    "ApprovalLevel",
    "ApprovalRoute",
    "AssistingUnit",
    "BankQuestion",
    "BankWording",
    "BoxedAnswer",
    "ContactRequest",
    "Custody",
    "DimensionStage",
    "Disposal",
    "DisposalItem",
    "Draft",
    "Entrustment",
    "Filing",
    "Finding",
    "Handover",
    "ImportedAnswer",
    "Indicator",
    "Invitation",
    "LowAnswer",
    "Opinion",
    "PaperBatch",
    "PersonalSheet",
    "PlanActivity",
    "PlanApproval",
    "PlanRevision",
    "PublishedRating",
    "QualityCheck",
    "Question",
    "Questionnaire",
    "QuestionnaireVersion",
    "Response",
    "ResponseCheck",
    "ResultSnapshot",
    "Scale",
    "Scheme",
    "SealOpening",
    "SpentMarker",
    "SurveyPlan",
    "SurveyTask",
    "SurveyTraining",
    "TaskTemplate",
    "Wave",
    "WaveCompletion",
    "WaveKey",
]
