"""The processes of surveys as tables; only Workflow.move() walks them."""

from django.utils.translation import gettext_lazy as _

from core.workflow import Step, Workflow
from surveys.choices import CheckState, FindingState, PlanState, VersionState, WaveState

P, V, W, F, C = PlanState, VersionState, WaveState, FindingState, CheckState

PLAN = Workflow(
    "surveys.surveyplan", P, _("Survey plan"),
    {
        P.DRAFT: {P.SUBMITTED: Step("plans.submit", "surveys.submit_plan")},
        P.SUBMITTED: {
            P.APPROVED: Step("plans.approve", "surveys.decide_plan"),
            P.RETURNED: Step("plans.send_back", "surveys.decide_plan", needs_reason=True),
        },
        P.RETURNED: {P.SUBMITTED: Step("plans.submit", "surveys.submit_plan")},
        P.APPROVED: {P.REVISING: Step("plans.revise", "surveys.revise_plan", needs_reason=True)},
        P.REVISING: {P.SUBMITTED: Step("plans.submit", "surveys.submit_plan")},
    },
)  # fmt: skip

VERSION = Workflow(
    "surveys.questionnaireversion", V, _("Questionnaire version"),
    {
        V.DRAFT: {V.PUBLISHED: Step("questionnaires.publish", "surveys.publish_version")},
        V.PUBLISHED: {V.RETIRED: Step("questionnaires.retire", "surveys.retire_version", needs_reason=True)},
        V.RETIRED: {},
    },
)  # fmt: skip

WAVE = Workflow(
    "surveys.wave", W, _("Wave"),
    {
        W.DRAFT: {
            W.SCHEDULED: Step("waves.schedule", "surveys.schedule_wave"),
            W.CANCELLED: Step("waves.cancel", "surveys.cancel_wave", needs_reason=True),
        },
        W.SCHEDULED: {
            W.OPEN: Step("waves.open", "surveys.open_wave", note="also by the clock"),
            W.CANCELLED: Step("waves.cancel", "surveys.cancel_wave", needs_reason=True),
        },
        W.OPEN: {
            W.CLOSED: Step("waves.close", "surveys.close_wave", note="also by the clock"),
            W.CANCELLED: Step("waves.cancel", "surveys.cancel_wave", needs_reason=True),
        },
        W.CLOSED: {W.CONFIRMED: Step("waves.confirm_results", "surveys.confirm_results")},
        W.CONFIRMED: {},
        W.CANCELLED: {},
    },
)  # fmt: skip

FINDING = Workflow(
    "surveys.finding", F, _("Finding"),
    {
        F.PROPOSED: {
            F.CONFIRMED: Step("findings.confirm", "surveys.decide_finding"),
            F.DISMISSED: Step("findings.dismiss", "surveys.decide_finding", needs_reason=True),
        },
        F.CONFIRMED: {},
        F.DISMISSED: {},
    },
)  # fmt: skip

CHECK = Workflow(
    "surveys.responsecheck", C, _("Authenticity check"),
    {
        C.OPEN: {
            C.ACCEPTED: Step("checks.accept", "surveys.check_response"),
            C.DOUBTED: Step("checks.doubt", "surveys.check_response", needs_reason=True),
        },
        C.ACCEPTED: {C.DOUBTED: Step("checks.doubt", "surveys.check_response", needs_reason=True)},
        C.DOUBTED: {
            C.REJECTED: Step("checks.leave_out", "surveys.decide_doubt", note="by somebody else: counts no more"),
            C.ACCEPTED: Step("checks.keep", "surveys.decide_doubt", note="by somebody else"),
        },
        C.REJECTED: {C.ACCEPTED: Step("checks.take_back", "surveys.check_response", needs_reason=True, note="counts again")},
    },
)  # fmt: skip
