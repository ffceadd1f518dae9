from django.utils.translation import gettext_lazy as _

from core.workflow import Step, Workflow
from improvements.choices import CaseState as C
from improvements.choices import ExtensionState as X
from improvements.choices import MeasureState as M
from improvements.choices_supervision import InspectionState as I
from improvements.choices_supervision import NoticeState as N

CASE = Workflow(
    model="improvements.ImprovementCase",
    states=C,
    title=_("Improvement case"),
    table={
        C.PROPOSED: {
            C.OPEN: Step("cases.accept", "improvements.accept_case"),
            C.DISMISSED: Step("cases.dismiss", "improvements.dismiss_case", needs_reason=True),
        },
        C.OPEN: {C.CLOSED: Step("cases.close", "improvements.close_case", note=_("every measure has ended"))},
        C.CLOSED: {C.OPEN: Step("cases.reopen", "improvements.reopen_case", needs_reason=True)},
        C.DISMISSED: {C.OPEN: Step("cases.reopen", "improvements.reopen_case", needs_reason=True)},
    },
)

_cancel = Step("measures.cancel", "improvements.cancel_measure", needs_reason=True)
_accept = "verification.accept", "improvements.check_measure"

MEASURE = Workflow(
    model="improvements.Measure",
    states=M,
    title=_("Measure"),
    table={
        M.DRAFT: {
            M.ISSUED: Step("measures.issue", "improvements.issue_measure", note=_("the due date is fixed")),
            M.CANCELLED: _cancel,
        },
        M.ISSUED: {
            M.EXECUTING: Step("measures.begin", "improvements.work_on_measure"),
            M.CANCELLED: _cancel,
        },
        M.EXECUTING: {
            M.ACCEPTANCE: Step("measures.submit", "improvements.submit_measure", note=_("with evidence, all tasks done")),
            M.CANCELLED: _cancel,
        },
        M.ACCEPTANCE: {
            M.EXECUTING: Step("verification.send_back", "improvements.check_measure", needs_reason=True),
            M.OBSERVING: Step(*_accept, note=_("until the next wave decides")),
            M.CLOSED: Step(*_accept, note=_("where no survey figure is its goal")),
        },
        M.OBSERVING: {
            M.CLOSED: Step("effects.close", "improvements.judge_effect", note=_("improved")),
            M.OBSERVING: Step("effects.extend", "improvements.judge_effect", needs_reason=True, note=_("not proven, once")),
            M.EXECUTING: Step("effects.redo", "improvements.judge_effect", needs_reason=True, note=_("a new cycle")),
        },
        M.CLOSED: {},
        M.CANCELLED: {},
    },
)  # fmt: skip

EXTENSION = Workflow(
    model="improvements.ExtensionRequest",
    states=X,
    title=_("Extension of a measure"),
    table={
        X.REQUESTED: {
            X.APPROVED: Step("extensions.approve", "improvements.decide_extension"),
            X.REFUSED: Step("extensions.refuse", "improvements.decide_extension", needs_reason=True),
        },
        X.APPROVED: {},
        X.REFUSED: {},
    },
)

INSPECTION = Workflow(
    model="improvements.Inspection",
    states=I,
    title=_("Inspection"),
    table={
        I.OPEN: {
            I.CONCLUDED: Step(
                "inspections.conclude",
                "improvements.conduct_inspection",
                note=_("each of the four items has a verdict"),
            ),
        },
        I.CONCLUDED: {},
    },
)

_answer = Step("notices.reply", "improvements.answer_notice", note=_("with the cause and evidence"))

NOTICE = Workflow(
    model="improvements.RectificationNotice",
    states=N,
    title=_("Rectification notice"),
    table={
        N.DRAFT: {
            N.ISSUED: Step("notices.issue", "improvements.send_notice", note=_("numbered; text and paper are frozen")),
            N.DISCARDED: Step("notices.discard", "improvements.edit_notice", needs_reason=True, note=_("its observations are free again")),
        },
        N.DISCARDED: {},
        N.ISSUED: {N.ACKNOWLEDGED: Step("notices.acknowledge", "improvements.acknowledge_notice", note=_("by the head"))},
        N.ACKNOWLEDGED: {N.REPLIED: _answer},
        N.REPLIED: {
            N.RETURNED: Step("notices.send_back", "improvements.check_notice", needs_reason=True, note=_("a new round")),
            N.VERIFIED: Step("notices.verify", "improvements.check_notice"),
        },
        N.RETURNED: {N.REPLIED: _answer},
        N.VERIFIED: {N.CLOSED: Step("notices.close", "improvements.close_notice")},
        N.CLOSED: {},
    },
)  # fmt: skip
