"""The processes of surveys as tables; only Workflow.move() walks them."""

from django.utils.translation import gettext_lazy as _

from core.workflow import Step, Workflow
from surveys.choices import (
    CheckState,
    CustodyState,
    DisposalState,
    FilingState,
    FindingState,
    HandoverState,
    PlanState,
    Use,
    VersionState,
    WaveState,
)

P, V, W, F, C, B = PlanState, VersionState, WaveState, FindingState, CheckState, FilingState

PLAN = Workflow(
    "surveys.surveyplan", P, _("Survey plan"),
    {
        P.DRAFT: {P.SUBMITTED: Step("plans.submit", "surveys.submit_plan")},
        P.SUBMITTED: {
            P.APPROVED: Step("plans.approve", "surveys.decide_plan", note="past the last level of its route"),
            P.RETURNED: Step("plans.send_back", "surveys.decide_plan", needs_reason=True),
            P.DRAFT: Step("plans.take_back", "surveys.take_back_plan", needs_reason=True),
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

INDICATOR = Workflow(
    "surveys.indicator", Use, _("Indicator"),
    {
        Use.ACTIVE: {Use.RETIRED: Step("indicators.retire", "surveys.retire_indicator", needs_reason=True)},
        Use.RETIRED: {Use.ACTIVE: Step("indicators.restore", "surveys.restore_indicator")},
    },
)  # fmt: skip

BANK_QUESTION = Workflow(
    "surveys.bankquestion", Use, _("Question of the bank"),
    {
        Use.ACTIVE: {Use.RETIRED: Step("bank.retire", "surveys.retire_bank_question", needs_reason=True)},
        Use.RETIRED: {Use.ACTIVE: Step("bank.restore", "surveys.restore_bank_question")},
    },
)  # fmt: skip

_waive = Step("filings.waive", "surveys.file_plan_of", needs_reason=True, note="also when a newer revision replaces it")
FILING = Workflow(
    "surveys.filing", B, _("Filing"),
    {
        B.OWED: {B.FILED: Step("filings.put_on_file", "surveys.file_plan_of"), B.NOT_NEEDED: _waive},
        B.FILED: {B.RETURNED: Step("filings.note_return", "surveys.file_plan_of", needs_reason=True)},
        B.RETURNED: {B.FILED: Step("filings.put_on_file", "surveys.file_plan_of"), B.NOT_NEEDED: _waive},
        B.NOT_NEEDED: {B.OWED: Step("filings.ask_for", "surveys.file_plan_of", needs_reason=True)},
    },
)  # fmt: skip

K, H, D = CustodyState, HandoverState, DisposalState

CUSTODY = Workflow(
    "surveys.custody", K, _("Survey material"),
    {
        K.GATHERED: {
            K.KEPT: Step("custody.keep", "surveys.accept_handover", note="with its hand-over to the administration"),
            K.DISPOSING: Step("disposals.begin", note="its disposal list was approved"),
        },
        K.KEPT: {K.DISPOSING: Step("disposals.begin", note="its disposal list was approved")},
        K.DISPOSING: {K.DISPOSED: Step("disposals.finish", note="nothing is left to remove")},
        K.DISPOSED: {},
    },
)  # fmt: skip

HANDOVER = Workflow(
    "surveys.handover", H, _("Hand-over of survey material"),
    {
        H.SUBMITTED: {
            H.ACCEPTED: Step("handovers.accept", "surveys.accept_handover"),
            H.RETURNED: Step("handovers.send_back", "surveys.accept_handover", needs_reason=True),
        },
        H.RETURNED: {H.SUBMITTED: Step("handovers.submit_again", "surveys.submit_again")},
        H.ACCEPTED: {},
    },
)  # fmt: skip

DISPOSAL = Workflow(
    "surveys.disposal", D, _("Disposal list"),
    {
        D.LISTED: {D.PROPOSED: Step("disposals.propose", "surveys.propose_disposal")},
        D.PROPOSED: {
            D.APPROVED: Step("disposals.approve", "surveys.approve_disposal_of", note="by somebody else"),
            D.LISTED: Step("disposals.send_back", "surveys.approve_disposal_of", needs_reason=True),
        },
        D.APPROVED: {
            D.RUNNING: Step("disposals.carry_out", "surveys.carry_out_disposal"),
            D.LISTED: Step("disposals.take_back", "surveys.take_back_disposal", needs_reason=True),
        },
        D.RUNNING: {D.DONE: Step("disposals.end", note="every line is carried out")},
        D.DONE: {},
    },
)  # fmt: skip
